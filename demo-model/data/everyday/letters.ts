/** Everyday tasks that remove, replace or order letters. */
import type { EverydayTask } from "./task.ts";
import { letters, named, phrase, word } from "./text-draws.ts";

export const letterTasks: readonly EverydayTask[] = [
  {
    id: "remove-vowels",
    names: ["removeVowels", "stripVowels", "noVowels", "disemvowel"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{remove} all vowels from a string",
      "{return} a string without its vowels",
      "{delete} every a, e, i, o, u in a text, also the capital ones",
      "{strip} the vowels out of a sentence",
      "{take} a text and {drop} the vowels",
      "{disemvowel} a comment",
      '{turn} "hello world" into "hll wrld"',
      "{leave} out all vowels of a word",
      "{filter} the vowels from a string",
      "remove vowels",
      "text without vowels",
      "= trolls write in my comments, i want to remove all vowels from what they write. js function?",
    ],
    zh: [
      "{删除字符串里的所有元音字母}",
      "{去掉单词中的元音}",
      "{返回不含 a、e、i、o、u 的文本，大小写都去掉}",
      "去掉元音",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[aeiou]/gi, "");
}`,
      `function \${name}(\${0}) {
  return \${0}
    .split("")
    .filter((char) => !"aeiouAEIOU".includes(char))
    .join("");
}`,
    ],
    args: (random) => [named(random)],
    always: [["hello world"], ["Apple"], ["rhythm"]],
  },
  {
    id: "replace-vowels",
    names: ["replaceVowels", "maskVowels", "starVowels", "hideVowels"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{replace} every vowel in a string with *",
      "{put} a star in place of each vowel of a text",
      "{hide} the vowels of a word behind asterisks",
      '{change} all vowels, small and capital, to "*"',
      '{turn} "hello" into "h*ll*"',
      "{take} a string and {return} it with * for every a, e, i, o, u",
      "{mask} vowels with a star",
      "{substitute} an asterisk for each vowel",
      "vowels to stars",
      "replace vowels by asterisks",
      '= in a quiz I show words with the vowels as *, like "b*n*n*". how do i make that in js',
    ],
    zh: [
      "{把字符串里的元音都换成 *}",
      "{用星号替换单词中的每个元音}",
      '{将文本中的元音字母（含大写）替换为 "*"}',
      "元音替换成星号",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[aeiou]/gi, "*");
}`,
    ],
    args: (random) => [named(random)],
    always: [["hello"], ["Apple"], ["my"]],
  },
  {
    id: "remove-char",
    names: ["removeChar", "removeLetter", "deleteChar", "withoutChar"],
    params: [
      ["str", "s", "text", "word"],
      ["char", "letter", "ch", "c"],
    ],
    en: [
      "{remove} every occurrence of a character from a string",
      "{delete} a given letter everywhere in a word",
      "{return} the text without a certain character",
      "{take} a string and a letter and {drop} this letter from the string",
      "{strip} all copies of one char out of a text",
      "{filter} a letter out of a string",
      '{get} rid of all the "a"s in a word, where "a" can be any letter',
      "{leave} out a character each time it occurs",
      "remove a letter from a string",
      "delete all occurrences of a char",
      '= remove all "o" from "foo boo" in js, but letter should be a parameter',
    ],
    zh: ["{删除字符串中某个字符的所有出现}", "{去掉单词里指定的字母}", "{返回去除某个字符后的文本}", "删除指定字符"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.split(\${1}).join("");
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.replaceAll(\${1}, "");
}`,
    ],
    args: (random) => [phrase(random, 3), random.pick(["a", "e", "o", "l", "n", "s"])],
    always: [
      ["banana", "a"],
      ["hello", "z"],
    ],
  },
  {
    id: "remove-duplicate-letters",
    names: ["removeDuplicateLetters", "removeDuplicateChars", "uniqueLetters", "uniqueChars", "dedupe"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{remove} duplicate characters from a string, keeping the first of each",
      "{return} a string in which each letter is there only once",
      "{keep} only the first occurrence of every character",
      "{take} a word and {drop} letters that came before",
      '{turn} "banana" into "ban"',
      "{delete} repeated letters in a word so that every letter stays once, in order",
      "{get} the distinct characters of a string, as a string, in their order",
      "{dedupe} the characters of a text",
      "unique characters of a string",
      "remove repeated letters, order kept",
      '= how do I remove duplicate letters from a string in JS? "hello" should be "helo"',
    ],
    zh: [
      "{去掉字符串中重复的字符，保留第一次出现的}",
      "{让每个字母只出现一次，顺序不变}",
      '{把 "banana" 变成 "ban"}',
      "字符串去重",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...new Set(\${0})].join("");
}`,
      `function \${name}(\${0}) {
  let result = "";
  for (const char of \${0}) {
    if (!result.includes(char)) result += char;
  }
  return result;
}`,
    ],
    args: (random) => [random.chance(0.5) ? word(random) : letters(random, 2, 9)],
    always: [["banana"], ["abc"], [""]],
  },
  {
    id: "has-unique-letters",
    names: ["hasUniqueChars", "isIsogram", "isUnique", "allUnique", "hasUniqueLetters"],
    params: [["str", "s", "word", "text"]],
    en: [
      "{check} if all characters of a string are different",
      "{return} true if no letter occurs twice in a word",
      "{tell} whether a word is an isogram, that is a word without repeated letters",
      "{determine} if a string has only unique characters",
      "{test} that a string has no duplicate characters",
      "{take} a lowercase word and {return} false as soon as a letter repeats, else true",
      "{find} out if each letter in a word is used only once",
      "{say} whether a string is free of repeated characters",
      "isogram check",
      "unique characters check",
      "are all characters of a string unique",
      "= does a string have duplicate letters? I want true when it has none. js",
    ],
    zh: [
      "{判断字符串中的字符是否都不相同}",
      "{检查单词里有没有重复字母，没有则返回 true}",
      "{判断一个单词的每个字母是否只出现一次}",
      "字符唯一性判断",
    ],
    answers: [
      `function \${name}(\${0}) {
  return new Set(\${0}).size === \${0}.length;
}`,
      `function \${name}(\${0}) {
  for (let i = 0; i < \${0}.length; i++) {
    if (\${0}.indexOf(\${0}[i]) !== i) return false;
  }
  return true;
}`,
    ],
    args: (random) => [random.chance(0.5) ? word(random) : letters(random, 2, 5, "abcdefgh")],
    always: [["world"], ["hello"], [""]],
  },
  {
    id: "sort-letters",
    names: ["sortLetters", "sortChars", "sortString", "alphabetizeLetters"],
    params: [["str", "s", "word", "text"]],
    en: [
      "{sort} the letters of a word alphabetically",
      "{return} a string with its characters in alphabetical order",
      "{take} a lowercase word and {put} its letters in order from a to z",
      "{arrange} the letters of a string alphabetically",
      "{order} the characters of a string",
      '{turn} "banana" into "aaabnn"',
      "{give} back the same letters but sorted",
      "{alphabetize} a word's letters",
      "sort letters of a string",
      "alphabetical order of the letters in a word",
      "= how to sort a string's characters in javascript",
    ],
    zh: ["{把字符串的字母按字母表顺序排列}", "{对单词中的字符排序}", '{将 "banana" 变成 "aaabnn"}', "字符串字母排序"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("").sort().join("");
}`,
      `function \${name}(\${0}) {
  return [...\${0}].sort().join("");
}`,
    ],
    args: (random) => [word(random)],
    always: [["banana"], [""]],
  },
];
