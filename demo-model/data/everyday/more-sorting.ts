/** Everyday tasks on ranks and unusual orders. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const moreSorting: readonly EverydayTask[] = [
  {
    id: "sort-by-absolute-value",
    names: ["sortByAbs", "sortAbsolute", "byMagnitude"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{sort} numbers by absolute value, smallest first; ties keep their order",
      "{order} a list by distance from zero, stable",
      "{take} positive and negative numbers and {arrange} them by how far from 0 they are",
      "{return} the numbers sorted by magnitude ascending",
      "sort by abs",
      "numbers ordered by absolute value",
      "= order by distance to 0 (ties as they come): [-5,2,-1] -> [-1,2,-5]",
      "= how do i sort an array by Math.abs of the elements?",
      "= ignore the sign when sorting, but keep it in the result; equal magnitudes stay in order",
      "= Stable ascending sort of an array by |x|.",
    ],
    zh: [
      "{按绝对值从小到大排序，相同的保持原顺序}",
      "{把正负数按离 0 的远近排列}",
      "按绝对值排序",
      "= 看绝对值大小排，[-5,2,-1] 变成 [-1,2,-5]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}].sort((x, y) => Math.abs(x) - Math.abs(y));
}`,
      `function \${name}(\${0}) {
  return \${0}.toSorted((x, y) => Math.abs(x) - Math.abs(y));
}`,
    ],
    args: (random) => [ints(random, -20, 20)],
    always: [[[]], [[-5, 2, -1]], [[2, -2]]],
  },
  {
    id: "evens-first",
    names: ["evensFirst", "evenBeforeOdd", "sortByParity", "parity"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{put} the even numbers of a list before the odd ones, keeping the order within both",
      "{return} an array with all evens first and then all odds, otherwise in the same order",
      "{take} integers and {move} the odd ones behind the even ones, stable",
      "{rearrange} a list by parity: even numbers to the front",
      "sort array by parity, order kept",
      "evens first, then odds",
      "= even ones to the front, order kept: [3,1,2,4] -> [2,4,3,1]",
      "= how can i reorder an array so that even numbers come first?",
      "= first the evens in the order they have, then the odds in the order they have",
      "= leetcode sort array by parity, but stable",
    ],
    zh: [
      "{把列表中的偶数放在奇数前面，各自保持原顺序}",
      "{返回先偶数后奇数的数组}",
      "偶数在前、奇数在后",
      "= 偶数放前面、奇数放后面，[3,1,2,4] 变成 [2,4,3,1]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}.filter((x) => x % 2 === 0), ...\${0}.filter((x) => x % 2 !== 0)];
}`,
      `function \${name}(\${0}) {
  const odd = (x) => Math.abs(x % 2);
  return [...\${0}].sort((x, y) => odd(x) - odd(y));
}`,
    ],
    args: (random) => [ints(random, 0, 30)],
    always: [[[]], [[3, 1, 2, 4]]],
  },
  {
    id: "sort-by-frequency",
    names: ["sortByFrequency", "byFrequency", "mostCommonFirst"],
    params: [["list", "arr", "items", "values"]],
    en: [
      "{return} the distinct values of a list, most frequent first; equally frequent ones in order of first appearance",
      "{order} the different items of an array by how often they occur, in descending order, first seen first on ties",
      "{take} a list and {rank} its unique values by number of occurrences (ties as they first appear)",
      "{list} what is in an array from the most to the least common, each once, ties by first occurrence",
      "unique values by frequency, most common first (ties: first seen)",
      "ranking of elements by how often they appear, earlier first on a tie",
      "= distinct values, commonest first (on a tie the earlier one), [1,2,2,3,3,3] -> [3,2,1]",
      "= which songs were played most? the list has every play; i want each song once, the most played at the top, ties in order of first play",
      "= how do I sort the unique elements of an array by count, highest first? equal counts stay in order of appearance",
      "= Distinct values in decreasing order of multiplicity, ties broken by first occurrence.",
    ],
    zh: [
      "{返回列表中不同的值，按出现次数从多到少，次数相同按首次出现的顺序}",
      "{将数组里的不同元素按频率降序排列，并列的先出现者在前}",
      "按出现频率排序去重（并列按首次出现）",
      "= 播放记录里每首歌只列一次，播放最多的在前，次数一样按先后，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const counts = new Map();
  for (const item of \${0}) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return [...counts.keys()].sort((x, y) => counts.get(y) - counts.get(x));
}`,
      `function \${name}(\${0}) {
  const count = (x) => \${0}.filter((item) => item === x).length;
  return [...new Set(\${0})].sort((x, y) => count(y) - count(x));
}`,
    ],
    args: (random) => [ints(random, 0, 4, 4, 9)],
    always: [[[]], [[1, 2, 2, 3, 3, 3]], [["b", "a"]]],
  },
  {
    id: "ranks",
    names: ["ranks", "rankNumbers", "getRanks", "places"],
    params: [["scores", "numbers", "list", "arr"]],
    en: [
      "{return} the rank of each score in a list, the highest has rank 1; equal scores share a rank",
      "{replace} every number by its place: 1 plus how many numbers are greater",
      "{take} points and {compute} the places, 1 for the best, ties get the same place and the next one is skipped",
      "{assign} ranks as in sports: two firsts are followed by a third",
      "competition ranking of scores (1, 2, 2, 4)",
      "rank of each element, highest first",
      "= places for scores, highest is 1, ties share: [50,80,80,20] -> [3,1,1,4]",
      "= how do i turn a list of scores into a list of places? same score, same place, then a gap",
      "= what place did each player get? scores in, places out in the same order (ties share a place as in the olympics)",
      "= Standard competition ranks for an array of scores, larger being better.",
    ],
    zh: [
      "{返回列表中每个分数的名次，最高为 1，同分同名次}",
      "{把每个数换成它的排名：1 加上比它大的数的个数}",
      "竞赛排名（同分并列）",
      "= [50,80,80,20] 的名次是 [3,1,1,4]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((score) => 1 + \${0}.filter((other) => other > score).length);
}`,
      `function \${name}(\${0}) {
  const sorted = [...\${0}].sort((x, y) => y - x);
  return \${0}.map((score) => sorted.indexOf(score) + 1);
}`,
    ],
    args: (random) => [ints(random, 0, 12).map((x) => x * 10)],
    always: [[[]], [[50, 80, 80, 20]]],
  },
  {
    id: "sort-indexes",
    names: ["argsort", "sortIndexes", "sortedIndices", "order"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the indexes that would sort a list in ascending order; equal numbers by position",
      "{list} the positions of the numbers from the smallest to the largest value, counting from 0",
      "{take} an array and {give} back its argsort (stable)",
      "{order} the indices of a list by the values they point to",
      "argsort of an array",
      "indices in sorted order, ascending",
      "= positions of the numbers in ascending order: [30,10,20] -> [1,2,0]",
      "= numpy.argsort in javascript",
      "= in which order do I have to visit the positions so that the values come out sorted? equal values left to right",
      "= Return index permutation p such that arr[p[0]] <= arr[p[1]] <= ..., stably.",
    ],
    zh: [
      "{返回能使列表升序的下标顺序，相等的按位置}",
      "{列出从最小值到最大值对应的位置（从 0 开始）}",
      "argsort 排序下标",
      "= [30,10,20] 得到 [1,2,0]，像 numpy.argsort，js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((_, i) => i).sort((i, j) => \${0}[i] - \${0}[j]);
}`,
      `function \${name}(\${0}) {
  const pairs = \${0}.map((x, i) => [x, i]);
  pairs.sort((x, y) => x[0] - y[0]);
  return pairs.map((pair) => pair[1]);
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[30, 10, 20]], [[5, 5]]],
  },
  {
    id: "count-inversions",
    names: ["countInversions", "inversions", "outOfOrder"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{count} the inversions of a list: pairs where an earlier number is greater than a later one",
      "{return} how many pairs i < j have list[i] > list[j]",
      "{take} an array and {count} the pairs that are out of order",
      "{measure} how unsorted a list is, by the number of its inversions",
      "number of inversions",
      "pairs in the wrong order",
      "= how many pairs stand the wrong way round? [3,1,2] -> 2",
      "= how do I count the inversions in an array, quadratic is ok",
      "= how many pairs of people in the line stand wrongly, the taller before the shorter? heights in an array",
      "= Inversion count of a sequence.",
    ],
    zh: [
      "{统计列表中的逆序对：前面的数大于后面的数}",
      "{返回满足 i < j 且 list[i] > list[j] 的对数}",
      "逆序对个数",
      "= [3,1,2] 有 2 个逆序对，js 怎么数？",
    ],
    answers: [
      `function \${name}(\${0}) {
  let count = 0;
  for (let i = 0; i < \${0}.length; i++) {
    for (let j = i + 1; j < \${0}.length; j++) {
      if (\${0}[i] > \${0}[j]) count++;
    }
  }
  return count;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((sum, x, i) => sum + \${0}.slice(i + 1).filter((y) => y < x).length, 0);
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[3, 1, 2]], [[1, 2, 3]]],
  },
  {
    id: "merge-intervals",
    names: ["mergeIntervals", "mergeRanges", "joinIntervals", "combineOverlaps"],
    params: [["intervals", "ranges", "list", "spans"]],
    en: [
      "{merge} all overlapping intervals of a list and {return} them sorted by start",
      "{take} [start, end] pairs and {join} those that overlap or touch",
      "{combine} ranges which share at least a point; the result is in order of the starts",
      "{return} the union of intervals as a sorted list of disjoint ones",
      "merge intervals",
      "overlapping ranges combined",
      "= leetcode 56 merge intervals js",
      "= put overlapping spans together (sorted by start): [[1,3],[2,6],[8,10]] -> [[1,6],[8,10]]",
      "= meetings as [start, end]. when was i busy? overlapping or adjoining meetings count as one block, earliest first",
      "= Coalesce overlapping closed intervals and return them ordered by start.",
    ],
    zh: [
      "{合并列表中所有重叠的区间，按起点排序返回}",
      "{把重叠或相接的 [start, end] 合成一个}",
      "合并区间",
      "= [[1,3],[2,6],[8,10]] 合并成 [[1,6],[8,10]]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const sorted = [...\${0}].sort((x, y) => x[0] - y[0]);
  const result = [];
  for (const [start, end] of sorted) {
    const last = result[result.length - 1];
    if (last && start <= last[1]) {
      last[1] = Math.max(last[1], end);
    } else {
      result.push([start, end]);
    }
  }
  return result;
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(1, 5) }, () => ((start) => [start, start + random.int(1, 6)])(random.int(0, 20))),
    ],
    always: [
      [[]],
      [
        [
          [1, 3],
          [2, 6],
          [8, 10],
        ],
      ],
      [
        [
          [1, 4],
          [4, 5],
        ],
      ],
    ],
  },
];
