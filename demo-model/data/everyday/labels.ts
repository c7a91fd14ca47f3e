/** Everyday tasks that shorten, pad, mask and label. */
import type { EverydayTask } from "./task.ts";
import { letters, phrases } from "./text-draws.ts";

export const labels: readonly EverydayTask[] = [
  {
    id: "truncate",
    names: ["truncate", "truncateString", "shorten", "cutText"],
    params: [
      ["str", "text", "s"],
      ["max", "maxLength", "n", "length", "limit"],
    ],
    en: [
      '{cut} a string to a maximum length and {add} "..." if it was longer',
      '{truncate} a text to n characters followed by "..." when it is longer than n',
      "{shorten} a long string to max characters plus three dots, short strings stay as they are",
      '{return} the first n characters and "..." if the text has more than n, else the text itself',
      "{limit} the length of a text: keep n characters and append ... if something was cut off",
      "{take} a text and a maximum; if it's too long {slice} it there and {add} dots",
      "{crop} a string after n characters with an ellipsis (...), but only if it is longer",
      'truncate text to n characters and add "..."',
      "text truncation with three dots after n characters",
      'string shortener: first n chars + "..."',
      "= long titles break my layout. how to cut them after n characters and put ... behind, in js",
    ],
    zh: [
      '{把字符串截断到最大长度，超出时在后面加 "..."}',
      '{如果文本超过 n 个字符，只保留前 n 个并加上 "..."}',
      "{截短过长的文字，末尾追加三个点}",
      "字符串截断加省略号（保留前 n 个字符）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.length > \${1} ? \${0}.slice(0, \${1}) + "..." : \${0};
}`,
      `function \${name}(\${0}, \${1}) {
  if (\${0}.length <= \${1}) {
    return \${0};
  }
  return \${0}.slice(0, \${1}) + "...";
}`,
    ],
    args: (random) => [phrases(random), random.int(3, 20)],
    always: [
      ["hello world", 5],
      ["hi", 5],
      ["hello", 5],
    ],
  },
  {
    id: "truncate-words",
    names: ["truncateWords", "limitWords", "firstWords", "shortenToWords"],
    params: [
      ["text", "str", "sentence", "s"],
      ["count", "n", "max", "limit"],
    ],
    en: [
      "{keep} only the first n words of a text",
      "{return} the first n words of a sentence",
      "{take} a text and a number and {cut} the text after that many words",
      "{shorten} a sentence to n words, without adding dots",
      "{limit} a text to a number of words",
      "{get} the beginning of a text, n words long",
      "{drop} all words after the nth",
      "first n words of a text",
      "truncate a text to n words, no dots",
      "word limit for a text",
      "= preview of an article: just the first 5 (or n) words of the string. js function?",
    ],
    zh: ["{只保留文本的前 n 个单词}", "{返回句子开头的 n 个单词}", "{把文本截断到指定的单词数}", "截取前n个单词"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.split(" ").slice(0, \${1}).join(" ");
}`,
    ],
    args: (random) => [phrases(random, 8), random.int(1, 5)],
    always: [
      ["one two three four", 2],
      ["one", 3],
    ],
  },
  {
    id: "pad-zeros",
    names: ["padZeros", "zeroPad", "padNumber", "addLeadingZeros", "leadingZeros"],
    params: [
      ["num", "n", "number", "value"],
      ["length", "width", "size", "len"],
    ],
    en: [
      "{pad} a number with leading zeros to a given length",
      "{add} zeros in front of a number until it has n digits",
      '{turn} 7 into "007" when the length is 3',
      "{return} the number as a string with leading zeros so that it has at least the wanted width",
      "{format} a number with leading zeroes",
      "{fill} a number up with zeros on the left to a certain length",
      "{take} a number and a length, and {return} a string with zeros in front if it is too short",
      "{write} a positive whole number with at least n digits",
      "leading zeros",
      "zero padding for numbers",
      "pad a number on the left with 0",
      "= how do i show 5 as 05 in js? number of digits should be a parameter",
    ],
    zh: ["{在数字前面补零到指定长度}", "{给数字加前导零，返回字符串}", '{把 7 变成 "007"，长度为参数}', "数字补零"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return String(\${0}).padStart(\${1}, "0");
}`,
      `function \${name}(\${0}, \${1}) {
  let result = String(\${0});
  while (result.length < \${1}) {
    result = "0" + result;
  }
  return result;
}`,
    ],
    args: (random) => [random.int(0, 1500), random.int(1, 6)],
    always: [
      [7, 3],
      [1234, 2],
      [0, 2],
    ],
  },
  {
    id: "mask-string",
    names: ["maskString", "maskNumber", "hideDigits", "maskCard", "maskAllButLast"],
    params: [["str", "number", "s", "card", "text"]],
    en: [
      "{replace} all but the last four characters of a string with *",
      "{mask} a card number so that only the last 4 digits can be read, stars for the others",
      "{show} only the last four digits of a number string and {put} stars for the rest",
      "{take} a credit card number (string) and {return} it with every char but the last 4 as *",
      '{turn} "12345678" into "****5678"',
      "{star} out a string apart from its last 4 characters",
      "{cover} a phone number with stars up to the last 4 characters",
      "mask all but the last four characters with *",
      "credit card masking with stars, last 4 visible",
      "card number mask (*, last four stay)",
      "= how to mask a credit card number in js so just the last 4 are visible? use * and the input is a string",
    ],
    zh: [
      "{把字符串除最后四位外都换成 *}",
      "{隐藏银行卡号，只显示后四位，其余用星号}",
      '{将 "12345678" 变成 "****5678"}',
      "银行卡号打码（星号，保留后四位）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.slice(-4).padStart(\${0}.length, "*");
}`,
      `function \${name}(\${0}) {
  return "*".repeat(Math.max(0, \${0}.length - 4)) + \${0}.slice(-4);
}`,
    ],
    args: (random) => [letters(random, 3, 16, "0123456789")],
    always: [["1234567812345678"], ["123"], ["12345"]],
  },
  {
    id: "center-text",
    names: ["centerText", "center", "padBoth", "centerString"],
    params: [
      ["text", "str", "s", "word"],
      ["width", "length", "n", "size"],
    ],
    en: [
      "{center} a text in a field of a given width by adding spaces on both sides; an odd space goes to the right",
      "{pad} a string with spaces left and right so it's centered in n characters, the extra space on the right",
      "{put} spaces around a word to center it in a line of the given width (one more at the right if uneven)",
      "{return} the text centered to a width with spaces, if they can't be equal the right side gets one more",
      "{take} a string and a width and {fill} up both sides with spaces, left never more than right, by at most one difference",
      "{align} a text to the middle of a line with spaces at both ends, the additional one at the end",
      "center a string with spaces (extra space right)",
      "text centering to a width with spaces, the odd one on the right",
      "centered text, padded with spaces on both sides, more on the right if odd",
      "pad both sides with spaces to center, right gets the odd space",
      '= like python\'s center: centerText("ab", 5) -> " ab  ". write it in js',
    ],
    zh: [
      "{用空格把文本居中到指定宽度，多出的一个空格放右边}",
      "{在字符串两边补空格使其居中，不能平分时右边多一个}",
      "{将文字居中，两侧补空格，奇数时右侧多补一个}",
      "文本居中（补空格，右边多一个）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const left = Math.floor((\${1} - \${0}.length) / 2);
  return (" ".repeat(Math.max(0, left)) + \${0}).padEnd(\${1});
}`,
    ],
    args: (random) => [letters(random, 1, 5, "abcdef"), random.int(6, 14)],
    always: [
      ["ab", 6],
      ["ab", 5],
      ["abcdef", 6],
    ],
  },
  {
    id: "ordinal",
    names: ["ordinal", "toOrdinal", "ordinalSuffix", "withSuffix", "numberToOrdinal"],
    params: [["n", "num", "number"]],
    en: [
      "{turn} a number into its ordinal: 1st, 2nd, 3rd, 4th, 11th",
      "{add} st, nd, rd or th to a number",
      '{return} a number with the right English ordinal suffix, as in "21st" or "12th"',
      "{format} a day of the month like 1st, 2nd, 3rd",
      '{take} a positive integer and {return} a string like "22nd"',
      "{put} the correct suffix (st, nd, rd, th) behind a number; 11, 12 and 13 get th",
      '{convert} 3 to "3rd", 11 to "11th" and so on',
      "ordinal suffix",
      "number to ordinal like 1st, 2nd",
      "ordinal numbers in English",
      "= how do I get 1st 2nd 3rd 4th from numbers in js? 11th 12th 13th should also be right",
    ],
    zh: [
      "{把数字变成英文序数词，如 1st、2nd、3rd、11th}",
      "{给数字加上 st、nd、rd 或 th 后缀}",
      "{返回带英文序数后缀的字符串，注意 11、12、13 用 th}",
      "英文序数后缀",
    ],
    answers: [
      `function \${name}(\${0}) {
  const tens = \${0} % 100;
  if (tens >= 11 && tens <= 13) return \${0} + "th";
  const suffixes = { 1: "st", 2: "nd", 3: "rd" };
  return \${0} + (suffixes[\${0} % 10] || "th");
}`,
    ],
    args: (random) => [random.chance(0.5) ? random.int(1, 31) : random.int(1, 250)],
    always: [[1], [2], [3], [11], [22]],
  },
  {
    id: "pluralize",
    names: ["pluralize", "plural", "countLabel", "formatCount"],
    params: [
      ["count", "n", "num", "number"],
      ["word", "noun", "item", "name"],
    ],
    en: [
      '{return} "1 apple" for 1 and "apple", but "3 apples" for 3: with an s unless the count is 1',
      "{write} a count with its noun and {add} an s if the count isn't 1",
      '{make} a text like "2 files" or "1 file" from a number and a word',
      "{put} a number and a word together, with a plural s except when the number is 1",
      '{take} a count and a noun and {return} e.g. "0 items", "1 item", "5 items"',
      "{pluralize} a word by adding s when the number is not 1, and {show} the number in front",
      "count with plural s",
      "number plus noun, plural with s if not 1",
      'simple pluralization: "1 cat", "2 cats"',
      'label like "3 messages" with the right plural',
      '= I always print "1 items" in my app. function (count, word) that gets it right? simple s is enough',
    ],
    zh: [
      '{根据数量返回 "1 apple" 或 "3 apples"，数量不是 1 就加 s}',
      "{把数字和名词拼起来，数量不为 1 时名词加 s}",
      '{生成像 "2 files" 的文字，数量为 1 时不加 s}',
      "英文单复数（加 s）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0} + " " + \${1} + (\${0} === 1 ? "" : "s");
}`,
    ],
    args: (random) => [
      random.pick([0, 1, 1, 2, 3, random.int(4, 50)]),
      random.pick(["apple", "cat", "file", "message", "item", "user", "book"]),
    ],
    always: [
      [1, "apple"],
      [3, "apple"],
      [0, "cat"],
    ],
  },
  {
    id: "greet",
    names: ["greet", "sayHello", "hello", "greeting"],
    params: [["name", "person", "user", "who"]],
    en: [
      '{return} "Hello, NAME!" for a name',
      '{greet} a person by name: "Hello, Anna!"',
      '{take} a name and {return} a greeting like "Hello, Tom!"',
      '{build} the string "Hello, " plus the name plus "!"',
      '{say} hello to someone, e.g. "Hello, Lisa!"',
      '{make} a greeting of the form "Hello, Bob!" from a name',
      "{return} the text Hello, then a comma, a space, the given name and an exclamation mark",
      'greeting "Hello, Name!"',
      'hello function: "Hello, Max!" for "Max"',
      '= My first function! It gets a name and should return "Hello, NAME!". How do I write it?',
      '= write a greet function that returns "Hello, " + name + "!"',
    ],
    zh: [
      '{接收名字，返回 "Hello, 名字!"}',
      '{用名字打招呼，例如 "Hello, Tom!"}',
      '{返回 "Hello, " 加上名字再加 "!"}',
      '打招呼函数 "Hello, Tom!"',
    ],
    answers: [
      `function \${name}(\${0}) {
  return "Hello, " + \${0} + "!";
}`,
      `function \${name}(\${0}) {
  return \`Hello, \${\${0}}!\`;
}`,
    ],
    args: (random) => [random.pick(["Anna", "Tom", "Lisa", "Bob", "Max", "Wei", "Ali", "Sara", "Mr. Smith", "you"])],
    always: [["World"]],
  },
];
