/** Comparisons, ranges and division of numbers. */
import type { EverydayTask } from "./task.ts";

export const moreNumbers: readonly EverydayTask[] = [
  {
    id: "clamp",
    names: ["clamp", "limit", "clampNumber", "keepInRange"],
    params: [
      ["value", "n", "x", "num"],
      ["min", "low", "lower"],
      ["max", "high", "upper"],
    ],
    en: [
      "{clamp} a number between a minimum and a maximum",
      "{keep} a value within a range: below the lower bound gives the lower bound, above the upper bound gives the upper",
      "clamp",
      "{limit} a number to the range from low to high",
      "= css clamp but in js, args value, min, max",
      "{return} the value itself if it's between min and max, otherwise the nearest of the two",
      "{force} a number into an interval",
      "{restrict} a volume level so it never goes under the minimum or over the maximum",
      "{take} a number plus two limits and {make} sure the result is not outside the limits",
      "clamp helper for a slider (value, lowest, highest)",
      "{constrain} x to lie between two bounds",
      "= i have a value, a min and a max; if it's too small i want min, too big i want max, else the value",
    ],
    zh: [
      "{把一个数限制在最小值和最大值之间}",
      "数值夹取（value, min, max）",
      "{如果数字小于下限返回下限，大于上限返回上限，否则返回它自己}",
      "= js 怎么把值限制在一个区间内",
      "{让一个数不超出给定范围}",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return Math.min(Math.max(\${0}, \${1}), \${2});
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  if (\${0} < \${1}) return \${1};
  if (\${0} > \${2}) return \${2};
  return \${0};
}`,
    ],
    args: (random) => [random.int(-30, 60), random.int(-5, 10), random.int(11, 40)],
    always: [
      [5, 0, 10],
      [-3, 0, 10],
      [99, 0, 10],
    ],
  },
  {
    id: "is-between",
    names: ["isBetween", "inRange", "isInRange", "between"],
    params: [
      ["value", "n", "x", "num"],
      ["min", "low", "start"],
      ["max", "high", "end"],
    ],
    en: [
      "{check} if a number lies between two others, ends included",
      "{tell} whether a value is within a range (inclusive)",
      "inclusive range check",
      "{return} true if min <= value <= max",
      "= is x between a and b? inclusive on both sides. boolean function with x, a, b",
      "{see} whether a number is at least the minimum and at most the maximum",
      "{test} if a number falls inside an interval, where both borders count as inside",
      "{take} a number, a lower and an upper bound; {say} if it's in there, including the bounds",
      "is a value in range, counting the limits themselves",
      "{determine} whether a temperature is from the low mark up to the high mark, both allowed",
    ],
    zh: [
      "{判断一个数是否在两个数之间（含两端）}",
      "区间判断，包含边界",
      "{检查数值是否大于等于最小值且小于等于最大值}",
      "= 写个函数判断 x 在不在 [min, max] 里",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0} >= \${1} && \${0} <= \${2};
}`,
      `const \${name} = (\${0}, \${1}, \${2}) => \${1} <= \${0} && \${0} <= \${2};`,
    ],
    args: (random) => [random.int(-10, 40), random.int(-5, 12), random.int(13, 30)],
    always: [
      [5, 5, 10],
      [10, 5, 10],
      [11, 5, 10],
    ],
  },
  {
    id: "sign-word",
    names: ["signOf", "checkSign", "numberSign", "describeSign"],
    params: [["n", "num", "number"]],
    en: [
      '{tell} whether a number is "positive", "negative" or "zero"',
      '{return} the string "positive", "negative" or "zero" for a number',
      "positive, negative or zero, as a word",
      '{say} in one word if a number is above zero ("positive"), below zero ("negative") or "zero"',
      '= simple if/else exercise: return "positive" / "negative" / "zero" depending on the number',
      '{classify} a number by sign, giving "positive", "negative" or "zero"',
      '{look} at a number and {give} back "zero" for 0, "negative" when it\'s less than 0, else "positive"',
      'sign of a number in words: "positive", "zero", "negative"',
      '{describe} a number\'s sign ("positive" / "negative" / "zero")',
      '{decide} if a bank balance is "positive", "negative" or "zero" and {return} that word',
    ],
    zh: [
      '{判断一个数是正数、负数还是零，返回 "positive"、"negative" 或 "zero"}',
      "正负零判断，返回英文单词 positive、negative、zero",
      '{数字大于 0 返回 "positive"，小于 0 返回 "negative"，等于 0 返回 "zero"}',
      '= js 判断数字的正负，结果是 "positive"/"negative"/"zero"',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} > 0) return "positive";
  if (\${0} < 0) return "negative";
  return "zero";
}`,
      `const \${name} = (\${0}) => (\${0} === 0 ? "zero" : \${0} > 0 ? "positive" : "negative");`,
    ],
    args: (random) => [random.chance(0.2) ? 0 : random.int(-40, 40)],
    always: [[0], [5], [-5]],
  },
  {
    id: "absolute-difference",
    names: ["absDiff", "difference", "distanceBetween", "absoluteDifference"],
    params: [
      ["a", "x", "first"],
      ["b", "y", "second"],
    ],
    en: [
      "{compute} the absolute difference of two numbers",
      "{return} how far apart two numbers are",
      "absolute difference",
      "{find} the distance between two numbers on the number line",
      "= difference between a and b but never negative",
      "{give} the gap between two values, always zero or more",
      "{subtract} the smaller of two numbers from the larger one",
      "{tell} by how much two numbers differ, regardless of the order",
      "non-negative difference of two ints",
      "{take} two numbers and {return} |a - b|",
    ],
    zh: [
      "{计算两个数之差的绝对值}",
      "绝对差",
      "{返回两个数相差多少，结果不为负}",
      "= 两个数的距离怎么算，不管谁大谁小",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Math.abs(\${0} - \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0} > \${1} ? \${0} - \${1} : \${1} - \${0};
}`,
    ],
    args: (random) => [random.int(-40, 60), random.int(-40, 60)],
    always: [
      [3, 10],
      [10, 3],
      [4, 4],
    ],
  },
  {
    id: "max-of-two",
    names: ["maxOfTwo", "larger", "bigger", "getMax"],
    params: [
      ["a", "x", "first"],
      ["b", "y", "second"],
    ],
    en: [
      "{return} the larger of two numbers",
      "{find} which of two numbers is bigger and {return} it",
      "max of two numbers",
      "{compare} two numbers and {give} back the greater one",
      "= function that takes 2 numbers & returns the bigger one",
      "{pick} the higher of two scores",
      "maximum of a pair of values",
      "{take} two numbers and {hand} back whichever is larger",
      "bigger of two",
      "{get} the greater of a and b",
    ],
    zh: ["{返回两个数中较大的一个}", "两数取大", "{比较两个数，返回更大的那个}", "= 写个函数，输入两个数，输出大的"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Math.max(\${0}, \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0} > \${1} ? \${0} : \${1};
}`,
    ],
    args: (random) => [random.int(-40, 60), random.int(-40, 60)],
    always: [
      [3, 10],
      [10, 3],
      [4, 4],
    ],
  },
  {
    id: "max-of-three",
    names: ["maxOfThree", "largestOfThree", "biggest"],
    params: [
      ["a", "x", "first"],
      ["b", "y", "second"],
      ["c", "z", "third"],
    ],
    en: [
      "{find} the largest of three numbers",
      "{return} the biggest of three given numbers",
      "max of three numbers",
      "{compare} three numbers and {return} the greatest",
      "= which of a, b, c is the largest? return its value",
      "{take} three numbers and {give} the maximum",
      "biggest out of three",
      "{pick} the highest out of three scores",
      "largest of 3 ints, passed as separate arguments",
      "{get} the greatest one among three values",
    ],
    zh: ["{返回三个数中最大的一个}", "三数取最大", "{比较三个数，返回最大值}", "= 输入 a、b、c 三个数，输出最大的那个"],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return Math.max(\${0}, \${1}, \${2});
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  let largest = \${0};
  if (\${1} > largest) largest = \${1};
  if (\${2} > largest) largest = \${2};
  return largest;
}`,
    ],
    args: (random) => [random.int(-40, 60), random.int(-40, 60), random.int(-40, 60)],
    always: [
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1],
    ],
  },
  {
    id: "middle-of-three",
    names: ["middleOfThree", "median3", "middleNumber"],
    params: [
      ["a", "x", "first"],
      ["b", "y", "second"],
      ["c", "z", "third"],
    ],
    en: [
      "{return} the middle one of three numbers by size",
      "{find} the median of three numbers",
      "median of three",
      "{take} three numbers and {give} back the one that is neither the smallest nor the largest",
      "= not the max, not the min, the one in between. three args",
      "{get} the second largest of three numbers",
      "middle value of three",
      "{sort} three numbers and {return} the one in the centre",
      "{pick} the number that lies between the other two in size",
      "the medium one of 3 numbers",
    ],
    zh: [
      "{返回三个数中大小居中的那个}",
      "三个数的中位数",
      "{找出三个数里既不是最大也不是最小的数}",
      "= 输入三个数，返回中间大小的数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return [\${0}, \${1}, \${2}].sort((p, q) => p - q)[1];
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0} + \${1} + \${2} - Math.max(\${0}, \${1}, \${2}) - Math.min(\${0}, \${1}, \${2});
}`,
    ],
    args: (random) => [random.int(-20, 40), random.int(-20, 40), random.int(-20, 40)],
    always: [
      [1, 2, 3],
      [3, 1, 2],
      [5, 5, 1],
    ],
  },
  {
    id: "is-divisible",
    names: ["isDivisible", "divisibleBy", "isMultiple"],
    params: [
      ["n", "num", "a", "number"],
      ["divisor", "d", "b"],
    ],
    en: [
      "{check} if one number is divisible by another",
      "{tell} whether the first number is a multiple of the second",
      "divisibility check for two numbers",
      "{return} true if dividing the first number by the second leaves no remainder",
      "= is a divisible by b? (boolean)",
      "{see} if a number of sweets can be shared evenly among a number of kids",
      "{determine} whether b goes into a evenly, given a then b",
      "{take} a number and a divisor, {say} if the division comes out without a rest",
      "can the first int be divided by the second exactly?",
      "{test} if a number can be divided by a second one with remainder zero",
    ],
    zh: [
      "{判断一个数能否被另一个数整除}",
      "整除判断（第一个数除以第二个数）",
      "{检查第一个数是不是第二个数的倍数}",
      "= a 能不能被 b 整除，返回布尔值",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0} % \${1} === 0;
}`,
      `const \${name} = (\${0}, \${1}) => Number.isInteger(\${0} / \${1});`,
    ],
    args: (random) => [random.int(0, 100), random.int(1, 9)],
    always: [
      [10, 5],
      [10, 3],
      [0, 4],
    ],
  },
  {
    id: "quotient-and-remainder",
    names: ["divide", "divmod", "divideWithRemainder"],
    params: [
      ["a", "n", "dividend"],
      ["b", "d", "divisor"],
    ],
    en: [
      "{divide} two whole numbers and {return} an object with keys quotient and remainder",
      "{return} an object with the quotient and the remainder of an integer division",
      "divmod for positive ints, returning an object with keys quotient and remainder",
      "{take} a dividend and a divisor and {give} the quotient and the remainder as an object with these keys",
      "= 17 / 5 is 3 remainder 2. i want {quotient: 3, remainder: 2}",
      "{compute} how often b fits into a and what is left, as an object (quotient, remainder)",
      "{do} school division: whole part and rest, in an object with quotient and remainder",
      "integer division with remainder, as an object with keys quotient, remainder",
      "{split} a by b into the whole quotient and the remainder (object with those two keys)",
      "{work} out quotient and remainder together and {return} both in one object under these names",
    ],
    zh: [
      "{计算整数除法的商和余数，返回含 quotient 和 remainder 的对象}",
      "带余除法，结果是对象，键为 quotient 和 remainder",
      "{用第一个数除以第二个数，返回对象，键为 quotient（商）和 remainder（余数）}",
      "= 17 除以 5 要得到 { quotient: 3, remainder: 2 }",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return { quotient: Math.floor(\${0} / \${1}), remainder: \${0} % \${1} };
}`,
      `function \${name}(\${0}, \${1}) {
  const remainder = \${0} % \${1};
  return { quotient: (\${0} - remainder) / \${1}, remainder };
}`,
    ],
    args: (random) => [random.int(0, 100), random.int(1, 12)],
    always: [
      [17, 5],
      [10, 2],
      [3, 7],
    ],
  },
  {
    id: "average-of-three",
    names: ["averageOfThree", "average", "mean3"],
    params: [
      ["a", "x", "first"],
      ["b", "y", "second"],
      ["c", "z", "third"],
    ],
    en: [
      "{return} the average of three numbers",
      "{compute} the mean of three values",
      "average of 3 numbers",
      "{take} three numbers and {give} back their average",
      "= avg of three exam grades, passed one by one",
      "{add} three numbers and {divide} by three",
      "mean of a, b and c",
      "{work} out the arithmetic mean of three given numbers",
      "{find} the average score of three tests",
      "{calculate} the average of three separate arguments",
    ],
    zh: ["{求三个数的平均值}", "三个数的平均数", "{把三个参数相加再除以三}", "= 三门课成绩的平均分，三个参数"],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return (\${0} + \${1} + \${2}) / 3;
}`,
    ],
    args: (random) => {
      const [a, b] = [random.int(0, 50), random.int(0, 50)];
      return [a, b, random.int(0, 20) * 3 + ((6 - ((a + b) % 3)) % 3)];
    },
    always: [
      [1, 2, 3],
      [10, 10, 10],
    ],
  },
];
