/** Everyday tasks that every course and interview has: FizzBuzz, anagrams, brackets, patterns, grades. */
import type { EverydayTask } from "./task.ts";
import { letters, sentence, word } from "./text-draws.ts";

export const classics: readonly EverydayTask[] = [
  {
    id: "fizzbuzz-list",
    names: ["fizzBuzz", "fizzbuzz", "fizzBuzzList", "playFizzBuzz"],
    params: [["n", "max", "limit", "count"]],
    en: [
      '{return} an array from 1 to n with "Fizz" for multiples of 3, "Buzz" for multiples of 5 and "FizzBuzz" for both',
      "{solve} FizzBuzz up to n and {return} the results as an array",
      "{make} the fizzbuzz list for the numbers 1 to n: Fizz when divisible by 3, Buzz by 5, FizzBuzz by both, else the number",
      '{create} an array of the numbers from 1 to n in which multiples of three are "Fizz", of five "Buzz" and of fifteen "FizzBuzz"',
      "{play} FizzBuzz to n, the output is a list",
      "{produce} the first n FizzBuzz values in a list, plain numbers stay numbers",
      "{count} from 1 to n and {collect} Fizz, Buzz, FizzBuzz or the number itself",
      "FizzBuzz from 1 to n as an array",
      "fizzbuzz list",
      "fizz buzz array up to n",
      "= the classic fizzbuzz in js please, as a function with n that returns an array",
      "= write fizzBuzz(n) which returns an array",
    ],
    zh: [
      "{返回 1 到 n 的 FizzBuzz 数组}",
      '{生成 1 到 n 的列表，3 的倍数为 "Fizz"，5 的倍数为 "Buzz"，都是则为 "FizzBuzz"}',
      "{实现 FizzBuzz，返回前 n 项组成的数组}",
      "FizzBuzz 数组（1 到 n）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = [];
  for (let i = 1; i <= \${0}; i++) {
    if (i % 15 === 0) result.push("FizzBuzz");
    else if (i % 3 === 0) result.push("Fizz");
    else if (i % 5 === 0) result.push("Buzz");
    else result.push(i);
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return Array.from({ length: \${0} }, (_, i) => {
    const text = ((i + 1) % 3 === 0 ? "Fizz" : "") + ((i + 1) % 5 === 0 ? "Buzz" : "");
    return text || i + 1;
  });
}`,
    ],
    args: (random) => [random.int(1, 35)],
    always: [[15], [1]],
  },
  {
    id: "fizzbuzz-one",
    names: ["fizzBuzz", "fizzbuzz", "fizzBuzzNumber", "getFizzBuzz"],
    params: [["n", "num", "number", "i"]],
    en: [
      '{return} "Fizz" if a number is divisible by 3, "Buzz" if by 5, "FizzBuzz" if by both, else the number itself',
      "{take} one number and {return} its FizzBuzz value",
      "{say} Fizz, Buzz or FizzBuzz for a single number, or {give} back the number",
      '{answer} "Fizz" for multiples of 3, "Buzz" for multiples of 5, "FizzBuzz" for multiples of both and the number otherwise',
      "{check} one number in the FizzBuzz game and {return} what the player must say, the plain number if nothing applies",
      "{decide} between Fizz (3), Buzz (5), FizzBuzz (15) and the unchanged number",
      "FizzBuzz for one number",
      "fizzbuzz of a single number",
      "single fizzbuzz value, number in, word or number out",
      "Fizz / Buzz / FizzBuzz / number for a given number",
      '= fizzbuzz but not a loop: give it 9 and get "Fizz", give it 7 and get 7. js',
    ],
    zh: [
      '{对一个数字返回 "Fizz"（3 的倍数）、"Buzz"（5 的倍数）、"FizzBuzz"（都是）或数字本身}',
      "{返回单个数字的 FizzBuzz 结果}",
      '{如果能被 3 整除返回 "Fizz"，被 5 整除返回 "Buzz"，都能返回 "FizzBuzz"，否则返回原数}',
      "单个数字的 FizzBuzz",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} % 15 === 0) return "FizzBuzz";
  if (\${0} % 3 === 0) return "Fizz";
  if (\${0} % 5 === 0) return "Buzz";
  return \${0};
}`,
    ],
    args: (random) => [random.int(1, 100)],
    always: [[3], [5], [15], [7]],
  },
  {
    id: "is-anagram",
    names: ["isAnagram", "areAnagrams", "checkAnagram", "anagram"],
    params: [
      ["a", "str1", "s1", "word1", "first"],
      ["b", "str2", "s2", "word2", "second"],
    ],
    en: [
      "{check} if two words are anagrams of each other",
      "{return} true when two strings have the same letters in any order",
      "{tell} whether one word can be made by rearranging the letters of another",
      "{determine} if a word is an anagram of a second word",
      "{take} two lowercase words and {test} if they are anagrams",
      "{compare} two strings: same letters, same counts, order does not matter",
      '{find} out if "listen" and "silent" consist of the same letters, for any two words',
      "{decide} if two strings contain exactly the same characters, each equally often",
      "anagram check",
      "anagram checker for two words",
      "valid anagram",
      "= how to check for anagrams in javascript",
      "= are two words anagrams? isAnagram(a, b) in js please",
    ],
    zh: [
      "{判断两个单词是否是变位词}",
      "{检查两个字符串的字母是否相同，只是顺序不同}",
      "{判断一个词能否由另一个词重新排列字母得到}",
      "变位词判断",
      "= js判断两个单词是不是异位词",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.split("").sort().join("") === \${1}.split("").sort().join("");
}`,
      `function \${name}(\${0}, \${1}) {
  const sort = (text) => [...text].sort().join("");
  return sort(\${0}) === sort(\${1});
}`,
    ],
    args: (random) => {
      const text = word(random);
      return random.chance(0.5)
        ? [text, random.shuffle([...text]).join("")]
        : [text, letters(random, text.length, text.length)];
    },
    always: [
      ["listen", "silent"],
      ["hello", "world"],
      ["aab", "abb"],
    ],
  },
  {
    id: "group-anagrams",
    names: ["groupAnagrams", "anagramGroups", "groupByAnagram"],
    params: [["words", "strs", "list"]],
    en: [
      "{group} the words of a list that are anagrams of each other, groups and words in the order of first appearance",
      "{put} anagrams together: from a list of words {return} an array of arrays, in the order in which they come",
      "{take} an array of words and {return} arrays of the words which have the same letters, order kept",
      "{collect} words with the same letters into groups, in the order they appear",
      "{sort} a list of words into groups of anagrams, without changing their order",
      "{return} the anagram groups of an array of strings (first seen first)",
      "group anagrams",
      "grouping anagrams, order of appearance",
      "anagram groups as an array of arrays",
      "leetcode group anagrams",
      "= leetcode 49 group anagrams in js, groups in order of appearance",
    ],
    zh: [
      "{把互为变位词的单词分到一组，按出现顺序}",
      "{将单词数组按相同字母分组，返回二维数组，保持顺序}",
      "{对字母异位词进行分组，顺序按首次出现}",
      "字母异位词分组",
    ],
    answers: [
      `function \${name}(\${0}) {
  const groups = {};
  for (const word of \${0}) {
    const key = word.split("").sort().join("");
    groups[key] = groups[key] || [];
    groups[key].push(word);
  }
  return Object.values(groups);
}`,
      `function \${name}(\${0}) {
  const groups = new Map();
  for (const word of \${0}) {
    const key = [...word].sort().join("");
    groups.set(key, [...(groups.get(key) || []), word]);
  }
  return [...groups.values()];
}`,
    ],
    args: (random) => [
      random.some(
        ["eat", "tea", "ate", "tan", "nat", "bat", "tab", "dog", "god", "cat", "act", "sun"],
        random.int(1, 7),
      ),
    ],
    always: [[["eat", "tea", "tan", "ate", "nat", "bat"]], [["a"]]],
  },
  {
    id: "is-pangram",
    names: ["isPangram", "checkPangram", "pangram", "containsAllLetters"],
    params: [["text", "str", "sentence", "s"]],
    en: [
      "{check} if a sentence contains every letter of the alphabet",
      "{tell} whether a text is a pangram, case doesn't matter",
      "{return} true if all 26 letters from a to z occur in a string, upper or lower case",
      "{test} a sentence for being a pangram",
      "{determine} if each letter of the English alphabet is used at least once",
      "{find} out if any letter is missing in a sentence and {return} false then, otherwise true",
      "{see} if a text has all letters a-z in it",
      "pangram check",
      "pangram checker",
      "does a sentence have all the letters of the alphabet",
      '= "the quick brown fox jumps over the lazy dog" uses all letters. how do i test a sentence for this in js?',
    ],
    zh: [
      "{判断句子是否包含全部 26 个字母}",
      "{检查一句话是不是全字母句，不区分大小写}",
      "{如果字符串用到了每个英文字母就返回 true}",
      "全字母句判断",
    ],
    answers: [
      `function \${name}(\${0}) {
  const lower = \${0}.toLowerCase();
  return [..."abcdefghijklmnopqrstuvwxyz"].every((letter) => lower.includes(letter));
}`,
      `function \${name}(\${0}) {
  return new Set(\${0}.toLowerCase().match(/[a-z]/g)).size === 26;
}`,
    ],
    args: (random) => [
      random.chance(0.5)
        ? sentence(random)
        : random.pick([
            "Pack my box with five dozen liquor jugs",
            "Sphinx of black quartz, judge my vow",
            "How vexingly quick daft zebras jump",
            "Pack my box with five dozen jugs",
            "Sphinx of white quartz, judge my vow",
          ]),
    ],
    always: [["The quick brown fox jumps over the lazy dog"], ["hello world"]],
  },
  {
    id: "balanced-brackets",
    names: ["isBalanced", "isValid", "validParentheses", "balancedBrackets"],
    params: [["str", "s", "text", "brackets"]],
    en: [
      "{check} if the brackets (), [] and {} in a string are balanced",
      "{return} true if every opening bracket is closed by the right kind in the right order",
      "{test} whether a string of parentheses, square and curly brackets is valid",
      "{determine} if all brackets in a string match; kinds are round, square and curly",
      "{tell} if brackets are correctly nested and closed",
      "{validate} the brackets ( ) [ ] of an expression, and curly ones",
      '{find} out if a string like "([])" has balanced brackets',
      "valid parentheses",
      "balanced brackets check",
      "bracket matching for (), [] and curly braces",
      "= leetcode 20 valid parentheses javascript",
      '= are the brackets in "{[()]}" ok? i want a js function that says true or false for any string',
    ],
    zh: [
      "{判断字符串中的括号是否匹配，包括圆括号、方括号和花括号}",
      "{检查括号是否正确嵌套和闭合}",
      '{判断像 "([])" 这样的括号字符串是否有效}',
      "括号匹配",
    ],
    answers: [
      `function \${name}(\${0}) {
  const pairs = { ")": "(", "]": "[", "}": "{" };
  const stack = [];
  for (const char of \${0}) {
    if ("([{".includes(char)) stack.push(char);
    else if (pairs[char] && stack.pop() !== pairs[char]) return false;
  }
  return stack.length === 0;
}`,
    ],
    args: (random) => [
      random.chance(0.5)
        ? letters(random, 2, 6, "()[]{}")
        : random.pick(["()[]{}", "([{}])", "(())", "{[()]}", "[](){}", "((a) + [b])", "{x}(y)"]),
    ],
    always: [["([])"], ["([)]"], ["(("], [""]],
  },
  {
    id: "vowel-start-article",
    names: ["withArticle", "addArticle", "article", "aOrAn"],
    params: [["word", "noun", "str", "s"]],
    en: [
      '{put} "a" or "an" in front of a word: "an" if it begins with a vowel letter',
      '{return} "an apple" for "apple" and "a tree" for "tree"',
      "{add} the right article, a or an, to a noun, looking only at its first letter",
      '{take} a lowercase noun and {return} it with "an " before a vowel (a, e, i, o, u) or "a " otherwise',
      "{choose} between a and an by the first letter of the word and {return} article plus word",
      "{write} a word together with its indefinite article, an for a/e/i/o/u",
      "a or an before a word",
      "indefinite article for a noun (a/an)",
      'add "a" or "an" to a noun',
      "article helper: an for words starting with a vowel",
      '= my game says "you found a apple". function that gives "an apple" but "a sword"? js',
    ],
    zh: [
      "{给英文名词加上 a 或 an，元音字母开头用 an}",
      '{把 "apple" 变成 "an apple"，"tree" 变成 "a tree"}',
      "{根据首字母在单词前加冠词 a 或 an}",
      "英文冠词 a/an",
    ],
    answers: [
      `function \${name}(\${0}) {
  return ("aeiou".includes(\${0}[0]) ? "an " : "a ") + \${0};
}`,
      `function \${name}(\${0}) {
  const article = /^[aeiou]/.test(\${0}) ? "an" : "a";
  return article + " " + \${0};
}`,
    ],
    args: (random) => [
      random.pick(["apple", "egg", "ice", "orange", "tree", "cat", "sword", "book", "idea", "animal", "key", "lamp"]),
    ],
    always: [["apple"], ["tree"]],
  },
  {
    id: "rock-paper-scissors",
    names: ["rockPaperScissors", "rps", "getWinner", "play"],
    params: [
      ["a", "player1", "p1", "first"],
      ["b", "player2", "p2", "second"],
    ],
    en: [
      '{decide} rock paper scissors: return "first" or "second" for the winner, or "draw"',
      '{take} two moves out of "rock", "paper" and "scissors" and {return} "first", "second" or "draw"',
      '{tell} who wins at rock-paper-scissors: "first" if the first move wins, "second" if the second, else "draw"',
      '{compare} two rock paper scissors choices and {return} which one wins ("first", "second"), "draw" if equal',
      '{judge} a round of rock, paper, scissors with the result "draw", "first" or "second"',
      'rock paper scissors, result "first", "second" or "draw"',
      'rock paper scissors winner ("first" / "second" / "draw")',
      'winner of rock paper scissors as "first" or "second", or "draw"',
      "rock-paper-scissors judge: returns first, second or draw",
      'rps game logic (returns "first", "second" or "draw")',
      '= rock paper scissors function in js, 2 arguments "rock" "paper" or "scissors", result should be "first", "second" or "draw"',
    ],
    zh: [
      '{判断石头剪刀布的胜负，参数为 "rock"、"paper" 或 "scissors"，返回 "first"、"second" 或 "draw"}',
      '{比较两个人的出拳（rock、paper、scissors），第一个赢返回 "first"，第二个赢返回 "second"，平局返回 "draw"}',
      '{实现石头剪刀布：输入两个英文出拳，返回 "first"、"second" 或 "draw"}',
      "石头剪刀布（rock、paper、scissors，返回 first、second 或 draw）",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0} === \${1}) return "draw";
  const beats = { rock: "scissors", paper: "rock", scissors: "paper" };
  return beats[\${0}] === \${1} ? "first" : "second";
}`,
    ],
    args: (random) => [random.pick(["rock", "paper", "scissors"]), random.pick(["rock", "paper", "scissors"])],
    always: [
      ["rock", "scissors"],
      ["rock", "paper"],
      ["paper", "paper"],
    ],
  },
  {
    id: "letter-grade",
    names: ["letterGrade", "getGrade", "grade", "scoreToGrade"],
    params: [["score", "points", "n", "percent"]],
    en: [
      "{return} the grade for a score: A from 90, B from 80, C from 70, D from 60, otherwise F",
      "{convert} points from 0 to 100 to a letter: 90 and more A, 80 B, 70 C, 60 D, below F",
      "{turn} a score into a letter grade (A >= 90, B >= 80, C >= 70, D >= 60, F below)",
      "{give} a letter grade for a percentage, the limits are 90, 80, 70 and 60 for A, B, C and D, else F",
      '{grade} a test: at least 90 is an "A", at least 80 a "B", at least 70 a "C", at least 60 a "D", the rest "F"',
      "{take} a score and {return} A, B, C, D or F with the usual limits 90/80/70/60",
      "letter grade from score (90 A, 80 B, 70 C, 60 D, else F)",
      "score to grade A-F with limits 90, 80, 70, 60",
      "grade calculator: 90+ A, 80+ B, 70+ C, 60+ D, F otherwise",
      "school grades from points, A from 90, B from 80, C from 70, D from 60, F",
      "= js if else exercise: score >= 90 is A, >= 80 B, >= 70 C, >= 60 D, otherwise F. Write as a function",
    ],
    zh: [
      "{根据分数返回等级：90 以上 A，80 以上 B，70 以上 C，60 以上 D，否则 F}",
      "{把百分制分数转换成 A、B、C、D、F，界限为 90、80、70、60}",
      '{给出成绩等级，大于等于 90 为 "A"，80 为 "B"，70 为 "C"，60 为 "D"，其余 "F"}',
      "成绩等级（90 A、80 B、70 C、60 D、其余 F）",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} >= 90) return "A";
  if (\${0} >= 80) return "B";
  if (\${0} >= 70) return "C";
  if (\${0} >= 60) return "D";
  return "F";
}`,
    ],
    args: (random) => [random.int(30, 100)],
    always: [[90], [89], [60], [12]],
  },
  {
    id: "star-triangle",
    names: ["starTriangle", "triangle", "stars", "buildTriangle", "staircase"],
    params: [["n", "height", "rows", "size"]],
    en: [
      "{return} an array of n strings of stars: one star, two stars, up to n",
      '{make} a triangle of * with n rows as an array of strings, "*" first',
      '{build} the lines of a star triangle: ["*", "**", "***"] for 3',
      "{create} a list in which the first entry has one star and each next one has one more, n entries",
      "{take} a number n and {return} n rows of stars that get longer by one, as an array",
      "{generate} a staircase of asterisks, row i has i of them, result is an array of strings",
      "star triangle as an array of rows",
      "triangle of stars, n rows, array of strings",
      "right triangle of asterisks (array of strings)",
      'star pattern ["*", "**", "***", ...]',
      '= star pattern in javascript: for 3 I want ["*", "**", "***"]',
    ],
    zh: [
      "{返回 n 行星号组成的数组，第 i 行有 i 个星号}",
      '{生成星号三角形，结果是字符串数组，如 ["*", "**", "***"]}',
      "{构造一个数组，第一项一个星号，之后每项多一个，共 n 项}",
      "星号三角形（字符串数组）",
    ],
    answers: [
      `function \${name}(\${0}) {
  const rows = [];
  for (let i = 1; i <= \${0}; i++) {
    rows.push("*".repeat(i));
  }
  return rows;
}`,
      `function \${name}(\${0}) {
  return Array.from({ length: \${0} }, (_, i) => "*".repeat(i + 1));
}`,
    ],
    args: (random) => [random.int(1, 8)],
    always: [[3], [1]],
  },
];
