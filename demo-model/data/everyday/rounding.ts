/** Rounding, percentages, and numbers written as text. */
import type { EverydayTask } from "./task.ts";

export const rounding: readonly EverydayTask[] = [
  {
    id: "round-to-decimals",
    names: ["roundTo", "roundDecimals", "round"],
    params: [
      ["value", "n", "x", "num"],
      ["decimals", "places", "digits"],
    ],
    en: [
      "{round} a number to a given number of decimal places",
      "{round} x to n decimals and {return} a number",
      "round to n decimals",
      "{return} a number rounded to as many decimal places as the second argument says",
      "= Math.round but with decimals: (7.34567, 2) -> 7.35",
      "{take} a value and a precision and {round} the value to that many digits after the point, as a number",
      "rounding helper (value, places), result is a number",
      "{cut} a number to some decimals by proper rounding",
      "{limit} a positive number to a certain count of decimal places, rounding to nearest",
      "{give} the number rounded to a fixed amount of decimals, not as a string",
    ],
    zh: [
      "{把一个数四舍五入到指定的小数位数，返回数字}",
      "保留 n 位小数（四舍五入）",
      "{按第二个参数给出的小数位数取整，例如 7.34567 和 2 得 7.35}",
      "= js 怎么四舍五入到指定小数位，结果是数字",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const factor = 10 ** \${1};
  return Math.round(\${0} * factor) / factor;
}`,
      `function \${name}(\${0}, \${1}) {
  return Number(\${0}.toFixed(\${1}));
}`,
    ],
    args: (random) => [(random.int(0, 99999) * 10 + random.pick([1, 2, 3, 4, 6, 7, 8, 9])) / 10000, random.int(0, 3)],
    always: [
      [7.34567, 2],
      [2.719, 1],
      [5, 2],
    ],
  },
  {
    id: "round-to-nearest",
    names: ["roundToNearest", "roundToMultiple", "nearestMultiple"],
    params: [
      ["n", "num", "value"],
      ["step", "multiple", "base"],
    ],
    en: [
      "{round} a number to the nearest multiple of another number",
      "{return} the multiple of a step that is closest to a value",
      "round to the nearest multiple, like 13 to 15 for a step of 5",
      "{snap} a value to a grid of the given step",
      "= round 12 to nearest 5 -> 10, and 13 -> 15. step is an argument",
      "{find} the closest multiple of step to n",
      "snap to grid (value, grid size), to the closest line",
      "{take} a non-negative integer and a step and {round} to whichever multiple of the step is nearest",
      "nearest multiple of a number",
      "{round} a price to the nearest 5, 25 or whatever step is passed in",
    ],
    zh: [
      "{把一个数取整到最近的某数的倍数}",
      "取最近的倍数，例如 13 和 5 得 15",
      "{返回离给定值最近的步长的倍数}",
      "= 把 12 按 5 取整得 10，步长作为第二个参数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Math.round(\${0} / \${1}) * \${1};
}`,
    ],
    args: (random) => {
      const step = random.pick([3, 5, 7, 9, 25]);
      return [random.int(0, 300), step];
    },
    always: [
      [13, 5],
      [12, 5],
      [14, 7],
    ],
  },
  {
    id: "percentage-of",
    names: ["percentOf", "percentageOf", "getPercent"],
    params: [
      ["percent", "p", "rate"],
      ["total", "n", "amount"],
    ],
    en: [
      "{calculate} p percent of a number",
      "{compute} a percentage of an amount, percent first",
      "percent of a number: 20 percent of 300 is 60",
      "{return} how much a given percent of a total is",
      "= what's 15% of 200? function(percent, total)",
      "{take} a percent and an amount and {give} that share of the amount",
      "{work} out x % of y",
      "share of a total in percent, arguments percent and total",
      "{find} what a number of percent of an amount comes to",
      "{get} percent * total / 100",
    ],
    zh: [
      "{计算一个数的百分之几，参数依次是百分比和总数}",
      "求百分比对应的数值，例如 20 和 300 得 60",
      "{返回总数的 p%}",
      "= 200 的 15% 是多少？写成函数 (percent, total)",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return (\${0} * \${1}) / 100;
}`,
    ],
    args: (random) => [random.int(1, 100), random.int(1, 60) * 100],
    always: [
      [50, 200],
      [10, 100],
    ],
  },
  {
    id: "what-percent",
    names: ["whatPercent", "toPercent", "percentage", "percentOfTotal"],
    params: [
      ["part", "n", "value"],
      ["total", "whole", "max"],
    ],
    en: [
      "{calculate} what percentage one number is of another, rounded to a whole number",
      "{return} the part as a percent of the total, rounded to the nearest integer",
      "percentage of part in whole, rounded to an int",
      "{take} a part and a total and {tell} the percentage as a rounded whole number",
      "= 1 of 3 -> 33 (percent, rounded)",
      "{work} out how many percent of the total the part is, with no decimals",
      "progress in percent from done and total, as a rounded integer",
      "{compute} a quiz score as rounded percent: points reached, points possible",
      "{find} part / total as percent, rounded off to an integer",
      "{express} one number as a percentage of a second one, rounded",
    ],
    zh: [
      "{计算一个数占另一个数的百分之几，四舍五入取整}",
      "百分比（part 占 total），取整",
      "{返回部分占总数的百分比，四舍五入成整数}",
      "= 1 占 3 的 33%，写个函数，结果取整",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Math.round((\${0} / \${1}) * 100);
}`,
      `function \${name}(\${0}, \${1}) {
  return Math.round((100 * \${0}) / \${1});
}`,
    ],
    args: (random) => [random.int(0, 50), random.int(25, 99) * 2 + 1],
    always: [
      [1, 4],
      [50, 50],
      [1, 3],
    ],
  },
  {
    id: "percent-change",
    names: ["percentChange", "percentageChange", "growthRate"],
    params: [
      ["from", "old", "before"],
      ["to", "next", "after"],
    ],
    en: [
      "{calculate} the percentage change from one number to another, rounded to a whole number",
      "{return} by how many percent a value went up (positive) or down (negative), rounded to an integer",
      "percent change between an old and a new value, as a rounded int",
      "{tell} how much a price rose or fell in percent, old price first, rounded",
      "= from 200 to 100 is -50, from 100 to 150 is 50. percent change, rounded to an integer",
      "{compute} growth in percent, rounded, from a start value to an end value",
      "{take} a before and an after value and {return} the change in percent, to the nearest whole number",
      "rounded percentage increase (or decrease, then negative) from a to b",
      "{work} out the change relative to the first number as a rounded percent",
      "{find} (new - old) / old in percent, rounded to an integer",
    ],
    zh: [
      "{计算从一个数到另一个数的变化百分比，四舍五入取整}",
      "涨跌幅（百分比，取整），先旧值后新值",
      "{返回新值相对旧值变化了百分之几，下降为负，结果取整}",
      "= 从 200 到 100 是 -50，写个函数算变化率（取整）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Math.round(((\${1} - \${0}) * 100) / \${0});
}`,
    ],
    args: (random) => {
      const from = random.int(50, 199) * 2 + 1;
      return [from, from * random.int(0, 2) + random.int(3, 90)];
    },
    always: [
      [100, 150],
      [200, 100],
      [50, 50],
    ],
  },
  {
    id: "thousands-separators",
    names: ["formatNumber", "addCommas", "withCommas", "thousands"],
    params: [["n", "num", "number"]],
    en: [
      "{format} a whole number with commas between thousands, as a string",
      '{add} commas to a big number: 1234567 becomes "1,234,567"',
      "thousands separators (commas) for a non-negative integer",
      "{return} a number as text with a comma every three digits",
      '= 1234567 -> "1,234,567" javascript',
      "{make} large integers readable by putting commas in, giving a string",
      "{insert} a comma as thousands separator into an integer and {return} the string",
      "comma formatted number",
      '{write} a population figure like 83200000 as "83,200,000"',
      "{group} the digits of an integer in threes from the right with commas",
    ],
    zh: [
      "{给整数加上千位分隔逗号，返回字符串}",
      '千分位格式化，例如 1234567 变成 "1,234,567"',
      "{把非负整数每三位用逗号隔开}",
      "= js 数字怎么加千分位",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.toLocaleString("en-US");
}`,
      `function \${name}(\${0}) {
  return String(\${0}).replace(/\\B(?=(\\d{3})+$)/g, ",");
}`,
    ],
    args: (random) => [random.int(0, 10 ** random.int(2, 9))],
    always: [[0], [999], [1000], [1234567]],
  },
  {
    id: "number-to-words",
    names: ["numberToWords", "inWords", "spellNumber"],
    params: [["n", "num", "number"]],
    en: [
      '{write} a number from 0 to 99 in English words, like "forty-two"',
      '{spell} out an integer below 100 in lowercase English with a hyphen ("twenty-one")',
      'numbers to words, 0 to 99, e.g. 85 -> "eighty-five"',
      '{turn} 42 into "forty-two" (and so on for 0..99)',
      '= convert number to words in js, only up to 99. 7 -> "seven", 31 -> "thirty-one"',
      "{return} the English name of a number between 0 and 99, hyphenated when it has two parts",
      "{say} a two digit number in words, small letters, hyphen between tens and ones",
      'spelled-out number under one hundred, such as "sixty-three"',
      '{take} an int from 0 through 99 and {give} its name, as in "ninety-nine"',
      '{name} a number up to ninety-nine in English: 20 is "twenty", 28 is "twenty-eight"',
    ],
    zh: [
      '{把 0 到 99 的数写成英文单词，例如 42 是 "forty-two"}',
      "数字转英文（0 到 99），两个单词之间用连字符",
      '{返回小于 100 的整数的英文小写写法，如 "twenty-one"}',
      '= 31 要变成 "thirty-one"，0 到 99 的数字转英文',
    ],
    answers: [
      `function \${name}(\${0}) {
  const small = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ");
  const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
  if (\${0} < 20) return small[\${0}];
  const word = tens[Math.floor(\${0} / 10) - 2];
  return \${0} % 10 === 0 ? word : word + "-" + small[\${0} % 10];
}`,
    ],
    args: (random) => [random.int(0, 99)],
    always: [[0], [13], [20], [42]],
  },
  {
    id: "multiplication-table",
    names: ["multiplicationTable", "timesTable", "table"],
    params: [["n", "num", "number"]],
    en: [
      "{return} the first ten multiples of a number as an array",
      "{make} the times table of n, from n * 1 to n * 10, as a list",
      "multiplication table of a number (1 to 10), results in an array",
      "{give} an array with n times 1, n times 2, ... up to n times 10",
      "= times table for 7 -> [7,14,21,...,70]",
      "{list} ten multiples of an integer starting with the number itself",
      "{build} the multiplication row for a number, with ten entries",
      "ten times table as array",
      "{compute} n * i for i from 1 to 10 and {collect} the results",
      "{produce} the products of a number with 1 through 10, in order",
    ],
    zh: [
      "{返回一个数的前十个倍数组成的数组}",
      "乘法表（n 乘 1 到 10），结果是数组",
      "{把 n 分别乘以 1 到 10，放进数组}",
      "= 7 的乘法表返回 [7,14,...,70]，怎么写",
    ],
    answers: [
      `function \${name}(\${0}) {
  const table = [];
  for (let i = 1; i <= 10; i++) table.push(\${0} * i);
  return table;
}`,
      `function \${name}(\${0}) {
  return Array.from({ length: 10 }, (_, i) => \${0} * (i + 1));
}`,
    ],
    args: (random) => [random.int(1, 40)],
    always: [[1], [7]],
  },
  {
    id: "collatz-steps",
    names: ["collatzSteps", "collatz", "countCollatz"],
    params: [["n", "num", "start"]],
    en: [
      "{count} the steps of the Collatz sequence until 1 is reached",
      "{halve} even numbers, {turn} odd ones into 3n + 1, and {count} the steps from n down to 1",
      "collatz step count",
      "{return} how many Collatz steps it takes to get from a positive integer to 1 (1 takes none)",
      "= 3x+1 problem: number of steps to reach 1, e.g. 6 -> 8",
      "{tell} how often you must apply n/2 (even) or 3n+1 (odd) before you arrive at 1",
      "length of the hailstone sequence in steps",
      "{work} out the number of moves in the 3n+1 game starting at n and ending at 1",
      "{find} how many iterations the Collatz rule needs to bring n to one",
      "collatz conjecture, steps to 1",
    ],
    zh: [
      "{计算按 Collatz 规则到达 1 需要的步数}",
      "考拉兹猜想的步数，例如 6 需要 8 步",
      "{偶数除以 2，奇数乘 3 加 1，返回变成 1 用了几步}",
      "= 3n+1 问题，求从 n 到 1 的步数",
    ],
    answers: [
      `function \${name}(\${0}) {
  let steps = 0;
  while (\${0} !== 1) {
    \${0} = \${0} % 2 === 0 ? \${0} / 2 : 3 * \${0} + 1;
    steps++;
  }
  return steps;
}`,
    ],
    args: (random) => [random.int(1, 200)],
    always: [[1], [6], [27]],
  },
];
