/** Everyday tasks on runs of equal items, and on lists as sequences. */
import { ints, texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const listRuns: readonly EverydayTask[] = [
  {
    id: "remove-consecutive-duplicates",
    names: ["collapse", "removeConsecutive", "squeeze", "dedupeAdjacent"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{remove} elements that are equal to the one right before them",
      "{collapse} runs of equal neighbours in a list to one element",
      "{take} a list and {drop} repeated items only where they stand next to each other",
      "{return} the array without consecutive duplicates",
      "remove adjacent duplicates from an array",
      "{collapse} repeated neighbours",
      "like unix uniq, for a list",
      "= no value twice in a row: [1,1,2,2,1] -> [1,2,1]",
      "= how can i delete consecutive duplicates but keep later repeats?",
      "= my sensor sends the same value many times in a row, i only want the changes",
      "= squash runs of the same value into one",
    ],
    zh: [
      "{去掉列表中与前一项相同的元素}",
      "{把数组里连续重复的值合并成一个}",
      "去除相邻重复元素",
      "= 连着重复的只留一个：[1,1,2,2,1] 变成 [1,2,1]，只去掉挨着的重复",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((item, i) => i === 0 || item !== \${0}[i - 1]);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const item of \${0}) {
    if (result.length === 0 || result[result.length - 1] !== item) {
      result.push(item);
    }
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 2, 3, 9)],
    always: [[[]], [[1, 1, 2, 2, 1]]],
  },
  {
    id: "run-lengths",
    names: ["runLengths", "encodeRuns", "runLengthEncode", "countRuns"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{turn} a list into [value, count] pairs for each run of equal neighbours",
      "{encode} an array by its runs: one pair of value and length for each",
      "{count} how often each element repeats in a row, as pairs [item, times]",
      "{take} a list and {return} pairs of a value and how many times it occurs in sequence",
      "run length encoding of a list",
      "pairs of value and run length",
      '= how often in a row? ["a","a","b"] -> [["a",2],["b",1]] for example',
      "= how to do RLE on an array? result as [value, count] arrays",
      "= consecutive equal items of my list become one pair with the number of them",
      "= Compress an array into (value, length) pairs, one for each run of identical neighbours.",
    ],
    zh: [
      "{把列表中每段连续相同的元素变成 [值, 次数]}",
      "{对数组做游程编码，每段返回一对值和长度}",
      "列表游程编码",
      '= 统计连续出现的次数，["a","a","b"] 变成 [["a",2],["b",1]]，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}) {
  const runs = [];
  for (const item of \${0}) {
    const last = runs[runs.length - 1];
    if (last && last[0] === item) {
      last[1]++;
    } else {
      runs.push([item, 1]);
    }
  }
  return runs;
}`,
    ],
    args: (random) => [ints(random, 0, 2, 3, 9)],
    always: [[[]], [["a", "a", "b"]]],
  },
  {
    id: "decode-runs",
    names: ["decodeRuns", "expandRuns", "expand", "repeatPairs"],
    params: [["pairs", "runs", "list", "items"]],
    en: [
      "{expand} a list of [value, count] pairs into a flat list",
      "{decode} a run-length encoding given as pairs of a value and how often it repeats",
      "{take} pairs [item, times] and {write} each item out that many times",
      "{rebuild} the list from its runs",
      "run length decoding of a list",
      "{expand} pairs of value and count",
      '= write out the runs again: [["a",2],["b",1]] -> ["a","a","b"]',
      "= how to undo RLE in js, input is an array of [value, count]",
      "= each pair says what and how many; give me the long list",
      "= Inflate run-length pairs back to a plain array.",
    ],
    zh: [
      "{把 [值, 次数] 的列表展开成一个数组}",
      "{解码游程编码，输入是由值和个数组成的对}",
      "游程解码",
      '= 按次数展开，[["a",2],["b",1]] 怎么还原成 ["a","a","b"]？',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.flatMap(([value, count]) => Array(count).fill(value));
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const [value, count] of \${0}) {
    for (let i = 0; i < count; i++) result.push(value);
  }
  return result;
}`,
    ],
    args: (random) => [texts(random, 1, 4).map((w) => [w, random.int(1, 4)])],
    always: [
      [[]],
      [
        [
          ["a", 2],
          ["b", 1],
        ],
      ],
    ],
  },
  {
    id: "all-equal",
    names: ["allEqual", "allSame", "isUniform", "areSame"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{check} whether all elements of a list are equal",
      "{return} true if an array holds the same value everywhere (an empty one counts as true)",
      "{tell} whether every item of a list is identical",
      "{take} an array and {decide} if there is no more than one distinct value in it",
      "= are all array elements the same",
      "all items equal",
      "= how to check if all values in an array are the same? [] is true",
      "= all items identical: [3,3,3] true, [3,3,4] false",
      "= did all the dice show the same number? the list of throws comes in, true or false comes out",
      "= Test that a list is constant.",
      "{verify} that every entry of an array is the same",
      "= are they all the same? list in, boolean out",
    ],
    zh: [
      "{判断列表的所有元素是否都相等}",
      "{如果数组里每个值都一样返回 true，空数组也算}",
      "元素是否全部相同",
      "= 怎么看数组里的值是不是全都一样？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.every((item) => item === \${0}[0]);
}`,
      `function \${name}(\${0}) {
  return new Set(\${0}).size <= 1;
}`,
    ],
    args: (random) => [random.chance(0.5) ? ints(random, 0, 1, 2, 4) : ints(random, 3, 3, 1, 4)],
    always: [[[3, 3, 3]], [["a", "b"]]],
  },
  {
    id: "enumerate",
    names: ["enumerate", "withIndex", "indexed", "numbered"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{turn} a list into pairs of index and element",
      "{return} [index, item] for every item of an array, indexes from 0",
      "{take} a list and {number} its elements from 0, as pairs with the number first",
      "{attach} to each element its zero-based position: [position, element]",
      "python's enumerate",
      "list with indexes as [i, value] pairs",
      '= put the position in front of each item, ["a","b"] -> [[0,"a"],[1,"b"]]',
      "= how do i get index and value of every array element as pairs?",
      "= like enumerate in python but in js, result is an array of arrays",
      "= Pair each entry of an array with its index.",
    ],
    zh: [
      "{把列表变成 [下标, 元素] 的列表}",
      "{给数组的每一项配上从 0 开始的序号}",
      "实现 enumerate",
      '= 给元素配下标，["a","b"] 变成 [[0,"a"],[1,"b"]]，像 python 的 enumerate',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((item, i) => [i, item]);
}`,
      `function \${name}(\${0}) {
  return [...\${0}.entries()];
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["a", "b"]]],
  },
  {
    id: "starts-with-list",
    names: ["startsWith", "hasPrefix", "beginsWith", "isPrefix"],
    params: [
      ["list", "arr", "array", "items"],
      ["prefix", "start", "head", "beginning"],
    ],
    en: [
      "{check} whether a list begins with the elements of another list",
      "{return} true if the second array is a prefix of the first",
      "{tell} if an array starts with a given sequence",
      "{take} a list and a shorter list and {compare} the first elements with it",
      "= does an array start with another array",
      "prefix test for lists",
      "= startsWith([1,2,3], [1,2]) is true, how to write this for arrays?",
      "= are the first items of my list exactly these? both lists are given",
      "= startsWith but for arrays not strings",
      "= Determine if one array is the beginning of another.",
    ],
    zh: [
      "{判断一个列表是否以另一个列表开头}",
      "{检查第二个数组是不是第一个数组的前缀}",
      "数组前缀判断",
      "= 数组的 startsWith 怎么写？[1,2,3] 以 [1,2] 开头就是 true",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${1}.every((x, i) => \${0}[i] === x);
}`,
    ],
    args: (random) =>
      ((list) => [list, random.chance(0.6) ? list.slice(0, random.int(0, 3)) : ints(random, 0, 2, 1, 2)])(
        ints(random, 0, 2),
      ),
    always: [
      [
        [1, 2, 3],
        [1, 2],
      ],
      [[1], [1, 2]],
      [[], []],
    ],
  },
  {
    id: "list-depth",
    names: ["depth", "nestingDepth", "maxDepth", "listDepth"],
    params: [["list", "arr", "nested", "value"]],
    en: [
      "{return} how deeply a list is nested; a flat list has depth 1",
      "{find} the maximum nesting depth of an array ([] and [1] count 1, [[1]] counts 2)",
      "{take} a nested array and {count} its levels, a plain one has one level",
      "{measure} the depth of nested lists, beginning with 1 for a list without lists in it",
      "nesting depth of an array (flat = 1)",
      "= how many levels deep is a list",
      "= [1,[2,[3]]] has depth 3, write a recursive function for the depth",
      "= how to find out how deep an array is nested? flat arrays are 1",
      "= levels of brackets in a nested array",
      "= Compute recursively the maximal depth of an array whose own level counts as one.",
    ],
    zh: [
      "{返回列表嵌套的层数，平的列表是 1}",
      "{求嵌套数组的最大深度，没有嵌套时为 1}",
      "数组嵌套深度",
      "= [1,[2,[3]]] 的深度是 3，怎么用递归求？",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (!Array.isArray(\${0})) return 0;
  return 1 + Math.max(0, ...\${0}.map((item) => \${name}(item)));
}`,
      `function \${name}(\${0}) {
  let deepest = 0;
  for (const item of \${0}) {
    if (Array.isArray(item)) deepest = Math.max(deepest, \${name}(item));
  }
  return deepest + 1;
}`,
    ],
    args: (random) => [
      random.shuffle([random.int(0, 9), [[random.int(0, 9)], 2], [3, [4, [5, []]]], [6]]).slice(0, random.int(1, 3)),
    ],
    always: [[[]], [[1, 2]], [[1, [2, [3]]]]],
  },
];
