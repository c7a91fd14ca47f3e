/** Everyday tasks on the positions, halves and comparisons of lists. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const listPositions: readonly EverydayTask[] = [
  {
    id: "every-nth",
    names: ["everyNth", "takeEvery", "nthItems", "sample"],
    params: [
      ["list", "arr", "array", "items"],
      ["n", "step", "k", "every"],
    ],
    en: [
      "{return} every nth element of a list, starting with the first",
      "{take} a list and a step and {keep} the items at index 0, n, 2n, ...",
      "{pick} the first element and then each nth one after it",
      "{thin} out an array: one element of every n stays, beginning with the first one",
      "every nth item of an array, first included",
      "elements at index 0, n, 2n...",
      "list with a step",
      "= how do i get every second (or third, nth) element of an array, beginning at index 0?",
      "= only every nth one, the first always included: everyNth([1,2,3,4,5], 2) -> [1,3,5]",
      "= python's lst[::n] in javascript",
    ],
    zh: [
      "{从第一个元素开始，每隔 n 个取一个}",
      "{返回列表中下标为 0、n、2n…的元素}",
      "按步长取数组元素（从第一个开始）",
      "= js 怎么实现 python 的 lst[::n]？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((_, i) => i % \${1} === 0);
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i += \${1}) {
    result.push(\${0}[i]);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random), random.int(1, 4)],
    always: [
      [[], 2],
      [[1, 2, 3, 4, 5], 2],
    ],
  },
  {
    id: "middle-element",
    names: ["middle", "middleElement", "center", "getMiddle"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{return} the middle element of a list of odd length",
      "{find} the element in the centre of an array that has an odd number of elements",
      "{take} an odd-length list and {give} back the one in the middle",
      "{get} the item with equally many items before and after it",
      "middle item of an odd-length array",
      "center element of a list (odd length)",
      "= how to get the middle of an array? it always has an odd length",
      "= [5,9,2] -> 9, the element in the middle; the number of elements is odd",
      "= which value sits right in the middle of the list, odd length guaranteed",
      "= Return the central element of an array with an odd number of entries.",
    ],
    zh: [
      "{返回奇数长度列表的中间元素}",
      "{取数组正中间的那一项（元素个数是奇数）}",
      "奇数长度数组的中间元素",
      "= 怎么取数组最中间的元素？长度一定是奇数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}[Math.floor(\${0}.length / 2)];
}`,
      `function \${name}(\${0}) {
  return \${0}[(\${0}.length - 1) / 2];
}`,
    ],
    args: (random) => ((n) => [ints(random, 0, 50, n, n)])(2 * random.int(0, 4) + 1),
    always: [[["a", "b", "c"]], [[7]]],
  },
  {
    id: "list-palindrome",
    names: ["isPalindrome", "isPalindromeList", "isSymmetricList", "readsSame"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{check} whether a list reads the same forwards and backwards",
      "{return} true if an array equals its own reverse",
      "{tell} whether an array is a palindrome",
      "{take} a list and {decide} if it is symmetric: first equals last, second equals second to last ...",
      "= is the array a palindrome",
      "palindrome check for a list",
      "symmetric list test",
      "= how do I check if an array is palindromic, like [1,2,1]?",
      "= same from both ends? [1,2,3,2,1] true, [1,2,3] false",
      "= does my list stay the same when reversed?",
      "= Determine if the elements of an array form a palindrome.",
    ],
    zh: [
      "{判断一个列表正着读和倒着读是否一样}",
      "{检查数组是不是回文}",
      "回文数组判断",
      "= [1,2,1] 这样的数组是回文，怎么判断？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.every((item, i) => item === \${0}[\${0}.length - 1 - i]);
}`,
      `function \${name}(\${0}) {
  for (let i = 0; i < \${0}.length / 2; i++) {
    if (\${0}[i] !== \${0}[\${0}.length - 1 - i]) return false;
  }
  return true;
}`,
    ],
    args: (random) =>
      ((half) => [random.chance(0.5) ? [...half, ...half.toReversed()] : half])(ints(random, 0, 2, 2, 4)),
    always: [[[]], [[1]], [[1, 2, 1]], [[1, 2, 3]]],
  },
  {
    id: "lists-equal",
    names: ["arraysEqual", "listsEqual", "sameList", "isEqual"],
    params: [
      ["a", "first", "list1", "left"],
      ["b", "second", "list2", "right"],
    ],
    en: [
      "{check} whether two lists have the same elements in the same order",
      "{compare} two arrays item by item and {return} true if they are equal",
      "{tell} if two flat arrays are identical: same length, same values at every index",
      "{take} two lists and {return} whether they match exactly",
      "= are two arrays equal",
      "array equality",
      "{compare} lists, order matters",
      "= how to compare two arrays in js? === doesn't work",
      "= are these lists equal: [1,2] vs [1,2] should be true, [1,2] vs [2,1] false",
      "= same length and same things in the same places, yes or no",
      "= Write a shallow comparison of two arrays.",
      "{return} whether two arrays match element by element",
      "= why is [1] === [1] false? give me a function which really compares two arrays",
    ],
    zh: [
      "{判断两个列表的元素和顺序是否完全相同}",
      "{逐项比较两个数组，相等返回 true}",
      "比较两个数组是否相等",
      "= js 怎么判断两个数组一样？直接用 === 不行",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.length === \${1}.length && \${0}.every((x, i) => x === \${1}[i]);
}`,
      `function \${name}(\${0}, \${1}) {
  if (\${0}.length !== \${1}.length) return false;
  for (let i = 0; i < \${0}.length; i++) {
    if (\${0}[i] !== \${1}[i]) return false;
  }
  return true;
}`,
    ],
    args: (random) =>
      ((list) => [list, random.chance(0.5) ? list : random.chance(0.5) ? list.slice(1) : list.toReversed()])(
        ints(random, 0, 9),
      ),
    always: [
      [[], []],
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [1, 2, 3],
      ],
      [
        [1, 2],
        [2, 1],
      ],
    ],
  },
  {
    id: "split-in-half",
    names: ["splitInHalf", "halves", "splitList", "half"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{split} a list into two halves; with an odd number of items the first half gets the extra one",
      "{cut} an array in the middle and {return} both parts, the longer part first if the length is odd",
      "{take} a list and {return} [firstHalf, secondHalf], the middle item of an odd list goes to the first",
      "{divide} a list into a front and a back half (front gets one more when odd)",
      "split array in two halves, first half bigger if odd",
      "both halves of a list, extra item in the first",
      "= how to split an array in half? odd length: put the extra element in the first half",
      "= cut an array in the middle (odd ones: front part longer). [1,2,3,4,5] -> [[1,2,3],[4,5]]",
      "= cut my list in the middle and give me the two parts in an array. for odd lengths the first part is longer",
      "= Return the two halves of an array, the first one being longer for odd lengths.",
    ],
    zh: [
      "{把列表从中间分成两半，长度为奇数时前一半多一个}",
      "{将数组平分为 [前半, 后半]，多出的元素归前半}",
      "数组对半拆分（奇数时前半多一个）",
      "= 怎么把 [1,2,3,4,5] 拆成 [[1,2,3],[4,5]]？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const middle = Math.ceil(\${0}.length / 2);
  return [\${0}.slice(0, middle), \${0}.slice(middle)];
}`,
    ],
    args: (random) => [ints(random, 0, 30, 0, 9)],
    always: [[[]], [[1, 2, 3, 4, 5]]],
  },
  {
    id: "move-element",
    names: ["move", "moveItem", "reorder", "moveElement"],
    params: [
      ["list", "arr", "array", "items"],
      ["from", "source", "oldIndex", "start"],
      ["to", "target", "newIndex", "end"],
    ],
    en: [
      "{move} the element at one index of a list to another index",
      "{return} a copy of the array in which the item at position from now stands at position to",
      "{take} a list and two indexes and {move} the first one's item to the second place, the others close up",
      "{reorder} a list by taking the item at one index out and putting it back in at another",
      "{move} array item from one index to another",
      "drag and drop reorder of a list",
      "= how do i move an array element to a different position? arguments: array, old index, new index",
      '= move an item to another index. move(["a","b","c","d"], 0, 2) -> ["b","c","a","d"]',
      "= for a drag and drop list: item from index i is dropped at index j, give me the new order",
      "= Remove an item at one position and reinsert it at another; return a new array.",
    ],
    zh: [
      "{把列表中某个下标的元素移动到另一个下标}",
      "{将数组第 from 项取出，放到位置 to，返回新数组}",
      "移动数组元素",
      "= 拖拽排序：数组里从一个下标移到另一个下标，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  const copy = [...\${0}];
  const [moved] = copy.splice(\${1}, 1);
  copy.splice(\${2}, 0, moved);
  return copy;
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  const rest = \${0}.filter((_, i) => i !== \${1});
  return [...rest.slice(0, \${2}), \${0}[\${1}], ...rest.slice(\${2})];
}`,
    ],
    args: (random) => [ints(random, 0, 50, 4), random.int(0, 3), random.int(0, 3)],
    always: [[["a", "b", "c", "d"], 0, 2]],
  },
];
