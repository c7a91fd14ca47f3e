/** More everyday tasks from courses and interviews: pyramids, scores, substrings, checks. */
import type { EverydayTask } from "./task.ts";
import { letters, word } from "./text-draws.ts";

export const moreClassics: readonly EverydayTask[] = [
  {
    id: "star-pyramid",
    names: ["pyramid", "starPyramid", "buildPyramid", "tower"],
    params: [["n", "height", "floors", "rows"]],
    en: [
      "{build} a centered pyramid of * with n rows as an array of strings that are all equally long, padded with spaces",
      '{return} the floors of a tower: ["  *  ", " *** ", "*****"] for 3',
      "{make} a star pyramid of height n, an array of strings padded with spaces on both sides",
      "{create} a pyramid with 1, 3, 5 ... stars per row, centered with spaces left and right, as an array",
      "{take} a height and {return} the lines of a pyramid of stars, each line as wide as the base",
      "star pyramid as array of lines padded on both sides",
      "pyramid pattern, rows as equally long strings",
      "build tower kata",
      "centered pyramid of stars, spaces on both sides",
      "tower builder",
      '= codewars build tower: 3 floors is ["  *  ", " *** ", "*****"], solution in js please',
    ],
    zh: [
      "{生成 n 层的星号金字塔，返回等长字符串数组，两边用空格补齐}",
      '{构建塔：3 层为 ["  *  ", " *** ", "*****"]}',
      "{返回居中的金字塔各行，每行 1、3、5 个星号，左右补空格}",
      "星号金字塔（等长字符串数组）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const rows = [];
  for (let i = 1; i <= \${0}; i++) {
    const spaces = " ".repeat(\${0} - i);
    rows.push(spaces + "*".repeat(2 * i - 1) + spaces);
  }
  return rows;
}`,
    ],
    args: (random) => [random.int(1, 6)],
    always: [[3], [1]],
  },
  {
    id: "scrabble-score",
    names: ["wordScore", "letterScore", "scoreWord", "alphabetScore"],
    params: [["word", "str", "s"]],
    en: [
      "{add} up the letters of a lowercase word, with a = 1, b = 2 up to z = 26",
      "{return} the sum of the alphabet positions of a word's letters",
      "{score} a word: a is 1 point, b is 2, ..., z is 26",
      "{calculate} the value of a word where each letter counts its place in the alphabet",
      "{take} a word in small letters and {sum} its letter values (a=1 ... z=26)",
      "{give} points to a word by the position of its letters in the alphabet",
      "word score with a=1 ... z=26",
      "sum of letter positions in the alphabet",
      "alphabet value of a word",
      "letter values summed up (a is 1)",
      "= numerology thing: every letter has its number (a=1, b=2...) and i want the sum for a name in lowercase. js",
    ],
    zh: [
      "{计算单词的分值，a 为 1，b 为 2，……，z 为 26}",
      "{求小写单词各字母在字母表中位置之和}",
      "{把单词每个字母的序号（a=1）相加}",
      "单词分值（a=1 到 z=26 求和）",
    ],
    answers: [
      `function \${name}(\${0}) {
  let total = 0;
  for (const char of \${0}) {
    total += char.charCodeAt(0) - 96;
  }
  return total;
}`,
      `function \${name}(\${0}) {
  return [...\${0}].reduce((sum, char) => sum + char.charCodeAt(0) - 96, 0);
}`,
    ],
    args: (random) => [word(random)],
    always: [["abc"], ["z"]],
  },
  {
    id: "longest-palindrome",
    names: ["longestPalindrome", "longestPalindromicSubstring", "findLongestPalindrome"],
    params: [["s", "str", "text"]],
    en: [
      "{find} the longest palindromic substring, the first one if there are several",
      "{return} the longest part of a string that is a palindrome (the leftmost on ties)",
      "{look} for the longest palindrome inside a string; when several are equally long return the first",
      "{search} all substrings and {return} the longest that reads the same both ways, the first of those",
      "{get} the longest palindrome contained in a text, first on ties",
      "longest palindromic substring (first if several)",
      "longest palindrome in a string, leftmost on tie",
      "leetcode longest palindromic substring, first one",
      "biggest palindrome inside a word",
      "longest substring that is a palindrome; first wins",
      "= leetcode 5 longest palindromic substring javascript, on a tie the first",
    ],
    zh: [
      "{找出字符串中最长的回文子串，并列取第一个}",
      "{返回最长回文子串，长度相同时取最左边的}",
      "{求字符串里最长的回文部分，多个取先出现的}",
      "最长回文子串（并列取第一个）",
    ],
    answers: [
      `function \${name}(\${0}) {
  let best = "";
  for (let i = 0; i < \${0}.length; i++) {
    for (let j = i + 1; j <= \${0}.length; j++) {
      const part = \${0}.slice(i, j);
      if (part.length > best.length && part === part.split("").reverse().join("")) best = part;
    }
  }
  return best;
}`,
    ],
    args: (random) => [letters(random, 2, 8, "abc")],
    always: [["banana"], ["abc"], ["abccba"]],
  },
  {
    id: "longest-unique-substring",
    names: ["longestUniqueSubstring", "lengthOfLongestSubstring", "longestWithoutRepeat"],
    params: [["s", "str", "text"]],
    en: [
      "{return} the length of the longest substring without repeating characters",
      "{find} how long the longest part of a string with all different letters is",
      "{calculate} the length of the longest run of characters in which none occurs twice",
      "{get} the size of the longest substring that has no duplicate characters",
      "{take} a string and {return} the maximum length of a piece without repeated letters",
      "{tell} how many characters in a row can be taken from a string without a repeat, at most",
      "longest substring without repeating characters (length)",
      "length of longest substring with unique characters",
      "leetcode 3",
      "sliding window: longest substring with no repeats, its length",
      '= longest substring without repeating characters leetcode js solution. "abcabcbb" is 3',
    ],
    zh: [
      "{求无重复字符的最长子串的长度}",
      "{返回字符串中不含重复字符的最长子串有多长}",
      "{计算最长的、字符互不相同的连续部分的长度}",
      "无重复字符的最长子串长度",
    ],
    answers: [
      `function \${name}(\${0}) {
  let best = 0;
  let current = "";
  for (const char of \${0}) {
    current = current.slice(current.indexOf(char) + 1) + char;
    best = Math.max(best, current.length);
  }
  return best;
}`,
    ],
    args: (random) => [letters(random, 2, 10, "abcd")],
    always: [["abcabcbb"], ["bbbb"], [""]],
  },
  {
    id: "edit-distance",
    names: ["levenshtein", "editDistance", "levenshteinDistance"],
    params: [
      ["a", "s1", "first", "str1"],
      ["b", "s2", "second", "str2"],
    ],
    en: [
      "{calculate} the Levenshtein distance of two strings",
      "{return} the edit distance between two words",
      "{count} the fewest insertions, deletions and substitutions that turn one string into another",
      "{compute} how many single-letter edits are needed at least to change a into b",
      "{find} the levenshtein distance",
      "{tell} how different two words are as their edit distance",
      "{measure} the minimum number of edits (insert, delete, replace) between two strings",
      "levenshtein distance",
      "edit distance of two strings",
      "levenshtein",
      "= for spell checking I need the levenshtein distance between 2 words in js",
    ],
    zh: [
      "{计算两个字符串的编辑距离}",
      "{求把一个单词变成另一个所需的最少编辑次数（插入、删除、替换）}",
      "{返回两个词的 Levenshtein 距离}",
      "编辑距离",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0} === "" || \${1} === "") return \${0}.length + \${1}.length;
  if (\${0}[0] === \${1}[0]) return \${name}(\${0}.slice(1), \${1}.slice(1));
  const remove = \${name}(\${0}.slice(1), \${1});
  const insert = \${name}(\${0}, \${1}.slice(1));
  const replace = \${name}(\${0}.slice(1), \${1}.slice(1));
  return 1 + Math.min(remove, insert, replace);
}`,
    ],
    args: (random) => [letters(random, 1, 5, "abc"), letters(random, 1, 5, "abc")],
    always: [
      ["kitten", "sitten"],
      ["cat", "cut"],
      ["", "abc"],
    ],
  },
  {
    id: "is-numeric-text",
    names: ["isNumeric", "isNumber", "isDigits", "onlyNumbers"],
    params: [["str", "s", "text", "value"]],
    en: [
      "{check} if a string consists only of digits",
      "{return} true if a text has nothing but digits in it and is not empty",
      "{test} whether all characters of a string are numbers from 0 to 9",
      "{tell} if the user typed only digits",
      "{validate} that a string is a whole number without sign, i.e. only 0-9",
      '{find} out if a string is made of digits only, "" is false',
      "{verify} that an input is just digits",
      "digits-only check for a string",
      "only digits check",
      "is a string numeric (only 0-9)",
      "= how do i check that a string has only numbers in it? js regex or whatever",
    ],
    zh: [
      "{判断字符串是否全是数字}",
      "{检查输入是不是只包含 0 到 9，空字符串返回 false}",
      "{验证文本只由数字组成}",
      "纯数字判断",
    ],
    answers: [
      `function \${name}(\${0}) {
  return /^\\d+$/.test(\${0});
}`,
      `function \${name}(\${0}) {
  return \${0}.length > 0 && [...\${0}].every((char) => char >= "0" && char <= "9");
}`,
    ],
    args: (random) => [random.chance(0.5) ? String(random.int(0, 99999)) : letters(random, 1, 5, "12ab3-. ")],
    always: [["123"], ["12a"], [""]],
  },
  {
    id: "strong-password",
    names: ["isStrongPassword", "validatePassword", "checkPassword", "isValidPassword"],
    params: [["password", "pw", "str", "pass"]],
    en: [
      "{check} if a password has at least 8 characters, an uppercase letter and a digit",
      "{return} true for passwords of 8 or more characters with at least one capital letter and one number",
      "{validate} a password: minimum length 8, one digit, one capital",
      "{tell} whether a password is strong: not shorter than 8, contains a digit and an upper case letter",
      "{test} that a password is 8+ chars long and includes a number and a capital letter",
      "{make} sure a password has a length of 8 or more, a big letter A-Z and a digit 0-9 (true or false)",
      "password check: 8 characters, a capital and a digit",
      "password validation (min 8 chars, 1 uppercase, 1 number)",
      "strong password test with length 8, uppercase letter, digit",
      "password rules: at least 8 long, one capital letter, one digit",
      "= sign up form, password must be 8 chars or more and have a capital letter and a number. js function that says true/false?",
    ],
    zh: [
      "{检查密码是否至少 8 位，并包含大写字母和数字}",
      "{验证密码：长度不少于 8，含一个大写字母和一个数字}",
      "{判断密码强度，至少 8 个字符且有大写字母和数字返回 true}",
      "密码校验（至少 8 位、有大写和数字）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.length >= 8 && /[A-Z]/.test(\${0}) && /\\d/.test(\${0});
}`,
    ],
    args: (random) => [letters(random, 6, 10, random.pick(["abcD", "abc1", "abC1", "abC12"]))],
    always: [["Password1"], ["password1"], ["Pass1"], ["PASSWORD"]],
  },
];
