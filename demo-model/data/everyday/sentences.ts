/** Everyday tasks on sentences: words removed, sorted, joined, translated. */
import type { EverydayTask } from "./task.ts";
import { phrases, sentence, words } from "./text-draws.ts";

export const sentences: readonly EverydayTask[] = [
  {
    id: "unique-words",
    names: ["uniqueWords", "distinctWords", "removeDuplicateWords"],
    params: [["text", "str", "sentence", "s"]],
    en: [
      "{remove} repeated words from a sentence, keeping the first of each",
      "{return} a sentence in which every word is there only once",
      "{delete} duplicate words in a string",
      "{take} a text and {drop} the words that came earlier already",
      '{turn} "the cat the dog" into "the cat dog"',
      "{keep} just the first occurrence of each word of a text",
      "{clean} a sentence of words that are repeated, the order stays",
      "remove duplicate words",
      "sentence without repeated words",
      "dedupe words of a string",
      '= duplicates in my tag string "red blue red". How do I get "red blue" in javascript?',
    ],
    zh: [
      "{去掉句子中重复的单词，保留第一次出现的}",
      "{让每个单词只出现一次，顺序不变}",
      '{把 "the cat the dog" 变成 "the cat dog"}',
      "单词去重",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...new Set(\${0}.split(" "))].join(" ");
}`,
      `function \${name}(\${0}) {
  return \${0}
    .split(" ")
    .filter((word, i, words) => words.indexOf(word) === i)
    .join(" ");
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(2, 8) }, () => random.pick(["the", "cat", "dog", "and", "a", "tree"])).join(" "),
    ],
    always: [["the cat the dog"], ["one"]],
  },
  {
    id: "sort-words",
    names: ["sortWords", "alphabetizeWords", "sortSentence", "wordsInOrder"],
    params: [["sentence", "str", "text", "s"]],
    en: [
      "{sort} the words of a sentence alphabetically",
      "{put} the words of a text in alphabetical order",
      "{return} a sentence with its words sorted from a to z",
      "{take} a lowercase sentence and {order} its words alphabetically",
      "{arrange} words in a string by the alphabet",
      '{turn} "pear apple fig" into "apple fig pear"',
      "{alphabetize} the words in a string",
      "sort words in a string",
      "words in alphabetical order",
      "alphabetical sort of a sentence's words",
      '= my string is "b c a" kind of words separated by spaces, sort them alphabetically, give back a string. js',
    ],
    zh: [
      "{把句子里的单词按字母顺序排列}",
      "{对字符串中的单词排序，返回字符串}",
      '{将 "pear apple fig" 变成 "apple fig pear"}',
      "单词按字母排序",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split(" ").sort().join(" ");
}`,
    ],
    args: (random) => [phrases(random)],
    always: [["pear apple fig"], ["one"]],
  },
  {
    id: "long-words",
    names: ["longWords", "wordsLongerThan", "filterLongWords", "getLongWords"],
    params: [
      ["sentence", "text", "str", "s"],
      ["n", "length", "min", "size"],
    ],
    en: [
      "{return} the words of a sentence that are longer than n letters, as an array",
      "{find} all words in a text with more than n characters",
      "{take} a sentence and a number n and {list} the words having more than n letters",
      "{filter} the words of a string by length: only those longer than n",
      "{get} an array of the words in a sentence whose length is over a limit",
      "{pick} out the long words of a text, long means more than n characters",
      "{collect} every word which has more letters than a given number",
      "words longer than n",
      "long words of a sentence as an array",
      "filter words with more than n letters",
      '= from "a quick brown fox" and 3 i want ["quick", "brown"], how in js',
    ],
    zh: [
      "{返回句子中长度超过 n 的单词数组}",
      "{找出文本里字母数大于 n 的所有单词}",
      "{筛选长度大于给定数字的单词}",
      "筛选长单词（长度大于 n）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.split(" ").filter((word) => word.length > \${1});
}`,
    ],
    args: (random) => [phrases(random), random.int(2, 6)],
    always: [
      ["a quick brown fox", 3],
      ["a b", 2],
    ],
  },
  {
    id: "censor-word",
    names: ["censor", "censorWord", "hideWord", "bleep"],
    params: [
      ["text", "str", "sentence", "s"],
      ["word", "bad", "badWord", "target"],
    ],
    en: [
      "{replace} every occurrence of a word in a text by as many stars as it has letters",
      "{censor} a bad word in a text with asterisks, one star per letter",
      "{hide} a given word of a sentence behind * signs of the same length",
      "{take} a text and a word and {write} stars in place of the word",
      '{turn} "this is bad" with "bad" into "this is ***"',
      "{bleep} out a word in a string with stars, the length stays the same",
      "{mask} a forbidden word everywhere in a text with asterisks",
      "censor a word with stars",
      "bad word filter: replace word by stars of the same length",
      "word censoring",
      "= chat filter for my page: function(text, word) where word becomes **** (same number of stars). js",
    ],
    zh: [
      "{把文本中的某个词替换成同样长度的星号}",
      "{用星号屏蔽句子里的敏感词，一个字母一个星号}",
      "{将指定单词的每次出现都换成等长的 *}",
      "敏感词打码",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.replaceAll(\${1}, "*".repeat(\${1}.length));
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.split(\${1}).join("*".repeat(\${1}.length));
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(2, 6) }, () =>
        random.pick(["darn", "the", "cat", "dog", "heck", "very", "good"]),
      ).join(" "),
      random.pick(["darn", "heck", "dog"]),
    ],
    always: [
      ["this is bad", "bad"],
      ["all good", "heck"],
    ],
  },
  {
    id: "join-with-and",
    names: ["joinWithAnd", "formatList", "toSentence", "listToText"],
    params: [["items", "words", "list", "names"]],
    en: [
      '{join} a list of words with commas and an "and" before the last: "a, b and c"',
      '{turn} ["Tom", "Ann", "Bob"] into "Tom, Ann and Bob"',
      "{format} an array of names as English text with commas and and",
      '{write} the items of a list as in a sentence: "x", "x and y", "x, y and z"',
      '{make} a readable enumeration from an array of strings, the last two joined by "and", no comma before it',
      '{take} a list of names and {return} them as "A, B and C"',
      'join with commas and "and" before the last one',
      'list to sentence, like "red, green and blue"',
      'array of names to text with "and"',
      'human readable list: commas, but "and" before the last item',
      '= js: show ["apples", "pears", "figs"] as "apples, pears and figs" (also has to work for one or two items)',
    ],
    zh: [
      "{把列表连成一句话，用逗号分隔，最后一个前面用 and}",
      '{将 ["Tom", "Ann", "Bob"] 变成 "Tom, Ann and Bob"}',
      '{用 ", " 连接数组，最后两项之间用 " and "}',
      '列表转英文并列句（"a, b and c"）',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0}.length < 2) return \${0}.join("");
  return \${0}.slice(0, -1).join(", ") + " and " + \${0}[\${0}.length - 1];
}`,
    ],
    args: (random) => [words(random, 1, 5)],
    always: [[["Tom", "Ann", "Bob"]], [["Tom", "Ann"]], [["Tom"]]],
  },
  {
    id: "count-sentences",
    names: ["countSentences", "sentenceCount", "numberOfSentences"],
    params: [["text", "str", "s"]],
    en: [
      "{count} the sentences in a text; each ends with . ! or ?",
      "{return} how many sentences there are, by counting the marks . ! and ?",
      "{tell} the number of sentences of a text that end in a period, question mark or exclamation mark",
      "{take} a text and {count} its sentence endings (. ! ?)",
      "{find} how many sentences a paragraph has, a sentence is finished by . or ! or ?",
      "{calculate} the number of sentences in a string",
      "sentence count",
      "sentence counter (. ! ? end a sentence)",
      "number of sentences in a paragraph",
      "count periods, exclamation marks and question marks as sentences",
      "= how many sentences are in a text, in js. just count . ! and ?",
    ],
    zh: [
      "{统计文本里有几个句子，以 . ! ? 结尾}",
      "{数一数段落中的句子数，按句号、感叹号和问号计算}",
      "{返回文本中 . ! ? 的总个数，作为句子数}",
      "句子计数（按 . ! ?）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return (\${0}.match(/[.!?]/g) || []).length;
}`,
      `function \${name}(\${0}) {
  let count = 0;
  for (const char of \${0}) {
    if (".!?".includes(char)) count++;
  }
  return count;
}`,
    ],
    args: (random) => [Array.from({ length: random.int(1, 4) }, () => sentence(random)).join(" ")],
    always: [["Hi. How are you? Fine!"], ["One."]],
  },
  {
    id: "pig-latin",
    names: ["pigLatin", "toPigLatin", "translatePigLatin"],
    params: [["word", "str", "s"]],
    en: [
      '{translate} a word to pig latin: move the first consonants to the end and add "ay"; words that begin with a vowel get "way"',
      '{convert} a word into Pig Latin (leading consonants go to the end plus "ay", or "way" is added if it starts with a vowel)',
      '{turn} "glove" into "oveglay" and "apple" into "appleway"',
      '{make} pig latin of a lowercase word: vowel first means + "way", otherwise the consonants in front move to the back + "ay"',
      '{take} a word; if it starts with a vowel {add} "way", else {move} all starting consonants to the end and {append} "ay"',
      'pig latin translator, "way" for vowels',
      "pig latin for one word (consonant cluster to the end + ay, vowel + way)",
      "freecodecamp pig latin",
      "pig latin (glove -> oveglay, eight -> eightway)",
      'pig latin with "ay" and "way"',
      "= How to do Pig Latin in JavaScript? california -> aliforniacay, algorithm -> algorithmway",
    ],
    zh: [
      '{把单词翻译成儿童黑话（Pig Latin）：开头的辅音移到末尾加 "ay"，元音开头加 "way"}',
      '{将单词转成 Pig Latin，元音开头直接加 "way"，否则把开头辅音移到最后再加 "ay"}',
      '{把 "glove" 变成 "oveglay"，"apple" 变成 "appleway"}',
      "Pig Latin 转换（元音开头加 way）",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (/^[aeiou]/.test(\${0})) return \${0} + "way";
  const start = \${0}.match(/^[^aeiou]+/)[0];
  return \${0}.slice(start.length) + start + "ay";
}`,
      `function \${name}(\${0}) {
  const index = \${0}.search(/[aeiou]/);
  if (index === 0) return \${0} + "way";
  if (index === -1) return \${0} + "ay";
  return \${0}.slice(index) + \${0}.slice(0, index) + "ay";
}`,
    ],
    args: (random) => [
      random.pick([
        "glove",
        "apple",
        "string",
        "eight",
        "tree",
        "banana",
        "under",
        "school",
        "cat",
        "idea",
        "plum",
        "three",
        "open",
      ]),
    ],
    always: [["glove"], ["apple"]],
  },
];
