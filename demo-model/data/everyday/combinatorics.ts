/** Arrangements and ways to count them. */
import type { EverydayTask } from "./task.ts";

export const combinatorics: readonly EverydayTask[] = [
  {
    id: "permutations-of-text",
    names: ["permutations", "permute", "getPermutations", "arrangements"],
    params: [["text", "s", "word"]],
    en: [
      "{return} all permutations of a string with different letters, in alphabetical order",
      "{list} every arrangement of the letters of a word (no letter twice), sorted alphabetically",
      "string permutations, sorted",
      "{find} all the ways to order the characters of a text and {return} them sorted; all characters differ",
      '= permutations of "abc" -> ["abc","acb","bac","bca","cab","cba"] (sorted)',
      "{generate} all anagrams of a word whose letters are all distinct, real words or not, as a sorted array",
      "{take} a string without repeated characters and {give} the sorted list of its permutations",
      "all orderings of some letters as a sorted array of strings",
      "{produce} each possible rearrangement of the characters exactly once, sorted A to Z",
      "{compute} permutations recursively for a short string, result in ascending order",
    ],
    zh: [
      "{返回字符串的所有排列，按字母顺序（字母不重复）}",
      '全排列，结果排序，例如 "abc"',
      "{列出一个单词字母的全部排列方式并排序，字母各不相同}",
      "= js 递归求字符串全排列，返回排好序的数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0}.length <= 1) return [\${0}];
  const result = [];
  for (const letter of \${0}) {
    const others = \${0}.replace(letter, "");
    for (const rest of \${name}(others)) result.push(letter + rest);
  }
  return result.sort();
}`,
      `function \${name}(\${0}) {
  if (\${0}.length < 2) return [\${0}];
  return [...\${0}]
    .flatMap((letter) => \${name}(\${0}.replace(letter, "")).map((rest) => letter + rest))
    .sort();
}`,
    ],
    args: (random) => [
      random
        .shuffle([..."abcdeft"])
        .slice(0, random.int(1, 4))
        .join(""),
    ],
    always: [["a"], ["ab"], ["cab"]],
  },
  {
    id: "valid-parentheses-of",
    names: ["generateParentheses", "parentheses", "balancedParens"],
    params: [["n", "pairs", "count"]],
    en: [
      '{generate} all valid strings of n pairs of parentheses, sorted alphabetically ("(" before ")")',
      '{list} every balanced arrangement of n opening and n closing brackets "()", in sorted order',
      "generate parentheses, n pairs, sorted",
      "{return} all well-formed combinations of n pairs of round brackets, sorted as strings",
      "= leetcode 22 generate parentheses (sorted output)",
      "{produce} the sorted array of all correct bracket sequences with n pairs",
      "{take} n and {give} all ways to write n pairs of parentheses that match, sorted",
      '{find} every correct nesting of n "()" pairs: 2 gives ["(())", "()()"], sorted',
      "balanced parentheses strings of length 2n, sorted",
      '{build} all possible valid bracket strings with n pairs, in order, "(" sorting first',
    ],
    zh: [
      "{生成 n 对括号的所有合法组合，按字典序}",
      "括号生成，n 对，结果排序",
      "{返回由 n 对圆括号组成的全部有效字符串，排好序}",
      "= leetcode 22 括号生成（按顺序返回）",
    ],
    answers: [
      `function \${name}(\${0}, open = 0, close = 0, text = "") {
  if (close === \${0}) return [text];
  const result = [];
  if (open < \${0}) result.push(...\${name}(\${0}, open + 1, close, text + "("));
  if (close < open) result.push(...\${name}(\${0}, open, close + 1, text + ")"));
  return result;
}`,
    ],
    args: (random) => [random.int(1, 5)],
    always: [[1], [2], [3]],
  },
  {
    id: "binary-strings",
    names: ["binaryStrings", "allBinary", "bitStrings"],
    params: [["n", "length", "bits"]],
    en: [
      "{list} all binary strings of length n in ascending order",
      "{return} every combination of n zeros and ones as strings, sorted",
      "all bit strings of length n, from 00..0 to 11..1",
      '{generate} the binary words with n digits in numerical order, like ["00", "01", "10", "11"] for 2',
      "= all n bit combinations as strings, sorted",
      "{make} an array with all possible strings of n bits, counting up from all zeros",
      '{produce} each string of length n over "0" and "1" in order',
      '{give} the rows of a truth table with n inputs as strings such as "010", counting upwards',
      "{enumerate} all n-digit binary numbers with leading zeros, smallest first",
      "binary combinations of a given length, in order",
    ],
    zh: [
      "{按升序列出所有长度为 n 的二进制字符串}",
      "n 位二进制串全部组合，从小到大",
      "{生成由 0 和 1 组成、长度为 n 的所有字符串（有序）}",
      '= n 为 2 时返回 ["00","01","10","11"]，写递归函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} === 0) return [""];
  const shorter = \${name}(\${0} - 1);
  return [...shorter.map((s) => "0" + s), ...shorter.map((s) => "1" + s)];
}`,
      `function \${name}(\${0}) {
  return Array.from({ length: 2 ** \${0} }, (_, i) => i.toString(2).padStart(\${0}, "0"));
}`,
    ],
    args: (random) => [random.int(1, 5)],
    always: [[1], [2]],
  },
  {
    id: "phone-letter-combinations",
    names: ["letterCombinations", "phoneLetters", "keypadWords"],
    params: [["digits", "keys", "s"]],
    en: [
      "{return} all letter combinations a string of digits 2-9 could stand for on a phone keypad, in keypad order",
      "{list} every word you can type with the given phone keys (2 = abc, 3 = def, ... 9 = wxyz), first digit's letters first",
      "letter combinations of a phone number (digits 2 to 9)",
      '{turn} digits like "23" into ["ad","ae","af","bd","be","bf","cd","ce","cf"]',
      "= leetcode 17 letter combinations of a phone number",
      "{generate} the possible letter strings for old mobile phone keys pressed, 7 being pqrs and 9 wxyz, in alphabetical order",
      "{take} a digit string (2-9) and {give} all texts it may mean on a T9 keypad, sorted",
      "phone keypad combinations for a non-empty string of digits",
      '{find} every combination of letters behind the phone buttons in a string such as "79"',
      "{expand} a number into all strings of keypad letters, keeping alphabetical order",
    ],
    zh: [
      "{返回电话按键数字串（2-9）能表示的所有字母组合}",
      "电话号码的字母组合，2 是 abc，9 是 wxyz",
      '{列出按键 "23" 对应的全部字母串，按字母顺序}',
      "= leetcode 17 电话号码的字母组合",
    ],
    answers: [
      `function \${name}(\${0}) {
  const letters = ["abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"];
  let words = [""];
  for (const digit of \${0}) {
    words = words.flatMap((word) => [...letters[digit - 2]].map((letter) => word + letter));
  }
  return words;
}`,
    ],
    args: (random) => [Array.from({ length: random.int(1, 3) }, () => random.int(2, 9)).join("")],
    always: [["2"], ["23"]],
  },
  {
    id: "pascal-row",
    names: ["pascalRow", "getPascalRow", "pascalsRow"],
    params: [["n", "row", "index"]],
    en: [
      "{return} row n of Pascal's triangle, row 0 being [1]",
      "{compute} the nth row of Pascal's triangle as an array (starting with row 0 = [1])",
      "pascal's triangle row, zero-based",
      "{give} the binomial coefficients of order n: 4 gives [1, 4, 6, 4, 1]",
      "= pascal triangle row n (0 -> [1], 1 -> [1,1], 2 -> [1,2,1])",
      "{find} the row with index n in Pascal's triangle, counting from zero",
      "{take} an index and {return} that row of Pascal's triangle; index 0 is the top [1]",
      "single row of pascal's triangle (leetcode 119)",
      "{build} the n-th line of the triangle in which each number is the sum of the two above it, line 0 is [1]",
      "{work} out the coefficients of (a + b)^n in order, as a list",
    ],
    zh: [
      "{返回杨辉三角的第 n 行，第 0 行是 [1]}",
      "杨辉三角某一行（从 0 开始数）",
      "{计算帕斯卡三角形第 n 行，例如 4 得 [1, 4, 6, 4, 1]}",
      "= leetcode 119 杨辉三角 II",
    ],
    answers: [
      `function \${name}(\${0}) {
  let row = [1];
  for (let i = 0; i < \${0}; i++) {
    row = [1, ...row.slice(1).map((value, j) => value + row[j]), 1];
  }
  return row;
}`,
      `function \${name}(\${0}) {
  if (\${0} === 0) return [1];
  const above = \${name}(\${0} - 1);
  const row = [1];
  for (let i = 1; i < \${0}; i++) row.push(above[i - 1] + above[i]);
  row.push(1);
  return row;
}`,
    ],
    args: (random) => [random.int(0, 12)],
    always: [[0], [1], [4]],
  },
  {
    id: "pascal-triangle",
    names: ["pascalTriangle", "pascal", "generateTriangle"],
    params: [["rows", "n", "count"]],
    en: [
      "{return} the first n rows of Pascal's triangle as an array of arrays",
      "{build} Pascal's triangle with a given number of rows",
      "pascal's triangle, n rows",
      "{generate} n lines of Pascal's triangle, beginning with [1]",
      "= leetcode 118 pascal's triangle",
      "{make} a nested array with Pascal's triangle, [[1], [1, 1], [1, 2, 1]] for three rows",
      "{take} a row count and {give} back that many rows of Pascal's triangle",
      "{construct} the triangle where every inner number is the sum of the two numbers above, n rows tall",
      "pascal triangle as nested lists",
      "{compute} all rows of Pascal's triangle up to n rows",
    ],
    zh: [
      "{返回杨辉三角的前 n 行}",
      "杨辉三角（二维数组）",
      "{生成 n 行帕斯卡三角形，三行是 [[1],[1,1],[1,2,1]]}",
      "= leetcode 118 杨辉三角怎么写",
    ],
    answers: [
      `function \${name}(\${0}) {
  const triangle = [];
  for (let i = 0; i < \${0}; i++) {
    const row = [1];
    for (let j = 1; j <= i; j++) {
      row.push(triangle[i - 1][j - 1] + (triangle[i - 1][j] || 0));
    }
    triangle.push(row);
  }
  return triangle;
}`,
    ],
    args: (random) => [random.int(1, 9)],
    always: [[1], [5]],
  },
  {
    id: "climb-stairs",
    names: ["climbStairs", "countWays", "stairWays"],
    params: [["n", "steps", "stairs"]],
    en: [
      "{count} the ways to climb n stairs taking 1 or 2 steps at a time",
      "{return} in how many ways a staircase with n steps can be climbed by steps of one or two",
      "climbing stairs (1 or 2 at a time), number of ways",
      "{find} how many different ways lead to the top of n stairs if you go one or two stairs each time",
      "= leetcode 70 climbing stairs",
      "{compute} the number of sequences of 1s and 2s that add up to n",
      "{tell} how many ways a kid can hop up n steps when each hop covers 1 or 2 of them",
      "staircase problem: n steps, strides of 1 or 2, how many distinct ways?",
      "{calculate} the ways to write n as an ordered sum of ones and twos",
      "{work} out the possibilities for walking up a stair of n steps with single and double steps",
    ],
    zh: [
      "{计算爬 n 级楼梯有多少种方法，每次走 1 或 2 级}",
      "爬楼梯问题，每次一步或两步",
      "{返回登上 n 级台阶的不同走法数，每步 1 级或 2 级}",
      "= leetcode 70 爬楼梯",
    ],
    answers: [
      `function \${name}(\${0}) {
  let [ways, next] = [1, 1];
  for (let i = 0; i < \${0}; i++) [ways, next] = [next, ways + next];
  return ways;
}`,
      `function \${name}(\${0}) {
  return \${0} <= 2 ? \${0} : \${name}(\${0} - 1) + \${name}(\${0} - 2);
}`,
    ],
    args: (random) => [random.int(1, 25)],
    always: [[1], [2], [3], [5]],
  },
  {
    id: "grid-paths",
    names: ["gridPaths", "countPaths", "uniquePaths"],
    params: [
      ["rows", "m", "height"],
      ["columns", "n", "width"],
    ],
    en: [
      "{count} the paths from the top left to the bottom right cell of a grid, moving only right or down",
      "{return} how many ways a robot can get through an m x n grid from corner to opposite corner going right and down only",
      "unique paths in a grid (right and down moves), rows and columns as arguments",
      "{find} the number of different routes across a grid of rows by columns cells, top-left to bottom-right, with steps right or down",
      "= leetcode 62 unique paths",
      "{compute} the count of right/down walks from the first to the last cell of a grid",
      "{tell} how many shortest ways lead from one corner cell of an m by n board to the opposite corner",
      "grid walking: number of paths with only right and down steps, 3 rows and 2 columns give 3",
      "{work} out recursively in how many ways you can cross a grid when you may only step down or right",
      "{calculate} the number of lattice paths through a table with the given rows and columns, cell to cell",
    ],
    zh: [
      "{计算从网格左上角到右下角有多少条路径，只能向右或向下}",
      "不同路径（m 行 n 列）",
      "{返回机器人在 m x n 网格中只能右移或下移时的路径数}",
      "= leetcode 62 不同路径",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0} === 1 || \${1} === 1) return 1;
  return \${name}(\${0} - 1, \${1}) + \${name}(\${0}, \${1} - 1);
}`,
      `function \${name}(\${0}, \${1}) {
  const row = new Array(\${1}).fill(1);
  for (let i = 1; i < \${0}; i++) {
    for (let j = 1; j < \${1}; j++) row[j] += row[j - 1];
  }
  return row[\${1} - 1];
}`,
    ],
    args: (random) => [random.int(1, 7), random.int(1, 7)],
    always: [
      [1, 1],
      [3, 2],
      [3, 7],
    ],
  },
];
