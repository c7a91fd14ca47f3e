/** Everyday tasks on strings: reversing, repeating, searching, replacing. */
import type { EverydayTask } from "./task.ts";
import { capital, letters, named, phrase, phrases, sentence, word } from "./text-draws.ts";

export const strings: readonly EverydayTask[] = [
  {
    id: "reverse-string",
    names: ["reverseString", "reverse", "reverseText", "flipString"],
    params: [["str", "s", "text", "string", "input"]],
    en: [
      "{reverse} a string",
      "{take} a string and {return} it backwards",
      '{turn} "hello" into "olleh"',
      "{flip} the order of the letters in a word",
      "{return} the characters of a text in opposite order",
      "{spell} a word backwards",
      "{read} a text from right to left and {give} it back as a new string",
      "{reverse} the given string without changing the case",
      "string reversal",
      "reverse a string",
      "backwards text",
      "= how do i reverse a string in js",
      "= reverse string please",
      "= I need to print a word backwards. What's the js function for that?",
      "= js reverse string one liner",
    ],
    zh: ["{反转字符串}", "{把一个字符串倒过来}", "{将文字从后往前输出}", "字符串反转", "= js怎么把字符串倒过来"],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("").reverse().join("");
}`,
      `function \${name}(\${0}) {
  return [...\${0}].reverse().join("");
}`,
      `function \${name}(\${0}) {
  let result = "";
  for (let i = \${0}.length - 1; i >= 0; i--) {
    result += \${0}[i];
  }
  return result;
}`,
    ],
    args: (random) => [named(random)],
    always: [["hello"], [""]],
  },
  {
    id: "is-palindrome",
    names: ["isPalindrome", "palindrome", "checkPalindrome", "palindromeCheck"],
    params: [["str", "s", "word", "text", "string"]],
    en: [
      "{check} whether a word is a palindrome",
      "{check} if a string reads the same forwards and backwards",
      "{tell} me if a word is spelled the same in both directions",
      "{return} true if a string is a palindrome, otherwise false",
      "{test} a string for being a palindrome",
      "{determine} if the given word equals its reverse",
      "{take} a lowercase word and {return} true when it is a palindrome",
      "{find} out if reversing a word gives the same word again",
      '{say} if a word like "level" is a palindrome or not',
      "palindrome checker",
      "palindrome check",
      "palindrome test for words",
      '= is "racecar" a palindrome? write me a js function that can tell',
      "= write isPalindrome(str) in javascript",
      "= how can i check for palindromes in js",
    ],
    zh: [
      "{判断一个字符串是不是回文}",
      "{检查单词正着读和反着读是否一样}",
      "{判断字符串是否为回文，返回 true 或 false}",
      "回文判断",
      "= 怎么用js判断回文字符串？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} === \${0}.split("").reverse().join("");
}`,
      `function \${name}(\${0}) {
  let left = 0;
  let right = \${0}.length - 1;
  while (left < right) {
    if (\${0}[left] !== \${0}[right]) return false;
    left++;
    right--;
  }
  return true;
}`,
    ],
    args: (random) => [
      random.chance(0.5)
        ? word(random)
        : random.pick(["level", "noon", "kayak", "radar", "civic", "refer", "anna", "racecar", "abba"]),
    ],
    always: [["racecar"], ["hello"], ["a"]],
  },
  {
    id: "palindrome-sentence",
    names: ["isPalindrome", "isPalindromeSentence", "isPhrasePalindrome", "checkPalindrome"],
    params: [["text", "str", "s", "sentence", "phrase"]],
    en: [
      "{check} whether a sentence is a palindrome, ignoring spaces, punctuation and upper or lower case",
      "{test} if a phrase is a palindrome when only its letters and digits count and case does not matter",
      '{return} true for phrases like "A man, a plan, a canal: Panama" that read the same backwards if you skip spaces, signs and case',
      "{tell} if a text is a palindrome; case, blanks and punctuation should not matter",
      "{ignore} everything except letters and digits and {check} if the text, in lower case, is a palindrome",
      "{clean} a sentence of spaces, commas etc., make it lowercase and {see} if it's a palindrome",
      "{decide} if a sentence is a palindrome without caring about capitals, spaces and punctuation marks",
      "{determine} if a string is a palindrome after removing all non-alphanumeric characters and ignoring case",
      "case-insensitive palindrome check for sentences that skips spaces and punctuation",
      "palindrome sentence checker that ignores case and non-letters",
      '= "Was it a car or a cat I saw?" is a palindrome if you ignore spaces, case and the question mark. Write a js function that detects this.',
    ],
    zh: [
      "{判断一个句子是不是回文，忽略空格、标点和大小写}",
      "{忽略大小写和非字母数字字符，判断是否为回文}",
      "{检查一句话去掉空格和标点后是否是回文，不区分大小写}",
      "忽略空格标点和大小写的回文判断",
    ],
    answers: [
      `function \${name}(\${0}) {
  const clean = \${0}.toLowerCase().replace(/[^a-z0-9]/g, "");
  return clean === clean.split("").reverse().join("");
}`,
      `function \${name}(\${0}) {
  const chars = \${0}.toLowerCase().match(/[a-z0-9]/g) || [];
  return chars.join("") === chars.reverse().join("");
}`,
    ],
    args: (random) => [
      random.chance(0.5)
        ? sentence(random)
        : random.pick([
            "Never odd or even",
            "Step on no pets!",
            "Was it a car or a cat I saw?",
            "No lemon, no melon",
            "Mr. Owl ate my metal worm",
            "Do geese see God?",
            "Top spot",
          ]),
    ],
    always: [["A man, a plan, a canal: Panama"], ["Hello, World"], ["Madam"]],
  },
  {
    id: "reverse-words",
    names: ["reverseWords", "reverseWordOrder", "flipWords"],
    params: [["sentence", "str", "text", "s"]],
    en: [
      "{reverse} the order of the words in a sentence",
      "{take} a sentence and {return} its words in reverse order",
      '{turn} "I like tea" into "tea like I"',
      "{put} the last word of a text first, the second last second and so on",
      "{flip} the word order of a string, words are separated by spaces",
      "{return} the sentence with the words from last to first, but each word stays readable",
      "{reverse} words in a string, not the letters",
      "{give} back a sentence with its words the other way round",
      "reverse word order",
      "reversing the words of a sentence",
      "= how do i reverse the words of a sentence (not the letters) in javascript?",
      '= js: "one two three" -> "three two one"',
    ],
    zh: [
      "{把句子里单词的顺序反过来}",
      "{反转一句话中单词的顺序，单词本身不变}",
      "{将字符串中的单词倒序排列}",
      "反转单词顺序",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split(" ").reverse().join(" ");
}`,
    ],
    args: (random) => [phrases(random)],
    always: [["the quick brown fox"], ["hello"]],
  },
  {
    id: "reverse-each-word",
    names: ["reverseEachWord", "reverseLetters", "flipEachWord", "reverseWordLetters"],
    params: [["sentence", "str", "text", "s"]],
    en: [
      "{reverse} each word of a sentence but keep the word order",
      "{reverse} the letters of every word in a string, the words stay in place",
      '{turn} "hello world" into "olleh dlrow"',
      "{spell} every word in a sentence backwards and {leave} the words where they are",
      "{take} a sentence and {return} it with each single word reversed",
      "{flip} the letters inside each word, not the order of the words",
      "{go} through the words of a text and {reverse} each of them",
      "{mirror} each word of a sentence",
      "reverse each word in a sentence",
      "reversing every word individually",
      "= every word in my string should be backwards but in the same position, how in js?",
    ],
    zh: [
      "{反转句子里的每个单词，但单词顺序不变}",
      "{把每个单词的字母倒过来，单词位置不变}",
      "{将句子中每个单词分别反转}",
      "逐个反转单词",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}
    .split(" ")
    .map((word) => word.split("").reverse().join(""))
    .join(" ");
}`,
      `function \${name}(\${0}) {
  return \${0}.split("").reverse().join("").split(" ").reverse().join(" ");
}`,
    ],
    args: (random) => [phrases(random)],
    always: [["hello world"], ["a"]],
  },
  {
    id: "repeat-string",
    names: ["repeatString", "repeat", "repeatText", "multiplyString"],
    params: [
      ["str", "s", "text", "word"],
      ["n", "times", "count"],
    ],
    en: [
      "{repeat} a string a given number of times",
      "{take} a text and a number n and {return} the text n times in a row",
      '{return} "abcabcabc" for "abc" and 3',
      "{write} a word n times one after the other without spaces",
      '{multiply} a string, like "ab" * 3 in other languages',
      "{duplicate} a string n times",
      "{concatenate} a string with itself so that it appears n times",
      "{build} a string which is the given string repeated n times",
      "string repeat",
      "repeat a text n times",
      "= is there an easy way to repeat a string n times in javascript? put it in a function with the string and the number",
    ],
    zh: [
      "{把一个字符串重复 n 次}",
      "{接收字符串和次数，返回重复后的字符串}",
      "{将字符串连续重复指定的次数}",
      "字符串重复n次",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.repeat(\${1});
}`,
      `function \${name}(\${0}, \${1}) {
  let result = "";
  for (let i = 0; i < \${1}; i++) {
    result += \${0};
  }
  return result;
}`,
    ],
    args: (random) => [word(random), random.int(1, 5)],
    always: [
      ["abc", 3],
      ["x", 0],
    ],
  },
  {
    id: "count-substring",
    names: ["countSubstring", "countOccurrences", "countMatches", "occurrences"],
    params: [
      ["str", "text", "s", "haystack"],
      ["sub", "search", "part", "needle"],
    ],
    en: [
      "{count} how often a substring appears in a string",
      "{count} how many times one string occurs in another, without overlaps",
      "{return} the number of occurrences of a search text in a text",
      "{tell} how many times a piece of text is found inside a longer text",
      "{take} a text and a search string and {count} the matches",
      '{find} out how often "ab" is in "abcab", for any two strings',
      "{get} the number of times that the second string appears in the first one",
      "{search} for a substring and {give} back the count",
      "occurrences of a substring",
      "substring counter",
      "= how many times is one string inside another one? i need a js function, first argument the text, second what to look for",
    ],
    zh: [
      "{统计子串在字符串里出现的次数}",
      "{计算一个字符串在另一个字符串中出现几次}",
      "{返回文本中某个子串的出现次数，不重叠}",
      "子字符串出现次数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.split(\${1}).length - 1;
}`,
      `function \${name}(\${0}, \${1}) {
  let count = 0;
  let index = \${0}.indexOf(\${1});
  while (index !== -1) {
    count++;
    index = \${0}.indexOf(\${1}, index + \${1}.length);
  }
  return count;
}`,
    ],
    args: (random) => [
      `${phrase(random)} ${letters(random, 2, 9, "ab")}`,
      random.pick(["a", "an", "ab", "e", "the", "ll", "o"]),
    ],
    always: [
      ["banana", "an"],
      ["hello", "x"],
    ],
  },
  {
    id: "replace-all",
    names: ["replaceAll", "replaceText", "replaceString", "swapText"],
    params: [
      ["str", "text", "s", "input"],
      ["search", "from", "oldText", "find"],
      ["replacement", "to", "newText", "value"],
    ],
    en: [
      "{replace} all occurrences of one string by another",
      "{replace} every occurrence of a word in a text with another word",
      "{take} a text, what to look for and what to put instead, and {replace} it everywhere",
      "{substitute} one substring for another all over a string",
      "{swap} each occurrence of a search string for a replacement",
      "{do} find and replace on a string, all matches not only the first",
      "{exchange} a piece of text for another everywhere in a string",
      '{change} every "a" to "b" in a text, where a and b are arguments',
      "find and replace in a text",
      "replace all matches of a substring",
      "= js replace only replaces the first match. write me a function (text, search, replacement) which replaces all of them",
    ],
    zh: [
      "{把字符串里所有的某段文字替换成另一段}",
      "{替换文本中所有匹配的子串}",
      "{将字符串中出现的所有旧文本换成新文本}",
      "全部替换子串",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.replaceAll(\${1}, \${2});
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.split(\${1}).join(\${2});
}`,
    ],
    args: (random) => [
      phrase(random),
      random.pick(["a", "e", "o", "the", " ", "ll"]),
      random.pick(["x", "-", "", "zz", "*"]),
    ],
    always: [
      ["one two one", "one", "1"],
      ["abc", "z", "y"],
    ],
  },
  {
    id: "contains-ignore-case",
    names: ["containsText", "includesIgnoreCase", "contains", "hasText"],
    params: [
      ["text", "str", "s", "haystack"],
      ["search", "part", "needle", "query"],
    ],
    en: [
      "{check} if a text contains a search term, ignoring upper and lower case",
      "{return} true if one string is inside another one, case-insensitive",
      "{tell} if a word can be found in a text no matter how it is capitalized",
      "{search} for a substring without caring about capitals and {return} true or false",
      '{test} whether the first string includes the second, treating "A" and "a" the same',
      "{do} a case-insensitive includes",
      "{look} for a piece of text in a string, case does not matter, and {say} whether it is there",
      "{find} out if a string has a given part in it, big or small letters",
      "case-insensitive includes",
      "case insensitive substring search",
      '= "Hello World" should count as containing "world". function for that in js?',
    ],
    zh: [
      "{判断文本是否包含某个词，不区分大小写}",
      "{不分大小写地检查一个字符串是否包含另一个字符串}",
      "{忽略大小写查找子串，返回 true 或 false}",
      "不区分大小写的包含判断",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.toLowerCase().includes(\${1}.toLowerCase());
}`,
    ],
    args: (random) => [
      named(random),
      random.chance(0.5) ? capital(random) : random.pick(["A", "tree", "THE", "o", "Ap", "on"]),
    ],
    always: [
      ["Hello World", "world"],
      ["Hello", "bye"],
    ],
  },
];
