/** Everyday tasks on lists of anything: their ends, pieces and order. */
import { ints, texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const lists: readonly EverydayTask[] = [
  {
    id: "unique-values",
    names: ["unique", "removeDuplicates", "dedupe", "uniq"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{return} the list without duplicates",
      "{remove} duplicate values from an array, keeping the first of each",
      "{take} an array and {give} back only its distinct elements in the original order",
      "{drop} every item that was already seen earlier in the list",
      "remove duplicates from array",
      "unique values of a list",
      "dedupe an array",
      "distinct elements, order preserved",
      "= how do i get rid of duplicates in an array in javascript?",
      "= my array has the same ids several times, i want each one only once",
      "= [1, 2, 2, 3, 1] should become [1, 2, 3], need a function for that",
      "= js function to dedupe array pls",
      "= I'd like a small helper that filters out repeated entries from an array while keeping the order.",
      "{keep} one copy of each value of an array",
      "= unique array js",
      "= How can I make sure that every value in a list is there just once?",
    ],
    zh: [
      "{去掉数组中的重复元素，保留第一次出现的顺序}",
      "{返回一个没有重复值的数组}",
      "数组去重",
      "= js 怎么给数组去重？",
      "= 我有个数组里面好多重复的，想每个只留一个",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...new Set(\${0})];
}`,
      `function \${name}(\${0}) {
  return \${0}.filter((item, i) => \${0}.indexOf(item) === i);
}`,
    ],
    args: (random) => [ints(random, 0, 6)],
    always: [[[]], [[2, 2, 2]]],
  },
  {
    id: "first-element",
    names: ["first", "firstElement", "head", "getFirst"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{return} the first element of an array, or null if it is empty",
      "{give} back whatever is at the start of a list; null for an empty list",
      "{take} a list and {return} its head, null when there is nothing in it",
      "{get} the first item of the list and {fall} back to null when the list is empty",
      "first element of array or null",
      "head of a list, null when empty",
      "= function that gets the first item from an array, null if there isn't one",
      "= how to safely read the first element of an array? an empty array should give null",
      "= i want the first thing in my list. return null if the list has nothing in it",
      "= Please write a function which hands back the first entry of an array (null for an empty array).",
      "{hand} back element zero of an array (null when there is no element)",
      "= what comes first in my array? null if its empty pls",
    ],
    zh: [
      "{返回数组的第一个元素，数组为空时返回 null}",
      "{取列表的第一项，没有就返回 null}",
      "取数组首个元素，空数组得 null",
      "= 怎么拿到数组第一个元素？空的话给 null 就行",
      "= 数组第一项是什么，空数组就返回 null",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.length > 0 ? \${0}[0] : null;
}`,
      `const \${name} = (\${0}) => \${0}[0] ?? null;`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [["a", "b"]]],
  },
  {
    id: "last-element",
    names: ["last", "lastElement", "getLast", "lastItem"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{return} the last element of an array, or null if the array is empty",
      "{get} the final item of a list (null when the list has no items)",
      "{give} back the element at the very end of an array; an empty array gives null",
      "{take} a list and {find} its last value, null if none",
      "last item of array, null if empty",
      "get last element of list or null",
      "= how can I get the last element of an array in js? return null for []",
      "= need a function last(arr). for empty array -> null",
      "= what's the cleanest way to grab the final entry of a list, with null when it's empty",
      "= whats at the end of my array? write me a function, null if its empty",
      "{return} the rightmost entry of an array, null for an empty one",
      "= arr[arr.length-1] but null if array is empty, as function",
    ],
    zh: [
      "{返回数组的最后一个元素，空数组返回 null}",
      "{取出列表末尾的那一项，列表为空则返回 null}",
      "获取数组最后一项，没有则为 null",
      "= js 怎么取数组最后一个元素，空数组返回 null",
      "= 想要列表最后面的那个，列表空就 null",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.length > 0 ? \${0}[\${0}.length - 1] : null;
}`,
      `function \${name}(\${0}) {
  return \${0}.at(-1) ?? null;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [["x"]]],
  },
  {
    id: "reverse-list",
    names: ["reverseList", "reverse", "reverseArray", "reversed"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{reverse} a list without changing the original",
      "{return} a new array with the elements in reverse order",
      "{take} an array and {return} it back to front",
      "{put} the items of a list in the opposite order, in a new list",
      "{flip} the order of an array",
      "reverse an array",
      "list in reverse order",
      "array backwards",
      "= how do you reverse an array in js without mutating it?",
      "= turn my list around, like [1,2,3] -> [3,2,1]",
      "= i need my list the other way round, last one first",
      "= Could you write a function that turns an array around so the last item comes first?",
      "{return} the elements of an array from last to first",
      "= reverse order of array, new array please",
      "= I get messages newest first and want them oldest first. Function that reverses an array?",
    ],
    zh: [
      "{把数组倒过来，返回一个新数组}",
      "{返回元素顺序相反的列表，不修改原列表}",
      "反转数组",
      "= 怎么把一个列表倒序？不要改原来的",
      "= 写个函数让数组最后一个变第一个，整个反过来",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}].reverse();
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (let i = \${0}.length - 1; i >= 0; i--) {
    result.push(\${0}[i]);
  }
  return result;
}`,
    ],
    args: (random) => [random.chance(0.5) ? ints(random) : texts(random)],
    always: [[[]]],
  },
  {
    id: "chunk",
    names: ["chunk", "chunkArray", "splitIntoChunks", "toChunks"],
    params: [
      ["list", "arr", "array", "items"],
      ["size", "n", "chunkSize", "len"],
    ],
    en: [
      "{split} an array into chunks of a given size",
      "{cut} a list into pieces of n elements; the last piece may be shorter",
      "{take} an array and a size and {return} an array of arrays with at most that many elements each",
      "{break} a list up into groups of equal length, the rest goes in a smaller group at the end",
      "{divide} the items into batches of a fixed size",
      "chunk array by size",
      "split list into groups of n",
      "batches of n items",
      "= how do I split an array into smaller arrays of length n?",
      "= chunk([1,2,3,4,5], 2) should give [[1,2],[3,4],[5]]",
      "= I have a long list and want to process it in batches of k items, write the function that makes the batches",
      "= need lodash chunk but without lodash",
      "= function that makes rows of 3 out of a flat list (the row length is a parameter)",
      "= 25 photos, 4 per row: make the rows. function takes the array and how many per row",
      "{partition} a list into consecutive parts of a fixed length, where only the last part may be smaller",
    ],
    zh: [
      "{把数组按指定大小分块，最后一块可以更短}",
      "{将列表切成每组 n 个元素的小数组}",
      "数组分块",
      "= 怎么把一个数组每 n 个分成一组？",
      "= 写一个 chunk 函数，[1,2,3,4,5] 每 2 个一组得到 [[1,2],[3,4],[5]]",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i += \${1}) {
    result.push(\${0}.slice(i, i + \${1}));
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 20, 0, 9), random.int(1, 4)],
    always: [
      [[], 2],
      [[1, 2, 3, 4], 2],
    ],
  },
  {
    id: "flatten",
    names: ["flatten", "flattenOnce", "concatAll", "flat"],
    params: [["lists", "arr", "arrays", "nested"]],
    en: [
      "{flatten} an array of arrays by one level",
      "{join} several lists, given as one list of lists, into a single list",
      "{turn} a list of lists into one flat list",
      "{take} an array of arrays and {concatenate} them all",
      "flatten a nested array one level",
      "list of lists to a single list",
      "{concatenate} all sublists",
      "= how do i flatten an array of arrays?",
      "= no inner arrays any more: [[1,2],[3],[4,5]] to [1,2,3,4,5]",
      "= I've got an array with arrays inside and want one plain array with all the items in order",
      "= js flatten 2d array into 1d",
      "= merge all the inner arrays into one big array please",
      "{merge} nested lists one level up",
      "= get all inner elements in one array, only one level deep",
    ],
    zh: [
      "{把二维数组拍平成一维数组}",
      "{将多个子列表合并成一个列表}",
      "数组扁平化（一层）",
      "= 怎么把 [[1,2],[3],[4,5]] 变成 [1,2,3,4,5]？",
      "= 数组里面套了数组，想合成一个大数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.flat();
}`,
      `function \${name}(\${0}) {
  return [].concat(...\${0});
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const inner of \${0}) {
    result.push(...inner);
  }
  return result;
}`,
    ],
    args: (random) => [Array.from({ length: random.int(1, 4) }, () => ints(random, 0, 9, 0, 4))],
    always: [[[]], [[[], [1]]]],
  },
  {
    id: "flatten-deep",
    names: ["flattenDeep", "deepFlatten", "flattenAll"],
    params: [["list", "nested", "arr", "array"]],
    en: [
      "{flatten} a list nested to any depth",
      "{take} an arbitrarily nested array and {return} all its values in one flat array",
      "{unnest} an array completely, no matter how many levels deep it goes",
      "{return} the values of a deeply nested list as a single list, in order",
      "deep flatten",
      "flatten array of any depth",
      "remove all nesting from an array",
      "= how to flatten an array recursively in javascript",
      "= [1,[2,[3,[4]]]] => [1,2,3,4], any depth",
      "= my arrays are nested in each other several levels deep, i only want the values in a plain list",
      "= write a recursive function for flattening nested arrays",
      "= Given nested lists such as [[1], [[2], 3]], produce [1, 2, 3] whatever the depth.",
      "{make} a flat array out of arrays in arrays in arrays",
      "= how can i unfold array with many levels",
    ],
    zh: [
      "{把任意深度嵌套的数组完全展平}",
      "{将多层嵌套列表变成一维列表}",
      "深度扁平化数组",
      "= 怎么递归地把 [1,[2,[3,[4]]]] 变成 [1,2,3,4]？",
      "= 数组套数组套了好几层，我只想要一个平的数组",
      "{把多层数组里的值全部取出放到一个数组里}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.flat(Infinity);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const item of \${0}) {
    if (Array.isArray(item)) {
      result.push(...\${name}(item));
    } else {
      result.push(item);
    }
  }
  return result;
}`,
    ],
    args: (random) => [
      [
        random.int(0, 9),
        [random.int(0, 9), ints(random, 0, 9, 0, 3)],
        ints(random, 0, 9, 0, 3),
        [[[random.int(0, 9)]]],
      ].slice(random.int(0, 2)),
    ],
    always: [[[]], [[1, [2, [3, [4]]]]]],
  },
  {
    id: "compact",
    names: ["compact", "removeFalsy", "cleanArray", "dropFalsy"],
    params: [["list", "arr", "array", "values"]],
    en: [
      "{remove} all falsy values from an array",
      "{return} the list without null, false, 0 and empty strings",
      "{keep} only the truthy items of an array",
      '{clean} an array of empty values such as 0, "", null and false',
      "remove falsy values",
      "{compact} an array",
      "filter out empty values from a list",
      '= how do I strip null, 0, false and "" out of an array?',
      '= throw the falsy ones out: compact([0, 1, false, 2, "", 3]) -> [1, 2, 3]',
      "= get rid of everything falsy in my list",
      "= some entries in my array are null or empty strings or zero, i want an array with the truthy ones only",
      '{filter} out false, 0, null and "" from an array',
      "= array clean up: only the values that count as true should stay",
    ],
    zh: [
      "{去掉数组里所有的假值（0、空字符串、null、false）}",
      "{只保留数组中的真值}",
      "过滤数组中的 falsy 值",
      "= 怎么把数组里的 null、0、false、空字符串都删掉？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter(Boolean);
}`,
      `function \${name}(\${0}) {
  return \${0}.filter((item) => item);
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(3, 8) }, () => random.pick([0, 1, 2, "", "a", null, false, true])),
    ],
    always: [[[]], [[0, 1, false, 2, "", 3]]],
  },
];
