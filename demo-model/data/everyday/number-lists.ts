/** Everyday tasks that reduce a list of numbers to one. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const numberLists: readonly EverydayTask[] = [
  {
    id: "sum-list",
    names: ["sum", "sumArray", "total", "addAll"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{add} up all numbers in a list",
      "{return} the sum of an array of numbers",
      "{take} an array of numbers and {total} it",
      "{calculate} the sum of the elements of a list (0 for an empty one)",
      "sum of an array",
      "total of a list of numbers",
      "array sum",
      "= how do i sum all the numbers in an array?",
      "= can you add up a list for me, sum([1,2,3]) -> 6",
      "= i have a list of amounts and want to know what they come to altogether",
      "= js reduce to add everything in array",
      "= Given an array of numbers, return their total.",
      "{sum} a list of numbers",
      "{work} out what all the numbers in an array make together",
      "= sum of list js",
      "= whats the total of this array",
    ],
    zh: [
      "{计算列表中所有数字的和}",
      "{把数组里的数全部加起来}",
      "数组求和",
      "= js 怎么把一个数组里的数字加起来？",
      "= 我有一串金额，想知道总共多少",
      "= 数组所有元素之和，js",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((sum, x) => sum + x, 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const x of \${0}) {
    total += x;
  }
  return total;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[1, 2, 3]]],
  },
  {
    id: "average-list",
    names: ["average", "mean", "avg", "getAverage"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{calculate} the average of a list of numbers, 0 for an empty list",
      "{return} the arithmetic mean of an array, or 0 if it has no elements",
      "{take} an array of numbers and {divide} its sum by its length; an empty array gives 0",
      "{find} the mean value of some numbers (none: 0)",
      "average of an array, 0 when empty",
      "mean of a list of numbers (empty list gives 0)",
      "= how do I get the average of an array of numbers in js? return 0 if it's empty",
      "= average function, no crash on empty lists. avg([2,4,9]) -> 5, avg([]) -> 0",
      "= i've got my grades in a list and want the average grade. no grades means 0",
      "= arithmetic mean function pls, should not break on [] but give 0",
      "= Compute the mean of the values in an array, treating the empty array as 0.",
      "{compute} the average value of an array with 0 as the result for an empty array",
      "= mean of numbers in js, empty -> 0",
      "= sum divided by count, please, and 0 if there are none",
    ],
    zh: [
      "{计算一组数字的平均值，空列表返回 0}",
      "{求数组的算术平均数，没有元素时为 0}",
      "数组平均值（空数组为 0）",
      "= 怎么求一个数组的平均数？空的话返回 0",
      "= 成绩都在一个数组里，想算平均分，没有成绩就是 0",
      "= 数组求平均，空的返回 0",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0}.length === 0) return 0;
  return \${0}.reduce((sum, x) => sum + x, 0) / \${0}.length;
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const x of \${0}) total += x;
  return \${0}.length > 0 ? total / \${0}.length : 0;
}`,
    ],
    args: (random) =>
      ((list) => [[...list, ...list, list[0]! * 2, list[1]! * 2].slice(0, 8).map((x) => x * 4)])(
        ints(random, -5, 20, 3, 3),
      ),
    always: [[[]], [[2, 4, 9]]],
  },
  {
    id: "largest-number",
    names: ["largest", "max", "findMax", "maximum"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the largest number in a list",
      "{find} the maximum of an array of numbers",
      "{take} a list of numbers and {give} back the biggest one",
      "{determine} the highest value in a non-empty array",
      "max of an array",
      "largest element",
      "biggest number in a list",
      "= how to find the largest number in an array in javascript",
      "= which of these numbers is the greatest? they are in an array",
      "= i have a list of scores, whats the top score",
      "= findMax without Math.max would be nice but either is ok",
      "= Loop over an array and keep track of the highest number seen.",
      "{search} an array for its largest value",
      "= maximum of array js",
      "= highest number in list pls",
      "= the largest of several numbers, they come as an array",
    ],
    zh: [
      "{返回列表中最大的数}",
      "{找出数组里的最大值}",
      "数组最大值",
      "= js 怎么找一个数组里最大的数？",
      "= 一堆分数里最高的是多少？",
      "= 给我一个找数组最大值的函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.max(...\${0});
}`,
      `function \${name}(\${0}) {
  let largest = \${0}[0];
  for (const x of \${0}) {
    if (x > largest) largest = x;
  }
  return largest;
}`,
    ],
    args: (random) => [ints(random, -30, 60)],
    always: [[[-5, -2, -9]], [[7]]],
  },
  {
    id: "smallest-number",
    names: ["smallest", "min", "findMin", "minimum"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the smallest number in a list",
      "{find} the minimum of an array of numbers",
      "{take} a list of numbers and {give} back the lowest",
      "{look} for the least value in a non-empty array",
      "min of an array",
      "smallest element of a list",
      "lowest number",
      "= how do i find the smallest number in an array",
      "= i have a list of prices, which one is the cheapest (just the price)?",
      "= minimum value in js array",
      "= Iterate over the numbers and remember the lowest value.",
      "= what's the tiniest number in my array",
      "{search} an array for its smallest value",
      "{return} the lowest entry of a list of numbers",
      "= smallest of several numbers, array comes in",
    ],
    zh: [
      "{返回列表中最小的数}",
      "{找出数组里的最小值}",
      "数组最小值",
      "= 怎么求一个数组里最小的数字？",
      "= 最小的那个数，输入是数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.min(...\${0});
}`,
      `function \${name}(\${0}) {
  let smallest = \${0}[0];
  for (const x of \${0}) {
    if (x < smallest) smallest = x;
  }
  return smallest;
}`,
    ],
    args: (random) => [ints(random, -30, 60)],
    always: [[[5, 2, 9]], [[7]]],
  },
  {
    id: "product-list",
    names: ["product", "multiplyAll", "productOf", "arrayProduct"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{multiply} all numbers in a list",
      "{return} the product of an array of numbers, 1 for an empty array",
      "{take} an array of numbers and {multiply} them together",
      "{calculate} the product of all elements",
      "product of an array",
      "{multiply} everything in a list",
      "= how do I multiply all elements of an array with each other?",
      "= multiply them all, product([2,3,4]) -> 24",
      "= like sum but with times, for a list of numbers",
      "= i need all the numbers of my list multiplied together, an empty list should be 1",
      "= Reduce an array to the product of its entries.",
      "{take} a list and {return} all its numbers multiplied",
      "= multiply array elements js",
      "= 2 * 3 * 4 for any list of numbers",
    ],
    zh: ["{计算列表中所有数字的乘积}", "{把数组里的数全部乘起来}", "数组求积", "= 怎么把一个数组里的数都乘在一起？"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((product, x) => product * x, 1);
}`,
      `function \${name}(\${0}) {
  let result = 1;
  for (const x of \${0}) {
    result *= x;
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 1, 9, 2, 6)],
    always: [[[2, 3, 4]]],
  },
  {
    id: "median",
    names: ["median", "findMedian", "middleValue"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the median of a list of numbers",
      "{find} the middle value of the sorted numbers, or the mean of the two middle ones",
      "{take} an array of numbers and {compute} its median (average of both middle values if the count is even)",
      "{calculate} the median of an unsorted non-empty array",
      "median of an array",
      "statistical median",
      "= how do you calculate the median in js?",
      "= middle of the numbers when ordered: median([5,1,3]) -> 3, median([1,2,3,4]) -> 2.5",
      "= sort the numbers and give me the one in the middle, with an even count the average of the middle two",
      "= i want the median salary out of an array of salaries",
      "= Implement the median. Don't assume the input is sorted.",
      "{sort} the numbers and {return} the middle one, or the average of the two in the middle",
      "= median js function",
      "= half of the values are below it and half above: the median, input is any array of numbers",
    ],
    zh: [
      "{求一组数字的中位数}",
      "{返回数组排序后的中间值，偶数个时取中间两个的平均}",
      "中位数",
      "= 怎么用 js 算中位数？数组没有排序",
      "= median([1,2,3,4]) 应该是 2.5，写这个函数",
      "= 中位数怎么求？偶数个就取中间两个平均",
    ],
    answers: [
      `function \${name}(\${0}) {
  const sorted = [...\${0}].sort((x, y) => x - y);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[5, 1, 3]], [[1, 2, 3, 4]], [[7]]],
  },
  {
    id: "range-of-values",
    names: ["spread", "range", "valueRange", "maxMinusMin"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the difference between the largest and the smallest number of a list",
      "{calculate} the range (max minus min) of an array of numbers",
      "{take} a list of numbers and {tell} how far apart the highest and lowest are",
      "{subtract} the minimum of an array from its maximum",
      "difference of max and min",
      "spread of a list of numbers",
      "statistical range of an array (max - min)",
      "= how big is the gap between the biggest and smallest number in my array?",
      "= largest minus smallest, so [3,10,5] -> 7 because 10 - 3",
      "= temperatures of a day in a list, i want to know by how much they varied (highest minus lowest)",
      "= function for max minus min of array",
    ],
    zh: [
      "{返回列表中最大数与最小数的差}",
      "{计算数组的极差}",
      "最大值减最小值",
      "= 一天的气温在数组里，怎么算最高和最低差多少？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.max(...\${0}) - Math.min(...\${0});
}`,
      `function \${name}(\${0}) {
  const sorted = [...\${0}].sort((x, y) => x - y);
  return sorted[sorted.length - 1] - sorted[0];
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[3, 10, 5]], [[4]]],
  },
  {
    id: "second-largest",
    names: ["secondLargest", "secondHighest", "secondMax", "runnerUp"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the second largest distinct number in a list, or null if there is none",
      "{find} the second highest value in an array (equal values count once; null when all are the same)",
      "{take} a list of numbers and {return} the biggest one below the maximum, null if nothing is below it",
      "{get} the second greatest different number, null if it does not exist",
      "second largest number in array, duplicates ignored, null if missing",
      "runner-up score in a list (ties share a place, null if there is no second place)",
      "= how do I find the second biggest number in an array? [5,5,4] should give 4, [5,5] null",
      "= secondLargest([3,9,9,7]) -> 7; return null when there are fewer than two different numbers",
      "= second highest salary from an array, distinct values, null if not existing",
      "= the largest is easy, but i need the one after that. same numbers count as one. null if there isn't any",
      "{determine} the largest of the numbers that are smaller than the maximum (null if there are none)",
      "= second max of array in js, without counting duplicates of the max. null if no such",
    ],
    zh: [
      "{返回列表中第二大的不同的数，没有则返回 null}",
      "{找出数组的次大值，相同的数只算一次，不存在时为 null}",
      "第二大的数（去重后，没有则 null）",
      "= 怎么找数组里第二大的数？[5,5,4] 是 4，[5,5] 返回 null",
      "= 第二大的数，重复的不算，没有返回 null",
    ],
    answers: [
      `function \${name}(\${0}) {
  const sorted = [...new Set(\${0})].sort((x, y) => y - x);
  return sorted.length > 1 ? sorted[1] : null;
}`,
      `function \${name}(\${0}) {
  const largest = Math.max(...\${0});
  const rest = \${0}.filter((x) => x !== largest);
  return rest.length > 0 ? Math.max(...rest) : null;
}`,
    ],
    args: (random) => [ints(random, 0, 12)],
    always: [[[5, 5, 4]], [[5, 5]], [[3, 9, 9, 7]]],
  },
  {
    id: "second-smallest",
    names: ["secondSmallest", "secondLowest", "secondMin"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the second smallest distinct number in a list, or null if there is none",
      "{find} the second lowest value of an array, counting equal numbers once; null if all are equal",
      "{take} a list of numbers and {return} the smallest one above the minimum, null if nothing is above it",
      "{get} the number that comes right after the minimum, null when there is no such number",
      "second smallest distinct element, null if missing",
      "second lowest price in a list (different from the lowest, else null)",
      "= how do i get the second smallest number in an array? [1,1,2] -> 2, [1,1] -> null",
      "= secondSmallest([4,2,8]) is 4. equal values are one value. null if there's only one",
      "= not the cheapest but the next cheapest price, null if every price is the same",
      "= Find the second-minimum of an array, ignoring duplicates of the minimum; yield null if it doesn't exist.",
    ],
    zh: [
      "{返回列表中第二小的不同的数，没有则返回 null}",
      "{找出数组的次小值，重复的只算一次，不存在则为 null}",
      "第二小的数（去重，没有则 null）",
      "= 怎么找数组里第二小的数？[1,1,2] 是 2，[1,1] 返回 null",
    ],
    answers: [
      `function \${name}(\${0}) {
  const sorted = [...new Set(\${0})].sort((x, y) => x - y);
  return sorted.length > 1 ? sorted[1] : null;
}`,
      `function \${name}(\${0}) {
  const smallest = Math.min(...\${0});
  const rest = \${0}.filter((x) => x !== smallest);
  return rest.length > 0 ? Math.min(...rest) : null;
}`,
    ],
    args: (random) => [ints(random, 0, 12)],
    always: [[[1, 1, 2]], [[1, 1]], [[4, 2, 8]]],
  },
];
