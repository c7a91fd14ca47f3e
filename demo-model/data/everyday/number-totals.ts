/** Everyday tasks that make, total and count selected numbers. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const numberTotals: readonly EverydayTask[] = [
  {
    id: "range",
    names: ["range", "numbersFromTo", "makeRange", "fromTo"],
    params: [
      ["start", "from", "first", "low", "a"],
      ["end", "to", "last", "high", "b"],
    ],
    en: [
      "{return} a list of all whole numbers from start to end, both included",
      "{list} the integers between two numbers, the ends too",
      "{make} an array that counts up from one number to another (inclusive)",
      "{take} two integers and {create} the list of everything from the first up to and including the second",
      "{generate} consecutive numbers: the first argument, the next, ..., the second argument",
      "range of numbers, inclusive",
      "array of integers from a to b, both ends in it",
      "= how do I create an array with the numbers from 1 to 10 (both are parameters, both included)?",
      "= python range in js, but the last number is in the result too",
      "= range(2, 5) -> [2,3,4,5]",
      "= all page numbers from the first to the last as an array please",
      "= Build the inclusive sequence start, start + 1, ..., end as an array; it is empty if start is greater than end.",
    ],
    zh: [
      "{返回从起点到终点的所有整数，两端都包含}",
      "{生成一个从 start 数到 end 的数组（含两端）}",
      "整数区间数组（含两端）",
      "= js 怎么生成 1 到 10 的数组？起点和终点都是参数，都包含",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = \${0}; i <= \${1}; i++) {
    result.push(i);
  }
  return result;
}`,
      `function \${name}(\${0}, \${1}) {
  return Array.from({ length: \${1} - \${0} + 1 }, (_, i) => \${0} + i);
}`,
    ],
    args: (random) => ((low) => [low, low + random.int(0, 9)])(random.int(-5, 20)),
    always: [
      [2, 5],
      [3, 3],
    ],
  },
  {
    id: "sum-of-squares",
    names: ["sumOfSquares", "sumSquares", "squareSum"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the sum of the squares of a list of numbers",
      "{square} every number in an array and {add} up the results",
      "{take} a list of numbers and {sum} their squares",
      "{calculate} x1² + x2² + ... for an array",
      "sum of squares of an array",
      "squares added together",
      "= how do I compute the sum of squares of an array?",
      "= square them and sum: [1,2,3] -> 1 + 4 + 9 = 14",
      "= each number times itself, then all of them summed up",
      "= squared length of a vector given as an array",
    ],
    zh: [
      "{计算列表中各数的平方和}",
      "{把数组里每个数平方后相加}",
      "平方和",
      "= 先平方再求和，[1,2,3] 的平方和是 14，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((sum, x) => sum + x * x, 0);
}`,
      `function \${name}(\${0}) {
  return \${0}.map((x) => x ** 2).reduce((a, b) => a + b, 0);
}`,
    ],
    args: (random) => [ints(random, -9, 12)],
    always: [[[]], [[1, 2, 3]]],
  },
  {
    id: "sum-even-numbers",
    names: ["sumEven", "sumOfEvens", "addEvens", "evenSum"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{add} up only the even numbers in a list",
      "{return} the sum of all even elements of an array",
      "{take} an array of numbers and {sum} those divisible by two",
      "{ignore} the odd numbers of a list and {total} the rest",
      "sum of even numbers in an array",
      "total of the evens",
      "= how do i sum just the even numbers of an array?",
      "= add only those that are even, [1,2,3,4] -> 6 since 2 + 4",
      "= add together every number from my list that is even",
      "= filter evens then sum, as one js function",
      "= Compute the sum over all array entries without remainder when divided by 2.",
      "{compute} the sum of the numbers in an array that are divisible by 2",
      "= total of just the even ones",
    ],
    zh: [
      "{计算列表中所有偶数的和}",
      "{只把数组里的偶数加起来}",
      "偶数求和",
      "= 怎么把数组里的偶数加起来？[1,2,3,4] 得 6",
      "= 偶数之和，输入数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((x) => x % 2 === 0).reduce((sum, x) => sum + x, 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const x of \${0}) {
    if (x % 2 === 0) total += x;
  }
  return total;
}`,
    ],
    args: (random) => [ints(random, -10, 30)],
    always: [[[]], [[1, 2, 3, 4]], [[1, 3]]],
  },
  {
    id: "count-even-numbers",
    names: ["countEven", "countEvens", "evenCount", "howManyEven"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{count} the even numbers in a list",
      "{return} how many elements of an array are even",
      "{take} a list of integers and {tell} the number of even ones",
      "{find} out how many numbers in an array can be divided by 2",
      "number of evens in an array",
      "count even numbers",
      "= how many of the numbers in my array are even?",
      "= counting how many are even: countEven([1,2,4]) -> 2",
      "= js function to count evens please",
      "= I don't need the even numbers themselves, only how many there are in the list.",
      "{determine} how many even values are in an array",
      "= count evens in list",
    ],
    zh: [
      "{统计列表中有几个偶数}",
      "{返回数组里偶数的个数}",
      "偶数计数",
      "= 怎么数一个数组里有多少个偶数？",
      "= 数组中偶数有几个",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((x) => x % 2 === 0).length;
}`,
      `function \${name}(\${0}) {
  let count = 0;
  for (const x of \${0}) {
    if (x % 2 === 0) count++;
  }
  return count;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[1, 2, 4]]],
  },
  {
    id: "count-greater",
    names: ["countAbove", "countGreater", "howManyAbove"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["limit", "threshold", "min", "bound"],
    ],
    en: [
      "{count} how many numbers in a list are greater than a limit",
      "{return} the number of elements of an array above a threshold",
      "{take} numbers and a limit and {tell} how many of them exceed it",
      "{determine} how many values in an array are strictly larger than a given bound",
      "count of numbers above a threshold",
      "= how many elements are greater than x",
      "= how many numbers in my array are bigger than a given number?",
      "= how many lie above the second argument? countAbove([1,5,9], 4) -> 2",
      "= temperatures in a list: on how many days was it warmer than t degrees?",
      "= Count array entries that lie strictly above the second argument.",
      "= how many students got more than x points? points are a list",
    ],
    zh: [
      "{统计列表中有多少个数大于给定值}",
      "{返回数组里超过阈值的元素个数}",
      "大于某值的个数",
      "= 一组温度里有几天高于 t 度？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((x) => x > \${1}).length;
}`,
      `function \${name}(\${0}, \${1}) {
  let count = 0;
  for (const x of \${0}) {
    if (x > \${1}) count++;
  }
  return count;
}`,
    ],
    args: (random) => [ints(random, 0, 20), random.int(0, 15)],
    always: [
      [[], 3],
      [[1, 5, 9], 5],
    ],
  },
];
