/** Everyday tasks on the order and the neighbours of the numbers in a list. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const runningNumbers: readonly EverydayTask[] = [
  {
    id: "running-sum",
    names: ["runningSum", "cumulativeSum", "prefixSums", "runningTotal"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the running totals of a list of numbers",
      "{compute} the cumulative sums of an array: each entry is the sum up to and including that position",
      "{take} numbers and {replace} each by the total of everything so far",
      "{build} the list of prefix sums",
      "running sum of an array",
      "cumulative sum",
      "prefix sums of a list",
      "= sum up as you go along: [1,2,3] -> [1,3,6]",
      "= how do i make an array of running totals in js?",
      "= i have daily incomes and want to see after each day how much it is in total",
      "= Produce an array whose i-th value is the sum of the first i + 1 numbers.",
      "{sum} a list cumulatively",
      "= running total js array",
      "= saldo after every booking: list of bookings in, list of totals so far out",
    ],
    zh: [
      "{返回列表的累计和}",
      "{计算数组的前缀和，每一项是到该位置为止的总和}",
      "前缀和",
      "= 累加，[1,2,3] 变成 [1,3,6]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  let total = 0;
  return \${0}.map((x) => (total += x));
}`,
      `function \${name}(\${0}) {
  const sums = [];
  let total = 0;
  for (const x of \${0}) {
    total += x;
    sums.push(total);
  }
  return sums;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[1, 2, 3]]],
  },
  {
    id: "differences",
    names: ["differences", "deltas", "diffs", "changes"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the differences between neighbouring numbers of a list",
      "{subtract} from each number of an array (except the first) the one before it",
      "{take} a list of numbers and {list} how much each step changes",
      "{compute} the change from every element to the next: next minus current",
      "consecutive differences of an array",
      "deltas between neighbours",
      "= from each number to the next, how much is it? [1,4,2] -> [3,-2]",
      "= how to get the difference of each pair of adjacent array elements?",
      "= i have meter readings in a list, how much was used between each two readings?",
      "= numpy.diff in javascript",
    ],
    zh: [
      "{返回列表中相邻两数的差（后减前）}",
      "{计算数组每一步的变化量}",
      "相邻差值",
      "= 后一个减前一个，[1,4,2] 得到 [3,-2]，js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.slice(1).map((x, i) => x - \${0}[i]);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (let i = 1; i < \${0}.length; i++) {
    result.push(\${0}[i] - \${0}[i - 1]);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[1, 4, 2]], [[5]]],
  },
  {
    id: "running-maximum",
    names: ["runningMax", "cumulativeMax", "prefixMax", "recordHighs"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} for each position of a list the largest number up to there",
      "{compute} the running maximum of an array",
      "{take} numbers and {replace} each with the highest one seen so far",
      "{build} the list of prefix maxima",
      "running maximum of a list",
      "cumulative max of an array",
      "= best so far at each place, [3,1,5,2] -> [3,3,5,5]",
      "= how do I get an array of the best value so far at every step?",
      "= high score over time: after each game the highest score until then",
      "= At each index give the maximum of all elements from the start to that index.",
    ],
    zh: [
      "{返回列表每个位置之前（含该位置）的最大值}",
      "{计算数组的累计最大值}",
      "前缀最大值",
      "= 到目前为止的最大值，[3,1,5,2] 变成 [3,3,5,5]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  let best = -Infinity;
  return \${0}.map((x) => (best = Math.max(best, x)));
}`,
      `function \${name}(\${0}) {
  return \${0}.map((_, i) => Math.max(...\${0}.slice(0, i + 1)));
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[3, 1, 5, 2]]],
  },
  {
    id: "is-sorted",
    names: ["isSorted", "isAscending", "inOrder", "sortedAscending"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{check} whether a list of numbers is sorted in ascending order",
      "{return} true if no number in the array is smaller than the one before it",
      "{tell} if an array is already sorted from small to large; equal neighbours are fine",
      "{take} a list of numbers and {determine} whether it never goes down",
      "= is array sorted ascending",
      "sorted check",
      "= are the numbers in order",
      "= how can I test if an array is sorted? equal values next to each other are ok",
      "= numbers never getting smaller: [1,2,2,5] true, [3,1] false",
      "= does my list only go up (or stay the same)?",
      "= Verify that a list is non-decreasing.",
      "{return} whether the numbers of an array are in increasing order (repeats allowed)",
      "= sorted or not? array of numbers, ascending, true false",
    ],
    zh: [
      "{判断数字列表是否按升序排列}",
      "{检查数组是不是从小到大排好的，相等也算}",
      "是否已升序排序",
      "= 怎么看一个数组是不是已经从小到大排好了？",
    ],
    answers: [
      `function \${name}(\${0}) {
  for (let i = 1; i < \${0}.length; i++) {
    if (\${0}[i] < \${0}[i - 1]) return false;
  }
  return true;
}`,
      `function \${name}(\${0}) {
  return \${0}.every((x, i) => i === 0 || \${0}[i - 1] <= x);
}`,
    ],
    args: (random) => ((list) => [random.chance(0.5) ? list.toSorted((x, y) => x - y) : list])(ints(random)),
    always: [[[]], [[1, 2, 2, 5]], [[3, 1]], [[4]]],
  },
  {
    id: "index-of-largest",
    names: ["indexOfMax", "argMax", "maxIndex", "indexOfLargest"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the index of the largest number in a list, the first one if it occurs more than once",
      "{find} the position of the maximum in a non-empty array (first occurrence, counting from 0)",
      "{take} a list of numbers and {tell} at which index the biggest one stands, the earliest on ties",
      "{locate} the highest value of an array by its zero-based index; ties go to the first",
      "argmax",
      "index of the maximum, first if tied",
      "= how do i get the index of the biggest number in an array? if there are several, the first",
      "= at what index is the biggest one (the first of them)? [3,9,4] -> 1",
      "= which day was the hottest? temperatures in an array, answer is the index (first one if equal)",
      "= where is the maximum of my list, zero based, leftmost wins",
      "= index of max element js (first if there are more)",
    ],
    zh: [
      "{返回列表中最大数的下标，有多个时取第一个}",
      "{找出数组最大值所在的位置（从 0 开始，取最先出现的）}",
      "最大值的下标",
      "= 一周气温在数组里，哪一天最热？返回下标，并列取第一天",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.indexOf(Math.max(...\${0}));
}`,
      `function \${name}(\${0}) {
  let best = 0;
  for (let i = 1; i < \${0}.length; i++) {
    if (\${0}[i] > \${0}[best]) best = i;
  }
  return best;
}`,
    ],
    args: (random) => [ints(random, 0, 15)],
    always: [[[3, 9, 4]], [[5, 5]], [[1]]],
  },
  {
    id: "min-and-max",
    names: ["minMax", "extremes", "minAndMax", "bounds"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the smallest and the largest number of a list as [min, max]",
      "{find} both the minimum and the maximum of an array, in that order in an array",
      "{take} a non-empty list of numbers and {return} a pair of the lowest and the highest",
      "{determine} the extremes of an array as a two-element array, smaller one first",
      "[min, max] of an array",
      "lowest and highest number of a list, as a pair",
      "= lowest and highest of a list together: [3,1,8] -> [1,8]",
      "= how do I get min and max of an array together? result should be [min, max]",
      "= smallest and biggest number in one go please, smallest first",
      "= i need the coldest and the warmest temperature from a list, as an array of two numbers in that order",
    ],
    zh: [
      "{返回列表的最小值和最大值，形式为 [最小, 最大]}",
      "{同时找出数组中最小和最大的数，小的在前}",
      "最小值和最大值",
      "= 最小和最大一起返回，[3,1,8] 得到 [1,8]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [Math.min(...\${0}), Math.max(...\${0})];
}`,
      `function \${name}(\${0}) {
  let min = \${0}[0];
  let max = \${0}[0];
  for (const x of \${0}) {
    if (x < min) min = x;
    if (x > max) max = x;
  }
  return [min, max];
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[3, 1, 8]], [[4]]],
  },
];
