/** Everyday puzzles on lists of numbers and digits. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const numberPuzzles: readonly EverydayTask[] = [
  {
    id: "longest-increasing-run",
    names: ["longestRun", "longestIncreasingRun", "longestStreak", "risingRun"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the length of the longest run of neighbouring numbers that strictly increase",
      "{find} how long the longest contiguous rising stretch of a list is",
      "{take} a list of numbers and {count} the elements of its longest strictly increasing contiguous part",
      "{measure} the longest streak in which each number is greater than the one before",
      "longest increasing run, length only",
      "length of the longest continuous increasing subarray",
      "= leetcode longest continuous increasing subsequence in js",
      "= longest rising streak (strictly), its length: [1,3,5,4,7] -> 3 because of 1,3,5",
      "= for how many days in a row did the price go up at most? count the first day of the run too; empty list is 0",
      "= Longest strictly ascending contiguous block of an array: return its size.",
    ],
    zh: [
      "{返回列表中最长连续递增片段的长度}",
      "{求数组里相邻元素严格递增的最长一段有几个数}",
      "最长连续递增序列的长度",
      "= 最长连续递增有多长？[1,3,5,4,7] 得 3，js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  let best = 0;
  let length = 0;
  for (let i = 0; i < \${0}.length; i++) {
    length = i > 0 && \${0}[i] > \${0}[i - 1] ? length + 1 : 1;
    best = Math.max(best, length);
  }
  return best;
}`,
    ],
    args: (random) => [ints(random, 0, 20, 3, 9)],
    always: [[[1, 3, 5, 4, 7]], [[2, 2, 2]]],
  },
  {
    id: "alternating-sum",
    names: ["alternatingSum", "plusMinus", "altSum"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{compute} the alternating sum of a list: first minus second plus third minus fourth and so on",
      "{add} and {subtract} the numbers of an array in turn, beginning with plus",
      "{take} a list and {return} a0 - a1 + a2 - a3 ...",
      "{sum} an array with signs that alternate, the first element being positive",
      "alternating sum of an array (plus first)",
      "plus minus plus minus over a list",
      "= plus the first, minus the second, plus the third: [5,3,2] -> 5 - 3 + 2 = 4",
      "= how do I sum up an array with alternating signs starting with +?",
      "= even indexes count positive, odd indexes negative; add it all",
      "= Return the difference between the sum at even indices and the sum at odd indices.",
    ],
    zh: [
      "{计算列表的交替和：第一个减第二个加第三个…}",
      "{对数组依次加减，从加号开始}",
      "交替求和",
      "= [5,3,2] 得到 5-3+2=4，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((sum, x, i) => (i % 2 === 0 ? sum + x : sum - x), 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (let i = 0; i < \${0}.length; i++) {
    if (i % 2 === 0) total += \${0}[i];
    else total -= \${0}[i];
  }
  return total;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[5, 3, 2]]],
  },
  {
    id: "plus-one",
    names: ["plusOne", "increment", "addOne"],
    params: [["digits", "list", "nums", "arr"]],
    en: [
      "{add} one to a number that is given as a list of its decimal digits",
      "{take} an array of digits and {return} the digits of the number plus 1",
      "{increment} a big number stored digit by digit, most significant first",
      "{return} the digit list of the next integer",
      "plus one on a digit array",
      "= leetcode plus one js",
      "= number as digits, one more please: [1,2,9] -> [1,3,0] and [9,9] -> [1,0,0]",
      "= a number is saved as list of digits, how do I count it up by one without losing the list form?",
      "= odometer: given the digits as an array, show the digits one kilometer later",
      "= Increment a decimal digit array, with carry; a new leading digit may appear.",
    ],
    zh: [
      "{给用数字列表表示的整数加一}",
      "{接收各位数字组成的数组，返回加 1 之后的各位数字}",
      "加一（数字数组）",
      "= 用数字数组表示的数加一，[1,2,9] 变成 [1,3,0]，[9,9] 变成 [1,0,0]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = [...\${0}];
  for (let i = result.length - 1; i >= 0; i--) {
    if (result[i] < 9) {
      result[i]++;
      return result;
    }
    result[i] = 0;
  }
  return [1, ...result];
}`,
      `function \${name}(\${0}) {
  return String(BigInt(\${0}.join("")) + 1n).split("").map(Number);
}`,
    ],
    args: (random) => [
      [random.int(1, 9), ...ints(random, 0, 9, 0, 2), ...(random.chance(0.5) ? [9] : [random.int(0, 9)])],
    ],
    always: [[[1, 2, 9]], [[9, 9]], [[0]]],
  },
  {
    id: "percentages",
    names: ["percentages", "toPercent", "shares", "percentOf"],
    params: [["numbers", "nums", "values", "list"]],
    en: [
      "{turn} a list of numbers into percentages of their total, rounded to whole numbers",
      "{return} for each number of an array its share of the sum in percent, rounded",
      "{take} a list of counts and {compute} how many percent of the total each one is (Math.round)",
      "{convert} values to rounded percent shares",
      "percent shares of a list, rounded to integers",
      "= shares in whole percent (rounded) of the total, [1,1,2] -> [25,25,50]",
      "= how do i get the percentage of each element relative to the sum of the array? round to whole percents",
      "= votes per party in an array, i want rounded percents",
      "= list of expenses: which part of the total, in rounded percent, is every one of them?",
      "= Normalise an array so that each entry becomes Math.round(100 * x / sum).",
    ],
    zh: [
      "{把一组数字换算成占总和的百分比，四舍五入取整}",
      "{返回数组中每个数占总数的百分之几（取整）}",
      "各项占比（四舍五入到整数）",
      "= 各党票数在数组里，怎么算各占百分之几？取整",
    ],
    answers: [
      `function \${name}(\${0}) {
  const total = \${0}.reduce((sum, x) => sum + x, 0);
  return \${0}.map((x) => Math.round((x / total) * 100));
}`,
    ],
    args: (random) => [random.some([1, 2, 3, 4, 5, 6, 7, 8, 9], random.int(2, 5))],
    always: [[[1, 1, 2]], [[7]]],
  },
  {
    id: "largest-product-of-two",
    names: ["maxProduct", "largestProduct", "maxPairProduct"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the largest product of two different elements of a list",
      "{find} the biggest result of multiplying any two numbers of an array (not the same position twice)",
      "{take} a list of integers and {compute} the maximum product that a pair can have; negatives are possible",
      "{choose} two numbers of a list so that their product is as large as possible and {return} the product",
      "max product of a pair",
      "highest product of two numbers in an array",
      "= best product of two of the numbers: [-10,-3,5,6] -> 30",
      "= how do I get the greatest product of any two array items, also with negative numbers?",
      "= multiply which two to get the most? only need the result",
      "= Maximise a[i] * a[j] for i ≠ j.",
    ],
    zh: [
      "{返回列表中任意两个元素的最大乘积}",
      "{在可能有负数的数组里选两个数使乘积最大，返回乘积}",
      "两数最大乘积",
      "= 任选两个数乘积最大，[-10,-3,5,6] 得 30，怎么写？注意负数",
    ],
    answers: [
      `function \${name}(\${0}) {
  let best = -Infinity;
  for (let i = 0; i < \${0}.length; i++) {
    for (let j = i + 1; j < \${0}.length; j++) {
      best = Math.max(best, \${0}[i] * \${0}[j]);
    }
  }
  return best;
}`,
      `function \${name}(\${0}) {
  const sorted = [...\${0}].sort((x, y) => x - y);
  const n = sorted.length;
  return Math.max(sorted[0] * sorted[1], sorted[n - 1] * sorted[n - 2]);
}`,
    ],
    args: (random) => [ints(random, -12, 12).map((x) => x || 1)],
    always: [[[-10, -3, 5, 6]], [[2, 3]]],
  },
  {
    id: "balance-index",
    names: ["balanceIndex", "equilibrium", "pivotIndex", "balancePoint"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{find} the first index at which the numbers to the left and to the right have the same sum, or -1",
      "{return} the leftmost pivot index of a list: sum before it equals sum after it; -1 if there is none",
      "{take} an array and {look} for the first position where both sides add up to the same total (-1 when missing)",
      "{locate} the equilibrium index of an array, the first one, else -1",
      "pivot index of an array",
      "equilibrium point, -1 if none",
      "= leetcode 724 find pivot index js",
      "= first place where left and right weigh the same, or -1. [1,7,3,6,5,6] -> 3 because 1+7+3 = 5+6",
      "= where do i have to put the support so that the weights left and right are equal? first such index or -1, the weight on it doesn't count",
      "= Smallest i such that the sum of all earlier elements is the sum of all later ones; -1 otherwise.",
    ],
    zh: [
      "{找出第一个左右两边和相等的下标，没有返回 -1}",
      "{返回数组的中心下标：左侧之和等于右侧之和，不存在则 -1}",
      "寻找数组的中心下标",
      "= [1,7,3,6,5,6] 的中心下标是 3，js 怎么求？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const total = \${0}.reduce((sum, x) => sum + x, 0);
  let left = 0;
  for (let i = 0; i < \${0}.length; i++) {
    if (left === total - left - \${0}[i]) return i;
    left += \${0}[i];
  }
  return -1;
}`,
    ],
    args: (random) => [
      random.chance(0.7)
        ? ((side) => [...side, random.int(0, 9), ...random.shuffle(side)])(ints(random, 1, 9, 1, 3))
        : ints(random, 1, 9),
    ],
    always: [[[1, 7, 3, 6, 5, 6]], [[1, 2, 3]], [[4]], [[]]],
  },
  {
    id: "numbers-from-digits",
    names: ["digitsToNumber", "joinDigits", "toNumber", "numberFromDigits"],
    params: [["digits", "list", "nums", "arr"]],
    en: [
      "{turn} a list of digits into the number they form",
      "{combine} an array of decimal digits to one integer",
      "{take} digits, most significant first, and {return} their number",
      "{join} the digits of an array into a number",
      "digits to number",
      "array of digits as an integer",
      "= stick the digits together to a number: [4,0,7] -> 407",
      "= how do i make one number out of an array of single digits?",
      "= somebody typed a pin digit by digit, the digits are in an array and i need it as a number",
      "= Compute the integer whose decimal representation is the given digit sequence.",
    ],
    zh: [
      "{把一组数字按顺序组成一个整数}",
      "{将各位数字的数组合成一个数}",
      "数字数组转整数",
      "= 数字拼成一个数，[4,0,7] 变成 407，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Number(\${0}.join(""));
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((value, digit) => value * 10 + digit, 0);
}`,
    ],
    args: (random) => [[random.int(1, 9), ...ints(random, 0, 9, 0, 5)]],
    always: [[[4, 0, 7]], [[0]]],
  },
];
