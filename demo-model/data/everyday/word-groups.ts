/** Everyday tasks that group, count and write out words. */
import { TEXT_WORDS } from "../words.ts";
import { texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const wordGroups: readonly EverydayTask[] = [
  {
    id: "group-by-first-letter",
    names: ["groupByLetter", "groupByFirst", "byInitial", "alphabetIndex"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{group} the words of a list by their first letter, as an object of lists",
      "{return} an object whose keys are first letters and whose values are the words beginning with them",
      "{take} a list of names and {sort} them into lists by initial, in an object",
      "{build} an index from first letter to words",
      "group strings by first character",
      "words by initial letter, as a dictionary of lists",
      '= sort words into boxes by their first letter: ["ant","bee","ape"] -> { a: ["ant","ape"], b: ["bee"] }',
      "= how do I group an array of names by the first letter in js?",
      "= like the register of a phone book: each letter with the list of its names",
      "= Partition strings into an object keyed by their first character, keeping order within groups.",
    ],
    zh: [
      "{把列表中的单词按首字母分组，返回对象}",
      "{返回以首字母为键、单词列表为值的对象}",
      "按首字母分组",
      "= 像通讯录那样，把名字按第一个字母归到一起，怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const groups = {};
  for (const word of \${0}) {
    const letter = word[0];
    groups[letter] = groups[letter] ?? [];
    groups[letter].push(word);
  }
  return groups;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((groups, word) => {
    (groups[word[0]] ||= []).push(word);
    return groups;
  }, {});
}`,
    ],
    args: (random) => [texts(random).map((word) => word.toLowerCase())],
    always: [[[]], [["ant", "bee", "ape"]]],
  },
  {
    id: "group-by-length",
    names: ["groupByLength", "byLength", "lengthGroups"],
    params: [["words", "list", "strings", "arr"]],
    en: [
      "{group} the words of a list by their length, as an object of lists",
      "{return} an object from word length to the words of that length",
      "{take} strings and {collect} those that are equally long under one key, the length",
      "{sort} words into groups of equal length, in an object",
      "group strings by length",
      "dictionary from length to words",
      '= sort words into boxes by how long they are: ["a","bb","c"] -> { 1: ["a","c"], 2: ["bb"] }',
      "= how do i put words with the same number of letters together? result: object with the number as key",
      "= scrabble: i want my words listed per number of letters",
      "= Partition an array of strings into an object keyed by string length.",
    ],
    zh: [
      "{把列表中的单词按长度分组，返回对象}",
      "{返回以长度为键、单词数组为值的对象}",
      "按长度分组",
      '= ["a","bb","c"] 按长度分成 { 1: ["a","c"], 2: ["bb"] }，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}) {
  const groups = {};
  for (const word of \${0}) {
    if (!groups[word.length]) groups[word.length] = [];
    groups[word.length].push(word);
  }
  return groups;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((groups, word) => {
    const same = groups[word.length] ?? [];
    return { ...groups, [word.length]: [...same, word] };
  }, {});
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["a", "bb", "c"]]],
  },
  {
    id: "frequency-map",
    names: ["frequencies", "countItems", "tally", "countEach"],
    params: [["list", "arr", "array", "items"]],
    en: [
      "{count} how often each item of a list occurs, as an object",
      "{return} an object with every distinct value and its number of occurrences",
      "{take} an array of strings and {tally} them",
      "{build} a frequency map of a list",
      "frequency of each element in an array",
      "count occurrences of all items",
      "{tally} votes",
      '= how many of each? ["a","b","a"] -> { a: 2, b: 1 }',
      "= how do i count how many times each string appears in an array?",
      "= list of votes in, result of the election out: name -> number of votes",
      "= histogram of an array as an object",
      "= like Counter in python but in javascript",
      "{map} each distinct string of an array to how many times it appears",
      "= how many of each color are in the list? result as object",
    ],
    zh: [
      "{统计列表中每个元素出现的次数，返回对象}",
      "{返回以元素为键、出现次数为值的对象}",
      "元素频率统计",
      '= 数每个元素出现几次，["a","b","a"] 得到 { a: 2, b: 1 }，怎么写？',
      "= 投票列表，怎么统计每个人几票？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const counts = {};
  for (const item of \${0}) {
    counts[item] = (counts[item] ?? 0) + 1;
  }
  return counts;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((counts, item) => {
    counts[item] = (counts[item] || 0) + 1;
    return counts;
  }, {});
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["a", "b", "a"]]],
  },
  {
    id: "numbered-lines",
    names: ["numberedList", "numberLines", "toLines", "makeList"],
    params: [["items", "list", "words", "lines"]],
    en: [
      '{turn} a list into numbered lines like "1. first", separated by line breaks',
      "{return} a text with one line per item, each preceded by its number and a dot and a space",
      '{take} strings and {write} "1. a", "2. b" and so on, joined with newlines',
      '{format} an array as a numbered list in plain text ("1. item")',
      'numbered list as text, "1. item" per line',
      "markdown ordered list from an array",
      '= numbers before the lines: ["milk","bread"] -> "1. milk\\n2. bread"',
      '= how do I print an array as a numbered list? format "1. x", lines joined by \\n',
      "= my shopping list should get numbers in front (1. 2. 3.), one thing on each line, as a single string",
      "= Render strings as an ordered Markdown list.",
    ],
    zh: [
      '{把列表变成带编号的多行文本，如 "1. 苹果"，用换行连接}',
      "{给每一项前面加上序号、点和空格，各占一行}",
      '生成编号列表文本（"1. item"）',
      '= 每行前面加编号，["milk","bread"] 变成 "1. milk\\n2. bread"，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((item, i) => i + 1 + ". " + item).join("\\n");
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (let i = 0; i < \${0}.length; i++) {
    result.push(String(i + 1) + ". " + \${0}[i]);
  }
  return result.join("\\n");
}`,
    ],
    args: (random) => [texts(random)],
    always: [[[]], [["milk", "bread"]]],
  },
  {
    id: "only-strings",
    names: ["onlyStrings", "strings", "filterStrings", "pickStrings"],
    params: [["list", "arr", "array", "values"]],
    en: [
      "{return} only the strings of a mixed list",
      "{filter} an array so that just the values of type string remain",
      "{take} a list of numbers, strings and other things and {keep} the strings",
      "{remove} everything that isn't a string from an array",
      "strings of a mixed array",
      "filter by type string",
      '= keep what is text, [1,"a",true,"b"] -> ["a","b"]',
      "= how do I get all strings out of an array with different types?",
      "= my array is a mess of numbers and texts, i only want the texts",
      '= Select elements whose typeof is "string".',
    ],
    zh: [
      "{返回混合列表中的字符串}",
      "{过滤数组，只保留字符串类型的值}",
      "筛选出字符串",
      '= 只要字符串，[1,"a",true,"b"] 得到 ["a","b"]，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((item) => typeof item === "string");
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const item of \${0}) {
    if (typeof item === "string") result.push(item);
  }
  return result;
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(3, 8) }, () =>
        random.pick<number | string | boolean | null>([random.int(0, 9), random.pick(TEXT_WORDS), true, null]),
      ),
    ],
    always: [[[]], [[1, "a", true, "", "1"]]],
  },
];
