/** Text checked for its form. */
import type { EverydayTask } from "./task.ts";

export const validation: readonly EverydayTask[] = [
  {
    id: "is-valid-email",
    names: ["isValidEmail", "validateEmail", "isEmail"],
    params: [["email", "text", "address"]],
    en: [
      "{check} if a string looks like an email: some text, one @, some text, a dot, some text, and no spaces",
      "{validate} an email address loosely (name@domain.tld, no blanks, exactly one @)",
      "simple email validation with a regex: no spaces, one @, a dot somewhere after it with text on both sides",
      "{tell} whether a text has the form something@something.something without spaces and further @ signs",
      "= basic email check in js, true/false. must have exactly one @, a dot in the domain and no whitespace",
      '{return} true for strings like "anna@example.com", false for "anna@mail", "anna" or those with spaces or two @',
      "{decide} whether a sign-up form's email could be real: x@y.z, where none of the three is empty or has a space or @",
      "{test} a string for being an e-mail address in the usual simple sense (a@b.c, no whitespace, a single @)",
      "{see} if an email is well-formed: user, @, domain with a dot in it, no blanks, only one at sign",
      "is this an email? needs exactly one @, then a dot later with characters around it, no spaces",
    ],
    zh: [
      "{检查字符串是否像邮箱：一个 @，后面有带点的域名，没有空格}",
      "邮箱格式校验（x@y.z，无空格，只有一个 @）",
      "{判断文本是不是 something@something.something 的形式，不含空格}",
      "= js 简单验证邮箱，只要有一个 @、域名里有点、没有空格",
    ],
    answers: [
      `function \${name}(\${0}) {
  return /^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$/.test(\${0});
}`,
      `function \${name}(\${0}) {
  const [user, domain, extra] = \${0}.split("@");
  if (!user || !domain || extra !== undefined || \${0}.includes(" ")) return false;
  const dot = domain.lastIndexOf(".");
  return dot > 0 && dot < domain.length - 1;
}`,
    ],
    args: (random) => [
      random.pick([
        "anna@example.com",
        "ben@mail.org",
        "a.b@uni.edu",
        "anna",
        "anna@",
        "@mail.org",
        "ann a@mail.org",
        "anna@mail",
        "a@b@c.de",
        "max99@shop.net",
      ]),
    ],
    always: [["anna@example.com"], ["anna@mail"], ["annamail.com"]],
  },
  {
    id: "is-hex-color",
    names: ["isHexColor", "validHexColor", "checkHexColor"],
    params: [["text", "color", "s"]],
    en: [
      "{check} if a string is a hex colour: a # and exactly six hex digits",
      '{tell} whether a text is a color code like "#1a2B3c" (six digits, either case)',
      "hex color validation, #rrggbb only",
      '{return} true for "#ff0000" and the like, false for anything that is not # plus six hexadecimal digits',
      "= regex for a css color of the form #rrggbb, upper or lower case, boolean",
      '{validate} a colour input: it must start with "#" and go on with 6 characters out of 0-9, a-f, A-F',
      "{test} whether a string is a valid six-digit hex color with a leading hash",
      "is it a #rrggbb color?",
      "{see} if user input is a proper html color code with # and six hex digits",
      "{verify} that a text consists of a hash sign followed by six hex characters",
    ],
    zh: [
      "{检查字符串是不是 # 加六位十六进制的颜色}",
      "hex 颜色校验，只接受 #rrggbb",
      '{判断文本是否为形如 "#1a2B3c" 的颜色代码，大小写都行}',
      "= js 正则判断是不是 #rrggbb 颜色",
    ],
    answers: [
      `function \${name}(\${0}) {
  return /^#[0-9a-f]{6}$/i.test(\${0});
}`,
      `function \${name}(\${0}) {
  if (\${0}.length !== 7 || \${0}[0] !== "#") return false;
  return [...\${0}.slice(1).toLowerCase()].every((c) => "0123456789abcdef".includes(c));
}`,
    ],
    args: (random) => [
      random.pick([
        "#ff0000",
        "#A1B2C3",
        "#12345g",
        "ff0000",
        "#ff00",
        "#ffff000",
        "#0a0b0c",
        "#00FF7f",
        "red",
        "#c0ffee",
      ]),
    ],
    always: [["#ff0000"], ["ff0000"], ["#ff00"]],
  },
  {
    id: "is-valid-ipv4",
    names: ["isValidIp", "isIPv4", "validateIp", "isIp"],
    params: [["text", "ip", "address"]],
    en: [
      "{check} if a string is an IPv4 address: four numbers from 0 to 255 with dots between",
      '{tell} whether a text like "192.168.0.1" is a valid IPv4 address',
      "ipv4 validation",
      "{validate} an IP (v4): exactly four dot-separated numbers, none above 255",
      '= is "256.1.1.1" a valid ip? -> false. function for ipv4 strings',
      "{return} true if a string has four parts separated by dots, each a number between 0 and 255",
      "{test} an IP address of the old kind (four bytes in decimal) for validity",
      "valid ip address check (v4 only), boolean",
      "{see} whether someone typed a correct IPv4 address",
      "{determine} if an address has 4 octets in the range 0..255",
    ],
    zh: [
      "{检查字符串是不是合法的 IPv4 地址}",
      "IPv4 校验，四段 0 到 255 的数字",
      "{判断文本是否由点分隔的四个 0-255 的数组成}",
      '= "256.1.1.1" 不合法，写个判断 ip 地址的函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  const parts = \${0}.split(".");
  return parts.length === 4 && parts.every((part) => /^\\d{1,3}$/.test(part) && Number(part) <= 255);
}`,
    ],
    args: (random) => [
      random.chance(0.5)
        ? Array.from({ length: 4 }, () => random.int(0, 255)).join(".")
        : random.pick(["256.1.1.1", "1.2.3", "1.2.3.4.5", "a.b.c.d", "1..2.3", "300.10.0.1", "10.0.0.999"]),
    ],
    always: [["192.168.0.1"], ["256.1.1.1"], ["1.2.3"]],
  },
  {
    id: "is-valid-pin",
    names: ["isValidPin", "validatePin", "checkPin"],
    params: [["pin", "text", "code"]],
    en: [
      "{check} if a PIN consists of exactly 4 or exactly 6 digits",
      "{validate} a pin code string: four or six digits and nothing else",
      "pin validation, 4 or 6 digits",
      "{return} true when a string is made of digits only and has length 4 or 6",
      "= atm pin kata: only 4 digit or 6 digit pins are valid, return boolean",
      "{tell} whether a PIN is okay: just digits, either four of them or six",
      "{test} if a code has four or six characters, all of them digits",
      "is the pin valid (digits only, 4 or 6 long)?",
      "{see} if a text would do as a PIN of 4 or 6 digits",
      "{verify} a bank pin given as text; valid lengths are 4 and 6, only digits allowed",
    ],
    zh: [
      "{检查 PIN 是否正好是 4 位或 6 位数字}",
      "PIN 校验（4 或 6 位纯数字）",
      "{字符串只含数字且长度为 4 或 6 时返回 true}",
      "= codewars 的 PIN 验证，4 位或 6 位数字才有效",
    ],
    answers: [
      `function \${name}(\${0}) {
  return /^(\\d{4}|\\d{6})$/.test(\${0});
}`,
      `function \${name}(\${0}) {
  if (\${0}.length !== 4 && \${0}.length !== 6) return false;
  return [...\${0}].every((c) => c >= "0" && c <= "9");
}`,
    ],
    args: (random) => [
      random.pick(["1234", "0000", "123456", "12345", "12a4", "123", "1234567", " 1234", "987654", "4321"]),
    ],
    always: [["1234"], ["123456"], ["12345"], ["12a4"]],
  },
  {
    id: "is-valid-username",
    names: ["isValidUsername", "validateUsername", "checkUsername"],
    params: [["name", "username", "text"]],
    en: [
      "{check} a user name: 3 to 16 characters, only letters, digits and underscores, starting with a letter",
      "{validate} a username that must begin with a letter and have 3-16 letters, digits or underscores in all",
      "username validation (letter first, then letters/digits/_, length 3 to 16)",
      "{tell} whether a name is allowed: at least 3 and at most 16 characters, English letters, numbers, underscore, first one a letter",
      "= regex for usernames: 3-16 chars, [A-Za-z0-9_], must start with a letter. true/false",
      "{return} true if a text starts with a letter, contains nothing but letters, digits and _, and is 3 to 16 long",
      "{accept} or {reject} a login name (true/false): starts with a letter, 3 to 16 characters from A-Z, a-z, 0-9 and _",
      "{test} a nickname against the rules: first character a letter, others letters, digits or underscores, total length from 3 to 16",
      "{see} if a user name is fine. fine means letters, digits, underscores, a letter at the start, no shorter than 3, no longer than 16",
      "account name checker, letter first, 3-16 word characters",
    ],
    zh: [
      "{检查用户名：3 到 16 个字符，只含字母、数字、下划线，且以字母开头}",
      "用户名校验（字母开头，字母数字下划线，长度 3-16）",
      "{判断名字是否以字母开头、由字母数字下划线组成、长度在 3 到 16 之间}",
      "= 用户名正则：字母开头，3-16 位字母、数字或下划线",
    ],
    answers: [
      `function \${name}(\${0}) {
  return /^[A-Za-z][A-Za-z0-9_]{2,15}$/.test(\${0});
}`,
      `function \${name}(\${0}) {
  if (\${0}.length < 3 || \${0}.length > 16) return false;
  return /^[a-z]/i.test(\${0}) && !/[^a-z0-9_]/i.test(\${0});
}`,
    ],
    args: (random) => [
      random.pick([
        "anna",
        "ben_k",
        "x",
        "ab",
        "max99",
        "9lives",
        "a b c",
        "averyveryverylongname",
        "zoe-1",
        "Tom_2020",
        "_",
        "Kai",
      ]),
    ],
    always: [["anna"], ["ab"], ["9lives"], ["ben_k"]],
  },
  {
    id: "luhn-check",
    names: ["luhnCheck", "isValidCard", "luhn", "validCardNumber"],
    params: [["number", "digits", "card"]],
    en: [
      "{check} a card number (string of digits) with the Luhn algorithm",
      "{validate} a credit card number by Luhn's checksum",
      "luhn check",
      "{return} true if a digit string passes the Luhn test",
      '= luhn algorithm in javascript, input is a string like "79927398713"',
      "{double} every second digit from the right, {subtract} 9 if above 9, {add} everything and {see} whether the sum is divisible by 10",
      "{tell} if a number given as text is valid under the mod 10 algorithm used for credit cards",
      "credit card checksum (mod 10) test",
      "{verify} the Luhn checksum of a string of digits",
      "{decide} whether a card number could be real, going by the Luhn formula",
    ],
    zh: [
      "{用 Luhn 算法检查卡号（数字字符串）是否有效}",
      "Luhn 校验",
      "{从右数每隔一位加倍，超过 9 减 9，总和能被 10 整除返回 true}",
      "= js 实现信用卡号的 Luhn 验证",
    ],
    answers: [
      `function \${name}(\${0}) {
  let sum = 0;
  [...\${0}].reverse().forEach((digit, i) => {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}`,
      `function \${name}(\${0}) {
  let sum = 0;
  let double = false;
  for (let i = \${0}.length - 1; i >= 0; i--) {
    let digit = Number(\${0}[i]);
    if (double) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    double = !double;
  }
  return sum % 10 === 0;
}`,
    ],
    args: (random) => [
      random.pick([
        "4539578763621486",
        "79927398713",
        "79927398710",
        "4111111111111111",
        "4111111111111112",
        "18",
        "19",
        "1234567812345670",
        "1234567812345678",
      ]),
    ],
    always: [["18"], ["19"], ["79927398713"]],
  },
  {
    id: "is-valid-json",
    names: ["isValidJson", "isJson", "validJson"],
    params: [["text", "s", "str"]],
    en: [
      "{check} if a string is valid JSON",
      "{tell} whether a text can be parsed as JSON",
      "json validity check",
      "{return} true if JSON.parse accepts a string and false if it throws",
      "= how do i know if a string is json in js? boolean",
      "{test} whether some text is well-formed JSON",
      "{try} to parse a string as JSON and {say} if that worked",
      "{see} if what came back from the server is proper JSON text, true or false",
      "is it json?",
      "{decide} whether a text is legal JSON",
    ],
    zh: [
      "{检查字符串是不是合法的 JSON}",
      "JSON 合法性判断",
      "{如果文本能被 JSON.parse 解析就返回 true，否则返回 false}",
      "= js 怎么判断一个字符串是不是 json",
    ],
    answers: [
      `function \${name}(\${0}) {
  try {
    JSON.parse(\${0});
    return true;
  } catch {
    return false;
  }
}`,
    ],
    args: (random) => [random.pick(['{"a":1}', "[1,2]", "{a:1}", "hello", "true", '"x"', "[1,2", "{'a':1}", "12", ""])],
    always: [['{"a":1}'], ["{a:1}"]],
  },
];
