/** Everyday tasks that filter or change the numbers of a list. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const numberFilters: readonly EverydayTask[] = [
  {
    id: "even-numbers",
    names: ["evens", "evenNumbers", "filterEven", "onlyEven"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} only the even numbers of a list",
      "{filter} the even numbers out of an array and {return} them",
      "{take} an array of integers and {keep} those divisible by 2",
      "{remove} all odd numbers from a list",
      "even numbers in array",
      "filter evens",
      "list without the odd numbers",
      "= how do i get just the even numbers from an array in js",
      "= leave just the even ones, [1,2,3,4] -> [2,4]",
      "= i only want the evens of my array",
      "= Select every array element that is a multiple of two.",
      "= give me all the even ones in this list of numbers",
      "{select} the even elements of a list",
      "{pick} out every even number in an array",
      "= even numbers from a list js",
      "= I have a list of house numbers and only need the even ones.",
    ],
    zh: [
      "{返回列表中的偶数}",
      "{过滤数组，只保留能被 2 整除的数}",
      "筛选偶数",
      "= js 怎么只留下数组里的偶数？",
      "= 只要偶数：[1,2,3,4] 得到 [2,4]",
      "= 我只要列表里的偶数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((x) => x % 2 === 0);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const x of \${0}) {
    if (x % 2 === 0) result.push(x);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[1, 2, 3, 4]]],
  },
  {
    id: "odd-numbers",
    names: ["odds", "oddNumbers", "filterOdd", "onlyOdd"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} only the odd numbers of a list",
      "{filter} an array so that just the odd numbers remain",
      "{take} a list of integers and {keep} those which are not divisible by 2",
      "{throw} out all even numbers of an array",
      "odd numbers in array",
      "filter odds",
      "= how to keep only odd numbers in a javascript array",
      "= evens away please, [1,2,3,4] -> [1,3]",
      "= every odd number from my list, in the same order",
      "= Remove the even entries of an array and give me what is left.",
      "{select} the odd elements of a list",
      "= odd numbers from list js",
      "= house numbers on the odd side of the street, out of a list of all",
    ],
    zh: [
      "{返回列表中的奇数}",
      "{从数组中去掉所有偶数}",
      "筛选奇数",
      "= 怎么只保留数组里的奇数？",
      "= 我只要列表里的奇数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((x) => x % 2 !== 0);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const x of \${0}) {
    if (x % 2 !== 0) result.push(x);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[1, 2, 3, 4]], [[-3]]],
  },
  {
    id: "positive-numbers",
    names: ["positives", "onlyPositive", "filterPositive", "positiveNumbers"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} only the positive numbers of a list",
      "{keep} the numbers greater than zero",
      "{take} an array of numbers and {drop} zeros and negatives",
      "{filter} out every number that is not above 0",
      "positive numbers of an array",
      "filter numbers > 0",
      "= how can i remove negative numbers and zeros from an array?",
      "= nothing negative and no zeros: [-1,0,2] -> [2]",
      "= only the values over zero from the list please",
      "= account changes in an array, i want just the incomes (the ones greater than 0)",
      "{return} those entries of an array that are above zero",
      "= positive values only js",
    ],
    zh: [
      "{返回列表中的正数}",
      "{去掉数组里的负数和零}",
      "筛选正数",
      "= 怎么只保留数组里大于 0 的数？",
      "= 只要正数，零和负数都不要",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((x) => x > 0);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const x of \${0}) {
    if (x > 0) result.push(x);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, -15, 20)],
    always: [[[]], [[-1, 0, 2]]],
  },
  {
    id: "between-bounds",
    names: ["between", "inRange", "filterRange", "within"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["low", "min", "from", "lower"],
      ["high", "max", "to", "upper"],
    ],
    en: [
      "{return} the numbers of a list that lie between two bounds, both included",
      "{keep} only array elements with low <= x <= high",
      "{take} numbers, a minimum and a maximum and {drop} everything outside (the limits themselves stay)",
      "{filter} a list to the values within an inclusive range",
      "numbers within a range, ends included",
      "filter array between min and max (inclusive)",
      "= how do I get all numbers between a and b from an array, including a and b?",
      "= list plus lower and upper limit (both allowed): [1,5,8,12], 5, 10 -> [5,8]",
      "= prices in a list, i want those from 10 to 20 for example (both ends count, they are parameters)",
      "= Select the values of an array that fall into [min, max].",
    ],
    zh: [
      "{返回列表中介于两个界限之间的数，包含边界}",
      "{过滤数组，只保留 low 到 high 之间的值（含两端）}",
      "范围过滤（含边界）",
      "= 怎么从数组里取出 a 到 b 之间的数？a 和 b 也算",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.filter((x) => x >= \${1} && x <= \${2});
}`,
    ],
    args: (random) => [ints(random, 0, 30), random.int(0, 12), random.int(15, 30)],
    always: [
      [[1, 5, 8, 12], 5, 10],
      [[5, 10], 5, 10],
      [[], 1, 2],
    ],
  },
  {
    id: "double-numbers",
    names: ["doubleAll", "doubleNumbers", "timesTwo", "doubled"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{double} every number in a list",
      "{return} a new array with each element multiplied by 2",
      "{take} a list of numbers and {make} each one twice as big",
      "{map} an array to the doubles of its numbers",
      "{double} each element of an array",
      "array times two",
      "= how do I multiply all numbers of an array by 2?",
      "= make all of it twice as much: [1,2,3] -> [2,4,6]",
      "= twice every value in my list",
      "= i want to double the quantities, they're an array of numbers",
      "= Use map to produce the doubled values of an array.",
      "= multiply every array item with two",
      "{return} a list in which all numbers are doubled",
    ],
    zh: [
      "{把列表里的每个数翻倍}",
      "{返回一个新数组，每个元素乘以 2}",
      "数组元素翻倍",
      "= 每个数乘以 2，[1,2,3] 变成 [2,4,6]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((x) => x * 2);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const x of \${0}) {
    result.push(x * 2);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 1, 40)],
    always: [[[]], [[1, 2, 3]]],
  },
  {
    id: "square-numbers",
    names: ["squares", "squareAll", "squareNumbers", "squared"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{square} every number in a list",
      "{return} a new array holding the squares of the given numbers",
      "{take} a list of numbers and {multiply} each by itself",
      "{map} each element x of an array to x²",
      "squares of an array",
      "{square} each number",
      "= how can I get the squares of all numbers in an array?",
      "= [1,2,3] should become [1,4,9]",
      "= each element to the power of two, js",
      "= list of side lengths in, list of areas of the squares out",
      "{compute} the square of each number of an array",
      "= x*x for all x of the list",
    ],
    zh: [
      "{把列表里的每个数平方}",
      "{返回由各元素平方组成的新数组}",
      "数组元素求平方",
      "= 每个数都平方，[1,2,3] 变成 [1,4,9]，js 怎么写？",
      "= 数组每个元素的平方",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((x) => x * x);
}`,
      `function \${name}(\${0}) {
  return \${0}.map((x) => x ** 2);
}`,
    ],
    args: (random) => [ints(random, -9, 15)],
    always: [[[]], [[1, 2, 3]]],
  },
  {
    id: "add-to-each",
    names: ["addToAll", "addToEach", "shiftBy", "increaseAll"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["amount", "n", "value", "delta"],
    ],
    en: [
      "{add} a number to every element of a list",
      "{return} a new array with each number increased by a given amount",
      "{take} a list of numbers and an amount and {raise} all of them by it",
      "{increase} all values in an array by n",
      "add n to each number in an array",
      "array plus a constant",
      "= how to add the same number to all elements of an array?",
      "= same number added to every element, [1,2,3] and 10 -> [11,12,13]",
      "= everyone gets some bonus points: list of points and the bonus in, new points out",
      "= Shift all the values of an array by a constant offset.",
    ],
    zh: [
      "{给列表里的每个数加上一个值}",
      "{返回每个元素都增加 n 的新数组}",
      "数组每项加 n",
      "= 怎么给数组里每个数都加上同一个数？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((x) => x + \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (const x of \${0}) {
    result.push(x + \${1});
  }
  return result;
}`,
    ],
    args: (random) => [ints(random), random.int(-5, 12)],
    always: [
      [[], 1],
      [[1, 2, 3], 10],
    ],
  },
  {
    id: "clamp-list",
    names: ["clampAll", "limitAll", "clampList", "capValues"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["low", "min", "lower"],
      ["high", "max", "upper"],
    ],
    en: [
      "{clamp} every number of a list to the range from low to high",
      "{limit} all values of an array to a minimum and a maximum",
      "{take} numbers, a lower and an upper bound and {replace} what is outside by the nearest bound",
      "{raise} numbers below the minimum to it and {lower} those above the maximum to it",
      "{clamp} an array between min and max",
      "{limit} values of a list to a range",
      "= how do I clamp each element of an array?",
      "= squeeze values into a range: [-5,3,99], 0, 10 -> [0,3,10]",
      "= pixel values must stay from 0 to 255 (limits are args), too small gets the lower limit, too big the upper",
      "= Force all numbers in an array into [min, max].",
    ],
    zh: [
      "{把列表里的每个数限制在 low 和 high 之间}",
      "{将数组中过小的值提到下限、过大的值压到上限}",
      "数组数值截断到范围",
      "= [-5,3,99] 限制到 0 和 10 之间得到 [0,3,10]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.map((x) => Math.min(Math.max(x, \${1}), \${2}));
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.map((x) => (x < \${1} ? \${1} : x > \${2} ? \${2} : x));
}`,
    ],
    args: (random) => [ints(random, -20, 40), random.int(0, 5), random.int(10, 25)],
    always: [
      [[-5, 3, 99], 0, 10],
      [[], 0, 1],
    ],
  },
  {
    id: "above-average",
    names: ["aboveAverage", "aboveMean", "betterThanAverage"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{return} the numbers of a list that are greater than its average",
      "{keep} those elements of an array which lie above the mean",
      "{take} a list of numbers, {work} out the average and {return} what exceeds it",
      "{find} all values larger than the arithmetic mean of the whole array",
      "numbers above average",
      "elements greater than the mean",
      "= how do i filter an array to the values over its average?",
      "= [1,2,9] has average 4, so the result is [9]",
      "= which of my scores are better than my average score?",
      "= Compute the mean first, then select everything strictly above it.",
    ],
    zh: [
      "{返回列表中大于平均值的数}",
      "{先求数组的平均数，再保留比它大的元素}",
      "高于平均值的数",
      "= 哪些分数高于平均分？分数在数组里",
    ],
    answers: [
      `function \${name}(\${0}) {
  const average = \${0}.reduce((sum, x) => sum + x, 0) / \${0}.length;
  return \${0}.filter((x) => x > average);
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[1, 2, 9]], [[3, 3]], [[]]],
  },
  {
    id: "partition-even-odd",
    names: ["splitEvenOdd", "partition", "evensAndOdds", "separate"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{split} a list of numbers into evens and odds and {return} [evens, odds]",
      "{separate} the even numbers of an array from the odd ones, two arrays in one, evens first",
      "{take} integers and {return} an array with the even ones followed by an array with the odd ones, as [evens, odds]",
      "{partition} an array into even and odd numbers (a pair of arrays, even numbers first)",
      "evens and odds as two lists, evens first",
      "partition by parity: [even numbers, odd numbers]",
      "= evens left and odds right, [1,2,3,4] -> [[2,4],[1,3]]",
      "= how can i divide my array into even and odd numbers? evens first, both lists in one array",
      "= put the even and the odd numbers into different arrays and give me both, the even one first",
      "= Partition integers by parity; the result is a two-element array [even, odd].",
    ],
    zh: [
      "{把数字列表分成偶数和奇数两组，返回 [偶数, 奇数]}",
      "{将数组按奇偶拆成两个数组，偶数在前}",
      "奇偶分组（先偶后奇）",
      "= 偶数一组、奇数一组，[1,2,3,4] 变成 [[2,4],[1,3]]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const evens = \${0}.filter((x) => x % 2 === 0);
  const odds = \${0}.filter((x) => x % 2 !== 0);
  return [evens, odds];
}`,
      `function \${name}(\${0}) {
  const evens = [];
  const odds = [];
  for (const x of \${0}) {
    if (x % 2 === 0) evens.push(x);
    else odds.push(x);
  }
  return [evens, odds];
}`,
    ],
    args: (random) => [ints(random)],
    always: [[[]], [[1, 2, 3, 4]]],
  },
  {
    id: "move-zeros",
    names: ["moveZeros", "zerosToEnd", "moveZeroes", "pushZeros"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{move} all zeros of a list to the end, keeping the order of the other numbers",
      "{return} the array with its zeros last and everything else in the same order",
      "{take} a list of numbers and {push} the zeros to the back",
      "{shift} every 0 in an array behind the nonzero numbers",
      "{move} zeroes to the end",
      "zeros last",
      "= leetcode move zeroes, returning a new array",
      "= zeros go last, the rest keeps its order: [0,1,0,3] -> [1,3,0,0]",
      "= how do I put all the 0s of an array at its end without changing the rest?",
      "= nonzero numbers first (same order), then as many zeros as there were",
    ],
    zh: [
      "{把列表里的 0 全部移到末尾，其他数顺序不变}",
      "{返回零在最后、非零数保持原顺序的数组}",
      "移动零",
      "= 把 0 挪到最后，[0,1,0,3] 变成 [1,3,0,0]，怎么写？",
      "= 力扣移动零，返回新数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  const rest = \${0}.filter((x) => x !== 0);
  const zeros = \${0}.filter((x) => x === 0);
  return [...rest, ...zeros];
}`,
      `function \${name}(\${0}) {
  const result = \${0}.filter((x) => x !== 0);
  while (result.length < \${0}.length) {
    result.push(0);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, 0, 3, 3, 9)],
    always: [[[]], [[0, 1, 0, 3]], [[0, 0]]],
  },
];
