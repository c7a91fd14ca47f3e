/** Everyday tasks on kinds of characters: capitals, digits, vowels, codes. */
import type { EverydayTask } from "./task.ts";
import { letters, mixed, sentence, word } from "./text-draws.ts";

export const characters: readonly EverydayTask[] = [
  {
    id: "count-uppercase",
    names: ["countUppercase", "countCapitals", "uppercaseCount", "countUpper"],
    params: [["str", "s", "text"]],
    en: [
      "{count} the uppercase letters in a string",
      "{return} how many capital letters a text has",
      "{tell} the number of capitals (A to Z) in a string",
      "{take} a string and {count} the big letters",
      "{find} how many characters from A to Z there are in a sentence",
      "{get} the count of upper case letters",
      "{check} how many letters are written large in a text and {return} the number",
      "uppercase letter count",
      "number of capital letters",
      "capitals counter",
      "= i need to know how many capitals are in a password, js function please",
    ],
    zh: ["{统计字符串里大写字母的个数}", "{返回文本中有多少个大写字母}", "{数一数 A 到 Z 的字符数量}", "大写字母计数"],
    answers: [
      `function \${name}(\${0}) {
  let count = 0;
  for (const char of \${0}) {
    if (char >= "A" && char <= "Z") count++;
  }
  return count;
}`,
      `function \${name}(\${0}) {
  return (\${0}.match(/[A-Z]/g) || []).length;
}`,
    ],
    args: (random) => [mixed(random)],
    always: [["Hello World"], ["abc"], [""]],
  },
  {
    id: "count-digits-in-text",
    names: ["countDigits", "digitCount", "countNumbers", "numberOfDigits"],
    params: [["str", "s", "text"]],
    en: [
      "{count} the digits in a string",
      "{return} how many characters of a text are digits",
      "{tell} how many digits from 0 to 9 a string contains",
      '{take} a text like "a1b22" and {return} the number of digits in it, here 3',
      "{find} the number of numeric characters in a string",
      "{count} how many of the characters are numbers",
      "{get} the amount of digit characters in a piece of text",
      "digit counter for strings",
      "number of digits in a text",
      "count digits in a string",
      "= my passwords must have 2 digits, how do i count digits in a string (js)",
    ],
    zh: [
      "{统计字符串中数字字符的个数}",
      "{返回文本里有几个数字}",
      "{数一数字符串中 0 到 9 的字符有多少个}",
      "数字字符计数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return (\${0}.match(/\\d/g) || []).length;
}`,
      `function \${name}(\${0}) {
  let count = 0;
  for (const char of \${0}) {
    if (char >= "0" && char <= "9") count++;
  }
  return count;
}`,
    ],
    args: (random) => [mixed(random)],
    always: [["a1b22"], ["none"], ["2024"]],
  },
  {
    id: "only-digits",
    names: ["onlyDigits", "extractDigits", "keepDigits", "getDigits", "digitsOnly"],
    params: [["str", "s", "text", "input"]],
    en: [
      "{remove} everything but the digits from a string",
      "{keep} only the digits of a text, as a string",
      "{extract} the digits of a string and {join} them to one string",
      "{return} all digits that occur in a text, glued together as a string",
      '{take} a phone number like "(030) 12-34" and {return} just the digits "0301234"',
      "{strip} all characters which are not 0-9",
      "{filter} out letters and signs so only the digits remain (result is a string)",
      "{clean} a string of all non-digits",
      "digits only string",
      "extract digits from a string as a string",
      "remove non-numeric characters",
      "= js: get rid of all non digits in a string",
    ],
    zh: [
      "{只保留字符串里的数字，返回字符串}",
      "{去掉所有非数字字符}",
      "{从文本中提取所有数字并拼成一个字符串}",
      "提取数字字符",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/\\D/g, "");
}`,
      `function \${name}(\${0}) {
  return \${0}
    .split("")
    .filter((char) => char >= "0" && char <= "9")
    .join("");
}`,
    ],
    args: (random) => [mixed(random)],
    always: [["a1b2c3"], ["(030) 12-34"], ["none"]],
  },
  {
    id: "only-letters",
    names: ["onlyLetters", "lettersOnly", "keepLetters", "removeNonLetters"],
    params: [["str", "s", "text", "input"]],
    en: [
      "{remove} everything that is not a letter from a string",
      "{keep} only the letters a-z and A-Z of a text",
      "{strip} digits, spaces and signs out of a string so that only letters remain",
      "{return} the letters of a text, glued together",
      '{take} "a1 b2!" and {return} "ab"',
      "{delete} all non-letters in a string",
      "{filter} a string down to its English letters",
      "{drop} each character which isn't in the alphabet",
      "letters only",
      "remove non-letters from a string",
      "= clean a string so there's only letters in it (js)",
    ],
    zh: [
      "{只保留字符串里的英文字母}",
      "{去掉所有不是字母的字符}",
      "{删除文本中的数字、空格和符号，只留字母}",
      "只留字母",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[^a-zA-Z]/g, "");
}`,
    ],
    args: (random) => [random.chance(0.5) ? mixed(random) : sentence(random)],
    always: [["a1 b2!"], ["123"], ["abc"]],
  },
  {
    id: "swap-case",
    names: ["swapCase", "toggleCase", "invertCase", "flipCase"],
    params: [["str", "s", "text"]],
    en: [
      "{swap} the case of every letter in a string",
      "{turn} uppercase letters to lowercase and lowercase letters to uppercase",
      "{change} small letters into capitals and capitals into small letters",
      "{invert} the case of a text",
      '{return} "hELLO" for "Hello"',
      "{toggle} the case of each character",
      "{take} a string and {flip} upper and lower case",
      "{make} each big letter small and each small letter big",
      "swap case",
      "case inverter for strings",
      "= Python has swapcase(), what would that be in JavaScript?",
    ],
    zh: ["{把大写字母变小写，小写字母变大写}", "{交换字符串中字母的大小写}", "{将每个字母的大小写反转}", "大小写互换"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}
    .split("")
    .map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))
    .join("");
}`,
      `function \${name}(\${0}) {
  let result = "";
  for (const char of \${0}) {
    const upper = char.toUpperCase();
    result += char === upper ? char.toLowerCase() : upper;
  }
  return result;
}`,
    ],
    args: (random) => [mixed(random)],
    always: [["Hello World"], ["abc"], [""]],
  },
  {
    id: "is-vowel",
    names: ["isVowel", "checkVowel", "vowel"],
    params: [["char", "letter", "c", "ch"]],
    en: [
      "{check} if a letter is a vowel",
      "{return} true if a character is a, e, i, o or u, in either case",
      "{tell} whether a single character is a vowel",
      "{take} one letter and {say} if it's a vowel",
      "{test} if a char is one of the vowels, small or capital",
      "{decide} between vowel (true) and no vowel (false) for a given character",
      "{determine} if the letter is a vowel or not",
      "vowel check",
      "vowel test for one letter",
      "is a character a vowel",
      '= isVowel("A") should be true and isVowel("b") false, how to write',
    ],
    zh: [
      "{判断一个字母是不是元音}",
      "{检查字符是否为 a、e、i、o、u，大小写都算}",
      "{如果字符是元音字母返回 true，否则返回 false}",
      "元音判断",
    ],
    answers: [
      `function \${name}(\${0}) {
  return "aeiou".includes(\${0}.toLowerCase());
}`,
      `function \${name}(\${0}) {
  return ["a", "e", "i", "o", "u"].includes(\${0}.toLowerCase());
}`,
    ],
    args: (random) => [random.pick([..."abcdefghijklmnopqrstuvwxyzAEIOUBCD"])],
    always: [["a"], ["E"], ["b"]],
  },
  {
    id: "alphabet-position",
    names: ["alphabetPosition", "letterPosition", "letterIndex", "positionInAlphabet"],
    params: [["letter", "char", "c", "ch"]],
    en: [
      "{return} the position of a letter in the alphabet, with a = 1",
      "{tell} which number a letter has in the alphabet (a is 1, z is 26)",
      "{take} a small letter and {return} its place in the alphabet from 1 to 26",
      "{convert} a letter to its number, a to 1, b to 2 and so on",
      "{find} out at which place of the alphabet a lowercase letter is, starting from 1",
      "{map} a..z to 1..26",
      "position of a letter in the alphabet (a=1)",
      "letter to number, a is 1",
      "alphabet index of a letter starting at 1",
      '= what number is a letter in the alphabet, like "c" is 3? in js',
    ],
    zh: [
      "{返回字母在字母表中的位置，a 是 1}",
      "{把小写字母转换成 1 到 26 的数字}",
      "{计算一个字母是字母表里的第几个，从 1 开始}",
      "字母在字母表中的位置（a 为 1）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.charCodeAt(0) - 96;
}`,
      `function \${name}(\${0}) {
  return "abcdefghijklmnopqrstuvwxyz".indexOf(\${0}) + 1;
}`,
    ],
    args: (random) => [random.pick([..."abcdefghijklmnopqrstuvwxyz"])],
    always: [["a"], ["z"]],
  },
  {
    id: "char-codes",
    names: ["charCodes", "toCharCodes", "asciiCodes", "stringToAscii"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{return} an array with the character codes of a string",
      "{convert} a string to its ASCII codes",
      "{turn} each character of a text into its char code",
      "{take} a word and {list} the ascii number of every letter",
      "{get} the character codes of all letters as an array",
      '{map} "AB" to [65, 66]',
      "{give} me the ascii values of a string",
      "{translate} a text to numbers by the code of each character",
      "ascii codes of a string",
      "string to array of char codes",
      "= how do i see the ascii code of each letter in a string in js? want an array",
    ],
    zh: [
      "{返回字符串每个字符的编码组成的数组}",
      "{把字符串转换成 ASCII 码数组}",
      '{将 "AB" 变成 [65, 66]}',
      "字符串转ASCII码",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("").map((char) => char.charCodeAt(0));
}`,
      `function \${name}(\${0}) {
  const codes = [];
  for (let i = 0; i < \${0}.length; i++) {
    codes.push(\${0}.charCodeAt(i));
  }
  return codes;
}`,
    ],
    args: (random) => [random.chance(0.6) ? word(random) : mixed(random, 2)],
    always: [["AB"], [""]],
  },
  {
    id: "sum-digits-in-text",
    names: ["sumDigits", "sumOfDigits", "addDigits", "digitSum"],
    params: [["str", "s", "text"]],
    en: [
      "{add} up all the digits that appear in a string",
      '{return} the sum of the digits in a text such as "a1b2c3"',
      "{take} a text with letters and digits and {sum} the digits",
      "{find} every digit in a string and {return} their total",
      "{calculate} the sum of all single digits inside a text, 0 if it has none",
      "{go} through a string, {pick} the digits and {add} them",
      "sum of digits in a string of letters and digits",
      "digit sum of a text",
      "total of all digits inside a text",
      '= "a1b2c3" -> 6. js function that adds all digits found in a string?',
    ],
    zh: [
      "{求字符串中所有数字字符之和}",
      "{把文本里出现的每个数字加起来}",
      '{计算像 "a1b2c3" 这样的字符串中数字的总和}',
      "字符串中数字求和",
    ],
    answers: [
      `function \${name}(\${0}) {
  let sum = 0;
  for (const char of \${0}) {
    if (char >= "0" && char <= "9") sum += Number(char);
  }
  return sum;
}`,
      `function \${name}(\${0}) {
  return (\${0}.match(/\\d/g) || []).reduce((sum, digit) => sum + Number(digit), 0);
}`,
    ],
    args: (random) => [letters(random, 3, 8, "ab12345xyz90")],
    always: [["a1b2c3"], ["abc"], ["99"]],
  },
];
