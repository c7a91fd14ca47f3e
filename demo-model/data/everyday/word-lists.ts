/** Everyday tasks on lists of words. */
import { texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const wordLists: readonly EverydayTask[] = [
  {
    id: "longest-word-in-list",
    names: ["longest", "longestWord", "longestString", "findLongest"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{return} the longest string of a list, the first one if several are equally long",
      "{find} the longest word in a non-empty array of words, the earliest on a tie",
      "{take} words and {give} back the one with the most letters; ties go to the first",
      "{pick} the string with the greatest length, or the first such string",
      "longest string in an array, first on ties",
      "longest word of a list (first one wins)",
      "= how do i find the longest string in an array? first one if there's a tie",
      '= longest of the words (first if tied), ["a","ccc","bb"] -> "ccc"',
      "= which name in my list is the longest? if two are the same length the one that comes first",
      "= Return the element of maximal length from an array of strings, preferring earlier elements.",
      "= longest string in array js, when equal the first one",
    ],
    zh: [
      "{返回列表中最长的字符串，一样长取第一个}",
      "{找出数组里字母最多的单词，并列取先出现的}",
      "最长的字符串（并列取第一个）",
      "= 名单里哪个名字最长？一样长就取前面的",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((best, word) => (word.length > best.length ? word : best));
}`,
      `function \${name}(\${0}) {
  let best = \${0}[0];
  for (const word of \${0}) {
    if (word.length > best.length) best = word;
  }
  return best;
}`,
    ],
    args: (random) => [texts(random)],
    always: [[["a", "ccc", "bb"]], [["ab", "cd"]]],
  },
  {
    id: "shortest-word-in-list",
    names: ["shortest", "shortestWord", "shortestString", "findShortest"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{return} the shortest string of a list, the first one on a tie",
      "{find} the word with the fewest letters in an array; if several have as few, the first",
      "{take} a non-empty list of strings and {pick} the shortest, preferring earlier ones",
      "{look} for the string of minimal length (the first of them)",
      "shortest string in an array, first wins",
      "shortest word of a list (earliest on ties)",
      "= how to find the shortest word in a list of words, the first if equal",
      '= shortest of the words (first if tied), ["ccc","a","bb"] -> "a"',
      "= which username is the shortest? there may be a tie, then the first please",
      "= Reduce an array of strings to its shortest member; ties resolve to the earlier one.",
    ],
    zh: [
      "{返回列表中最短的字符串，一样短取第一个}",
      "{找出数组里字母最少的单词，并列取先出现的}",
      "最短的字符串（并列取第一个）",
      "= 怎么找一个单词列表里最短的词？一样短就取前面的",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((best, word) => (word.length < best.length ? word : best));
}`,
      `function \${name}(\${0}) {
  let best = \${0}[0];
  for (const word of \${0}) {
    if (word.length < best.length) best = word;
  }
  return best;
}`,
    ],
    args: (random) => [texts(random)],
    always: [[["ccc", "a", "bb"]], [["ab", "cd"]]],
  },
  {
    id: "list-word-lengths",
    names: ["lengths", "wordLengths", "stringLengths", "getLengths"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{return} the length of each string in a list",
      "{map} an array of words to the numbers of their letters",
      "{take} a list of strings and {return} a list of their lengths",
      "{replace} every word by how long it is",
      "lengths of all strings in an array",
      "how long each string of a list is",
      '= letters per word of a list: ["hi","you"] -> [2,3]',
      "= how do i get an array with the length of every word?",
      "= how many characters does each of these names have? list in, list out",
      "= From an array of strings, produce the array of their lengths.",
    ],
    zh: [
      "{返回列表中每个字符串的长度}",
      "{把单词数组变成长度数组}",
      "各字符串的长度",
      '= 每个单词多长，["hi","you"] 得到 [2,3]，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((word) => word.length);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const word of \${0}) {
    result.push(word.length);
  }
  return result;
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["hi", "", "you"]]],
  },
  {
    id: "total-characters",
    names: ["totalLength", "totalCharacters", "countCharacters", "lettersInAll"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{return} the total number of characters of all strings in a list",
      "{add} up the lengths of the words in an array",
      "{count} the characters of a whole list of strings",
      "{take} words and {sum} their lengths",
      "total length of all strings",
      "characters in an array of strings altogether",
      '= all letters of all words counted: ["hi","you"] -> 5',
      "= how many letters do all the words in my list have together?",
      "= i pay per character, these are the texts (array of strings), how many characters are that in total?",
      "= Compute the combined length of the strings in an array.",
    ],
    zh: [
      "{返回列表中所有字符串的总字符数}",
      "{把数组里各个单词的长度相加}",
      "字符串总长度",
      "= 所有单词一共多少个字符？输入是数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((total, word) => total + word.length, 0);
}`,
      `function \${name}(\${0}) {
  return \${0}.join("").length;
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["hi", "you"]]],
  },
  {
    id: "uppercase-all",
    names: ["upperAll", "uppercaseAll", "shoutAll", "toUpper"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{convert} every string of a list to uppercase",
      "{return} the words in capital letters",
      "{take} an array of strings and {uppercase} each",
      "{write} all words of an array in capitals",
      "{uppercase} each string in an array",
      "list of words in caps",
      "= how do i make all strings in an array upper case",
      '= BIG LETTERS for each word, ["hi","you"] -> ["HI","YOU"]',
      "= my whole list should be SHOUTING",
      "= Apply toUpperCase to all elements of an array.",
    ],
    zh: [
      "{把列表中每个字符串变成大写}",
      "{返回全部大写的单词数组}",
      "数组字符串转大写",
      "= 怎么把数组里的单词全部改成大写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((word) => word.toUpperCase());
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const word of \${0}) {
    result.push(word.toUpperCase());
  }
  return result;
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["hi", "You"]]],
  },
  {
    id: "capitalize-all",
    names: ["capitalizeAll", "capitalizeWords", "upperFirstAll", "capitalizeList"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{capitalize} the first letter of every string in a list and {leave} the rest as it is",
      "{make} the first character of each word uppercase, for an array of words",
      "{take} a list of names and {start} each with a capital letter, the other letters unchanged",
      "{uppercase} just the initial letter of all strings in an array",
      "capitalize each element of an array (first letter only)",
      "first letter upper case for a whole list",
      '= first letters big: ["tom","anna"] -> ["Tom","Anna"], the other letters stay',
      "= how to capitalize all words in an array, not touching the remaining letters",
      "= people typed their names in lowercase, i've an array of them and want a capital at the front of each",
      "= Map an array of strings so that each begins with a capital; do not change anything else.",
    ],
    zh: [
      "{把列表中每个字符串的首字母变成大写，其余不变}",
      "{将数组里所有单词的第一个字母大写}",
      "数组单词首字母大写",
      '= 首字母大写，["tom","anna"] 变成 ["Tom","Anna"]，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
}`,
      `function \${name}(\${0}) {
  return \${0}.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["tom", "mcDonald", ""]]],
  },
  {
    id: "starting-with-letter",
    names: ["startingWith", "filterByLetter", "wordsStarting", "beginWith"],
    params: [
      ["words", "list", "strings", "arr"],
      ["letter", "char", "start", "prefix"],
    ],
    en: [
      "{return} the words of a list that start with a given letter",
      "{filter} an array of strings to those beginning with a certain letter (upper and lower case differ)",
      "{take} words and a letter and {keep} only the words which begin with it",
      "{select} all strings with a given first character",
      "words starting with a letter",
      "filter list by first letter, case sensitive",
      '= words with that initial only: ["ant","bee","ape"], "a" -> ["ant","ape"]',
      "= how do i get all names that begin with a specific letter?",
      "= telephone book: list of names and a letter, only the names under that letter",
      "= Keep the strings whose first character is the second argument.",
    ],
    zh: [
      "{返回列表中以指定字母开头的单词}",
      "{过滤字符串数组，只保留首字母匹配的}",
      "按首字母筛选单词",
      "= 通讯录里怎么只列出以某个字母开头的名字？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((word) => word.startsWith(\${1}));
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((word) => word[0] === \${1});
}`,
    ],
    args: (random) => ((list) => [list, random.chance(0.8) ? random.pick(list).slice(0, 1) : "q"])(texts(random)),
    always: [
      [[], "a"],
      [["ant", "bee", "ape"], "a"],
    ],
  },
  {
    id: "longer-than",
    names: ["longerThan", "filterLong", "longWords", "wordsLonger"],
    params: [
      ["words", "list", "strings", "arr"],
      ["n", "length", "min", "limit"],
    ],
    en: [
      "{return} the words of a list that have more than n letters",
      "{filter} an array of strings by length: only those longer than n stay",
      "{take} words and a number and {drop} every word that is not longer than it",
      "{keep} the strings with a length greater than a limit",
      "words of a list that are longer than n",
      "filter strings by minimum length (strictly longer)",
      '= just words with more letters than n: ["a","bbb","cc"], 1 -> ["bbb","cc"]',
      "= how do I select only the strings with more than k characters from an array?",
      "= get the long words from a list, long means more than so many letters (second argument)",
      "= Select elements whose length exceeds the given number.",
    ],
    zh: [
      "{返回列表中长度大于 n 的单词}",
      "{过滤字符串数组，只保留多于 n 个字符的}",
      "筛选长度超过 n 的字符串",
      "= 怎么从数组里挑出字母数大于 n 的词？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((word) => word.length > \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (const word of \${0}) {
    if (word.length > \${1}) result.push(word);
  }
  return result;
}`,
    ],
    args: (random) => [texts(random), random.int(2, 7)],
    always: [
      [[], 2],
      [["a", "bbb", "cc"], 1],
    ],
  },
  {
    id: "containing-text",
    names: ["containing", "searchList", "filterByText", "matches"],
    params: [
      ["words", "list", "strings", "arr"],
      ["text", "query", "part", "search"],
    ],
    en: [
      "{return} the strings of a list that contain a given text, upper and lower case being equal",
      "{search} a list of words for those that include a query, ignoring case",
      "{take} strings and a search text and {keep} the strings in which it occurs, case-insensitively",
      "{filter} an array by a substring, no matter the case",
      "case-insensitive search in a list of strings",
      "filter strings by substring, ignore case",
      '= items with that text inside, case ignored: ["Apple","Grape","Kiwi"], "ap" -> ["Apple","Grape"]',
      "= search box for a list: show all items that contain what was typed, case doesn't matter",
      "= how can i find all strings in my array with some text in it, not case sensitive",
      "= Return the elements that contain the query as a substring, comparing in lower case.",
    ],
    zh: [
      "{返回列表中包含给定文本的字符串，不区分大小写}",
      "{按关键字搜索字符串数组，忽略大小写}",
      "列表关键字搜索（忽略大小写）",
      "= 搜索框：输入几个字母，列出数组里包含它的项，大小写不管",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const wanted = \${1}.toLowerCase();
  return \${0}.filter((word) => word.toLowerCase().includes(wanted));
}`,
    ],
    args: (random) => [texts(random), random.pick(["o", "an", "E", "Ap", "no", "random", "CO", "z"])],
    always: [
      [[], "a"],
      [["Apple", "Grape", "Kiwi"], "ap"],
    ],
  },
];
