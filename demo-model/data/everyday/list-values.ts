/** Everyday tasks on the values and positions in a list: find, count, insert, remove. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const listValues: readonly EverydayTask[] = [
  {
    id: "list-contains",
    names: ["contains", "includes", "hasValue", "isInList"],
    params: [
      ["list", "arr", "array", "items"],
      ["value", "item", "x", "target"],
    ],
    en: [
      "{check} whether a list contains a value",
      "{return} true if the item occurs in the array, false if not",
      "{tell} if an array includes a given element",
      "{take} a list and a value and {find} out whether the value is in the list",
      "{look} for a value in an array and {report} true or false",
      "= is value in array",
      "list contains item",
      "membership test for a list",
      "= how do I check if an array has a certain value in js?",
      "= does my list contain x? write a function, true or false",
      '= contains(["a","b"], "b") should be true',
      "= i have a list of names and want to know if a particular name is on it",
      "{determine} whether an element is among the items of an array",
      "= is 5 in [1,5,9]? need general function, list and value",
    ],
    zh: [
      "{判断列表里有没有某个值}",
      "{检查数组是否包含给定元素，返回布尔值}",
      "数组是否包含某元素",
      "= js 怎么看一个值在不在数组里？",
      "= 名单里有没有这个人？返回 true 或 false",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.includes(\${1});
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.indexOf(\${1}) !== -1;
}`,
      `function \${name}(\${0}, \${1}) {
  for (const entry of \${0}) {
    if (entry === \${1}) return true;
  }
  return false;
}`,
    ],
    args: (random) => [ints(random, 0, 9), random.int(0, 9)],
    always: [
      [[], 1],
      [["a", "b"], "b"],
    ],
  },
  {
    id: "index-of",
    names: ["indexOf", "findIndex", "linearSearch", "search"],
    params: [
      ["list", "arr", "array", "items"],
      ["value", "target", "x", "item"],
    ],
    en: [
      "{return} the index of a value in a list, or -1 if it is not there",
      "{find} the position of the first occurrence of an item in an array, -1 when missing",
      "{search} an array from left to right for a target and {give} back its index or -1",
      "{take} a list and a value and {return} where the value first appears (counting from 0), else -1",
      "linear search",
      "index of element in array, -1 if absent",
      "position of a value in a list",
      "= how do i find the index of an element in an array? -1 if its not in there",
      "= implement linear search in javascript, return -1 when nothing is found",
      "= where in the list is x? zero based, -1 for nowhere",
      "= Implement a sequential search over an array. The function gets the array and the target, and yields an index or -1.",
      "{locate} a value in an array and {return} its zero-based index (-1 if absent)",
      "= at what position is my item in array? start from 0, -1 when it is not inside",
    ],
    zh: [
      "{返回某个值在数组中第一次出现的下标，没有则返回 -1}",
      "{从左到右在列表里找目标值，返回位置，找不到返回 -1}",
      "线性查找",
      "= 用 js 写一个顺序查找，找不到返回 -1",
      "= 怎么知道一个元素在数组的第几个位置（从 0 开始）？没有就 -1",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  for (let i = 0; i < \${0}.length; i++) {
    if (\${0}[i] === \${1}) return i;
  }
  return -1;
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.indexOf(\${1});
}`,
    ],
    args: (random) => [ints(random, 0, 9), random.int(0, 9)],
    always: [
      [[], 1],
      [[3, 5, 3], 3],
    ],
  },
  {
    id: "count-occurrences",
    names: ["countOccurrences", "countValue", "count", "howMany"],
    params: [
      ["list", "arr", "array", "items"],
      ["value", "target", "x", "item"],
    ],
    en: [
      "{count} how many times a value appears in a list",
      "{return} the number of occurrences of an item in an array",
      "{take} an array and a value and {count} the elements equal to it",
      "{tell} how often an element occurs in a list",
      "count occurrences of a value in array",
      "= how many times x is in the list",
      "frequency of one element",
      "= how do I count how often a certain value shows up in an array?",
      '= count("a") in ["a","b","a"] -> 2, the list is the first argument and the value the second',
      "= i have a list of votes and want to know how many went to one candidate",
      "= number of times something occurs in an array, js",
      "= Please count the elements of an array that are equal to a given value.",
      "{find} how many entries of an array equal a given value",
      "= how many 3s are in my list? the 3 should be a parameter",
    ],
    zh: [
      "{统计某个值在列表中出现了几次}",
      "{返回数组里等于给定值的元素个数}",
      "统计元素出现次数",
      "= 怎么数一个元素在数组里出现多少次？",
      "= 有一个投票列表，想知道某个人得了几票",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((entry) => entry === \${1}).length;
}`,
      `function \${name}(\${0}, \${1}) {
  let total = 0;
  for (const entry of \${0}) {
    if (entry === \${1}) total++;
  }
  return total;
}`,
    ],
    args: (random) => [ints(random, 0, 4), random.int(0, 4)],
    always: [
      [[], 1],
      [["a", "b", "a"], "a"],
    ],
  },
  {
    id: "find-duplicates",
    names: ["findDuplicates", "duplicates", "repeated", "getDuplicates"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{return} the values that occur more than once in a list, each once, in order of first appearance",
      "{find} all duplicates in an array; every repeated value is listed once, by where it first occurs",
      "{take} an array and {list} the elements that appear at least twice (once each, first seen first)",
      "{get} the repeated values of a list without repeating them, in order of their first occurrence",
      "find duplicates in array",
      "values which appear twice or more, in order of first appearance",
      "= which elements of my array are duplicated? list each of them once in the order they first show up",
      "= [1,2,3,2,1] -> [1,2], elements that occur more than once",
      "= i want to know which entries are in my list more than one time, each only once, first seen first",
      "= how to find the duplicate values in an array in js (unique, order of first appearance)",
      "{list} each value that shows up at least two times, without repeating it, in first-seen order",
    ],
    zh: [
      "{找出数组中出现不止一次的值，每个只列一次，按首次出现的顺序}",
      "{返回列表里重复的元素，按第一次出现排列且不重复}",
      "找出数组中的重复元素（按首次出现顺序，各列一次）",
      "= 怎么找出数组里哪些值重复了？[1,2,3,2,1] 得到 [1,2]",
    ],
    answers: [
      `function \${name}(\${0}) {
  const unique = [...new Set(\${0})];
  return unique.filter((item) => \${0}.indexOf(item) !== \${0}.lastIndexOf(item));
}`,
      `function \${name}(\${0}) {
  const counts = new Map();
  for (const item of \${0}) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return [...counts.keys()].filter((item) => counts.get(item) > 1);
}`,
    ],
    args: (random) => [ints(random, 0, 6)],
    always: [[[]], [[1, 2, 3, 2, 1]]],
  },
  {
    id: "has-duplicates",
    names: ["hasDuplicates", "containsDuplicate", "hasRepeats", "anyDuplicates"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{check} whether an array contains any duplicates",
      "{return} true if some value appears at least twice in the list",
      "{tell} whether any element is repeated",
      "{take} a list and {determine} if two of its items are equal",
      "contains duplicate",
      "= are there duplicates in the array",
      "= does a list have repeated values",
      "= how to check if an array has duplicate values",
      "= true if anything in my list occurs twice, otherwise false",
      "= leetcode 217 contains duplicate in js",
      "= i need to make sure nobody signed up twice. function gets the list of names, says true if a name is in there more than once",
      "{return} false if all elements of an array are different and true otherwise",
      "= does something repeat in this array",
    ],
    zh: [
      "{判断数组里有没有重复元素}",
      "{如果列表中有值出现两次以上则返回 true}",
      "数组是否存在重复",
      "= 怎么检查一个数组有没有重复的值？",
      "= 报名名单里有没有人重复？有就返回 true",
      "= 数组元素有没有重复，有返回 true 没有返回 false",
    ],
    answers: [
      `function \${name}(\${0}) {
  return new Set(\${0}).size !== \${0}.length;
}`,
      `function \${name}(\${0}) {
  return \${0}.some((item, i) => \${0}.indexOf(item) !== i);
}`,
    ],
    args: (random) => [ints(random, 0, 9, 2, 6)],
    always: [[[]], [[1, 1]]],
  },
  {
    id: "most-frequent",
    names: ["mostFrequent", "mode", "mostCommon", "majority"],
    params: [["list", "arr", "array", "values"]],
    en: [
      "{return} the most frequent element of a non-empty list; on a tie the one that comes first",
      "{find} the value that occurs most often in an array, the earliest one if there is a tie",
      "{take} a list and {give} back its mode (first to appear wins a tie)",
      "{determine} which item appears the most times in a list, with ties going to the earlier item",
      "most common element in array, first one on ties",
      "mode of a list (earliest value on a tie)",
      "= how do i find the most common value in an array? if several are equally common take the one that appears first",
      "= which item is in my list most often? the first of them when tied",
      '= mostFrequent(["a","b","b"]) gives "b"; a tie goes to whichever shows up first',
      "= Compute the statistical mode of an array. When several values tie, return the one which occurs first.",
      "{get} the element with the highest count in an array; the one seen first if counts are equal",
      "= winner of a vote: the most named one in a list, in a tie whoever was named first",
    ],
    zh: [
      "{返回数组中出现次数最多的元素，次数相同取先出现的}",
      "{找出列表的众数，并列时取最先出现的那个}",
      "出现最多的元素（并列取先出现者）",
      "= 怎么找数组里出现最多的值？一样多就取前面的",
    ],
    answers: [
      `function \${name}(\${0}) {
  const counts = new Map();
  for (const item of \${0}) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  let best = \${0}[0];
  for (const [item, count] of counts) {
    if (count > counts.get(best)) best = item;
  }
  return best;
}`,
      `function \${name}(\${0}) {
  const count = (x) => \${0}.filter((item) => item === x).length;
  return \${0}.reduce((best, x) => (count(x) > count(best) ? x : best));
}`,
    ],
    args: (random) => [ints(random, 0, 5)],
    always: [[["a", "b", "b"]], [[1, 2]]],
  },
  {
    id: "remove-value",
    names: ["removeValue", "without", "removeAll", "removeItem"],
    params: [
      ["list", "arr", "array", "items"],
      ["value", "item", "x", "target"],
    ],
    en: [
      "{remove} every occurrence of a value from a list",
      "{return} the array without the elements equal to a given value",
      "{take} a list and an item and {filter} that item out",
      "{delete} all copies of a value from an array, leaving the original alone",
      "remove all occurrences of a value",
      "list without one particular value",
      "array minus a value",
      "= how do I remove a specific item from an array in javascript (all of them if it's there several times)?",
      "= i need a without function: without([1,2,3,2], 2) -> [1,3]",
      "= throw a given element out of my list wherever it is",
      "= i want a copy of the array where x is gone",
      "{strip} a value from a list wherever it occurs",
      "= array without element x please",
    ],
    zh: [
      "{从列表中删除所有等于给定值的元素}",
      "{返回去掉某个值之后的新数组}",
      "删除数组中的指定值",
      "= js 怎么从数组里把某个元素全部删掉？",
      "= 删掉某个值：[1,2,3,2] 去掉 2 得到 [1,3]",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((entry) => entry !== \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (const entry of \${0}) {
    if (entry !== \${1}) result.push(entry);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 5), random.int(0, 5)],
    always: [
      [[], 1],
      [["a", "b"], "a"],
    ],
  },
  {
    id: "remove-at",
    names: ["removeAt", "removeIndex", "deleteAt", "dropAt"],
    params: [
      ["list", "arr", "array", "items"],
      ["index", "i", "position", "pos"],
    ],
    en: [
      "{remove} the element at a given index from a list",
      "{return} a copy of the array without the item at position i, counted from 0",
      "{take} an array and an index and {leave} that entry out",
      "{delete} one item of a list by its zero-based position, without touching the original list",
      "remove item at index",
      "list without its i-th element (zero based)",
      "= how to delete an element at a certain index of an array without mutating it?",
      '= delete by index, immutable: removeAt(["a","b","c"], 1) -> ["a","c"]',
      "= drop the entry at a given index, everything else stays",
      "= given an array and a 0-based index, build a new array that skips that index",
    ],
    zh: [
      "{删除列表中指定下标的元素，返回新列表}",
      "{返回去掉第 i 个元素（从 0 开始）的数组}",
      "按下标删除数组元素",
      "= 怎么删掉数组里某个下标的元素又不改原数组？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((_, j) => j !== \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  return [...\${0}.slice(0, \${1}), ...\${0}.slice(\${1} + 1)];
}`,
    ],
    args: (random) => [ints(random), random.int(0, 5)],
    always: [[["a", "b", "c"], 1]],
  },
  {
    id: "list-insert-at",
    names: ["insertAt", "insert", "insertItem", "addAt"],
    params: [
      ["list", "arr", "array", "items"],
      ["index", "position", "pos", "at"],
      ["value", "item", "x", "element"],
    ],
    en: [
      "{insert} a value into a list at a given index",
      "{return} a new array with an item put in at position i (from 0), the later ones move right",
      "{take} an array, an index and a value and {add} the value there without changing the array itself",
      "{put} an element into the middle of a list at an index",
      "insert element at index",
      "add item to array at a position, immutably",
      "= how do i insert something into an array at a specific index? arguments: array, index, the thing",
      '= inserting in the middle of an array, so that insertAt(["a","c"], 1, "b") -> ["a","b","c"]',
      "= squeeze a new value into a list at a position, rest gets pushed back. params list, index, value",
      "= Write a function of (array, index, value) that returns a copy of the array with value inserted before that index.",
    ],
    zh: [
      "{在列表的指定下标处插入一个值，返回新列表}",
      "{接收数组、位置和元素，把元素插到该位置}",
      "数组指定位置插入元素",
      "= 怎么在数组的某个下标插入一个元素？参数依次是数组、下标、值",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return [...\${0}.slice(0, \${1}), \${2}, ...\${0}.slice(\${1})];
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  const copy = [...\${0}];
  copy.splice(\${1}, 0, \${2});
  return copy;
}`,
    ],
    args: (random) => [ints(random), random.int(0, 3), random.int(50, 60)],
    always: [
      [[], 0, 1],
      [["a", "c"], 1, "b"],
    ],
  },
  {
    id: "swap-elements",
    names: ["swap", "swapElements", "swapItems", "exchange"],
    params: [
      ["list", "arr", "array", "items"],
      ["i", "a", "first", "from"],
      ["j", "b", "second", "to"],
    ],
    en: [
      "{swap} two elements of a list, given their indexes, in a new list",
      "{return} a copy of an array in which the items at positions i and j have traded places",
      "{exchange} the elements at two indexes",
      "{take} an array and two zero-based positions and {switch} what is stored there",
      "swap two items in an array by index",
      "{exchange} elements i and j",
      "= how do you swap two elements of an array? don't modify the original",
      '= swap(["a","b","c"], 0, 2) should return ["c","b","a"]',
      "= i've a list and two positions, those two should change places",
      "= js swap array elements at given indices and return the new array",
    ],
    zh: [
      "{交换数组中两个下标处的元素，返回新数组}",
      "{把列表第 i 项和第 j 项对调}",
      "交换数组元素",
      "= 怎么交换数组里两个位置的值？不要改动原数组",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  const copy = [...\${0}];
  [copy[\${1}], copy[\${2}]] = [copy[\${2}], copy[\${1}]];
  return copy;
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  const copy = \${0}.slice();
  const temp = copy[\${1}];
  copy[\${1}] = copy[\${2}];
  copy[\${2}] = temp;
  return copy;
}`,
    ],
    args: (random) => [ints(random, 0, 50, 4), random.int(0, 3), random.int(0, 3)],
    always: [[["a", "b", "c"], 0, 2]],
  },
];
