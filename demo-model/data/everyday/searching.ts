/** Everyday tasks that search and extend sorted lists. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const searching: readonly EverydayTask[] = [
  {
    id: "binary-search",
    names: ["binarySearch", "bsearch", "search", "findSorted"],
    params: [
      ["list", "sorted", "numbers", "arr"],
      ["target", "value", "x", "wanted"],
    ],
    en: [
      "{find} the index of a number in a sorted list by binary search, -1 if it is missing",
      "{implement} binary search on an ascending array of different numbers; {return} the index or -1",
      "{search} a sorted array by halving the range until the target is found (else -1)",
      "{take} a sorted list and a value and {return} its position or -1, in logarithmic time",
      "binary search",
      "binary search in js, -1 when not found",
      "= how do i implement binary search in javascript?",
      "= leetcode 704 binary search",
      "= [1,3,5,7], 5 -> 2 and 4 -> -1, use bisection",
      "= my list is sorted and huge, indexOf is too slow. function that looks in the middle, then in the right half and so on. -1 if absent",
      "= Implement an iterative binary search over a sorted array without duplicates.",
      "{check} the middle, then the proper half, until a number is found in a sorted list; {return} index or -1",
    ],
    zh: [
      "{在升序列表中用二分查找返回目标的下标，没有则返回 -1}",
      "{实现二分查找，每次把范围减半，找不到返回 -1}",
      "二分查找",
      "= js 二分查找怎么写？没有返回 -1",
      "= 数组有序而且很大，怎么快速找到某个数的位置？找不到 -1",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let low = 0;
  let high = \${0}.length - 1;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    if (\${0}[middle] === \${1}) return middle;
    if (\${0}[middle] < \${1}) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}`,
    ],
    args: (random) =>
      ((list) => [list, random.chance(0.7) ? random.pick(list) : random.int(0, 40)])(
        [...new Set(ints(random, 0, 40, 4, 9))].sort((x, y) => x - y),
      ),
    always: [
      [[], 1],
      [[1, 3, 5, 7], 5],
      [[1, 3, 5, 7], 4],
    ],
  },
  {
    id: "insert-position",
    names: ["insertPosition", "searchInsert", "lowerBound", "bisect"],
    params: [
      ["list", "sorted", "numbers", "arr"],
      ["target", "value", "wanted"],
    ],
    en: [
      "{find} the index at which a number has to be inserted into a sorted list to keep it sorted; if it is there already, its index",
      "{return} where the target is or would be in an ascending array of different numbers",
      "{take} a sorted array without duplicates and a value and {tell} the position it belongs at",
      "{locate} the first element that is not smaller than a value (the length if there is none)",
      "search insert position",
      "lower bound in a sorted array",
      "= leetcode search insert position in javascript",
      "= where does a number belong in a sorted list? [1,3,5], 4 -> 2 and 9 -> 3 and 3 -> 1",
      "= high scores are sorted ascending; at which index does the new score go? if the same score exists take its index",
      "= bisect_left from python as a js function",
    ],
    zh: [
      "{返回目标值在升序列表中应插入的位置，已存在则返回它的下标}",
      "{在无重复的有序数组里找第一个不小于目标的位置}",
      "搜索插入位置",
      "= [1,3,5] 插入 4 的位置是 2，js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let low = 0;
  let high = \${0}.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (\${0}[middle] < \${1}) low = middle + 1;
    else high = middle;
  }
  return low;
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((x) => x < \${1}).length;
}`,
    ],
    args: (random) => [[...new Set(ints(random, 0, 30, 3, 8))].sort((x, y) => x - y), random.int(0, 32)],
    always: [
      [[], 1],
      [[1, 3, 5], 4],
      [[1, 3, 5], 9],
      [[1, 3, 5], 3],
    ],
  },
  {
    id: "insert-sorted",
    names: ["insertSorted", "addSorted", "insertInOrder"],
    params: [
      ["list", "sorted", "numbers", "arr"],
      ["value", "number", "item"],
    ],
    en: [
      "{insert} a number into a sorted list so that it stays sorted",
      "{return} a new ascending array that also contains the given number",
      "{take} a sorted list and a value and {put} the value at its right place",
      "{add} an element to a sorted array, keeping the order",
      "insert into sorted array",
      "sorted insert",
      "= add a number and stay sorted: [1,3,5] and 4 -> [1,3,4,5]",
      "= how do I add a number to an already sorted array without breaking the order?",
      "= new arrival in a line ordered by height: where do they go? show me the new line",
      "= Sorted insertion for ascending numeric arrays, non-mutating.",
    ],
    zh: [
      "{把一个数插入有序列表，保持升序}",
      "{返回加入新数后仍然有序的数组}",
      "有序插入",
      "= [1,3,5] 插入 4 变成 [1,3,4,5]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}, \${1}].sort((x, y) => x - y);
}`,
      `function \${name}(\${0}, \${1}) {
  const smaller = \${0}.filter((x) => x <= \${1});
  const larger = \${0}.filter((x) => x > \${1});
  return [...smaller, \${1}, ...larger];
}`,
    ],
    args: (random) => [ints(random, 0, 30).sort((x, y) => x - y), random.int(0, 30)],
    always: [
      [[], 1],
      [[1, 3, 5], 4],
      [[2, 2], 2],
    ],
  },
  {
    id: "merge-sorted",
    names: ["mergeSorted", "mergeSortedArrays", "mergeLists", "merge"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{merge} two sorted lists into one sorted list",
      "{take} two ascending arrays and {combine} them so that the result is ascending too",
      "{return} all elements of two sorted arrays in sorted order",
      "{zip} together two already sorted lists of numbers in order",
      "merge two sorted arrays",
      "merge step of merge sort",
      "= two sorted lists become one sorted list: [1,4] and [2,3,5] -> [1,2,3,4,5]",
      "= how do i merge 2 sorted arrays in js?",
      "= both lists are in order already. make one list, also in order, keep repeated numbers",
      "= Implement the merge of two non-decreasing sequences.",
      "{build} one ascending list from two ascending ones",
      "= combine sorted arrays so result is sorted js",
    ],
    zh: [
      "{把两个有序列表合并成一个有序列表}",
      "{接收两个升序数组，合并后仍为升序}",
      "合并两个有序数组",
      "= [1,4] 和 [2,3,5] 合并成 [1,2,3,4,5]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = [];
  let i = 0;
  let j = 0;
  while (i < \${0}.length || j < \${1}.length) {
    if (j >= \${1}.length || \${0}[i] <= \${1}[j]) result.push(\${0}[i++]);
    else result.push(\${1}[j++]);
  }
  return result;
}`,
      `function \${name}(\${0}, \${1}) {
  return [...\${0}, ...\${1}].sort((x, y) => x - y);
}`,
    ],
    args: (random) => [
      ints(random, 0, 20, 0, 5).sort((x, y) => x - y),
      ints(random, 0, 20, 0, 5).sort((x, y) => x - y),
    ],
    always: [
      [[], []],
      [
        [1, 4],
        [2, 3, 5],
      ],
    ],
  },
  {
    id: "kth-largest",
    names: ["kthLargest", "nthLargest", "findKthLargest"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["k", "n", "rank", "place"],
    ],
    en: [
      "{return} the kth largest number of a list, repeats counted (k starts at 1)",
      "{find} the number in place k when the list is sorted from high to low",
      "{take} numbers and k and {give} back the k-th biggest element, duplicates included",
      "{determine} the kth greatest value, where equal numbers take separate places",
      "kth largest element in an array",
      "k-th biggest number, k from 1, duplicates count",
      "= leetcode 215 kth largest in js",
      "= k-th from the top when sorted, repeats count: [3,2,1,5,6,4], 2 -> 5",
      "= how to get the 2nd, 3rd, nth highest value in a list? repeated values count separately",
      "= Order statistic: the k-th largest entry of an array with 1 <= k <= length.",
      "= kth highest number of an array (same numbers count each), js",
    ],
    zh: [
      "{返回列表中第 k 大的数，重复的也算}",
      "{找出从大到小排序后排在第 k 位的数}",
      "第 k 大的元素",
      "= [3,2,1,5,6,4] 里第 2 大的是 5，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}].sort((x, y) => y - x)[\${1} - 1];
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.toSorted((x, y) => x - y).at(-\${1});
}`,
    ],
    args: (random) => [ints(random, 0, 25, 4, 8), random.int(1, 4)],
    always: [
      [[3, 2, 1, 5, 6, 4], 2],
      [[5, 5, 1], 2],
    ],
  },
  {
    id: "kth-smallest",
    names: ["kthSmallest", "nthSmallest", "findKthSmallest"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["k", "n", "rank", "place"],
    ],
    en: [
      "{return} the kth smallest number of a list, repeats counted (k starts at 1)",
      "{find} the number in place k when the list is sorted ascending, first place being 1",
      "{take} numbers and k and {give} back the k-th lowest element",
      "{determine} the kth lowest value, where equal numbers take separate places",
      "kth smallest element of an array",
      "k-th lowest number, k from 1, duplicates count",
      "= k-th from the bottom when sorted, repeats count: [7,10,4,3], 3 -> 7",
      "= how to find the nth smallest value in an unsorted array?",
      "= third cheapest, fourth cheapest and so on: prices and the rank come in, the price comes out, same prices count separately",
      "= Order statistic: k-th smallest entry of an array, k between 1 and the length.",
    ],
    zh: [
      "{返回列表中第 k 小的数，重复的也算}",
      "{找出从小到大排序后排在第 k 位的数}",
      "第 k 小的元素",
      "= [7,10,4,3] 里第 3 小的是 7，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}].sort((x, y) => x - y)[\${1} - 1];
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.toSorted((x, y) => x - y)[\${1} - 1];
}`,
    ],
    args: (random) => [ints(random, 0, 25, 4, 8), random.int(1, 4)],
    always: [
      [[7, 10, 4, 3], 3],
      [[1, 1, 5], 2],
    ],
  },
];
