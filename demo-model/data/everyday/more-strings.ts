/** Everyday tasks on strings: two strings compared or merged, letters doubled or turned. */
import type { EverydayTask } from "./task.ts";
import { letters, sentence, word } from "./text-draws.ts";

export const moreStrings: readonly EverydayTask[] = [
  {
    id: "rotate-string",
    names: ["rotateString", "rotateLeft", "rotate", "shiftString"],
    params: [
      ["str", "s", "text"],
      ["n", "k", "steps", "count"],
    ],
    en: [
      "{rotate} a string to the left by n characters",
      "{move} the first n characters of a string to its end",
      "{shift} a word left by n places, letters that fall off come back on the right",
      "{take} the first n letters and {put} them at the end",
      '{return} "cdeab" for "abcde" and 2',
      "{cycle} the letters of a string n positions to the left",
      "left rotation of a string",
      "string rotation to the left by n",
      "rotate text left",
      "move n letters from the front to the back of a word",
      '= rotate "hello" by 2 to the left is "llohe". write the js function (n is never more than the length)',
    ],
    zh: [
      "{把字符串向左旋转 n 位}",
      "{将前 n 个字符移到字符串末尾}",
      "{字符串左移 n 位，移出的字符接到后面}",
      "字符串左旋转",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.slice(\${1}) + \${0}.slice(0, \${1});
}`,
    ],
    args: (random) => [letters(random, 4, 8, "abcdefgh"), random.int(0, 4)],
    always: [
      ["abcde", 2],
      ["abc", 0],
    ],
  },
  {
    id: "is-rotation",
    names: ["isRotation", "isRotated", "checkRotation"],
    params: [
      ["a", "s1", "first", "str1"],
      ["b", "s2", "second", "str2"],
    ],
    en: [
      "{check} if one string is a rotation of another",
      "{tell} whether the second string can be made from the first by rotating it",
      '{return} true if two strings are rotations of each other, like "abcd" and "cdab"',
      "{test} for string rotation",
      "{decide} if moving letters from the front to the back of a gives b",
      "{take} two strings and {say} if the one is a rotated version of the other",
      "{see} if two words are the same apart from a rotation",
      "string rotation check",
      "rotation test for two strings",
      "are two strings rotations of each other",
      "= interview q: given 2 strings find out if one is a rotation of the other. js solution?",
    ],
    zh: [
      "{判断一个字符串是不是另一个的旋转}",
      "{检查两个字符串能否通过旋转相互得到}",
      '{判断 b 是否由 a 旋转得到，例如 "abcd" 和 "cdab"}',
      "旋转字符串判断",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.length === \${1}.length && (\${0} + \${0}).includes(\${1});
}`,
    ],
    args: (random) => {
      const text = letters(random, 3, 6, "abcd");
      const n = random.int(0, 3);
      return random.chance(0.5) ? [text, text.slice(n) + text.slice(0, n)] : [text, letters(random, 3, 6, "abcd")];
    },
    always: [
      ["abcd", "cdab"],
      ["abcd", "acbd"],
      ["abc", "abcd"],
    ],
  },
  {
    id: "is-subsequence",
    names: ["isSubsequence", "subsequence", "hasSubsequence"],
    params: [
      ["s", "part", "small", "sub"],
      ["t", "text", "full", "str"],
    ],
    en: [
      "{check} if one string is a subsequence of another",
      "{return} true if the letters of s appear in t in the same order, not necessarily next to each other",
      "{tell} if you can get the first string by deleting letters of the second one",
      "{determine} whether the first string is a subsequence of the second",
      "{see} whether all characters of a short string occur in order in a long one",
      "{test} if s can be formed from t by leaving out some characters",
      "{take} s and t and {decide} if s is a subsequence of t",
      "subsequence check for two strings",
      "is subsequence (s, t)",
      '= is "ace" a subsequence of "abcde"? i need a function for any two strings in js',
      "= leetcode is subsequence js, arguments s and t",
    ],
    zh: [
      "{判断一个字符串是否是另一个的子序列}",
      "{检查 s 的字符是否按顺序出现在 t 中，可以不连续}",
      "{判断能否从第二个字符串删掉一些字符得到第一个}",
      "子序列判断",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let i = 0;
  for (const char of \${1}) {
    if (char === \${0}[i]) i++;
  }
  return i === \${0}.length;
}`,
    ],
    args: (random) => {
      const full = letters(random, 4, 9, "abcdef");
      return random.chance(0.5)
        ? [[...full].filter(() => random.chance(0.5)).join(""), full]
        : [letters(random, 1, 4, "abcdef"), full];
    },
    always: [
      ["ace", "abcde"],
      ["aec", "abcde"],
      ["", "abc"],
    ],
  },
  {
    id: "common-chars",
    names: ["commonLetters", "commonChars", "sharedLetters"],
    params: [
      ["a", "s1", "first", "str1"],
      ["b", "s2", "second", "str2"],
    ],
    en: [
      "{find} the letters that two words have in common, each once, in the order of the first word",
      "{return} the characters which occur in both strings, without repeats and in the order of the first string",
      "{take} two strings and {return} a string of their shared letters, no duplicates, ordered as in the first",
      "{list} the common characters of two strings as one string, each only once, as they come in the first string",
      "{give} me the letters of word one that are also in word two, every letter one time",
      "{compare} two words and {collect} the letters that both have (each once, order of the first)",
      "common letters of two words, each once, in the first word's order",
      "shared characters of two strings without duplicates, in order of the first",
      "common characters (unique, ordered like the first string)",
      "letters in both strings, no repeats, order from the first one",
      '= commonLetters("hello", "yellow") should be "helo" - every letter that is in both, once. How to do it in js?',
    ],
    zh: [
      "{找出两个单词共有的字母，每个只出现一次，按第一个单词的顺序}",
      "{返回同时出现在两个字符串里的字符，不重复，顺序同第一个}",
      "{求两个字符串的公共字符，去重，按第一个字符串的顺序}",
      "两个字符串的公共字符（去重，按第一个的顺序）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...new Set(\${0})].filter((char) => \${1}.includes(char)).join("");
}`,
    ],
    args: (random) => [word(random), word(random)],
    always: [
      ["hello", "yellow"],
      ["abc", "xyz"],
    ],
  },
  {
    id: "hamming-distance",
    names: ["hammingDistance", "countDifferences", "distance", "diffCount"],
    params: [
      ["a", "s1", "first", "str1"],
      ["b", "s2", "second", "str2"],
    ],
    en: [
      "{count} the positions at which two equally long strings differ",
      "{calculate} the Hamming distance of two strings",
      "{compute} the hamming distance between two strings with the same length",
      "{return} in how many places two words of the same length have different letters",
      "{compare} two strings letter by letter and {count} the differences (same length)",
      "{take} two strings of equal length and {return} the number of positions with different characters",
      "{tell} how many letters are different between two words, place by place",
      "hamming distance",
      "number of differing positions in two strings of the same length",
      '= hamming distance "karolin" and "kathrin" is 3. js function?',
    ],
    zh: [
      "{计算两个字符串的汉明距离}",
      "{统计两个等长字符串有多少个位置不同}",
      "{比较两个长度相同的字符串，返回不同字符的个数}",
      "汉明距离",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let count = 0;
  for (let i = 0; i < \${0}.length; i++) {
    if (\${0}[i] !== \${1}[i]) count++;
  }
  return count;
}`,
      `function \${name}(\${0}, \${1}) {
  return [...\${0}].filter((char, i) => char !== \${1}[i]).length;
}`,
    ],
    args: (random) => {
      const n = random.int(3, 8);
      return [letters(random, n, n, "abc"), letters(random, n, n, "abc")];
    },
    always: [
      ["karolin", "kathrin"],
      ["abc", "abc"],
      ["", ""],
    ],
  },
  {
    id: "merge-alternately",
    names: ["mergeAlternately", "interleave", "weave", "mergeStrings"],
    params: [
      ["a", "word1", "first", "s1"],
      ["b", "word2", "second", "s2"],
    ],
    en: [
      "{merge} two strings by taking letters in turn, and {add} the rest of the longer one at the end",
      "{interleave} two words: first letter of a, first of b, second of a and so on; what is left over goes to the end",
      "{mix} two strings letter by letter, starting with the first; append the remaining letters of the longer string",
      "{weave} two strings together alternately, the extra characters of the longer come last",
      '{combine} "abc" and "xyz" to "axbycz", if one is longer its rest is appended',
      "{take} one char from each string in turn until both are used up",
      "merge two strings alternately",
      "alternating merge of two words, rest at the end",
      "zip two strings into one, rest of the longer one at the end",
      "interleaving strings",
      "= leetcode 1768 merge strings alternately in javascript pls",
    ],
    zh: [
      "{交替合并两个字符串，多出的部分放在最后}",
      "{轮流取两个单词的字母拼成新字符串，剩余的接在后面}",
      '{把 "abc" 和 "xyz" 合并成 "axbycz"，较长的剩余部分追加到末尾}',
      "交替合并字符串",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let result = "";
  for (let i = 0; i < Math.max(\${0}.length, \${1}.length); i++) {
    result += (\${0}[i] || "") + (\${1}[i] || "");
  }
  return result;
}`,
    ],
    args: (random) => [letters(random, 1, 6, "abcdef"), letters(random, 1, 6, "uvwxyz")],
    always: [
      ["abc", "xyz"],
      ["ab", "pqrs"],
      ["abcd", "pq"],
    ],
  },
  {
    id: "double-chars",
    names: ["doubleChars", "doubleLetters", "doubleString", "repeatLetters"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{double} every character of a string",
      "{return} a string in which each letter appears twice",
      '{turn} "abc" into "aabbcc"',
      "{repeat} each character of a text two times",
      "{write} every letter of a word twice in a row",
      "{take} a string and {duplicate} each of its characters",
      "{stutter} a string: each char comes twice",
      "{make} each letter double",
      "double each letter",
      "every character twice",
      '= how to double all letters in a word with js, like "hi" to "hhii"',
    ],
    zh: ["{把字符串的每个字符重复两次}", '{将 "abc" 变成 "aabbcc"}', "{让每个字母都出现两遍}", "每个字符加倍"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("").map((char) => char + char).join("");
}`,
      `function \${name}(\${0}) {
  let result = "";
  for (const char of \${0}) {
    result += char + char;
  }
  return result;
}`,
    ],
    args: (random) => [word(random)],
    always: [["abc"], [""]],
  },
  {
    id: "remove-punctuation",
    names: ["removePunctuation", "stripPunctuation", "cleanText", "noPunctuation"],
    params: [["text", "str", "s", "sentence"]],
    en: [
      "{remove} the punctuation marks . , ! ? ; : from a text",
      "{delete} all punctuation (.,!?;:) in a sentence",
      "{strip} commas, periods, exclamation and question marks, colons and semicolons out of a string",
      "{return} a sentence without its punctuation",
      "{clean} a text of punctuation, only letters, digits and spaces stay",
      "{take} a sentence and {drop} every . , ! ? : and ;",
      "{get} rid of punctuation in a string",
      '{turn} "Hello, world!" into "Hello world"',
      "remove punctuation",
      "text without punctuation marks",
      "= I want to count words but the commas and dots disturb. Write a js function that removes punctuation from a string.",
    ],
    zh: [
      "{去掉文本里的标点符号}",
      "{删除句子中的 . , ! ? ; : 等标点}",
      '{把 "Hello, world!" 变成 "Hello world"}',
      "去除标点",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[.,!?;:]/g, "");
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/[^a-zA-Z0-9 ]/g, "");
}`,
    ],
    args: (random) => [random.chance(0.7) ? sentence(random) : `${word(random)}; ${word(random)}: ${sentence(random)}`],
    always: [["Hello, world!"], ["no marks"]],
  },
  {
    id: "same-first-last",
    names: ["sameFirstLast", "firstEqualsLast", "startsAndEndsSame", "sameEnds"],
    params: [["str", "s", "word", "text"]],
    en: [
      "{check} if a word starts and ends with the same letter",
      "{return} true if the first and the last character of a string are equal",
      "{tell} if a string begins and ends with the same character",
      "{compare} the first letter of a word with its last letter and {return} whether they match",
      "{test} whether first and last char are the same",
      '{see} if a word like "window" has the same letter at both ends',
      "{take} a non-empty string and {return} true when its first and last letters are identical",
      "same first and last letter check",
      "first and last character equal?",
      "word begins and ends with the same letter",
      "= does a word end with the letter it starts with? js function returning true or false please",
    ],
    zh: [
      "{判断单词的首字母和末字母是否相同}",
      "{检查字符串的第一个和最后一个字符是否一样}",
      "{如果单词开头和结尾是同一个字母就返回 true}",
      "首尾字符相同判断",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}[0] === \${0}[\${0}.length - 1];
}`,
      `function \${name}(\${0}) {
  return \${0}.at(0) === \${0}.at(-1);
}`,
    ],
    args: (random) => [letters(random, 1, 5, "abc")],
    always: [["window"], ["hello"], ["a"]],
  },
];
