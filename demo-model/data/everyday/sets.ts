/** Everyday tasks that take lists as sets. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const sets: readonly EverydayTask[] = [
  {
    id: "intersection",
    names: ["intersection", "common", "intersect", "commonElements"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{return} the values that occur in both lists, each once, in the order of the first",
      "{find} the common elements of two arrays without repeats, ordered as in the first one",
      "{take} two lists and {keep} what they share, once each, in the first list's order",
      "{compute} the intersection of two arrays as sets, following the order of the first",
      "intersection of two arrays (unique, order of the first)",
      "common elements of two lists, no duplicates",
      "= what is in both, each once, as in the first list: [1,2,2,3] and [2,3,4] -> [2,3]",
      "= how do i find what two arrays have in common? every value just once, ordered like in the first array",
      "= my friend's hobbies and mine are two lists, which do we both have? no repeats, in my order (my list comes first)",
      "= Return each distinct element of the first array that is also in the second.",
      "= values in array1 and also in array2, once each, order of array1",
    ],
    zh: [
      "{返回两个列表的交集，不重复，按第一个列表的顺序}",
      "{找出两个数组共有的元素，每个只出现一次}",
      "数组交集（去重）",
      "= 怎么求两个数组里都有的值？不要重复，顺序按第一个数组",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...new Set(\${0})].filter((x) => \${1}.includes(x));
}`,
      `function \${name}(\${0}, \${1}) {
  const other = new Set(\${1});
  return [...new Set(\${0})].filter((x) => other.has(x));
}`,
    ],
    args: (random) => [ints(random, 0, 8), ints(random, 0, 8)],
    always: [
      [
        [1, 2, 2, 3],
        [2, 3, 4],
      ],
      [[], [1]],
    ],
  },
  {
    id: "difference",
    names: ["difference", "without", "subtract", "except"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{return} the items of the first list that are not in the second",
      "{remove} from an array everything that occurs in another array",
      "{take} two lists and {keep} those elements of the first which the second lacks",
      "{subtract} one list from another",
      "difference of two arrays",
      "items in a but not in b",
      "= take away everything that is in the second list: [1,2,3] minus [2] -> [1,3]",
      "= how do I get the elements which are in array one but not in array two?",
      "= shopping list and what i already have at home: whats left to buy?",
      "= Filter the first array by absence from the second.",
      "{return} what is left of the first array after removing everything found in the second",
      "= array a without the elements of array b",
    ],
    zh: [
      "{返回在第一个列表中但不在第二个列表中的元素}",
      "{从一个数组里去掉另一个数组中出现的所有值}",
      "数组差集",
      "= 购物清单减去家里已有的，还要买什么？两个数组",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((x) => !\${1}.includes(x));
}`,
      `function \${name}(\${0}, \${1}) {
  const other = new Set(\${1});
  return \${0}.filter((x) => !other.has(x));
}`,
    ],
    args: (random) => [random.some([1, 2, 3, 4, 5, 6, 7, 8, 9], random.int(2, 6)), ints(random, 0, 9)],
    always: [
      [[1, 2, 3], [2]],
      [[], [1]],
      [[1, 2], []],
    ],
  },
  {
    id: "union",
    names: ["union", "unite", "mergeUnique", "combineUnique"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{return} the union of two lists: every value once, in order of first appearance",
      "{merge} two arrays without duplicates",
      "{take} two lists and {return} all distinct values that occur in either, first list first",
      "{combine} two arrays and {drop} the repeats",
      "union of two arrays",
      "merge arrays without duplicates",
      "= both lists in one with nothing double: [1,2] and [2,3] -> [1,2,3]",
      "= how do i join two arrays but keep each value only one time?",
      "= two guest lists, make one list with everybody on it just once",
      "= Set union of arrays, preserving order of first occurrence.",
      "{list} everything from both arrays just once",
      "= combine 2 arrays unique values",
    ],
    zh: [
      "{返回两个列表的并集，每个值只出现一次}",
      "{合并两个数组并去掉重复项}",
      "数组并集",
      "= 两份名单合成一份，重复的人只写一次，怎么写？",
      "= 两个数组合在一起去重",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...new Set([...\${0}, ...\${1}])];
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.concat(\${1}).filter((x, i, all) => all.indexOf(x) === i);
}`,
    ],
    args: (random) => [ints(random, 0, 9, 0, 5), ints(random, 0, 9, 0, 5)],
    always: [
      [[], []],
      [
        [1, 2],
        [2, 3],
      ],
    ],
  },
  {
    id: "symmetric-difference",
    names: ["symmetricDifference", "xor", "onlyInOne", "exclusive"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{return} the items that are in exactly one of two lists, those of the first list first",
      "{find} the elements of two arrays which the other one does not have, first array's before second's",
      "{take} two lists and {drop} whatever they share, keeping the rest of the first and then of the second",
      "{compute} the symmetric difference of two arrays in order",
      "symmetric difference of two arrays",
      "values in one list but not in both",
      "= what only one of the two has: [1,2,3] and [3,4] -> [1,2,4] (first list's items first)",
      "= how do i get the elements that are only in one of 2 arrays? first the ones from array one",
      "= what differs between two lists: the items only in a followed by the items only in b",
      "= Exclusive or on arrays: elements of a not in b, followed by elements of b not in a.",
    ],
    zh: [
      "{返回只在其中一个列表里出现的元素，先第一个列表的}",
      "{求两个数组的对称差，先列 a 独有的再列 b 独有的}",
      "对称差集",
      "= 只在其中一个里出现的元素，[1,2,3] 和 [3,4] 得到 [1,2,4]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}.filter((x) => !\${1}.includes(x)), ...\${1}.filter((x) => !\${0}.includes(x))];
}`,
      `function \${name}(\${0}, \${1}) {
  const onlyFirst = \${0}.filter((x) => !\${1}.includes(x));
  const onlySecond = \${1}.filter((x) => !\${0}.includes(x));
  return onlyFirst.concat(onlySecond);
}`,
    ],
    args: (random) => [
      random.some([1, 2, 3, 4, 5, 6], random.int(1, 5)),
      random.some([1, 2, 3, 4, 5, 6, 7], random.int(1, 5)),
    ],
    always: [
      [
        [1, 2, 3],
        [3, 4],
      ],
      [[], [1]],
      [[1], [1]],
    ],
  },
  {
    id: "is-subset",
    names: ["isSubset", "containsAll", "allIncluded", "subset"],
    params: [
      ["a", "small", "first", "part"],
      ["b", "large", "second", "whole"],
    ],
    en: [
      "{check} whether all items of the first list are in the second",
      "{return} true if the first array is a subset of the second",
      "{tell} if every element of a occurs in b",
      "{take} two lists and {decide} whether the second contains everything from the first",
      "= is a subset of b",
      "= does the second array contain all of the first",
      "= is all of the first in the second? [1,2] in [1,2,3] true; [1,4] in [1,2,3] false",
      "= how to check that an array includes all elements of another one? the one that has to be included comes first",
      "= ingredients i need and ingredients i have, in that order: can i cook it?",
      "= Test set inclusion for arrays (a ⊆ b).",
      "{verify} that the second list has every element of the first one",
    ],
    zh: [
      "{判断第一个列表的所有元素是否都在第二个列表中}",
      "{检查第一个数组是不是第二个数组的子集}",
      "子集判断",
      "= 需要的材料和已有的材料两个数组，怎么判断都齐了？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.every((x) => \${1}.includes(x));
}`,
      `function \${name}(\${0}, \${1}) {
  const other = new Set(\${1});
  for (const x of \${0}) {
    if (!other.has(x)) return false;
  }
  return true;
}`,
    ],
    args: (random) =>
      ((list) => [random.chance(0.5) ? random.some(list, 2) : ints(random, 0, 9, 1, 3), list])(
        ints(random, 0, 9, 3, 7),
      ),
    always: [
      [[], [1]],
      [
        [1, 2],
        [1, 2, 3],
      ],
      [
        [1, 4],
        [1, 2, 3],
      ],
    ],
  },
  {
    id: "is-disjoint",
    names: ["isDisjoint", "nothingInCommon", "noOverlap", "areDisjoint"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{check} whether two lists have no element in common",
      "{return} true if two arrays do not overlap",
      "{tell} if nothing from the first array is found in the second",
      "{take} two lists and {determine} whether they are disjoint",
      "= are two arrays disjoint",
      "no common elements test",
      "= nothing shared between two lists: [1,2] and [3] true, [1,2] and [2] false",
      "= how do i know if two arrays share nothing at all?",
      "= are my busy days and the planned days free of conflicts? true if no day is in both",
      "= Verify that the intersection of two arrays is empty.",
    ],
    zh: [
      "{判断两个列表是否没有共同元素}",
      "{检查两个数组是否互不相交}",
      "数组是否不相交",
      "= 怎么判断两个数组完全没有重复的值？没有交集就返回 true",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return !\${0}.some((x) => \${1}.includes(x));
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.every((x) => !\${1}.includes(x));
}`,
    ],
    args: (random) => [ints(random, 0, 20, 1, 4), ints(random, 0, 20, 1, 4)],
    always: [
      [[], []],
      [[1, 2], [3]],
      [[1, 2], [2]],
    ],
  },
  {
    id: "same-elements",
    names: ["sameElements", "sameSet", "equalIgnoringOrder", "isPermutation"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{check} whether two lists contain the same elements equally often, in any order",
      "{return} true if one array is a rearrangement of the other",
      "{compare} two arrays ignoring the order, repeats count",
      "{tell} if two lists are permutations of each other",
      "= are two arrays equal regardless of order",
      "same items in a different order",
      "= equal apart from the order? [1,2,2] and [2,1,2] true; [1,2,2] and [1,1,2] false",
      "= how do I compare arrays when the order doesn't matter? duplicates have to match too",
      "= do both bags hold the very same things (and as many of each)?",
      "= Multiset equality of two arrays.",
    ],
    zh: [
      "{判断两个列表忽略顺序后元素是否完全相同（包括次数）}",
      "{检查一个数组是否是另一个的重新排列}",
      "忽略顺序比较数组",
      "= [1,2,2] 和 [2,1,2] 算一样，怎么比较？次数也要相同",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const sorted = (list) => [...list].sort((x, y) => x - y);
  return JSON.stringify(sorted(\${0})) === JSON.stringify(sorted(\${1}));
}`,
      `function \${name}(\${0}, \${1}) {
  const rest = [...\${1}];
  for (const x of \${0}) {
    const i = rest.indexOf(x);
    if (i === -1) return false;
    rest.splice(i, 1);
  }
  return rest.length === 0;
}`,
    ],
    args: (random) =>
      ((list) => [list, random.chance(0.6) ? random.shuffle(list) : ints(random, 0, 4, list.length, list.length)])(
        ints(random, 0, 4, 2, 5),
      ),
    always: [
      [[], []],
      [
        [1, 2, 2],
        [2, 1, 2],
      ],
      [
        [1, 2, 2],
        [1, 1, 2],
      ],
      [[1], [1, 1]],
    ],
  },
  {
    id: "count-distinct",
    names: ["countUnique", "countDistinct", "distinctCount", "howManyDifferent"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{count} the different values in a list",
      "{return} how many distinct elements an array has",
      "{take} a list and {tell} the number of its unique values",
      "{determine} the size of the set of items in an array",
      "number of distinct elements",
      "count unique values",
      "= how many different ones? [1,2,2,3] -> 3",
      "= how many different values are in my array?",
      "= list of visitors with repeats; how many different people came?",
      "= Cardinality of the set of values in an array, js",
    ],
    zh: [
      "{统计列表中有多少个不同的值}",
      "{返回数组去重后的元素个数}",
      "不同元素的个数",
      "= 访客名单里有重复，怎么算一共来了几个不同的人？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return new Set(\${0}).size;
}`,
      `function \${name}(\${0}) {
  return \${0}.filter((x, i) => \${0}.indexOf(x) === i).length;
}`,
    ],
    args: (random) => [ints(random, 0, 6)],
    always: [[[]], [[1, 2, 2, 3]], [["a", "a"]]],
  },
];
