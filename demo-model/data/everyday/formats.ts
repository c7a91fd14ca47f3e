/** Data written as text. */
import type { EverydayTask } from "./task.ts";

export const formats: readonly EverydayTask[] = [
  {
    id: "mask-email",
    names: ["maskEmail", "hideEmail", "obfuscateEmail"],
    params: [["email", "address", "mail"]],
    en: [
      '{mask} an email so that only the first letter of the user name shows: "anna@example.com" becomes "a***@example.com"',
      "{hide} the part before the @ except its first character, always with three stars",
      'masked email, first letter then "***" then the @ and domain',
      '{replace} everything between the first letter and the @ with "***"',
      '= "ben@mail.org" -> "b***@mail.org" (always 3 stars)',
      '{obfuscate} an email address as first character + "***" + "@" + domain',
      '{show} an e-mail partly hidden, like "m***@uni.edu", with three asterisks no matter how long the name is',
      "{take} an address and {keep} its first letter and its domain, the rest of the name turns into three stars",
      "email privacy: j***@mail.org style",
      "{anonymize} email addresses in the form x***@domain, x being the first letter",
    ],
    zh: [
      '{隐藏邮箱用户名，只留首字母，"anna@example.com" 变成 "a***@example.com"}',
      '邮箱脱敏，首字母加 "***" 再加 @ 和域名',
      "{把邮箱 @ 前除首字符外的部分换成三个星号}",
      '= "ben@mail.org" 要显示成 "b***@mail.org"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [user, domain] = \${0}.split("@");
  return \`\${user[0]}***@\${domain}\`;
}`,
      `function \${name}(\${0}) {
  return \${0}[0] + "***" + \${0}.slice(\${0}.indexOf("@"));
}`,
    ],
    args: (random) => [
      `${random.pick(["anna", "ben", "maximilian", "jo", "k"])}@${random.pick(["example.com", "mail.org", "uni.edu"])}`,
    ],
    always: [["anna@example.com"], ["jo@mail.org"], ["k@mail.org"]],
  },
  {
    id: "format-phone",
    names: ["formatPhone", "phoneNumber", "toPhoneNumber"],
    params: [["digits", "number", "text"]],
    en: [
      '{format} ten digits as a US phone number "(123) 456-7890"',
      '{turn} "1234567890" into "(123) 456-7890"',
      "phone formatter, style (123) 456-7890",
      "{write} a string of 10 digits like (555) 123-4567",
      '= create phone number kata but input is a string of ten digits, output "(123) 456-7890"',
      "{take} ten digits as text and {return} an American phone number with area code in parentheses, a space and a dash",
      "us phone number layout: (ddd) ddd-dddd",
      '{make} "5551234567" readable as "(555) 123-4567"',
      "{put} parentheses, space and hyphen into a ten-digit phone number, as in (212) 555-0100",
      "{show} a stored phone number (10 digits) in the form (XXX) XXX-XXXX",
    ],
    zh: [
      '{把十位数字格式化成 "(123) 456-7890"}',
      "美国电话号码格式化，形如 (123) 456-7890",
      "{将 10 位数字字符串写成带区号括号和连字符的电话}",
      '= "5551234567" 怎么显示成 "(555) 123-4567"',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \`(\${\${0}.slice(0, 3)}) \${\${0}.slice(3, 6)}-\${\${0}.slice(6)}\`;
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/(\\d{3})(\\d{3})(\\d{4})/, "($1) $2-$3");
}`,
    ],
    args: (random) => [Array.from({ length: 10 }, () => random.int(0, 9)).join("")],
    always: [["1234567890"]],
  },
  {
    id: "file-size-text",
    names: ["formatBytes", "fileSize", "formatSize", "humanSize"],
    params: [["bytes", "size", "n"]],
    en: [
      '{write} a file size: below 1024 as "500 B", below 1024 * 1024 as whole "12 KB", else whole "3 MB", rounded down',
      '{format} bytes as "B", "KB" (1024 bytes) or "MB" (1024 KB), with a rounded down whole number and a space, like "12 KB"',
      'human readable size of bytes: "900 B", "4 KB", "7 MB", steps of 1024, no decimals, rounded down',
      '{turn} a byte count into text with B, KB or MB, dividing by 1024 and dropping decimals ("2 KB" for 2048)',
      '= 500 -> "500 B", 2048 -> "2 KB", 3145728 -> "3 MB" (floor, 1024 based, nothing bigger than MB)',
      "{show} how big an upload is in B, KB or MB, whichever is the largest unit that gives at least 1; round down, unit 1024",
      '{display} file sizes like "15 MB", "15 KB", "15 B", using 1024 and whole numbers rounded down, MB being the biggest unit',
      "bytes to B/KB/MB string with 1024 as factor, integer part only",
      "{take} a number of bytes and {give} a text in the best unit among B, KB and MB: 1024 B make a KB, 1024 KB a MB, fractions cut off",
      '{convert} bytes for people: under one KB (1024) "n B", under one MB "n KB", otherwise "n MB", without decimals (floor)',
    ],
    zh: [
      '{格式化文件大小：小于 1024 写成 "500 B"，小于 1024*1024 写成 "12 KB"，否则 "3 MB"，向下取整}',
      "字节数转 B/KB/MB（1024 进制，取整，向下）",
      '{把字节数写成合适的单位 B、KB 或 MB，除以 1024 后向下取整，如 "2 KB"}',
      '= 2048 变 "2 KB"，3145728 变 "3 MB"，500 变 "500 B"，向下取整',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} < 1024) return \`\${\${0}} B\`;
  if (\${0} < 1024 * 1024) return \`\${Math.floor(\${0} / 1024)} KB\`;
  return \`\${Math.floor(\${0} / (1024 * 1024))} MB\`;
}`,
      `function \${name}(\${0}) {
  const units = ["B", "KB", "MB"];
  let i = 0;
  while (\${0} >= 1024 && i < 2) {
    \${0} /= 1024;
    i++;
  }
  return Math.floor(\${0}) + " " + units[i];
}`,
    ],
    args: (random) => [
      random.chance(0.3)
        ? random.int(0, 1023)
        : random.chance(0.5)
          ? random.int(1, 1023) * 1024
          : random.int(1, 900) * 1048576,
    ],
    always: [[0], [1023], [1024], [1048576]],
  },
  {
    id: "cents-to-dollars",
    names: ["centsToDollars", "formatCents", "formatPrice"],
    params: [["cents", "amount", "n"]],
    en: [
      '{format} cents as dollars: 1234 becomes "$12.34"',
      '{turn} an amount in cents into text like "$0.05"',
      "cents to dollar string",
      "{write} a number of cents as a price with dollar sign and two decimals",
      '= 1234 -> "$12.34", 5 -> "$0.05"',
      '{take} an integer price in cents and {return} it for display, e.g. "$3.00"',
      "price label from cents, always two digits after the point",
      '{show} money stored in cents as "$d.cc"',
      '{convert} 99 to "$0.99" and the like',
      "{display} cents as a dollar amount string",
    ],
    zh: [
      '{把美分格式化成美元，1234 变成 "$12.34"}',
      "美分转美元字符串",
      "{将以分为单位的整数写成带 $ 和两位小数的价格}",
      '= 5 要变成 "$0.05"，写个函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  return "$" + (\${0} / 100).toFixed(2);
}`,
      `function \${name}(\${0}) {
  const rest = String(\${0} % 100).padStart(2, "0");
  return \`$\${Math.floor(\${0} / 100)}.\${rest}\`;
}`,
    ],
    args: (random) => [random.int(0, 99999)],
    always: [[0], [5], [100], [1234]],
  },
  {
    id: "fill-template",
    names: ["fillTemplate", "interpolate", "render", "template"],
    params: [
      ["text", "template", "pattern"],
      ["values", "data", "vars"],
    ],
    en: [
      '= fill a template: "Hello {who}!" with { who: "Anna" } gives "Hello Anna!"',
      "= js: replace {key} in a string by the value from an object, every key in the text exists",
      "= tiny template engine, placeholders look like {this}, values come as an object",
      '= string interpolation helper: ("{a} and {b}", { a: 1, b: 2 }) -> "1 and 2"',
      "= I have text with placeholders in curly braces and an object with the values. Fill them in please.",
      "{replace} placeholders in curly braces with the values of an object under those names",
      "{fill} in a text template whose slots are names in curly braces, from an object",
      "template with curly-brace placeholders, values from an object",
      "{take} a message with names in curly brackets and an object; {put} the object's values in their place",
      "{insert} values into a text wherever their key stands in curly braces",
      "mail merge: text with keys in curly brackets plus an object of values",
    ],
    zh: [
      "{用对象里的值替换文本中花括号里的占位符}",
      "模板填充，占位符写在花括号里，值来自对象",
      '= "Hello {who}!" 和 { who: "Anna" } 得到 "Hello Anna!"，怎么实现',
      "= 写一个简单的字符串模板函数，把 {key} 换成对象中的值",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.replace(/\\{(\\w+)\\}/g, (_, key) => \${1}[key]);
}`,
      `function \${name}(\${0}, \${1}) {
  let result = \${0};
  for (const [key, value] of Object.entries(\${1})) result = result.replaceAll("{" + key + "}", value);
  return result;
}`,
    ],
    args: (random) => [
      random.pick([
        "Hello {who}!",
        "{who} lives in {city}.",
        "To {city}, {who}",
        "{n} mails for {who}",
        "Dear {who} from {city}, you have {n} mails",
      ]),
      { who: random.pick(["Anna", "Ben", "Kai"]), city: random.pick(["Oslo", "Rome"]), n: random.int(2, 9) },
    ],
    always: [
      ["Hi {who}", { who: "Mia" }],
      ["no slots", {}],
    ],
  },
];
