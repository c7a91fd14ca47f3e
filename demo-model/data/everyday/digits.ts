/** The digits of a number. */
import type { EverydayTask } from "./task.ts";

export const digits: readonly EverydayTask[] = [
  {
    id: "sum-of-digits",
    names: ["sumDigits", "digitSum", "sumOfDigits", "addDigits"],
    params: [["n", "num", "number"]],
    en: [
      "{add} up the digits of a number",
      "{return} the sum of the digits of a non-negative integer",
      "digit sum",
      "{take} a number like 1234 and {give} back 1 + 2 + 3 + 4",
      "= sum of digits of an int in js?",
      "{compute} the total of all the digits in a whole number",
      "{split} a number into its digits and {add} them together",
      "checksum of a number: just all its digits summed",
      "{calculate} the cross sum of a positive integer, e.g. 304 -> 7",
      "sum the individual digits of an integer",
      "= given 942 i want 15, because 9+4+2. write the function",
      "{find} what you get when you add every digit of a number once",
    ],
    zh: [
      "{计算一个数各位数字之和}",
      "数字各位相加，比如 1234 得 10",
      "{把非负整数的每一位加起来}",
      "= js 求各位数字之和怎么写",
      "各位数字求和",
    ],
    answers: [
      `function \${name}(\${0}) {
  let sum = 0;
  for (const digit of String(\${0})) sum += Number(digit);
  return sum;
}`,
      `function \${name}(\${0}) {
  let sum = 0;
  while (\${0} > 0) {
    sum += \${0} % 10;
    \${0} = Math.floor(\${0} / 10);
  }
  return sum;
}`,
      `function \${name}(\${0}) {
  return [...String(\${0})].reduce((sum, d) => sum + Number(d), 0);
}`,
    ],
    args: (random) => [random.int(0, 99999)],
    always: [[0], [9], [12345]],
  },
  {
    id: "product-of-digits",
    names: ["digitProduct", "multiplyDigits", "productOfDigits"],
    params: [["n", "num", "number"]],
    en: [
      "{multiply} all the digits of a number together",
      "{return} the product of the digits of a positive integer",
      "digit product",
      "{take} an integer such as 234 and {return} 2 * 3 * 4",
      "= multiply digits of number, 39 -> 27, need js",
      "{compute} what you get when you multiply the decimal digits of n with each other",
      "{find} the product of a number's digits (a zero digit makes it 0)",
      "product of all digits in an int",
      "{split} a number into single digits and {multiply} them up",
      "{calculate} the digits' product for a positive whole number",
    ],
    zh: [
      "{计算一个数各位数字的乘积}",
      "各位数字相乘，例如 234 得 24",
      "{把正整数的每一位数字乘起来}",
      "= 数字 39 各位相乘得 27，写个函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...String(\${0})].reduce((product, d) => product * Number(d), 1);
}`,
      `function \${name}(\${0}) {
  let product = 1;
  while (\${0} > 0) {
    product *= \${0} % 10;
    \${0} = Math.floor(\${0} / 10);
  }
  return product;
}`,
    ],
    args: (random) => [
      random.chance(0.85)
        ? Number(Array.from({ length: random.int(1, 5) }, () => random.int(1, 9)).join(""))
        : random.int(1, 999),
    ],
    always: [[7], [105], [234]],
  },
  {
    id: "count-digits",
    names: ["countDigits", "digitCount", "numberOfDigits"],
    params: [["n", "num", "number"]],
    en: [
      "{count} how many digits a number has",
      "{return} the number of digits in a non-negative integer",
      "digit count",
      "{tell} how long an integer is when written out in decimal",
      "= how many digits does 12345 have -> 5. function for any whole number (0 has one)",
      "{find} the amount of decimal digits of an int",
      "length of a number in digits",
      "{take} a whole number and {work} out how many digits it takes to write it down",
      "number of digits, e.g. 980 gives 3",
      "{determine} the digit count of a positive number or zero",
    ],
    zh: ["{统计一个整数有几位数}", "数字位数", "{返回非负整数的位数，0 算一位}", "= 12345 是 5 位数，写个函数求位数"],
    answers: [
      `function \${name}(\${0}) {
  return String(\${0}).length;
}`,
      `function \${name}(\${0}) {
  let count = 1;
  while (\${0} >= 10) {
    \${0} = Math.floor(\${0} / 10);
    count++;
  }
  return count;
}`,
    ],
    args: (random) => [random.int(0, 10 ** random.int(1, 7))],
    always: [[0], [9], [10], [12345]],
  },
  {
    id: "digits-of",
    names: ["getDigits", "toDigits", "splitDigits", "digits"],
    params: [["n", "num", "number"]],
    en: [
      "{split} a number into an array of its digits",
      "{return} the digits of a non-negative integer as an array of numbers, in order",
      "digits of a number as a list",
      "{turn} 4821 into [4, 8, 2, 1]",
      "= int to array of digits in javascript",
      "{take} a whole number and {give} its digits as separate numbers, from left to right",
      "{convert} an integer to a digit array",
      "array of single digits from an integer, first digit first",
      "{break} a number apart into its decimal digits, each one as a number",
      "{list} the digits that make up a number in the order they are written",
    ],
    zh: [
      "{把一个数拆成各位数字的数组}",
      "数字转数字数组，例如 4821 得到 [4, 8, 2, 1]",
      "{按从左到右的顺序返回一个非负整数的每一位}",
      "= 怎么把整数拆成一位一位的数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  return String(\${0}).split("").map(Number);
}`,
      `function \${name}(\${0}) {
  return Array.from(String(\${0}), Number);
}`,
    ],
    args: (random) => [random.int(0, 999999)],
    always: [[0], [105]],
  },
  {
    id: "reverse-number",
    names: ["reverseNumber", "reverseDigits", "reverseInt", "flipNumber"],
    params: [["n", "num", "number"]],
    en: [
      "{reverse} the digits of a number",
      "{return} a non-negative integer with its digits in reverse order, as a number",
      "number reversal (123 becomes 321)",
      "{flip} the digits of an integer: 4870 gives 784",
      "= reverse an integer in js, result must be a number, 120 -> 21",
      "{take} a whole number and {give} back the number you read from right to left",
      "digits backwards, as an int",
      "{turn} a number around digit by digit and {return} a number again",
      "{write} a positive int's digits back to front and {return} that as a number",
      "reverse int, leading zeros of the result drop away",
    ],
    zh: [
      "{反转一个数的各位数字，返回数字}",
      "整数反转，例如 123 变成 321",
      "{把非负整数倒过来，120 得 21}",
      "= 用 js 把数字反过来，结果也要是数字",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Number(String(\${0}).split("").reverse().join(""));
}`,
      `function \${name}(\${0}) {
  let reversed = 0;
  while (\${0} > 0) {
    reversed = reversed * 10 + (\${0} % 10);
    \${0} = Math.floor(\${0} / 10);
  }
  return reversed;
}`,
    ],
    args: (random) => [random.int(0, 99999)],
    always: [[0], [120], [7]],
  },
  {
    id: "is-palindrome-number",
    names: ["isPalindromeNumber", "isPalindromicNumber", "isNumberPalindrome"],
    params: [["n", "num", "number"]],
    en: [
      "{check} if a number reads the same from both ends",
      "{tell} whether an integer is a palindrome, like 121",
      "palindrome number check",
      "{return} true if reversing the digits of a number leaves it unchanged",
      "= is 1331 a palindrome number? true/false function for ints please",
      "{decide} whether a non-negative integer is palindromic",
      "{test} whether the digits of a number are the same backwards",
      "numeric palindrome test (leetcode 9) for numbers >= 0",
      "{see} if a number stays the same when you flip its digits",
      "{say} whether a mileage reading like 56765 is symmetric in its digits",
    ],
    zh: [
      "{判断一个数是不是回文数}",
      "回文数判断，例如 121 返回 true",
      "{检查数字从左到右和从右到左读是否一样}",
      "= leetcode 9 回文数，输入非负整数",
    ],
    answers: [
      `function \${name}(\${0}) {
  const text = String(\${0});
  return text === text.split("").reverse().join("");
}`,
      `function \${name}(\${0}) {
  let rest = \${0};
  let reversed = 0;
  while (rest > 0) {
    reversed = reversed * 10 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return reversed === \${0};
}`,
    ],
    args: (random) => [random.chance(0.5) ? random.pick([7, 22, 121, 404, 1331, 56765, 9009]) : random.int(10, 99999)],
    always: [[0], [121], [10]],
  },
  {
    id: "last-digit",
    names: ["lastDigit", "getLastDigit", "onesDigit"],
    params: [["n", "num", "number"]],
    en: [
      "{get} the last digit of a number",
      "{return} the ones digit of a non-negative integer",
      "last digit",
      "{tell} what digit a whole number ends in",
      "= how do I get just the last digit of a number? 1238 -> 8",
      "{take} a number and {give} back its final digit as a number",
      "units digit of an int",
      "{find} the rightmost digit of a non-negative number",
      "the digit in the ones place",
      "{extract} the last digit from an integer",
    ],
    zh: ["{返回一个数的最后一位}", "个位数字", "{取非负整数的个位数}", "= 怎么拿到一个数字的最后一位，比如 1238 得 8"],
    answers: [
      `function \${name}(\${0}) {
  return \${0} % 10;
}`,
      `function \${name}(\${0}) {
  return Number(String(\${0}).at(-1));
}`,
    ],
    args: (random) => [random.int(0, 99999)],
    always: [[0], [10], [1238]],
  },
  {
    id: "largest-digit",
    names: ["largestDigit", "maxDigit", "biggestDigit"],
    params: [["n", "num", "number"]],
    en: [
      "{find} the largest digit of a number",
      "{return} the biggest digit that occurs in a non-negative integer",
      "max digit of an int",
      "{take} a number and {tell} which of its digits is the highest",
      "= highest digit in a number, like 38241 -> 8",
      "{get} the greatest single digit of n",
      "{look} through the digits of a whole number and {return} the maximum",
      "maximum digit",
      "{pick} the largest digit out of an integer",
      "biggest digit in a given number (4021 gives 4)",
    ],
    zh: [
      "{找出一个数中最大的数字}",
      "最大的一位数字，例如 38241 返回 8",
      "{返回非负整数各位中的最大值}",
      "{看看一个数的各位里哪个最大}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.max(...String(\${0}).split("").map(Number));
}`,
      `function \${name}(\${0}) {
  let largest = 0;
  while (\${0} > 0) {
    largest = Math.max(largest, \${0} % 10);
    \${0} = Math.floor(\${0} / 10);
  }
  return largest;
}`,
    ],
    args: (random) => [random.int(0, 99999)],
    always: [[0], [1010], [987]],
  },
  {
    id: "count-digit-occurrences",
    names: ["countDigit", "digitOccurrences", "countOccurrencesOfDigit"],
    params: [
      ["n", "num", "number"],
      ["digit", "d", "target"],
    ],
    en: [
      "{count} how many times a digit occurs in a number",
      "{return} how often a certain digit appears in a non-negative integer",
      "digit occurrences in a number",
      "{take} a number and a digit, and {tell} how many times the digit is in the number",
      "= how many 7s are in 77317? function with the number and the digit as arguments",
      "{find} the number of occurrences of a given digit in an int",
      "{see} how often one digit shows up in a whole number",
      "count one digit in a number",
      "{go} through a number's digits and {count} those equal to a given digit",
      "frequency of a digit in an integer, e.g. 1221 and 1 give 2",
    ],
    zh: [
      "{统计某个数字在一个整数中出现的次数}",
      "数字出现次数，例如 1221 中 1 出现 2 次",
      "{返回给定数字在一个数的各位中出现了几次}",
      "= 数一数 77317 里有几个 7，两个参数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return String(\${0}).split(String(\${1})).length - 1;
}`,
      `function \${name}(\${0}, \${1}) {
  let count = 0;
  for (const d of String(\${0})) {
    if (Number(d) === \${1}) count++;
  }
  return count;
}`,
    ],
    args: (random) => [random.int(0, 9999999), random.int(0, 9)],
    always: [
      [1221, 1],
      [5, 3],
    ],
  },
  {
    id: "count-even-digits",
    names: ["countEvenDigits", "evenDigits", "evenDigitCount"],
    params: [["n", "num", "number"]],
    en: [
      "{count} the even digits of a number",
      "{return} how many digits of a non-negative integer are even (0 counts as even)",
      "even digit count",
      "{tell} how many of a number's digits are divisible by two",
      "= number of even digits in an int, 12304 -> 3 (2, 0 and 4)",
      "{find} how many even digits a whole number contains, zeros included",
      "amount of even digits in n",
      "{look} at each digit of an integer and {count} the even ones",
      "{go} over the digits of a number, {count} how many are 0, 2, 4, 6 or 8",
      "how many even digits are in a number?",
    ],
    zh: [
      "{统计一个数中偶数数字的个数}",
      "偶数位数字计数（0 也算偶数）",
      "{返回非负整数里有几个数字是 0、2、4、6、8}",
      "= 12304 里有 3 个偶数数字，写函数统计",
    ],
    answers: [
      `function \${name}(\${0}) {
  return String(\${0}).split("").filter((d) => d % 2 === 0).length;
}`,
      `function \${name}(\${0}) {
  let count = 0;
  for (const digit of String(\${0})) {
    if (Number(digit) % 2 === 0) count++;
  }
  return count;
}`,
    ],
    args: (random) => [random.int(0, 999999)],
    always: [[1357], [2468], [10]],
  },
];
