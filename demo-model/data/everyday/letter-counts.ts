/** Everyday tasks that count letters. */
import type { EverydayTask } from "./task.ts";
import { letters, named, phrase, word } from "./text-draws.ts";

export const letterCounts: readonly EverydayTask[] = [
  {
    id: "count-vowels",
    names: ["countVowels", "vowelCount", "numberOfVowels", "vowels"],
    params: [["str", "s", "text", "word", "string"]],
    en: [
      "{count} the vowels in a string",
      "{return} how many vowels a word has",
      "{take} a string and {return} the number of vowels (a, e, i, o, u) in it",
      "{tell} me how many of the letters in a text are vowels",
      "{find} the number of vowels in a sentence",
      "{go} through a string and {count} every a, e, i, o and u, small or capital",
      "{calculate} how many vowels there are in a text",
      "{give} back the vowel count of a word",
      "vowel counter",
      "number of vowels in a string",
      "count vowels",
      "= how many vowels are in a string? write js",
      "= Can someone show me how to count vowels in javascript? Beginner here",
    ],
    zh: [
      "{统计字符串里元音字母的个数}",
      "{数一数一个单词有几个元音}",
      "{计算文本中 a、e、i、o、u 出现的总次数}",
      "元音计数",
      "= 怎么用js统计元音字母的数量",
    ],
    answers: [
      `function \${name}(\${0}) {
  let count = 0;
  for (const char of \${0}.toLowerCase()) {
    if ("aeiou".includes(char)) count++;
  }
  return count;
}`,
      `function \${name}(\${0}) {
  return (\${0}.match(/[aeiou]/gi) || []).length;
}`,
    ],
    args: (random) => [named(random)],
    always: [["hello world"], ["rhythm"], [""]],
  },
  {
    id: "count-consonants",
    names: ["countConsonants", "consonantCount", "numberOfConsonants"],
    params: [["str", "s", "word", "text"]],
    en: [
      "{count} the consonants in a string",
      "{return} how many consonants a word has, letters only",
      "{tell} how many letters of a text are not vowels",
      "{find} the number of consonants in a sentence; spaces don't count",
      "{take} a text and {count} all letters except a, e, i, o, u",
      "{get} the count of letters which are no vowels",
      "{work} out how many consonants are in a word",
      "consonant counter",
      "number of consonants in a string",
      "count consonants",
      "= vowels are easy but how do i count consonants in js? y is a consonant too",
    ],
    zh: ["{统计字符串里辅音字母的个数}", "{数一数单词中有多少个辅音}", "{计算文本里除元音外的字母个数}", "辅音计数"],
    answers: [
      `function \${name}(\${0}) {
  let count = 0;
  for (const char of \${0}.toLowerCase()) {
    if (char >= "a" && char <= "z" && !"aeiou".includes(char)) count++;
  }
  return count;
}`,
      `function \${name}(\${0}) {
  return (\${0}.match(/[bcdfghjklmnpqrstvwxyz]/gi) || []).length;
}`,
    ],
    args: (random) => [named(random)],
    always: [["hello world"], ["aeiou"], [""]],
  },
  {
    id: "count-char",
    names: ["countChar", "countLetter", "countCharacter", "charCount"],
    params: [
      ["str", "s", "text", "word"],
      ["char", "letter", "ch", "c"],
    ],
    en: [
      "{count} how many times a character appears in a string",
      "{count} a letter in a word",
      "{return} how often a given letter occurs in a text",
      "{take} a string and a character and {return} the number of occurrences",
      "{tell} me the number of times that a letter is in a string",
      '{find} out how many "l" there are in "hello", or any letter in any word',
      "{count} the occurrences of a char, upper and lower case are different",
      "{get} the frequency of one letter in a text",
      "occurrences of a letter in a string",
      "character count: one char in a text",
      "= how many times is the letter r in strawberry? give me a js function for any word and letter",
    ],
    zh: [
      "{统计某个字符在字符串中出现的次数}",
      "{数一数一个字母在单词里出现几次}",
      "{返回指定字母在文本中的个数}",
      "统计字符出现次数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let count = 0;
  for (const c of \${0}) {
    if (c === \${1}) count++;
  }
  return count;
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.split(\${1}).length - 1;
}`,
    ],
    args: (random) => [phrase(random, 4), random.pick(["a", "e", "l", "o", "p", "s", "t"])],
    always: [
      ["strawberry", "r"],
      ["hello", "z"],
    ],
  },
  {
    id: "letter-frequency",
    names: ["charFrequency", "letterFrequency", "countCharacters", "countLetters", "charCounts"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{count} how often each character occurs in a string and {return} an object with the counts",
      "{return} an object that says for every letter of a word how many times it is there",
      "{make} a frequency map of the characters of a string",
      "{take} a word and {build} an object from letter to count",
      "{count} all characters in a text, result like { a: 2, b: 1 }",
      "{get} the number of occurrences of every single character, as an object",
      "{tally} the letters of a string",
      '{turn} "hello" into { h: 1, e: 1, l: 2, o: 1 }',
      "character frequency",
      "letter frequency counter",
      "char count map of a string",
      "= i want to know how many of each letter are in my string, as an object. js?",
    ],
    zh: [
      "{统计字符串中每个字符出现的次数，返回一个对象}",
      "{返回每个字母的个数，例如 { a: 2, b: 1 }}",
      "{计算单词里各个字符的频率}",
      "字符频率统计",
    ],
    answers: [
      `function \${name}(\${0}) {
  const counts = {};
  for (const char of \${0}) {
    counts[char] = (counts[char] || 0) + 1;
  }
  return counts;
}`,
    ],
    args: (random) => [random.chance(0.5) ? word(random) : letters(random, 2, 9)],
    always: [["hello"], [""]],
  },
  {
    id: "most-frequent-letter",
    names: ["mostFrequentChar", "mostCommonLetter", "maxChar", "mostCommonChar"],
    params: [["str", "s", "text", "word"]],
    en: [
      "{find} the most frequent character in a string, the first one if several are equally frequent",
      "{return} the letter that occurs most often in a word (on a tie the one that comes first)",
      "{get} the most common character of a text, if there's a tie the earliest",
      "{tell} which letter is used the most in a string; with equal counts take the one that appears first",
      "{take} a string and {return} the char with the highest count, the earlier one wins a tie",
      "{determine} the character that appears most, first in the string on ties",
      "{look} for the letter with the most occurrences, the first such letter",
      "most common character, first one on ties",
      "max char problem (first in case of a tie)",
      "most frequent letter in a string",
      "= which letter shows up most in a string? js function, for ties return the first of them",
    ],
    zh: [
      "{找出字符串中出现次数最多的字符，次数相同取先出现的}",
      "{返回单词里出现最多的字母，并列时取第一个}",
      "{求文本中最常见的字符，相同次数返回最先出现的那个}",
      "出现最多的字符（并列取最先出现的）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const counts = {};
  let best = "";
  for (const char of \${0}) {
    counts[char] = (counts[char] || 0) + 1;
  }
  for (const char of \${0}) {
    if (best === "" || counts[char] > counts[best]) best = char;
  }
  return best;
}`,
    ],
    args: (random) => [letters(random, 3, 10, "abcd")],
    always: [["banana"], ["abc"]],
  },
  {
    id: "first-unique-char",
    names: ["firstUniqueChar", "firstNonRepeating", "firstUnique", "firstUniqueLetter"],
    params: [["str", "s", "text", "word"]],
    en: [
      '{find} the first character that appears only once in a string, or return ""',
      "{return} the first letter which does not repeat, an empty string if all of them do",
      '{get} the first non-repeating character of a word, "" if there is none',
      "{take} a string and {return} its first unique character or an empty string",
      '{look} for the first char that occurs exactly once; give "" when there is no such char',
      '{tell} which is the first letter without a duplicate in the word, "" if none',
      'first non-repeating character ("" if none)',
      "first unique character in a string, or an empty string",
      'first letter that occurs just once, "" otherwise',
      'non repeating char, the first, or ""',
      '= for "swiss" the first letter that is not repeated is "w". Write that in js, "" when there isn\'t one',
    ],
    zh: [
      "{找出字符串中第一个只出现一次的字符，没有则返回空字符串}",
      '{返回第一个不重复的字母，没有就返回 ""}',
      "{求单词里第一个唯一的字符，不存在时返回空字符串}",
      "第一个不重复的字符（没有返回空字符串）",
    ],
    answers: [
      `function \${name}(\${0}) {
  for (const char of \${0}) {
    if (\${0}.indexOf(char) === \${0}.lastIndexOf(char)) return char;
  }
  return "";
}`,
    ],
    args: (random) => [letters(random, 2, 8, "abcde")],
    always: [["swiss"], ["aabb"], ["z"]],
  },
  {
    id: "first-repeated-char",
    names: ["firstRepeatedChar", "firstDuplicate", "firstRepeat", "firstRepeatedLetter"],
    params: [["str", "s", "text", "word"]],
    en: [
      '{find} the first character that was already seen in the string, or return ""',
      '{return} the first letter that shows up for the second time, "" if no letter does',
      "{go} through a word from the left and {return} the first letter you have met before, or an empty string",
      '{get} the first repeated character, meaning the first one whose second occurrence comes up ("" if none)',
      '{read} a string left to right and {stop} at the first char that repeats an earlier one; "" if all are different',
      "{detect} the first duplicate letter while reading from left to right, empty string when there is none",
      'first recurring character, "" if none',
      'first repeated letter when reading left to right, or ""',
      "first char seen twice, empty string otherwise",
      'first duplicate character in a string (earliest second occurrence) or ""',
      '= "abcba" -> "b" because b is the first letter that comes again. js function, "" if nothing repeats',
    ],
    zh: [
      "{从左到右找出第一个再次出现的字符，没有则返回空字符串}",
      '{返回第一个重复出现的字母，没有重复返回 ""}',
      "{扫描字符串，返回最先出现第二次的字符，都不重复就返回空字符串}",
      "第一个重复出现的字符（没有返回空）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const seen = new Set();
  for (const char of \${0}) {
    if (seen.has(char)) return char;
    seen.add(char);
  }
  return "";
}`,
    ],
    args: (random) => [letters(random, 2, 7, "abcdefgh")],
    always: [["abcba"], ["abc"]],
  },
];
