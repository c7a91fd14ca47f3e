/** Everyday puzzles on the sums of numbers in a list. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const sumPuzzles: readonly EverydayTask[] = [
  {
    id: "two-sum",
    names: ["twoSum", "findPair", "pairIndexes", "indicesOfSum"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["target", "sum", "goal", "total"],
    ],
    en: [
      "{find} two numbers in a list that add up to a target and {return} their indexes, smaller first, or null",
      "{return} the indices i < j of the only pair that sums to the target, null if there is none",
      "{take} numbers and a target and {look} for the pair with that sum; {return} its two positions in ascending order or null",
      "{solve} two sum: indexes of the two entries whose sum is the target (ascending), null without such a pair",
      "two sum, indexes or null",
      "indices of two numbers with a given sum, null if missing",
      "= leetcode two sum in js. return null if nothing adds up",
      "= twoSum([2,7,11,15], 9) -> [0,1]; no pair -> null; there's at most one",
      "= which two items of the price list cost exactly my budget? give the positions, lower one first, or null",
      "= write two sum with a hash map please, null if there is no solution",
      "= I have an array and a target number; at most one pair of different positions sums to it. Return those positions in order, else null.",
      "{get} the positions of the two numbers that make the target together, in ascending order, or null",
    ],
    zh: [
      "{在列表中找出和为目标值的两个数，返回它们的下标（小的在前），没有则返回 null}",
      "{返回数组中相加等于 target 的唯一一对数的下标，不存在返回 null}",
      "两数之和（没有则 null）",
      "= 力扣两数之和用 js 怎么写？没有答案返回 null",
      "= twoSum([2,7,11,15], 9) 得到 [0,1]，找不到就 null",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const seen = new Map();
  for (let i = 0; i < \${0}.length; i++) {
    const need = \${1} - \${0}[i];
    if (seen.has(need)) return [seen.get(need), i];
    seen.set(\${0}[i], i);
  }
  return null;
}`,
      `function \${name}(\${0}, \${1}) {
  for (let i = 0; i < \${0}.length; i++) {
    for (let j = i + 1; j < \${0}.length; j++) {
      if (\${0}[i] + \${0}[j] === \${1}) return [i, j];
    }
  }
  return null;
}`,
    ],
    args: (random) =>
      ((list) => [list, random.chance(0.7) ? list[0]! + list[random.int(1, 3)]! : 5000])(
        random.some([1, 2, 4, 8, 16, 32, 64, 128], random.int(4, 6)),
      ),
    always: [
      [[2, 7, 11, 15], 9],
      [[3, 3], 6],
      [[1, 2], 7],
    ],
  },
  {
    id: "has-pair-with-sum",
    names: ["hasPairSum", "hasPairWithSum", "pairExists", "canSum"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["target", "sum", "goal", "total"],
    ],
    en: [
      "{check} whether two numbers at different positions of a list add up to a target",
      "{return} true if some pair of array elements has the given sum",
      "{tell} if there are two entries which together make exactly the target",
      "{take} an array and a sum and {determine} whether any two of its numbers reach it",
      "pair with given sum exists",
      "= does any pair add up to x",
      "= can two numbers of my array sum to k? true/false",
      "= hasPairSum([1,4,6], 10) true, ([1,4,6], 8) false",
      "= two different coins from the list, is there a way to pay the exact price with them?",
      "= Decide if an array contains two elements (not the same position twice) with a given sum.",
    ],
    zh: [
      "{判断列表中是否有两个不同位置的数之和等于目标值}",
      "{检查数组里是否存在一对数加起来等于给定的和}",
      "是否存在和为 k 的一对数",
      "= 怎么判断数组里有没有两个数加起来等于 target？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const seen = new Set();
  for (const x of \${0}) {
    if (seen.has(\${1} - x)) return true;
    seen.add(x);
  }
  return false;
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.some((x, i) => \${0}.indexOf(\${1} - x, i + 1) !== -1);
}`,
    ],
    args: (random) => [ints(random, 0, 15, 3, 6), random.int(5, 22)],
    always: [
      [[1, 4, 6], 10],
      [[5], 10],
      [[5, 5], 10],
      [[], 0],
    ],
  },
  {
    id: "max-subarray-sum",
    names: ["maxSubarray", "maxSubarraySum", "kadane", "largestRunSum"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the largest sum of any contiguous non-empty part of a list",
      "{find} the maximum subarray sum with Kadane's algorithm",
      "{take} an array of numbers and {return} the best total that consecutive elements can have",
      "{compute} the maximum sum over all non-empty runs of neighbouring numbers",
      "maximum subarray",
      "kadane's algorithm",
      "largest sum of consecutive elements",
      "= leetcode maximum subarray in javascript",
      "= best sum of neighbours (at least one number): [-2,1,-3,4,-1,2,1,-5,4] -> 6",
      "= how do I find the contiguous stretch of an array with the biggest sum? only the sum is needed",
      "= profits per day, some negative; which total would the best streak of days give (at least one day)?",
      "= biggest sum of a subarray with at least one element",
    ],
    zh: [
      "{返回列表中连续非空子数组的最大和}",
      "{用 Kadane 算法求最大子数组和}",
      "最大子数组和",
      "= 力扣最大子序和 js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  let best = \${0}[0];
  let current = \${0}[0];
  for (const x of \${0}.slice(1)) {
    current = Math.max(x, current + x);
    best = Math.max(best, current);
  }
  return best;
}`,
      `function \${name}(\${0}) {
  let best = -Infinity;
  for (let i = 0; i < \${0}.length; i++) {
    let sum = 0;
    for (let j = i; j < \${0}.length; j++) {
      sum += \${0}[j];
      best = Math.max(best, sum);
    }
  }
  return best;
}`,
    ],
    args: (random) => [ints(random, -9, 9)],
    always: [[[-2, 1, -3, 4, -1, 2, 1, -5, 4]], [[-3, -1]], [[5]]],
  },
  {
    id: "missing-number",
    names: ["missingNumber", "findMissing", "missing", "whichMissing"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{find} the missing number in a list that holds all numbers from 0 to n except one",
      "{return} the one number of 0..n that an array of n different numbers lacks",
      "{take} n distinct numbers from 0 to n and {tell} which one is not there",
      "{determine} the absent number, given every other one from 0 up to the length of the array",
      "missing number in 0..n",
      "= which number from 0 to n is missing",
      "= leetcode 268 missing number js",
      "= one of 0..n is absent, which? [3,0,1] -> 2",
      "= how do i find the number that's missing from an unsorted array of 0 to n?",
      "= pages 0 to n, one got lost; the array has the rest in any order. which?",
    ],
    zh: [
      "{在包含 0 到 n 中除一个外所有数的列表里找出缺少的那个}",
      "{返回数组中缺失的数字，数组长度为 n，数取自 0 到 n}",
      "缺失的数字（0 到 n）",
      "= [3,0,1] 缺的是 2，怎么用 js 找？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const n = \${0}.length;
  const sum = \${0}.reduce((total, x) => total + x, 0);
  return (n * (n + 1)) / 2 - sum;
}`,
      `function \${name}(\${0}) {
  let i = 0;
  while (\${0}.includes(i)) {
    i++;
  }
  return i;
}`,
    ],
    args: (random) => ((n) => [random.shuffle(Array.from({ length: n + 1 }, (_, i) => i)).slice(1)])(random.int(1, 8)),
    always: [[[3, 0, 1]], [[0]], [[1]]],
  },
  {
    id: "single-number",
    names: ["singleNumber", "findSingle", "oddOneOut", "lonely"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{find} the only number that occurs once in a list where all others occur twice",
      "{return} the element without a partner; every other one appears exactly two times",
      "{take} a list in which each number but one is there twice and {return} that one",
      "{locate} the unpaired value in an array of pairs",
      "single number",
      "the element that appears only once (the rest twice)",
      "= leetcode single number in javascript",
      "= all numbers twice except for one, get that one. [4,1,2,1,2] -> 4",
      "= all my socks come in pairs except one. numbers are sock types, which one is single?",
      "= how to find the number without duplicate when every other number is doubled",
    ],
    zh: [
      "{在其他数都出现两次的列表中找出只出现一次的数}",
      "{返回数组里没有成对的那个元素}",
      "只出现一次的数字",
      "= 其他都出现两次，找落单的那个，[4,1,2,1,2] 得到 4，js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((result, x) => result ^ x, 0);
}`,
      `function \${name}(\${0}) {
  return \${0}.find((x) => \${0}.indexOf(x) === \${0}.lastIndexOf(x));
}`,
    ],
    args: (random) =>
      ((some) => [random.shuffle([...some, ...some.slice(1)])])(
        random.some([1, 2, 3, 5, 7, 9, 11, 14, 20], random.int(2, 4)),
      ),
    always: [[[4, 1, 2, 1, 2]], [[7]]],
  },
];
