/** Everyday tasks on parts of a list and on its rotations. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const listParts: readonly EverydayTask[] = [
  {
    id: "take-first",
    names: ["take", "firstN", "takeFirst"],
    params: [
      ["list", "arr", "array", "items"],
      ["n", "count", "k", "num"],
    ],
    en: [
      "{return} the first n elements of a list",
      "{take} a list and a number n and {return} the n leading items",
      "{keep} just the first n entries of an array; all of them if there are fewer",
      "{give} back the beginning of an array, n items long",
      "first n items of an array",
      "{take} n from the front",
      "top of the list, n elements",
      "= how do i get only the first 3 elements (3 is a parameter) of an array?",
      "= function take(arr, n): first n things in arr",
      "= i only need the first few items of my list, how many is the second argument",
      "= Write a function which cuts off an array after n elements.",
      "{slice} the first n elements off a list",
      "= give me the beginning of an array, length of the beginning is n",
    ],
    zh: ["{返回列表的前 n 个元素}", "{取数组开头的 n 项，不够就全取}", "取数组前 n 项", "= js 怎么只拿数组前面 n 个？"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.slice(0, \${1});
}`,
    ],
    args: (random) => [ints(random), random.int(0, 6)],
    always: [
      [[], 3],
      [[1, 2], 5],
    ],
  },
  {
    id: "take-last",
    names: ["takeLast", "lastN", "lastItems", "tail"],
    params: [
      ["list", "arr", "array", "items"],
      ["n", "count", "k", "num"],
    ],
    en: [
      "{return} the last n elements of a list",
      "{take} an array and n (1 or more) and {give} back the final n items in their order",
      "{keep} just the n items at the end of a list; all of them if the list is shorter",
      "{get} the trailing n entries",
      "last n items of an array",
      "{take} n from the end",
      "the tail of a list, n long",
      "= how to get the last n elements of an array?",
      "= lastN([1,2,3,4], 2) is [3,4]",
      "= i have a log as array of lines and want only the n newest ones, they are at the end",
      "= please give me a function for the n final elements of an array",
      "= how to cut everything but the last n from array",
      "{return} the end of a list, n elements long",
    ],
    zh: ["{返回列表的最后 n 个元素}", "{取数组末尾的 n 项，保持顺序}", "取数组后 n 项", "= 怎么取数组最后 n 个元素？"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.slice(-\${1});
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.slice(Math.max(0, \${0}.length - \${1}));
}`,
    ],
    args: (random) => [ints(random), random.int(1, 6)],
    always: [
      [[], 3],
      [[1, 2], 5],
    ],
  },
  {
    id: "drop-first",
    names: ["drop", "dropFirst", "skip", "skipFirst"],
    params: [
      ["list", "arr", "array", "items"],
      ["n", "count", "k", "num"],
    ],
    en: [
      "{return} the list without its first n elements",
      "{skip} the first n items of an array and {return} the rest",
      "{take} a list and a number and {drop} that many items from the front",
      "{cut} n entries off the start of an array",
      "{drop} first n elements",
      "{skip} n items of a list",
      "everything after the first n entries",
      "= how do I remove the first n elements of an array without changing it?",
      "= leave away the first n: drop([1,2,3,4], 2) => [3,4]",
      "= i want to skip a few entries at the beginning of a list, the number to skip is an argument",
      "= list without the first n, empty if n is too big",
    ],
    zh: [
      "{返回去掉前 n 个元素后的列表}",
      "{跳过数组开头的 n 项，返回剩下的}",
      "去掉数组前 n 项",
      "= 怎么跳过数组前面 n 个，只要后面的？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.slice(\${1});
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((_, i) => i >= \${1});
}`,
    ],
    args: (random) => [ints(random), random.int(0, 5)],
    always: [
      [[], 1],
      [[1, 2], 5],
    ],
  },
  {
    id: "rotate-left",
    names: ["rotateLeft", "rotate", "rotateArray", "shiftLeft"],
    params: [
      ["list", "arr", "array", "items"],
      ["k", "n", "steps", "count"],
    ],
    en: [
      "{rotate} a list to the left by k positions",
      "{move} the first k elements of an array to its end",
      "{shift} every element k places to the left, the ones that fall off come back at the right",
      "{take} an array and k and {return} it rotated left k times (k may be larger than the length)",
      "rotate array left by k",
      "left rotation of a list",
      "cyclic shift to the left",
      "= how do you rotate an array left by n steps?",
      "= need array rotation to the left, wraps around. rotate [1,2,3,4,5] by 2 -> [3,4,5,1,2] (it may be rotated more often than it is long)",
      "= take the first few elements and put them at the back, how many is given; wrap around if its more than the length",
      "= I need a circular left shift for arrays.",
      "{wrap} a list around: the first k items go behind the last one, in the same order",
    ],
    zh: [
      "{把数组向左旋转 k 位}",
      "{将列表循环左移 k 个位置}",
      "数组左旋转",
      "= 怎么把 [1,2,3,4,5] 左移 2 位变成 [3,4,5,1,2]？",
      "= 写个循环左移数组的函数，k 可能比长度大",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0}.length === 0) return [];
  const start = \${1} % \${0}.length;
  return [...\${0}.slice(start), ...\${0}.slice(0, start)];
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((_, i) => \${0}[(i + \${1}) % \${0}.length]);
}`,
    ],
    args: (random) => [ints(random), random.int(0, 9)],
    always: [
      [[], 2],
      [[1, 2, 3, 4, 5], 2],
    ],
  },
  {
    id: "rotate-right",
    names: ["rotateRight", "rotate", "rotateArray", "shiftRight"],
    params: [
      ["list", "arr", "array", "items"],
      ["k", "n", "steps", "count"],
    ],
    en: [
      "{rotate} an array to the right by k steps",
      "{move} the last k elements of a list to the front",
      "{shift} all elements k places to the right so that the ones at the end wrap around to the start",
      "{take} a list and k and {return} the list after k right rotations",
      "rotate array right",
      "right rotation of a list by k",
      "cyclic shift to the right",
      "= the last ones come to the front, e.g. rotate by 2: [1,2,3,4,5] -> [4,5,1,2,3], any k",
      "= leetcode rotate array (to the right, by k), return a new array",
      "= how can i move the last k items of an array to the beginning, k can be bigger than the array",
      "= Write a function that performs a circular right shift of a list by k positions.",
    ],
    zh: [
      "{把数组向右旋转 k 步}",
      "{将列表末尾的 k 个元素移到最前面}",
      "数组右旋",
      "= 数组循环右移 k 位怎么写？[1,2,3,4,5] 移 2 位是 [4,5,1,2,3]",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0}.length === 0) return [];
  const start = \${0}.length - (\${1} % \${0}.length);
  return [...\${0}.slice(start), ...\${0}.slice(0, start)];
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [...\${0}];
  for (let i = 0; i < \${1} && result.length > 0; i++) {
    result.unshift(result.pop());
  }
  return result;
}`,
    ],
    args: (random) => [ints(random), random.int(0, 9)],
    always: [
      [[], 2],
      [[1, 2, 3, 4, 5], 2],
    ],
  },
];
