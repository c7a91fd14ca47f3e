/** Everyday tasks that combine, group and nest the items of a list. */
import { ints, texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const combinations: readonly EverydayTask[] = [
  {
    id: "all-pairs",
    names: ["pairs", "allPairs", "combinations", "getPairs"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{return} all pairs of elements of a list, each pair once, in order",
      "{list} every combination of two items (earlier item first)",
      "{take} an array and {build} all [a, b] with a before b",
      "{generate} each possible pair of two different positions of a list",
      "all pairs of an array",
      "combinations of 2 elements",
      "every item with every later item",
      "= each with each, no pair twice: [1,2,3] -> [[1,2],[1,3],[2,3]]",
      "= how to get all possible pairs from an array in js, no repeats",
      "= round robin: everybody in the list plays everybody once, list the matches in order",
      "= Produce all unordered pairs of list elements, keeping list order.",
      "{pair} every element with each one after it",
      "= handshakes: everybody in the list with everybody else once, as list of pairs in order",
    ],
    zh: [
      "{返回列表中所有两两组合，每对只出现一次，按原顺序}",
      "{列出数组里任意两个元素组成的对}",
      "所有两两配对",
      "= 两两组合不重复，[1,2,3] 得到 [[1,2],[1,3],[2,3]]，怎么写？",
      "= 循环赛：名单里每两个人比一场，列出所有对阵",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    for (let j = i + 1; j < \${0}.length; j++) {
      result.push([\${0}[i], \${0}[j]]);
    }
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return \${0}.flatMap((x, i) => \${0}.slice(i + 1).map((y) => [x, y]));
}`,
    ],
    args: (random) => [ints(random, 0, 20, 0, 5)],
    always: [[[]], [[1, 2, 3]], [["a"]]],
  },
  {
    id: "cartesian-product",
    names: ["product", "cartesian", "cartesianProduct", "crossJoin"],
    params: [
      ["a", "first", "list1", "xs"],
      ["b", "second", "list2", "ys"],
    ],
    en: [
      "{return} the cartesian product of two lists as pairs",
      "{combine} each element of the first array with each element of the second",
      "{take} two lists and {list} every pair [x, y], x from the first and y from the second",
      "{build} all combinations of one item from a and one item from b",
      "cartesian product of two arrays",
      "cross join of two lists",
      "all combinations of sizes and colors as pairs",
      "= how to get every combination of two arrays?",
      '= everything combined with everything, [1,2] x ["a","b"] -> [[1,"a"],[1,"b"],[2,"a"],[2,"b"]]',
      "= i have a list of shirts and a list of trousers and want all outfits as pairs",
    ],
    zh: [
      "{返回两个列表的笛卡尔积}",
      "{把第一个数组的每个元素和第二个数组的每个元素配对}",
      "笛卡尔积",
      '= 怎么列出两个数组的所有组合？[1,2] 和 ["a","b"] 共四对',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.flatMap((x) => \${1}.map((y) => [x, y]));
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (const x of \${0}) {
    for (const y of \${1}) {
      result.push([x, y]);
    }
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 9, 0, 4), texts(random, 0, 4)],
    always: [
      [[], [1]],
      [
        [1, 2],
        ["a", "b"],
      ],
    ],
  },
  {
    id: "permutations",
    names: ["permutations", "permute", "allOrders"],
    params: [["list", "arr", "items", "array"]],
    en: [
      "{return} all permutations of a list, those that begin with its first element first",
      "{list} every possible order of the elements, taking the first element in turn from left to right",
      "{generate} the permutations of an array in the order of its positions",
      "{take} an array and {give} back an array of all its arrangements, starting with the original order",
      "all permutations of an array",
      "every ordering of a list, the original one first",
      "= permutations of [1,2,3] in js, in the usual order (123, 132, 213, 231, 312, 321)",
      "= how to generate all permutations recursively, picking each element as the first in turn?",
      "= in how many ways can i arrange my list? show all of them, beginning with the list itself",
      "= Compute all arrangements of the given items, choosing the leading item from left to right.",
      "{find} all orders in which the items can stand, beginning with those that have the first item in front",
    ],
    zh: [
      "{返回列表的全排列，依次以每个元素开头}",
      "{列出数组元素所有可能的排列顺序，从原顺序开始}",
      "全排列（依次选第一个元素）",
      "= 用 js 写 [1,2,3] 的全排列，按 123、132、213 这样的顺序",
      "= 一个列表的所有排列，先是以第一个元素开头的",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0}.length === 0) return [[]];
  return \${0}.flatMap((item, i) => {
    const rest = \${0}.filter((_, j) => j !== i);
    return \${name}(rest).map((tail) => [item, ...tail]);
  });
}`,
      `function \${name}(\${0}) {
  if (\${0}.length === 0) return [[]];
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    const rest = [...\${0}.slice(0, i), ...\${0}.slice(i + 1)];
    for (const tail of \${name}(rest)) {
      result.push([\${0}[i], ...tail]);
    }
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 9, 1, 4)],
    always: [[[1, 2, 3]], [[1]]],
  },
  {
    id: "subsets",
    names: ["subsets", "powerSet", "allSubsets"],
    params: [["list", "arr", "items", "array"]],
    en: [
      "{return} all subsets of a list; each new element is added to the subsets made so far",
      "{build} the power set of an array, starting from the empty set and adding one element after another",
      "{take} a list and {list} its subsets: [], then those with the first item, then the same plus the second and so on",
      "{generate} every subset of the items, in the order of doubling the list of subsets",
      "power set of an array",
      "all subsets, starting with the empty one",
      "= subsets of [1,2,3] as [[],[1],[2],[1,2],[3],[1,3],[2,3],[1,2,3]]",
      "= how do you compute a power set in js? start with [[]] and for each item append copies that include it",
      "= every possible selection from a list (also the empty one), in the order [], [a], [b], [a,b], ...",
      "= Produce the power set iteratively: begin with the empty subset, extend all subsets by each element in turn.",
    ],
    zh: [
      "{返回列表的所有子集，逐个加入元素扩展已有子集}",
      "{求数组的幂集，从空集开始，依次为 []、[a]、[b]、[a,b]…}",
      "幂集",
      "= [1,2,3] 的所有子集怎么求？顺序是 [],[1],[2],[1,2],[3]…",
    ],
    answers: [
      `function \${name}(\${0}) {
  let result = [[]];
  for (const item of \${0}) {
    result = [...result, ...result.map((subset) => [...subset, item])];
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((sets, item) => sets.concat(sets.map((set) => [...set, item])), [[]]);
}`,
    ],
    args: (random) => [ints(random, 0, 9, 0, 4)],
    always: [[[]], [[1, 2, 3]]],
  },
  {
    id: "sliding-windows",
    names: ["windows", "slidingWindows", "consecutive", "groupsOf"],
    params: [
      ["list", "arr", "array", "items"],
      ["size", "n", "k", "width"],
    ],
    en: [
      "{return} all runs of n neighbouring elements of a list",
      "{list} the sliding windows of a given size over an array",
      "{take} a list and a size and {return} every sublist of that many consecutive items, moving one step at a time",
      "{get} each contiguous piece of length k",
      "sliding window over an array",
      "all consecutive sublists of length n",
      "= neighbours in groups of a given size, overlapping: windows([1,2,3,4], 2) -> [[1,2],[2,3],[3,4]]",
      "= how do I get overlapping groups of n adjacent elements?",
      "= move a frame of width k over the list and collect what is in it at each step",
      "= Return every contiguous subarray of the given length, from left to right.",
    ],
    zh: [
      "{返回列表中所有长度为 n 的连续片段}",
      "{用给定大小的滑动窗口扫过数组，收集每个窗口}",
      "滑动窗口",
      "= windows([1,2,3,4], 2) 得到 [[1,2],[2,3],[3,4]]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i + \${1} <= \${0}.length; i++) {
    result.push(\${0}.slice(i, i + \${1}));
  }
  return result;
}`,
    ],
    args: (random) => [ints(random), random.int(1, 4)],
    always: [
      [[1, 2, 3, 4], 2],
      [[1], 2],
    ],
  },
];
