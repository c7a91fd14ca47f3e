/** Divisors, squares, powers of two, and sums up to a number. */
import type { EverydayTask } from "./task.ts";

export const divisors: readonly EverydayTask[] = [
  {
    id: "divisors",
    names: ["getDivisors", "divisors", "findFactors", "factors"],
    params: [["n", "num", "number"]],
    en: [
      "{list} all divisors of a number from smallest to largest",
      "{return} every number that divides n evenly, including 1 and n, in ascending order",
      "factors of a number, sorted, with 1 and the number itself",
      "{find} all factors of a positive integer and {return} them in increasing order",
      "= get all the divisors of a number in js, like 12 -> [1,2,3,4,6,12]",
      "{collect} the divisors of an integer into an array, in order",
      "divisor list (6 gives [1, 2, 3, 6])",
      "{take} a positive whole number and {give} an ascending array of everything it is divisible by",
      "which numbers go into n without a remainder, as a sorted array",
      "{get} the complete list of factors, lowest first",
    ],
    zh: [
      "{返回一个正整数的所有约数，从小到大}",
      "所有因数，包括 1 和它本身，按升序排列",
      "{找出能整除 n 的所有正整数，按从小到大返回数组}",
      "= 求一个数的全部约数，比如 12 返回 [1,2,3,4,6,12]",
    ],
    answers: [
      `function \${name}(\${0}) {
  const divisors = [];
  for (let i = 1; i <= \${0}; i++) {
    if (\${0} % i === 0) divisors.push(i);
  }
  return divisors;
}`,
    ],
    args: (random) => [random.int(1, 150)],
    always: [[1], [12], [13]],
  },
  {
    id: "count-divisors",
    names: ["countDivisors", "divisorCount", "numberOfFactors"],
    params: [["n", "num", "number"]],
    en: [
      "{count} how many divisors a number has",
      "{return} the number of positive divisors of n, 1 and n included",
      "number of factors of an integer",
      "{tell} how many whole numbers divide a positive integer evenly",
      "= how many factors does 12 have? 6. write that for any n",
      "divisor counter",
      "{find} out the amount of divisors of a positive integer, counting one and itself",
      "{take} n and {count} the integers from 1 to n that go into it with no remainder",
      "{work} out tau(n), i.e. how many divisors n has",
      "{get} the divisor count",
    ],
    zh: [
      "{统计一个正整数有多少个约数}",
      "约数个数",
      "{返回 n 的正因数的数量，包括 1 和 n}",
      "= 12 有 6 个因数，写个函数算任意数的因数个数",
    ],
    answers: [
      `function \${name}(\${0}) {
  let count = 0;
  for (let i = 1; i <= \${0}; i++) {
    if (\${0} % i === 0) count++;
  }
  return count;
}`,
    ],
    args: (random) => [random.int(1, 200)],
    always: [[1], [12], [36]],
  },
  {
    id: "is-perfect-number",
    names: ["isPerfect", "isPerfectNumber", "perfectNumber"],
    params: [["n", "num", "number"]],
    en: [
      "{check} if a number is perfect, that is, equal to the sum of its proper divisors",
      "{tell} whether n is a perfect number",
      "perfect number check (6 = 1 + 2 + 3)",
      "{return} true if the divisors of a positive integer, without the number itself, add up to the number",
      "= is 28 a perfect number? need a js function that returns true or false",
      "{test} an integer for being a perfect number like 6, 28 or 496",
      "perfect number detector",
      "{add} up all divisors smaller than the number and {see} if they give the number again, as a boolean",
      "{determine} whether a positive int equals the sum of its factors excluding itself",
      "{say} if a number is perfect (true) or not (false)",
    ],
    zh: [
      "{判断一个数是不是完全数（真因数之和等于它自己）}",
      "完美数判断，比如 6 和 28",
      "{检查正整数是否等于除它本身以外所有约数之和，返回布尔值}",
      "= 用 js 判断完全数，返回 true 或 false",
    ],
    answers: [
      `function \${name}(\${0}) {
  let sum = 0;
  for (let i = 1; i < \${0}; i++) {
    if (\${0} % i === 0) sum += i;
  }
  return sum === \${0};
}`,
    ],
    args: (random) => [random.chance(0.3) ? random.pick([6, 28, 496]) : random.int(2, 120)],
    always: [[1], [6], [28], [12]],
  },
  {
    id: "is-perfect-square",
    names: ["isPerfectSquare", "isSquare", "checkSquare"],
    params: [["n", "num", "number"]],
    en: [
      "{check} whether a number is a perfect square",
      "{tell} if an integer is the square of another integer",
      "perfect square test",
      "{return} true if the square root of a non-negative integer is whole",
      "= is 49 a perfect square? write a function for any number, returns boolean",
      "{see} if n can be written as k * k for some integer k",
      "square number check for integers >= 0",
      "{determine} whether the root of a number comes out even, with no decimals",
      "{say} true for 0, 1, 4, 9, 16 and so on, false for the numbers in between",
      "isSquare for non-negative ints",
    ],
    zh: [
      "{判断一个数是不是完全平方数}",
      "完全平方数检查",
      "{如果非负整数的平方根是整数就返回 true，否则返回 false}",
      "{看看一个数能否写成某个整数的平方}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Number.isInteger(Math.sqrt(\${0}));
}`,
      `function \${name}(\${0}) {
  const root = Math.round(Math.sqrt(\${0}));
  return root * root === \${0};
}`,
    ],
    args: (random) => [random.chance(0.4) ? random.int(0, 20) ** 2 : random.int(1, 200)],
    always: [[0], [16], [15]],
  },
  {
    id: "is-power-of-two",
    names: ["isPowerOfTwo", "powerOfTwo", "checkPowerOfTwo"],
    params: [["n", "num", "value"]],
    en: [
      "{check} if a number is a power of two",
      "{return} true when an integer is 1, 2, 4, 8, 16 and so forth",
      "power of 2 check",
      "{tell} whether n equals 2 to some non-negative integer",
      "= given an int, is it a power of two? boolean. (0 is not)",
      "{determine} if halving a positive integer again and again ends at exactly 1 without ever being odd in between",
      "{test} whether a number has exactly one bit set",
      "isPowerOfTwo, leetcode 231",
      "{say} if a texture size is a power of two, true or false",
      "{see} whether a whole number is one of the powers of two",
    ],
    zh: [
      "{判断一个整数是不是 2 的幂}",
      "2 的幂判断，返回布尔值",
      "{检查数字是否等于 2 的某次方（1 也算）}",
      "= leetcode 231，判断是不是 2 的幂次方",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} > 0 && (\${0} & (\${0} - 1)) === 0;
}`,
      `function \${name}(\${0}) {
  if (\${0} < 1) return false;
  while (\${0} % 2 === 0) \${0} /= 2;
  return \${0} === 1;
}`,
    ],
    args: (random) => [random.chance(0.4) ? 2 ** random.int(0, 12) : random.int(1, 300)],
    always: [[0], [1], [64], [12]],
  },
  {
    id: "sum-to-n",
    names: ["sumToN", "sumUpTo", "addUp", "gaussSum"],
    params: [["n", "num", "limit"]],
    en: [
      "{add} up all numbers from 1 to n",
      "{sum} the integers from 1 up to and including a given number",
      "sum of the first n natural numbers",
      "{return} 1 + 2 + 3 + ... + n",
      "= how do i sum 1..100 in js? make it work for any n",
      "gauss sum",
      "{take} a positive integer and {add} together everything from one up to it, itself included",
      "{calculate} the nth triangular number",
      "running total from 1 through n (just the final total)",
      "{compute} the total of all whole numbers between 1 and n, both ends included",
      "{give} the sum of the first n counting numbers, e.g. 4 -> 10",
    ],
    zh: [
      "{计算 1 到 n 的和}",
      "从 1 加到 n",
      "{求前 n 个自然数之和，例如 n 为 4 时返回 10}",
      "= 1+2+...+100 怎么用 js 算？写成函数",
      "{把 1 到给定数字（包含）之间的整数全部相加}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return (\${0} * (\${0} + 1)) / 2;
}`,
      `function \${name}(\${0}) {
  let sum = 0;
  for (let i = 1; i <= \${0}; i++) sum += i;
  return sum;
}`,
    ],
    args: (random) => [random.int(1, 200)],
    always: [[1], [10], [100]],
  },
  {
    id: "sum-of-squares-to-n",
    names: ["sumOfSquares", "squareSum", "sumSquares"],
    params: [["n", "limit", "count"]],
    en: [
      "{add} up the squares of the numbers from 1 to n",
      "{return} 1² + 2² + ... + n²",
      "sum of squares from 1 to n",
      "{compute} the total of i * i for every i from 1 through n",
      "= sum of the first n square numbers, e.g. 3 -> 1+4+9 = 14",
      "{square} each integer from one up to n and {sum} the results",
      "sum of the first n perfect squares, starting at 1",
      "{take} a positive integer n and {give} back the sum of all squares 1, 4, 9 ... up to n squared",
      "{calculate} how many blocks a pyramid with n square layers (1, 4, 9, ...) needs in total",
      "{work} out the sum of squares of the first n natural numbers",
    ],
    zh: [
      "{计算 1 到 n 的平方和}",
      "前 n 个正整数的平方之和，比如 3 得 14",
      "{把 1 到 n 每个数的平方加起来}",
      "= 求 1^2+2^2+...+n^2 的函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  let sum = 0;
  for (let i = 1; i <= \${0}; i++) sum += i * i;
  return sum;
}`,
      `function \${name}(\${0}) {
  return (\${0} * (\${0} + 1) * (2 * \${0} + 1)) / 6;
}`,
    ],
    args: (random) => [random.int(1, 40)],
    always: [[1], [3]],
  },
  {
    id: "multiples-of-three-or-five",
    names: ["sumMultiples", "sumOfMultiples", "euler1"],
    params: [["n", "limit", "max"]],
    en: [
      "{sum} all multiples of 3 or 5 below a number",
      "{add} up every positive number less than n that is divisible by 3 or by 5",
      "project euler problem 1 with the limit as an argument",
      "{return} the sum of all natural numbers under a limit which are multiples of three or five",
      "= multiples of 3 and 5 below 10 are 3, 5, 6, 9, sum is 23. do it for any n",
      "{find} the total of the numbers below n that 3 or 5 divides",
      "sum of multiples of 3 or 5 under n (n itself doesn't count)",
      "{go} through the positive integers smaller than a limit and {total} up those divisible by 3 or 5",
      "euler #1: multiples of 3 or 5 less than n, summed",
      "{compute} the sum of numbers < n that are a multiple of 3, of 5 or of both (count those once)",
    ],
    zh: [
      "{求小于 n 的所有 3 或 5 的倍数之和}",
      "欧拉计划第一题，上限作为参数",
      "{把小于给定数字、能被 3 或 5 整除的正整数加起来}",
      "= 10 以下 3 或 5 的倍数是 3、5、6、9，和为 23，写个通用函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  let sum = 0;
  for (let i = 1; i < \${0}; i++) {
    if (i % 3 === 0 || i % 5 === 0) sum += i;
  }
  return sum;
}`,
    ],
    args: (random) => [random.int(1, 120)],
    always: [[10], [16]],
  },
  {
    id: "is-fibonacci-number",
    names: ["isFibonacci", "isFibonacciNumber", "inFibonacci"],
    params: [["n", "num", "number"]],
    en: [
      "{check} whether a number occurs in the Fibonacci sequence 0, 1, 1, 2, 3, 5, ...",
      "{tell} if an integer is a Fibonacci number",
      "fibonacci number check",
      "{return} true if n belongs to the Fibonacci numbers",
      "= is 21 in the fibonacci sequence? want a boolean",
      "{see} if a non-negative integer is one of 0, 1, 1, 2, 3, 5, 8 and so on",
      "{determine} whether you ever hit n when you keep adding the last two numbers, starting from 0 and 1",
      "membership test for the fibonacci series",
      "{decide} whether a number is part of the Fibonacci series",
      "is it a fibonacci number? (true/false)",
    ],
    zh: [
      "{判断一个数是否在斐波那契数列中}",
      "斐波那契数判断",
      "{检查非负整数是不是 0、1、1、2、3、5…中的一个}",
      "= 21 是不是斐波那契数，返回布尔值",
    ],
    answers: [
      `function \${name}(\${0}) {
  let [current, next] = [0, 1];
  while (current < \${0}) [current, next] = [next, current + next];
  return current === \${0};
}`,
      `function \${name}(\${0}) {
  const isSquare = (x) => Number.isInteger(Math.sqrt(x));
  return isSquare(5 * \${0} * \${0} + 4) || isSquare(5 * \${0} * \${0} - 4);
}`,
    ],
    args: (random) => [
      random.chance(0.5) ? random.pick([2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233]) : random.int(4, 250),
    ],
    always: [[0], [1], [4], [8]],
  },
  {
    id: "integer-square-root",
    names: ["intSqrt", "floorSqrt", "integerSqrt"],
    params: [["n", "num", "x"]],
    en: [
      "{return} the square root of a number rounded down",
      "{find} the largest integer whose square is not more than n",
      "integer square root",
      "{compute} floor(sqrt(n)) for a non-negative integer",
      "= leetcode 69 sqrt(x), rounded down",
      "{get} the whole part of a square root",
      "{take} an int and {give} its root without the decimals",
      "floor of the square root",
      "{work} out how wide a square you can build from n tiles",
      "{calculate} the square root of an integer, dropping the fraction",
    ],
    zh: [
      "{求一个数的平方根，向下取整}",
      "整数平方根",
      "{返回平方不超过 n 的最大整数}",
      "= leetcode 69，求平方根的整数部分",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.floor(Math.sqrt(\${0}));
}`,
      `function \${name}(\${0}) {
  let root = 0;
  while ((root + 1) * (root + 1) <= \${0}) root++;
  return root;
}`,
    ],
    args: (random) => [random.int(0, 3000)],
    always: [[0], [8], [9], [10]],
  },
];
