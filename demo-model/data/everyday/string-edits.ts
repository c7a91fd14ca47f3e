/** Everyday tasks on strings: spaces, inserting, cutting into pieces. */
import type { EverydayTask } from "./task.ts";
import { letters, named, phrases, word, words } from "./text-draws.ts";

export const stringEdits: readonly EverydayTask[] = [
  {
    id: "collapse-spaces",
    names: ["collapseSpaces", "normalizeSpaces", "cleanSpaces", "squeezeSpaces"],
    params: [["str", "text", "s"]],
    en: [
      "{replace} several spaces in a row by a single one and {trim} the ends",
      "{remove} extra spaces from a text: none at the ends and only one between words",
      "{clean} up whitespace so that there is exactly one space between words and none around",
      "{normalize} the spaces of a string, trimming it and squeezing runs of blanks into one",
      '{turn} "  a   b " into "a b"',
      "{trim} a string and {collapse} multiple spaces inside into one",
      "{tidy} a sentence that has too many spaces between, before and after its words",
      "{get} rid of double spaces and the spaces at the start and the end",
      "remove extra spaces",
      "whitespace cleanup: trim and single spaces",
      '= users type too many spaces in my form, e.g. "  John   Smith ". how do I make it "John Smith" in js?',
    ],
    zh: [
      "{去掉多余的空格，单词之间只留一个，首尾不留}",
      "{把连续的多个空格合并成一个，并去掉首尾空格}",
      "{清理字符串中多余的空白}",
      "合并多余空格并去掉首尾空格",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.trim().replace(/\\s+/g, " ");
}`,
      `function \${name}(\${0}) {
  return \${0}.split(" ").filter(Boolean).join(" ");
}`,
    ],
    args: (random) => [
      `${" ".repeat(random.int(0, 2))}${words(random).join(" ".repeat(random.int(1, 4)))}${" ".repeat(random.int(0, 2))}`,
    ],
    always: [["  hello   world  "], ["hi"]],
  },
  {
    id: "remove-spaces",
    names: ["removeSpaces", "stripSpaces", "deleteSpaces", "noSpaces"],
    params: [["str", "text", "s"]],
    en: [
      "{remove} all spaces from a string",
      "{delete} every space in a text",
      "{return} a string without its spaces",
      "{strip} all blanks out of a text",
      "{take} a sentence and {glue} its words together, no spaces left",
      "{get} rid of all the spaces, also those in the middle",
      '{make} "a b c" to "abc"',
      "{drop} the spaces in a string and {return} the rest",
      "remove spaces",
      "string without spaces",
      "= how to delete all spaces of a string in javascript",
      "= remove whitespace from string js function",
    ],
    zh: ["{删除字符串里的所有空格}", "{去掉一段文字中的全部空格}", "{把字符串里的空格都去掉}", "去除空格"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replaceAll(" ", "");
}`,
      `function \${name}(\${0}) {
  return \${0}.split(" ").join("");
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/ /g, "");
}`,
    ],
    args: (random) => [` ${phrases(random)}`.slice(random.int(0, 1))],
    always: [["a b c"], [""]],
  },
  {
    id: "replace-spaces",
    names: ["replaceSpaces", "spacesToUnderscores", "spacesToUnderscore", "underscoreSpaces"],
    params: [["str", "text", "s"]],
    en: [
      "{replace} the spaces in a string with underscores",
      "{change} every space to an underscore",
      '{turn} "my file name" into "my_file_name"',
      "{put} _ where the spaces are",
      "{take} a text and {return} it with underscores instead of spaces",
      "{make} a file name safe by writing underscores for spaces",
      "{convert} blanks to underscores",
      '{swap} all spaces for the character "_"',
      "spaces to underscores",
      "underscores instead of spaces",
      "= whats the js for changing spaces into underscores?",
    ],
    zh: ["{把空格换成下划线}", "{将字符串中的空格都替换为下划线}", '{把 "my file" 变成 "my_file"}', "空格转下划线"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replaceAll(" ", "_");
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/ /g, "_");
}`,
      `function \${name}(\${0}) {
  return \${0}.split(" ").join("_");
}`,
    ],
    args: (random) => [named(random)],
    always: [["my file name"], ["abc"]],
  },
  {
    id: "middle-chars",
    names: ["getMiddle", "middle", "middleChars", "middleCharacter"],
    params: [["str", "s", "word", "text"]],
    en: [
      "{get} the middle character of a string, or the middle two if the length is even",
      "{return} the middle of a word: one letter for odd lengths, two letters for even ones",
      "{find} the middle letter of a word, if there are two in the middle return both",
      "{take} a word and {give} back its central character, or its two central characters",
      "{pick} the letter in the middle (both letters when the length is even)",
      "{extract} the one or two characters in the center of a string",
      "middle character of a word (two if even length)",
      "middle letter or letters",
      "center characters of a string, two when its length is even",
      '= write getMiddle(str): "abc" gives "b", "abcd" gives "bc"',
    ],
    zh: [
      "{返回字符串中间的字符，长度为偶数时返回中间两个}",
      "{取单词最中间的字母，偶数长度取两个}",
      "{找出字符串的中间字符，偶数长度返回两个字符}",
      "取中间字符（偶数长度取两个）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const middle = Math.floor(\${0}.length / 2);
  return \${0}.length % 2 === 0 ? \${0}.slice(middle - 1, middle + 1) : \${0}[middle];
}`,
    ],
    args: (random) => [letters(random, 1, 9, "abcdefghijkl")],
    always: [["test"], ["testing"], ["a"]],
  },
  {
    id: "is-blank",
    names: ["isBlank", "isEmpty", "isEmptyString", "isBlankString"],
    params: [["str", "s", "text", "value"]],
    en: [
      "{check} if a string is empty or has only whitespace",
      "{return} true if a text is empty or consists of spaces only",
      "{tell} whether a string contains nothing but blanks",
      "{test} if a string is blank",
      "{find} out if the user typed nothing or only spaces",
      "{validate} that an input is blank, spaces count as blank",
      '{say} true for "" and "   " and false for "a"',
      "{determine} whether a text has no visible characters",
      "blank string check",
      "check for empty or whitespace-only string",
      "= how do i know if an input field's text is empty or only spaces in js? i want a function returning true/false",
    ],
    zh: [
      "{判断字符串是否为空或只有空格}",
      "{检查一段文字是不是空白}",
      "{判断输入是不是空的，全是空格也算空}",
      "空白字符串判断",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.trim() === "";
}`,
      `function \${name}(\${0}) {
  return \${0}.trim().length === 0;
}`,
    ],
    args: (random) => [
      random.chance(0.5) ? " ".repeat(random.int(0, 6)) : `${" ".repeat(random.int(0, 3))}${word(random)}`,
    ],
    always: [[""], ["   "], [" a "]],
  },
  {
    id: "common-prefix",
    names: ["longestCommonPrefix", "commonPrefix", "sharedPrefix"],
    params: [["words", "strs", "strings", "list"]],
    en: [
      "{find} the longest common prefix of a list of strings",
      "{return} the longest beginning that all words in an array share",
      '{take} an array of strings and {return} the part at the start which they all have in common, or ""',
      "{get} the common start of several words, an empty string if there is none",
      "{compare} the words of a list and {return} their common beginning",
      "{determine} with which letters all the strings in a list begin",
      "longest common prefix",
      "common prefix of an array of words",
      "shared beginning of all strings in a list",
      "= leetcode 14 longest common prefix solution in javascript",
      '= write longestCommonPrefix(strs), for ["flower","flow","flight"] it\'s "fl"',
    ],
    zh: [
      "{找出一组字符串的最长公共前缀}",
      "{返回数组中所有单词共同的开头部分}",
      "{求字符串数组的最长公共前缀，没有就返回空字符串}",
      "最长公共前缀",
    ],
    answers: [
      `function \${name}(\${0}) {
  let prefix = \${0}[0];
  for (const word of \${0}) {
    while (!word.startsWith(prefix)) {
      prefix = prefix.slice(0, -1);
    }
  }
  return prefix;
}`,
    ],
    args: (random) => {
      const start = letters(random, 0, 4, "abcdef");
      return [Array.from({ length: random.int(2, 4) }, () => start + letters(random, 1, 4, "abc"))];
    },
    always: [[["flower", "flow", "flight"]], [["dog", "car"]]],
  },
  {
    id: "longer-string",
    names: ["longerString", "longer", "longest", "getLonger"],
    params: [
      ["a", "first", "s1", "str1"],
      ["b", "second", "s2", "str2"],
    ],
    en: [
      "{return} the longer of two strings, the first one if they have the same length",
      "{compare} two words and {return} the longer one (the first on a tie)",
      "{take} two texts and {give} back whichever has more characters, if equal then the first",
      "{pick} the longer string out of two; when both are equally long pick the first",
      "{find} out which of two strings is longer and {return} it, the first wins a tie",
      "{decide} between two words: the one with more letters is returned, or the first if there's no difference",
      "the longer of two strings, first one on a tie",
      "longer word of two (first if equal)",
      "longer string",
      "compare lengths of two strings, return the longer, in a tie the first",
      "= two strings in, the longer one out. same length? then the first. js please",
    ],
    zh: [
      "{返回两个字符串中较长的一个，一样长时返回第一个}",
      "{比较两个单词的长度，返回更长的，相等则返回第一个}",
      "{给两段文字，返回字数多的那个，相同返回第一个}",
      "两个字符串取较长者，相等取第一个",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.length >= \${1}.length ? \${0} : \${1};
}`,
      `function \${name}(\${0}, \${1}) {
  if (\${1}.length > \${0}.length) {
    return \${1};
  }
  return \${0};
}`,
    ],
    args: (random) => [word(random), word(random)],
    always: [
      ["cat", "horse"],
      ["abc", "xyz"],
      ["longer", "no"],
    ],
  },
  {
    id: "remove-first-last",
    names: ["removeFirstAndLast", "trimEnds", "cutEnds", "removeEnds"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{remove} the first and the last character of a string",
      "{return} a string without its first and last letter",
      "{cut} off one character at both ends of a text",
      "{drop} the first and last char",
      "{strip} one character from the start and one from the end of a string",
      "{take} a word and {return} everything between its first and last letter",
      "{delete} the outer two characters, one on each side",
      "{get} the inside of a string, that is without the first and the last character",
      "string without first and last character",
      "remove first and last letter",
      "= how can I chop the first and last char off a string (it has at least two)?",
    ],
    zh: [
      "{去掉字符串的第一个和最后一个字符}",
      "{删除单词的首字母和末字母}",
      "{返回去掉首尾各一个字符的字符串}",
      "去掉首尾字符",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.slice(1, -1);
}`,
      `function \${name}(\${0}) {
  return \${0}.substring(1, \${0}.length - 1);
}`,
    ],
    args: (random) => [letters(random, 2, 9, "abcdefgh")],
    always: [["hello"], ["ab"]],
  },
  {
    id: "every-second-char",
    names: ["everySecond", "everyOther", "everySecondChar", "skipChars"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{return} every second character of a string, beginning with the first",
      "{take} a string and {keep} only the characters at even indexes",
      "{give} back the 1st, 3rd, 5th ... letter of a word",
      "{pick} every other character of a text, starting with the first one",
      '{skip} every second letter: "abcdef" becomes "ace"',
      "{keep} the characters at index 0, 2, 4 and so on",
      "{drop} the characters at odd positions (index 1, 3, 5) of a string",
      "every other character, starting with the first",
      "characters at even indices",
      "every second letter from the first on",
      '= from "hello" I want "hlo", so every other letter. How in js?',
    ],
    zh: [
      "{返回字符串中下标为偶数的字符}",
      "{从第一个开始，每隔一个字符取一个}",
      "{取第 1、3、5 个字符组成新字符串}",
      "隔一个取一个字符（从第一个开始）",
    ],
    answers: [
      `function \${name}(\${0}) {
  let result = "";
  for (let i = 0; i < \${0}.length; i += 2) {
    result += \${0}[i];
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return [...\${0}].filter((_, i) => i % 2 === 0).join("");
}`,
    ],
    args: (random) => [letters(random, 1, 10, "abcdefghijk")],
    always: [["abcdef"], ["a"], [""]],
  },
  {
    id: "insert-at",
    names: ["insertAt", "insertString", "insertText"],
    params: [
      ["str", "text", "s"],
      ["index", "position", "pos", "i"],
      ["part", "insert", "value", "piece"],
    ],
    en: [
      "{insert} a string into another one at a given index",
      "{put} a piece of text into a string at a position",
      "{take} a string, an index and a text, and {insert} the text there",
      "{add} some text in the middle of a string, at the given index",
      "{return} the string with a second string placed at index i",
      "{splice} a text into a string at a position",
      "insert text at index",
      "string insert at position",
      "inserting a substring at an index of a string",
      "insert into string (string, index, text to insert)",
      '= strings have no splice in js.. i want insertAt(str, index, part) so that insertAt("held", 3, "lo wor") gives "hello word"',
    ],
    zh: [
      "{在字符串的指定位置插入一段文字}",
      "{把一个字符串插入到另一个字符串的某个下标处}",
      "{在给定索引处插入子串，参数依次为字符串、位置、内容}",
      "指定位置插入字符串",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.slice(0, \${1}) + \${2} + \${0}.slice(\${1});
}`,
    ],
    args: (random) => [letters(random, 4, 8, "abcdef"), random.int(0, 4), random.pick(["X", "--", "zz", "!"])],
    always: [
      ["hello", 2, "X"],
      ["abc", 0, "-"],
      ["abc", 3, "d"],
    ],
  },
  {
    id: "chunk-string",
    names: ["chunkString", "splitIntoChunks", "splitString", "chunks"],
    params: [
      ["str", "s", "text"],
      ["size", "n", "length", "len"],
    ],
    en: [
      "{split} a string into pieces of a given size",
      "{cut} a string into chunks of n characters, the last may be shorter",
      "{break} a text into parts of length n and {return} them as an array",
      "{take} a string and a size and {return} an array of substrings with that size",
      "{divide} a string into groups of n letters (the rest goes in the last one)",
      '{slice} "abcdefg" into ["abc", "def", "g"] for size 3',
      "{chop} up a text every n characters",
      "string chunks",
      "split a string every n characters",
      "array of equally long pieces of a string, last one may be shorter",
      "= how do I split a string every 3 characters in js? the number should be an argument",
    ],
    zh: [
      "{把字符串按固定长度切成数组}",
      "{每 n 个字符切一段，返回数组，最后一段可以短一些}",
      "{将字符串分割成长度为 n 的小块}",
      "字符串按长度分块",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i += \${1}) {
    result.push(\${0}.slice(i, i + \${1}));
  }
  return result;
}`,
    ],
    args: (random) => [letters(random, 3, 12, "abcdefgh"), random.int(1, 4)],
    always: [
      ["abcdefg", 3],
      ["ab", 5],
      ["abcd", 2],
    ],
  },
];
