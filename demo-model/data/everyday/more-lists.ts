/** Everyday tasks on lists of anything: two lists at once, comparisons, positions. */
import { ints, texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const moreLists: readonly EverydayTask[] = [
  {
    id: "replace-value",
    names: ["replaceAll", "replaceValue", "replaceInList", "substitute"],
    params: [
      ["list", "arr", "array", "items"],
      ["from", "oldValue", "before", "old"],
      ["to", "newValue", "after", "replacement"],
    ],
    en: [
      "{replace} every occurrence of a value in a list with another value",
      "{return} the array with all old values exchanged for the new one",
      "{take} a list, a value and its replacement and {substitute} it everywhere",
      "{change} each element equal to x into y",
      "replace all occurrences of a value in an array",
      "find and replace in a list",
      "= how do i replace a value everywhere in an array? args: array, old value, new value",
      "= swap one value for another everywhere in an array. replaceValue([1,2,1], 1, 9) -> [9,2,9]",
      '= every "a" in my list should turn into "b" (both are parameters)',
      "= Substitute one value for another throughout an array and return the result.",
    ],
    zh: [
      "{把列表中所有等于旧值的元素换成新值}",
      "{将数组里的某个值全部替换为另一个值}",
      "数组元素替换",
      "= 怎么把数组里的 x 全部替换成 y？参数是数组、旧值、新值",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.map((entry) => (entry === \${1} ? \${2} : entry));
}`,
    ],
    args: (random) => [ints(random, 0, 5), random.int(0, 5), random.int(10, 20)],
    always: [
      [[1, 2, 1], 1, 9],
      [[], 1, 2],
    ],
  },
  {
    id: "repeat-value",
    names: ["fill", "repeatValue", "repeatItem", "makeList"],
    params: [
      ["value", "item", "x", "element"],
      ["n", "count", "times", "length"],
    ],
    en: [
      "{make} a list that holds a value n times",
      "{return} an array of length n in which every element is the given value",
      "{take} a value and a count and {repeat} the value that many times in a list",
      "{build} an array with n copies of an item",
      "array filled with a value",
      "list of n copies",
      "repeat an element n times",
      "= how do i create an array with the same value n times in js?",
      '= function that repeats a value in a list: fill("x", 3) -> ["x","x","x"]',
      "= i need a list of n zeros, or any other value: first arg value, second arg how many",
    ],
    zh: [
      "{生成一个包含 n 个相同值的列表}",
      "{返回长度为 n、每个元素都是给定值的数组}",
      "用同一个值填充数组",
      "= 怎么创建一个有 n 个相同元素的数组？第一个参数是值，第二个是个数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Array(\${1}).fill(\${0});
}`,
      `function \${name}(\${0}, \${1}) {
  return Array.from({ length: \${1} }, () => \${0});
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${1}; i++) {
    result.push(\${0});
  }
  return result;
}`,
    ],
    args: (random) => [random.pick([0, 1, 7, "x", "ab", true]), random.int(0, 6)],
    always: [
      ["x", 3],
      [0, 0],
    ],
  },
  {
    id: "concat-lists",
    names: ["concat", "joinLists", "combine", "append"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{join} two lists end to end",
      "{return} a new array with the elements of the first followed by those of the second",
      "{take} two arrays and {append} the second to the first without changing either",
      "{combine} two lists into one, nothing is removed or sorted",
      "{concatenate} two arrays",
      "{append} one list to another",
      "{put} two lists together",
      "= how do you combine two arrays into one in javascript?",
      "= lists glued together, [1,2] and [3] -> [1,2,3] and nothing else",
      "= i have 2 lists and want one long list, first all of a then all of b",
      "= merge two arrays, keep duplicates and order",
      "{attach} the second list to the end of the first and {return} the result",
      "= array a + array b in js gives a string, i want an array",
    ],
    zh: [
      "{把两个列表首尾相接}",
      "{返回由第一个数组加上第二个数组组成的新数组}",
      "拼接两个数组",
      "= js 怎么把两个数组合成一个？不用去重",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}, ...\${1}];
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.concat(\${1});
}`,
    ],
    args: (random) => [ints(random, 0, 20, 0, 5), ints(random, 0, 20, 0, 5)],
    always: [
      [[], []],
      [["a"], ["b"]],
    ],
  },
  {
    id: "interleave",
    names: ["interleave", "alternate", "weave", "riffle"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{interleave} two lists of the same length: first of a, first of b, second of a, second of b and so on",
      "{take} two equally long arrays and {mix} them by alternating their elements",
      "{return} a list that takes items in turn from two arrays of equal length",
      "{weave} two lists of equal length together",
      "{interleave} two arrays of the same length",
      "{alternate} the items of two equally long lists",
      '= take turns between two equally long lists: [1,2,3] and ["a","b","c"] to [1,"a",2,"b",3,"c"]',
      "= how to merge 2 arrays alternately? they have the same length",
      "= like shuffling two equal piles of cards: one from the left, one from the right, ...",
      "= Combine two arrays of identical length so that their elements alternate, starting with the first array.",
    ],
    zh: [
      "{把两个等长的列表交替合并}",
      "{从两个长度相同的数组中轮流取元素，组成一个新数组}",
      "交错合并两个等长数组",
      '= [1,2,3] 和 ["a","b","c"] 怎么交替合并成 [1,"a",2,"b",3,"c"]？',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.flatMap((x, i) => [x, \${1}[i]]);
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    result.push(\${0}[i], \${1}[i]);
  }
  return result;
}`,
    ],
    args: (random) => ((n) => [ints(random, 0, 9, n, n), ints(random, 10, 19, n, n)])(random.int(1, 5)),
    always: [
      [[], []],
      [
        [1, 2],
        ["a", "b"],
      ],
    ],
  },
  {
    id: "zip",
    names: ["zip", "zipLists", "pairUp", "zipArrays"],
    params: [
      ["a", "first", "list1", "xs"],
      ["b", "second", "list2", "ys"],
    ],
    en: [
      "{zip} two lists into a list of pairs, as long as the shorter one",
      "{pair} up the elements of two arrays by position; extra elements of the longer one are ignored",
      "{take} two arrays and {return} [a[0], b[0]], [a[1], b[1]] ... until the shorter ends",
      "{combine} two lists into pairs, stopping at the end of the shorter",
      "{zip} two arrays (shortest wins)",
      "python's zip for two lists",
      "pairs of corresponding elements, up to the shorter length",
      "= how do I zip two arrays in js like in python?",
      '= pair things up until the shorter list is over, i.e. zip([1,2,3], ["a","b"]) -> [[1,"a"],[2,"b"]]',
      "= match first with first, second with second and so on, from two lists; stop when one runs out",
      "= I need the equivalent of Python's zip, returning an array of two-element arrays.",
      "{combine} first with first, second with second and so on, up to the end of the shorter list",
      "= python zip in js for two arrays",
    ],
    zh: [
      "{把两个列表按位置配对，长度以短的为准}",
      "{将两个数组合并成一个由二元数组组成的数组，多余的元素忽略}",
      "实现 zip（以较短的为准）",
      "= js 里怎么实现 python 的 zip？",
      '= zip([1,2,3], ["a","b"]) 得到 [[1,"a"],[2,"b"]]，写这个函数',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const length = Math.min(\${0}.length, \${1}.length);
  return \${0}.slice(0, length).map((x, i) => [x, \${1}[i]]);
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length && i < \${1}.length; i++) {
    result.push([\${0}[i], \${1}[i]]);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 20, 0, 5), texts(random, 0, 5)],
    always: [
      [[], []],
      [
        [1, 2, 3],
        ["a", "b"],
      ],
    ],
  },
  {
    id: "unzip",
    names: ["unzip", "splitPairs", "unzipPairs", "separate"],
    params: [["pairs", "list", "arr", "items"]],
    en: [
      "{split} a list of pairs into two lists: all first parts and all second parts",
      "{undo} a zip: {turn} an array of two-element arrays into an array of two arrays",
      "{take} pairs and {return} [firsts, seconds]",
      "{separate} the left and right sides of a list of pairs",
      "{unzip} a list of pairs",
      "pairs to two lists",
      '= want to go from pairs to columns, [[1,"a"],[2,"b"]] -> [[1,2],["a","b"]]',
      "= how to unzip an array of pairs into two arrays?",
      "= reverse of zip please. returns an array with two arrays in it",
      "= i have [key, value] pairs and want the keys in one array and the values in another, both together in one array",
    ],
    zh: [
      "{把一个由二元组组成的列表拆成两个列表}",
      "{zip 的逆操作：返回 [所有第一项, 所有第二项]}",
      "拆分成对的数组（unzip）",
      '= 怎么把 [[1,"a"],[2,"b"]] 拆成 [[1,2],["a","b"]]？',
    ],
    answers: [
      `function \${name}(\${0}) {
  return [\${0}.map((pair) => pair[0]), \${0}.map((pair) => pair[1])];
}`,
      `function \${name}(\${0}) {
  const left = [];
  const right = [];
  for (const [a, b] of \${0}) {
    left.push(a);
    right.push(b);
  }
  return [left, right];
}`,
    ],
    args: (random) => [texts(random, 1, 5).map((w) => [random.int(0, 20), w])],
    always: [
      [[]],
      [
        [
          [1, "a"],
          [2, "b"],
        ],
      ],
    ],
  },
];
