/** Everyday tasks on lists of numbers: two lists at once, best choices, puzzles. */
import { ints } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const moreNumberLists: readonly EverydayTask[] = [
  {
    id: "dot-product",
    names: ["dotProduct", "dot", "scalarProduct", "innerProduct"],
    params: [
      ["a", "first", "xs", "list1"],
      ["b", "second", "ys", "list2"],
    ],
    en: [
      "{compute} the dot product of two lists of the same length",
      "{multiply} the numbers of two arrays pairwise and {add} up the products",
      "{take} two equally long vectors and {return} their scalar product",
      "{sum} a[i] * b[i] over all positions",
      "dot product of two arrays",
      "inner product of vectors",
      "= dot product, [1,2,3] . [4,5,6] = 32, write the function",
      "= how do you calculate the scalar product in js?",
      "= prices in one list and quantities in another (same order), what does it all cost?",
      "= Given two numeric arrays of equal length, return the sum of the products of corresponding entries.",
    ],
    zh: [
      "{计算两个等长列表的点积}",
      "{把两个数组对应位置的数相乘再求和}",
      "向量点积",
      "= 单价一个数组、数量一个数组，怎么算总价？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.reduce((sum, x, i) => sum + x * \${1}[i], 0);
}`,
      `function \${name}(\${0}, \${1}) {
  let total = 0;
  for (let i = 0; i < \${0}.length; i++) {
    total += \${0}[i] * \${1}[i];
  }
  return total;
}`,
    ],
    args: (random) => ((n) => [ints(random, -5, 9, n, n), ints(random, -5, 9, n, n)])(random.int(1, 5)),
    always: [
      [[], []],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  },
  {
    id: "add-lists",
    names: ["addLists", "addArrays", "vectorAdd", "sumPairs"],
    params: [
      ["a", "first", "xs", "list1"],
      ["b", "second", "ys", "list2"],
    ],
    en: [
      "{add} two lists of equal length element by element",
      "{return} an array of the sums a[i] + b[i]",
      "{take} two arrays of numbers and {add} the entries that stand at the same place",
      "{sum} two vectors",
      "elementwise sum of two arrays",
      "add vectors",
      "= adding lists like vectors: [1,2] + [10,20] = [11,22]",
      "= how to add two arrays of numbers position by position in js?",
      "= points from round one and round two are in two lists, give me the list of totals per player",
      "= Return the componentwise sum of two equally long arrays.",
    ],
    zh: [
      "{把两个等长列表对应位置的数相加}",
      "{返回由 a[i] + b[i] 组成的数组}",
      "数组逐项相加",
      "= [1,2] 和 [10,20] 逐项相加得到 [11,22]，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((x, i) => x + \${1}[i]);
}`,
      `function \${name}(\${0}, \${1}) {
  const sums = [];
  for (let i = 0; i < \${0}.length; i++) {
    sums.push(\${0}[i] + \${1}[i]);
  }
  return sums;
}`,
    ],
    args: (random) => ((n) => [ints(random, -9, 20, n, n), ints(random, -9, 20, n, n)])(random.int(1, 6)),
    always: [
      [[], []],
      [
        [1, 2],
        [10, 20],
      ],
    ],
  },
  {
    id: "product-except-self",
    names: ["productExceptSelf", "productOfOthers", "exceptSelf"],
    params: [["numbers", "nums", "list", "arr"]],
    en: [
      "{replace} every number of a list by the product of all the others",
      "{return} an array where each entry is the product of the array without the element at that index",
      "{take} a list of numbers and {compute} for each position the product of the remaining ones",
      "{multiply}, for every index, all numbers except the one at the index",
      "product of array except self",
      "products of all other elements",
      "= leetcode product of array except self js",
      "= each becomes the product of the others: [1,2,3,4] -> [24,12,8,6]",
      "= how do I get for each element what the rest multiplied together gives? there can be zeros",
      "= At index i the output holds the product of every input value but the i-th.",
    ],
    zh: [
      "{把列表里每个数换成其余所有数的乘积}",
      "{返回除自身以外数组的乘积}",
      "除自身以外的乘积",
      "= 每一项换成其余各数的乘积，[1,2,3,4] 得到 [24,12,8,6]，js 怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((_, i) => \${0}.reduce((product, x, j) => (j === i ? product : product * x), 1));
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    let product = 1;
    for (let j = 0; j < \${0}.length; j++) {
      if (j !== i) product *= \${0}[j];
    }
    result.push(product);
  }
  return result;
}`,
    ],
    args: (random) => [ints(random, random.chance(0.3) ? 0 : 1, 6, 2, 6)],
    always: [[[1, 2, 3, 4]], [[5, 0]]],
  },
  {
    id: "best-profit",
    names: ["maxProfit", "bestProfit", "bestTrade", "stockProfit"],
    params: [["prices", "list", "nums", "days"]],
    en: [
      "{find} the highest profit from buying a stock once and selling it on a later day, 0 if none is possible",
      "{return} the best difference of a later price minus an earlier price, at least 0",
      "{take} a list of daily prices and {compute} the most money one purchase and one later sale can make (never negative)",
      "{determine} the maximum profit of a single buy and sell, 0 when prices only fall",
      "best time to buy and sell stock",
      "maximum profit from one trade",
      "= leetcode 121 in javascript, best time to buy and sell stock",
      "= [7,1,5,3,6,4] -> 5 (buy at 1, sell at 6); falling prices give 0",
      "= i have the price for each day. buy on one day, sell on another after it. whats the max i can earn? 0 if its always a loss",
      "= Largest rise from any element to a later one in an array, or zero.",
    ],
    zh: [
      "{求只买卖一次股票能得到的最大利润，不能获利则为 0}",
      "{返回数组中后面的价格减前面的价格的最大值，至少为 0}",
      "买卖股票的最佳时机",
      "= 力扣买卖股票的最佳时机，只交易一次，js 怎么写？亏本就返回 0",
    ],
    answers: [
      `function \${name}(\${0}) {
  let lowest = Infinity;
  let best = 0;
  for (const price of \${0}) {
    lowest = Math.min(lowest, price);
    best = Math.max(best, price - lowest);
  }
  return best;
}`,
    ],
    args: (random) => [ints(random, 1, 30, 2, 7)],
    always: [[[7, 1, 5, 3, 6, 4]], [[5, 3, 1]], [[]]],
  },
  {
    id: "closest-number",
    names: ["closest", "nearest", "closestTo", "findClosest"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["target", "goal", "value", "wanted"],
    ],
    en: [
      "{find} the number in a list that is closest to a target, the earlier one on a tie",
      "{return} the array element with the smallest distance to a value; of two equally close ones the first",
      "{take} numbers and a target and {pick} the nearest number (first in the list if two are equally near)",
      "{search} an array for the value nearest to a given number, ties go to the one that comes first",
      "closest number to a target, first on ties",
      "nearest value in an array (earlier element wins a tie)",
      "= nearest number to a given one (on a tie the first in the list), closest([1,5,9], 6) -> 5",
      "= how do i find which element of an array is nearest to x? take the first one if two are equally far",
      "= guess the number game: list of guesses and the secret, which guess was nearest? first one wins if equal",
      "= Minimise |x - target| over an array; break ties by position.",
    ],
    zh: [
      "{在列表中找出最接近目标值的数，距离相同取靠前的}",
      "{返回数组里与给定值相差最小的元素，并列取先出现的}",
      "最接近的数（并列取前者）",
      "= closest([1,5,9], 6) 是 5，怎么写？一样近就取前面的",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let best = \${0}[0];
  for (const x of \${0}) {
    if (Math.abs(x - \${1}) < Math.abs(best - \${1})) best = x;
  }
  return best;
}`,
      `function \${name}(\${0}, \${1}) {
  const distance = (x) => Math.abs(x - \${1});
  return \${0}.reduce((best, x) => (distance(x) < distance(best) ? x : best));
}`,
    ],
    args: (random) => [ints(random, 0, 40), random.int(0, 40)],
    always: [
      [[1, 5, 9], 6],
      [[4, 6], 5],
    ],
  },
  {
    id: "top-n-numbers",
    names: ["topN", "largestN", "biggest", "topNumbers"],
    params: [
      ["numbers", "nums", "list", "arr"],
      ["n", "count", "k", "num"],
    ],
    en: [
      "{return} the n largest numbers of a list, largest first",
      "{find} the top n values of an array in descending order",
      "{take} a list of numbers and n and {give} back the n highest, starting with the highest",
      "{pick} the k biggest elements, sorted from big to small",
      "top n numbers, descending",
      "k largest elements, biggest first",
      "= best n of a list, best first: topN([4,9,1,7], 2) -> [9,7]",
      "= how do i get the 3 highest scores (3 is a parameter) from a list? highest at the front",
      "= podium of a list of points: the best n, best one first",
      "= Return the n greatest entries of an array in descending order; duplicates stay.",
    ],
    zh: [
      "{返回列表中最大的 n 个数，从大到小}",
      "{取数组里排名前 n 的值，降序}",
      "最大的 n 个数（降序）",
      "= 怎么取分数最高的前 n 个？从高到低",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}].sort((x, y) => y - x).slice(0, \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.toSorted((x, y) => y - x).slice(0, \${1});
}`,
    ],
    args: (random) => [ints(random), random.int(1, 4)],
    always: [
      [[4, 9, 1, 7], 2],
      [[1], 3],
      [[], 2],
    ],
  },
];
