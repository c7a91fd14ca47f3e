/** Numbers with properties of their digits, and numbers in other bases. */
import type { EverydayTask } from "./task.ts";

export const digitProperties: readonly EverydayTask[] = [
  {
    id: "is-armstrong",
    names: ["isArmstrong", "isArmstrongNumber", "isNarcissistic", "armstrong"],
    params: [["n", "num", "number"]],
    en: [
      "{check} whether a number is an Armstrong number",
      "{tell} if a number equals the sum of its digits each raised to the power of the number of digits",
      "armstrong number check",
      "{return} true for narcissistic numbers such as 153 = 1³ + 5³ + 3³",
      "= armstrong number program in js (153, 370, 1634 -> true)",
      "{determine} if an integer is narcissistic, i.e. its digits to the power of how many digits there are add up to it",
      "narcissistic number test",
      "{take} a positive integer and {see} whether it is an Armstrong number, true or false",
      "is it an armstrong number?",
      "{raise} each digit to the digit count, {add} the results and {report} whether that gives the number again",
    ],
    zh: [
      "{判断一个数是不是阿姆斯特朗数}",
      "水仙花数（自幂数）判断，位数为几就求几次方",
      "{检查一个数是否等于各位数字的 n 次方之和，n 为位数}",
      "= js 判断自幂数，比如 153 返回 true",
    ],
    answers: [
      `function \${name}(\${0}) {
  const digits = String(\${0});
  let sum = 0;
  for (const digit of digits) sum += Number(digit) ** digits.length;
  return sum === \${0};
}`,
      `function \${name}(\${0}) {
  const digits = String(\${0}).split("").map(Number);
  const sum = digits.reduce((total, d) => total + Math.pow(d, digits.length), 0);
  return sum === \${0};
}`,
    ],
    args: (random) => [random.chance(0.4) ? random.pick([5, 153, 370, 371, 407, 1634, 8208]) : random.int(1, 999)],
    always: [[1], [10], [153], [154]],
  },
  {
    id: "digital-root",
    names: ["digitalRoot", "repeatedDigitSum", "superDigit"],
    params: [["n", "num", "number"]],
    en: [
      "{compute} the digital root of a number",
      "{add} the digits of a number again and again until one digit is left",
      "digital root",
      "{keep} summing digits until the result is a single digit, and {return} it",
      "= 493193 -> 4+9+3+1+9+3 = 29 -> 11 -> 2. need a function which does this",
      "{reduce} a non-negative integer to a single digit by repeated digit sums",
      "{find} the repeated digit sum of an integer (38 -> 11 -> 2)",
      'leetcode 258 "add digits"',
      "{sum} a number's digits; if there's more than one digit in the result, {do} it again; {return} the last digit standing",
      "numerology style single digit of a number",
    ],
    zh: [
      "{求一个数的数根（反复把各位相加直到剩一位）}",
      "数字根",
      "{不断把各位数字相加，直到结果只有一位，返回它}",
      "= 38 -> 11 -> 2，写个求数根的函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  while (\${0} > 9) {
    \${0} = String(\${0}).split("").reduce((sum, d) => sum + Number(d), 0);
  }
  return \${0};
}`,
      `function \${name}(\${0}) {
  return \${0} === 0 ? 0 : 1 + ((\${0} - 1) % 9);
}`,
    ],
    args: (random) => [random.int(0, 999999)],
    always: [[0], [9], [38], [493193]],
  },
  {
    id: "is-harshad",
    names: ["isHarshad", "isHarshadNumber", "isNiven"],
    params: [["n", "num", "number"]],
    en: [
      "{check} if a number can be divided by the sum of its digits",
      "{tell} whether a positive integer is a Harshad number",
      "harshad number check",
      "{return} true when the digit sum of n divides n evenly",
      "= niven / harshad numbers: 18 is one since 18 % (1+8) == 0. boolean function please",
      "{test} a number for divisibility by its own digit sum",
      "{determine} whether n is a Niven number",
      "{add} up the digits and {see} if the number is divisible by that total (boolean)",
      "is n divisible by its digit sum?",
      "{say} if a positive number is Harshad, i.e. a multiple of the sum of its digits",
    ],
    zh: [
      "{判断一个数能否被它的各位数字之和整除}",
      "哈沙德数判断",
      "{检查正整数是不是各位数字和的倍数}",
      "= 18 能被 1+8 整除，所以返回 true，写这个函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  const sum = String(\${0}).split("").reduce((total, d) => total + Number(d), 0);
  return \${0} % sum === 0;
}`,
    ],
    args: (random) => [random.int(1, 200)],
    always: [[1], [18], [19]],
  },
  {
    id: "is-happy-number",
    names: ["isHappy", "isHappyNumber", "happyNumber"],
    params: [["n", "num", "number"]],
    en: [
      "{check} whether a number is happy",
      "{replace} a number by the sum of the squares of its digits over and over; {return} true if that reaches 1, false if it loops forever",
      "happy number check",
      "{tell} if n is a happy number (19 -> 82 -> 68 -> 100 -> 1 is)",
      "= leetcode 202 happy number",
      "{determine} if repeatedly summing the squared digits of a positive int ends at 1",
      "{decide} whether a number is happy or sad: true for happy",
      "happy numbers: does squaring and adding the digits eventually give 1?",
      "{return} true for happy numbers and false for unhappy ones",
      "= happy number function in plain js please, e.g. 7 -> true, 4 -> false",
    ],
    zh: [
      "{判断一个数是不是快乐数}",
      "快乐数判断，例如 19 返回 true",
      "{反复把各位数字的平方相加，最后能到 1 就返回 true，否则返回 false}",
      "= leetcode 202 快乐数怎么写",
    ],
    answers: [
      `function \${name}(\${0}) {
  const seen = new Set();
  while (\${0} !== 1 && !seen.has(\${0})) {
    seen.add(\${0});
    \${0} = String(\${0}).split("").reduce((sum, d) => sum + d * d, 0);
  }
  return \${0} === 1;
}`,
      `function \${name}(\${0}) {
  while (\${0} !== 1 && \${0} !== 4) {
    \${0} = [...String(\${0})].reduce((sum, d) => sum + Number(d) ** 2, 0);
  }
  return \${0} === 1;
}`,
    ],
    args: (random) => [random.chance(0.4) ? random.pick([7, 10, 13, 19, 23, 28, 31, 44, 49]) : random.int(1, 200)],
    always: [[1], [7], [4], [19]],
  },
  {
    id: "decimal-to-binary",
    names: ["toBinary", "decimalToBinary", "intToBinary", "binary"],
    params: [["n", "num", "decimal"]],
    en: [
      "{convert} a number to binary, as a string",
      "{return} the binary representation of a non-negative integer as a string",
      "decimal to binary converter (string result)",
      "{turn} a decimal number into a string of zeros and ones",
      '= 10 -> "1010" in js? for any non negative int',
      "{write} an integer in base 2 (as text)",
      '{give} the binary form of a number, for example "101" for 5',
      "int to binary string",
      "{take} a decimal integer and {return} the bits as a string without leading zeros",
      "{show} a whole number in binary, as a string",
    ],
    zh: [
      "{把十进制数转换成二进制字符串}",
      "十进制转二进制（返回字符串）",
      '{返回非负整数的二进制表示，例如 10 得到 "1010"}',
      "= js 数字怎么转成二进制字符串",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.toString(2);
}`,
      `function \${name}(\${0}) {
  let bits = "";
  do {
    bits = (\${0} % 2) + bits;
    \${0} = Math.floor(\${0} / 2);
  } while (\${0} > 0);
  return bits;
}`,
    ],
    args: (random) => [random.int(0, 600)],
    always: [[0], [1], [8], [255]],
  },
  {
    id: "binary-to-decimal",
    names: ["binaryToDecimal", "fromBinary", "parseBinary", "binToDec"],
    params: [["binary", "bits", "text", "s"]],
    en: [
      "{convert} a binary string to a decimal number",
      "{return} the number that a string of 0s and 1s stands for in base 2",
      "binary to decimal converter, from string to number",
      '{parse} a binary string like "1010" into 10',
      '= "1101" to 13 in js, how',
      "{take} a text of zeros and ones and {work} out its value as a normal number",
      "{turn} bits given as a string into an integer",
      "decimal value of a binary string",
      "{read} a string as a binary number and {return} its value",
      "base 2 string to int",
    ],
    zh: [
      "{把二进制字符串转换成十进制数}",
      "二进制转十进制",
      '{计算由 0 和 1 组成的字符串对应的数值，例如 "1010" 得 10}',
      '= js 里怎么把 "1101" 转成 13',
    ],
    answers: [
      `function \${name}(\${0}) {
  return parseInt(\${0}, 2);
}`,
      `function \${name}(\${0}) {
  let value = 0;
  for (const bit of \${0}) value = value * 2 + Number(bit);
  return value;
}`,
    ],
    args: (random) => [random.int(0, 600).toString(2)],
    always: [["0"], ["1010"], ["11111111"]],
  },
  {
    id: "decimal-to-hex",
    names: ["toHex", "decimalToHex", "intToHex", "hex"],
    params: [["n", "num", "number"]],
    en: [
      "{convert} a number to a lowercase hexadecimal string",
      "{return} the hex representation of a non-negative integer in lower case, without a prefix",
      "decimal to hex (lowercase, no 0x)",
      '{turn} 255 into "ff" and so on for any whole number',
      "= number to hex string in js, small letters, no 0x in front",
      "{write} an int in base 16 using digits and a-f",
      "hexadecimal form of a number as a string with lowercase letters",
      "{take} a decimal number and {give} its base-16 text, lower-case",
      'int to hex string, like 26 -> "1a"',
      "{format} a whole number as lowercase hex",
    ],
    zh: [
      "{把十进制数转换成小写的十六进制字符串}",
      "十进制转十六进制，小写，不带 0x",
      '{返回非负整数的十六进制表示，例如 255 得到 "ff"}',
      "= js 数字转十六进制字符串（小写字母）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.toString(16);
}`,
      `function \${name}(\${0}) {
  let text = "";
  do {
    text = "0123456789abcdef"[\${0} % 16] + text;
    \${0} = Math.floor(\${0} / 16);
  } while (\${0} > 0);
  return text;
}`,
    ],
    args: (random) => [random.int(0, 70000)],
    always: [[0], [255], [16]],
  },
  {
    id: "hex-to-decimal",
    names: ["hexToDecimal", "fromHex", "parseHex", "hexToNumber"],
    params: [["hex", "text", "s"]],
    en: [
      "{convert} a hexadecimal string to a number",
      "{return} the decimal value of a hex string (either case)",
      "hex to decimal",
      '{parse} hex text such as "ff" or "1A" into an integer',
      '= "ff" -> 255 in javascript?',
      "{take} a string of hex digits and {give} back the number it means",
      "base 16 string to int",
      "{turn} hex digits into a plain number",
      "{read} a hexadecimal number from a string, capital or small letters",
      "{work} out what a hex string is in decimal",
    ],
    zh: [
      "{把十六进制字符串转换成十进制数}",
      "十六进制转十进制（大小写都行）",
      '{计算十六进制字符串的数值，例如 "ff" 得 255}',
      '= 怎么用 js 把 "1A" 变成 26',
    ],
    answers: [
      `function \${name}(\${0}) {
  return parseInt(\${0}, 16);
}`,
      `function \${name}(\${0}) {
  let value = 0;
  for (const digit of \${0}.toLowerCase()) value = value * 16 + "0123456789abcdef".indexOf(digit);
  return value;
}`,
    ],
    args: (random) => [
      random.chance(0.5) ? random.int(0, 70000).toString(16) : random.int(0, 70000).toString(16).toUpperCase(),
    ],
    always: [["0"], ["ff"], ["1A"]],
  },
  {
    id: "to-base",
    names: ["toBase", "convertBase", "numberToBase"],
    params: [
      ["n", "num", "value"],
      ["base", "radix", "b"],
    ],
    en: [
      "{convert} a number to a string in a given base",
      "{write} a non-negative integer in base b, where b is 2 to 16 (lowercase letters)",
      "base conversion: a number and a base between 2 and 16, giving a lowercase string",
      "{return} the digits of a whole number in another base, as text with small letters",
      '= function that turns a decimal number into any base from 2 up to 16, e.g. 10 in base 3 is "101"',
      "{take} a number and a radix and {give} the number written in that radix, lower case",
      "number to arbitrary base string, digits 0-9a-f",
      "{express} a non-negative int in the given base and {return} the string",
      '{change} a decimal into the base passed as second argument (result is a string like "ff")',
      "radix converter from number to string, lowercase",
    ],
    zh: [
      "{把一个数转换成指定进制的字符串}",
      "进制转换，第二个参数是 2 到 16 的进制，字母小写",
      '{返回非负整数在给定进制下的表示，例如 10 的三进制是 "101"}',
      "= 写个函数，十进制转任意进制（2 到 16）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.toString(\${1});
}`,
      `function \${name}(\${0}, \${1}) {
  if (\${0} === 0) return "0";
  let text = "";
  while (\${0} > 0) {
    text = "0123456789abcdef"[\${0} % \${1}] + text;
    \${0} = Math.floor(\${0} / \${1});
  }
  return text;
}`,
    ],
    args: (random) => [random.int(0, 2000), random.int(2, 16)],
    always: [
      [0, 2],
      [255, 16],
      [10, 3],
    ],
  },
  {
    id: "count-ones-binary",
    names: ["countBits", "countOnes", "hammingWeight", "popcount"],
    params: [["n", "num", "number"]],
    en: [
      "{count} the ones in the binary form of a number",
      "{return} how many bits are set in a non-negative integer",
      "number of 1 bits",
      "{tell} how many 1s there are when a number is written in binary",
      "= popcount in js",
      "hamming weight of an integer",
      "{find} the amount of set bits of n",
      "{take} an int, {write} it in base 2 and {count} the ones",
      "bit counting: 7 has 3, 8 has 1",
      "{compute} the population count of a non-negative number",
    ],
    zh: [
      "{统计一个数的二进制表示中 1 的个数}",
      "二进制中 1 的个数",
      "{返回非负整数有多少个位是 1，例如 7 返回 3}",
      "= js 求 hamming weight",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.toString(2).split("1").length - 1;
}`,
      `function \${name}(\${0}) {
  let count = 0;
  while (\${0} > 0) {
    count += \${0} & 1;
    \${0} >>= 1;
  }
  return count;
}`,
    ],
    args: (random) => [random.int(0, 4000)],
    always: [[0], [7], [8]],
  },
];
