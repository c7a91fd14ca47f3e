/** Everyday tasks on the words of a text: counting, longest, frequent. */
import type { EverydayTask } from "./task.ts";
import { named, phrase, phrases } from "./text-draws.ts";

export const wordTasks: readonly EverydayTask[] = [
  {
    id: "count-words",
    names: ["countWords", "wordCount", "numberOfWords"],
    params: [["text", "str", "sentence", "s"]],
    en: [
      "{count} the words in a sentence",
      "{return} the number of words in a text, words are separated by one space",
      "{tell} how many words a sentence has",
      "{take} a sentence and {count} its words",
      "{find} out how many words a string consists of",
      "{split} a text at spaces and {return} how many words that gives",
      "{calculate} the word count of a string",
      "{get} the number of words somebody typed",
      "word count",
      "word counter",
      "count words in string",
      "= how many words are in my text? need a js function for it",
    ],
    zh: ["{统计句子里有多少个单词}", "{返回文本的单词数，单词之间用空格分隔}", "{数一数一句话有几个单词}", "单词计数"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split(" ").length;
}`,
      `function \${name}(\${0}) {
  return \${0}.trim().split(/\\s+/).length;
}`,
    ],
    args: (random) => [phrase(random, 9)],
    always: [["the quick brown fox"], ["hello"]],
  },
  {
    id: "longest-word",
    names: ["longestWord", "findLongestWord", "getLongestWord"],
    params: [["sentence", "str", "text", "s"]],
    en: [
      "{find} the longest word in a sentence, the first one if there are several",
      "{return} the longest word of a text (the first in case of a tie)",
      "{get} the word with the most letters from a string, when equal the first",
      "{take} a sentence and {return} its longest word; if two are equally long, the earlier",
      "{look} for the longest word in a sentence, first wins on ties",
      "{pick} the biggest word out of a text; with the same length take the one that comes first",
      "{search} a sentence for its longest word and {return} it, if there is a tie then the first of them",
      "longest word in a sentence (first on tie)",
      "find longest word, first if several",
      "the longest word of a string",
      "= whats the longest word in a sentence? js function that returns the word, first one when there are more",
    ],
    zh: [
      "{找出句子中最长的单词，一样长时取第一个}",
      "{返回文本里最长的单词，并列取先出现的}",
      "{从一句话里找字母最多的单词，相同长度返回第一个}",
      "最长的单词（并列取第一个）",
    ],
    answers: [
      `function \${name}(\${0}) {
  let longest = "";
  for (const word of \${0}.split(" ")) {
    if (word.length > longest.length) longest = word;
  }
  return longest;
}`,
      `function \${name}(\${0}) {
  return \${0}.split(" ").reduce((best, word) => (word.length > best.length ? word : best), "");
}`,
    ],
    args: (random) => [phrases(random, 7)],
    always: [["the quick brown fox"], ["a bb cc"]],
  },
  {
    id: "shortest-word",
    names: ["shortestWord", "findShortestWord", "getShortestWord"],
    params: [["sentence", "str", "text", "s"]],
    en: [
      "{find} the shortest word in a sentence, the first one if there are several",
      "{return} the word with the fewest letters in a text, on a tie the first",
      "{get} the shortest word of a string; the first of them if more have that length",
      "{take} a sentence and {return} its shortest word (if equal, the earlier one)",
      "{look} which word of a sentence is the shortest and {return} it, first one wins",
      "{pick} the smallest word by length from a text, the first on a draw",
      "shortest word of a sentence, first on tie",
      "find shortest word (first if several)",
      "the shortest word in a string",
      "word with the least letters, the first of equals",
      '= "I like green tea" -> "I". function that returns the shortest word (first if tie), javascript',
    ],
    zh: [
      "{找出句子中最短的单词，一样短时取第一个}",
      "{返回文本里最短的单词，并列取先出现的}",
      "{从一句话里找字母最少的单词，相同长度返回第一个}",
      "最短的单词（并列取第一个）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const words = \${0}.split(" ");
  let shortest = words[0];
  for (const word of words) {
    if (word.length < shortest.length) shortest = word;
  }
  return shortest;
}`,
      `function \${name}(\${0}) {
  return \${0}.split(" ").reduce((best, word) => (word.length < best.length ? word : best));
}`,
    ],
    args: (random) => [phrases(random, 7)],
    always: [["the quick brown fox"], ["aa bb c"]],
  },
  {
    id: "longest-word-length",
    names: ["longestWordLength", "maxWordLength", "lengthOfLongestWord"],
    params: [["sentence", "str", "text", "s"]],
    en: [
      "{return} the length of the longest word in a sentence",
      "{find} how long the longest word of a text is",
      "{tell} how many letters the longest word in a string has",
      "{take} a sentence and {return} the number of characters of its longest word",
      "{get} the maximum word length of a text",
      "{calculate} the length of the biggest word in a sentence",
      "{measure} the longest word, only its length is needed",
      "length of the longest word",
      "max word length in a sentence",
      "longest word length (freecodecamp)",
      "= freeCodeCamp: return the length of the longest word in the provided sentence. js",
    ],
    zh: [
      "{返回句子中最长单词的长度}",
      "{求文本里最长的单词有几个字母}",
      "{计算一句话中单词长度的最大值}",
      "最长单词的长度",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.max(...\${0}.split(" ").map((word) => word.length));
}`,
      `function \${name}(\${0}) {
  let max = 0;
  for (const word of \${0}.split(" ")) {
    if (word.length > max) max = word.length;
  }
  return max;
}`,
    ],
    args: (random) => [phrase(random, 7)],
    always: [["the quick brown fox"], ["a"]],
  },
  {
    id: "word-lengths",
    names: ["wordLengths", "lengthsOfWords", "getWordLengths"],
    params: [["sentence", "str", "text", "s"]],
    en: [
      "{return} an array with the length of each word in a sentence",
      "{take} a sentence and {list} how long every word is",
      '{turn} "I like tea" into [1, 4, 3]',
      "{get} the lengths of all words of a text in an array",
      "{map} the words of a string to their lengths",
      "{measure} each word of a sentence and {return} the numbers as a list",
      "{tell} the number of letters of every word, as an array",
      "word lengths",
      "array of the lengths of the words in a sentence",
      "lengths of all words",
      "= js: from a sentence to a list with the length of each word",
    ],
    zh: [
      "{返回句子中每个单词的长度组成的数组}",
      '{把 "I like tea" 变成 [1, 4, 3]}',
      "{列出一句话里各单词的字母数}",
      "各单词长度",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split(" ").map((word) => word.length);
}`,
    ],
    args: (random) => [phrase(random, 6)],
    always: [["I like tea"], ["hello"]],
  },
  {
    id: "initials",
    names: ["getInitials", "initials", "acronym", "makeInitials"],
    params: [["name", "fullName", "str", "text", "phrase"]],
    en: [
      '{return} the initials of a name, e.g. "JS" for "John Smith"',
      "{take} the first letter of each word and {join} them in capital letters",
      '{make} an acronym from a phrase: "as soon as possible" becomes "ASAP"',
      "{get} the initials of a person's full name, uppercase and without dots",
      "{build} an abbreviation of the first letters of all words, in upper case",
      '{turn} "Ada King Lovelace" into "AKL"',
      "{abbreviate} a name to its initials in capitals, no dots",
      "initials of a name",
      "acronym from a phrase, capital letters",
      "name to initials",
      '= for avatars I need the initials of a user, like "anna lee" -> "AL". js pls',
    ],
    zh: [
      "{返回姓名的首字母缩写，大写}",
      "{取每个单词的首字母并大写拼在一起}",
      '{把 "as soon as possible" 变成 "ASAP"}',
      "首字母缩写",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}
    .split(" ")
    .map((word) => word[0].toUpperCase())
    .join("");
}`,
      `function \${name}(\${0}) {
  let result = "";
  for (const word of \${0}.split(" ")) {
    result += word[0].toUpperCase();
  }
  return result;
}`,
    ],
    args: (random) => [named(random, 4)],
    always: [["John Smith"], ["as soon as possible"]],
  },
  {
    id: "word-frequency",
    names: ["wordFrequency", "countWordsByName", "wordCounts", "wordFrequencies"],
    params: [["text", "str", "sentence", "s"]],
    en: [
      "{count} how often each word occurs in a text and {return} an object",
      "{return} an object with every word of a sentence and the number of times it appears",
      "{make} a word frequency map from a string, the words are separated by spaces",
      "{take} a lowercase text and {build} an object of word counts",
      "{tally} the words of a sentence, like { the: 2, cat: 1 }",
      "{create} a histogram of the words in a text",
      "{get} the number of occurrences of each single word as an object",
      "word frequency",
      "word frequency counter",
      "count of each word in a text, as object",
      "= i need to know how often every word is used in a text (js, result as an object)",
    ],
    zh: [
      "{统计文本中每个单词出现的次数，返回对象}",
      "{返回每个单词及其出现次数，例如 { the: 2, cat: 1 }}",
      "{计算句子里的词频，结果是对象}",
      "词频统计",
    ],
    answers: [
      `function \${name}(\${0}) {
  const counts = {};
  for (const word of \${0}.split(" ")) {
    counts[word] = (counts[word] || 0) + 1;
  }
  return counts;
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(2, 8) }, () => random.pick(["the", "cat", "dog", "and", "a", "tree"])).join(" "),
    ],
    always: [["the cat and the dog"], ["one"]],
  },
  {
    id: "most-common-word",
    names: ["mostCommonWord", "mostFrequentWord", "topWord"],
    params: [["text", "str", "sentence", "s"]],
    en: [
      "{find} the most frequent word in a text, the first one on a tie",
      "{return} the word that occurs most often in a sentence; if there's a tie, the one that comes first",
      "{get} the most common word of a string (earliest on equal counts)",
      "{tell} which word is used most in a lowercase text, the first such word",
      "{take} a text and {return} its top word by count, ties go to the word that appears first",
      "{determine} the word repeated the most, the earlier one if two are equal",
      "most common word, first one on ties",
      "most frequent word in a text (tie: first)",
      "the word used most often",
      "top word of a text, on a tie the first",
      "= which word do i use the most in a text? js function, if equal return the first one",
    ],
    zh: [
      "{找出文本中出现最多的单词，并列取先出现的}",
      "{返回句子里最常见的单词，次数相同取第一个}",
      "{求一段文字中频率最高的词，相同时返回最先出现的}",
      "最常见的单词（并列取先出现的）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const words = \${0}.split(" ");
  const counts = {};
  for (const word of words) {
    counts[word] = (counts[word] || 0) + 1;
  }
  return words.reduce((best, word) => (counts[word] > counts[best] ? word : best));
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(2, 9) }, () => random.pick(["the", "cat", "dog", "and", "tree"])).join(" "),
    ],
    always: [["the cat and the dog"], ["one two"]],
  },
];
