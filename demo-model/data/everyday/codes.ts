/** Everyday tasks on numerals, DNA and colours. */
import type { EverydayTask } from "./task.ts";
import { letters } from "./text-draws.ts";

export const codes: readonly EverydayTask[] = [
  {
    id: "roman-to-number",
    names: ["romanToInt", "romanToNumber", "fromRoman", "parseRoman"],
    params: [["roman", "s", "str", "numeral"]],
    en: [
      "{convert} a Roman numeral to a number",
      '{turn} "XIV" into 14',
      "{return} the value of a roman number as an integer",
      '{take} a string such as "MCMXCIV" and {return} the number it stands for',
      "{read} a roman numeral and {give} back the decimal number",
      "{decode} Roman numerals",
      "{parse} a roman number written in capital letters",
      "{calculate} which number a Roman numeral means",
      "roman numerals to integer",
      "roman numeral converter: from roman to number",
      "roman to int",
      "= leetcode roman to integer, js solution",
      "= how do I convert roman numerals into normal numbers in javascript",
    ],
    zh: ["{把罗马数字转换成整数}", '{将 "XIV" 变成 14}', "{返回罗马数字表示的数值}", "罗马数字转整数"],
    answers: [
      `function \${name}(\${0}) {
  const values = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
  let total = 0;
  for (let i = 0; i < \${0}.length; i++) {
    const value = values[\${0}[i]];
    total += value < values[\${0}[i + 1]] ? -value : value;
  }
  return total;
}`,
    ],
    args: (random) => [
      random.pick([
        "I",
        "II",
        "III",
        "V",
        "VI",
        "VIII",
        "XII",
        "XIX",
        "XXIV",
        "XXXIX",
        "XL",
        "XLV",
        "L",
        "LXVI",
        "XC",
        "XCIX",
        "C",
        "CXI",
        "CD",
        "D",
        "DCC",
        "CM",
        "M",
        "MCMLXXXIV",
        "MMXXIV",
        "MDCLXVI",
      ]),
    ],
    always: [["XIV"], ["MCMXCIV"], ["III"]],
  },
  {
    id: "number-to-roman",
    names: ["toRoman", "intToRoman", "numberToRoman", "romanize"],
    params: [["num", "n", "number", "value"]],
    en: [
      "{convert} a number to a Roman numeral",
      '{turn} 14 into "XIV"',
      "{write} an integer in Roman numerals",
      "{return} the roman number for a positive integer below 4000",
      '{take} a number like 1994 and {return} "MCMXCIV"',
      "{translate} arabic numbers to roman ones",
      "{make} a roman numeral string from a whole number",
      "{format} a year as a Roman numeral",
      "integer to roman",
      "roman numeral converter: from number to roman",
      "number to roman numerals",
      "= how can I get roman numerals from a number in js?",
      "= int to roman leetcode js",
    ],
    zh: ["{把整数转换成罗马数字}", '{将 14 变成 "XIV"}', "{返回一个正整数的罗马数字写法}", "整数转罗马数字"],
    answers: [
      `function \${name}(\${0}) {
  const values = [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1];
  const symbols = ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"];
  let rest = \${0};
  let result = "";
  values.forEach((value, i) => {
    while (rest >= value) {
      result += symbols[i];
      rest -= value;
    }
  });
  return result;
}`,
    ],
    args: (random) => [random.chance(0.5) ? random.int(1, 100) : random.int(1, 3999)],
    always: [[14], [1994], [3]],
  },
  {
    id: "dna-complement",
    names: ["dnaComplement", "complement", "dnaStrand"],
    params: [["dna", "strand", "str", "s"]],
    en: [
      "{return} the complement of a DNA strand: A and T are swapped, C and G are swapped",
      "{replace} A by T, T by A, C by G and G by C in a DNA string",
      "{make} the complementary strand of some dna",
      "{take} a string of A, C, G and T and {pair} each base with its partner",
      "{swap} the bases of a DNA sequence: A with T, G with C",
      "{build} the matching DNA strand for a given one",
      "dna complement",
      "complementary dna strand (A-T, C-G)",
      "DNA pairing",
      "codewars dna strand",
      '= js kata: complementary DNA, "ATTGC" => "TAACG"',
    ],
    zh: [
      "{返回 DNA 链的互补链，A 与 T 互换，C 与 G 互换}",
      "{把 DNA 字符串中的碱基换成配对碱基}",
      "{求一段 DNA 的互补序列}",
      "DNA互补链",
    ],
    answers: [
      `function \${name}(\${0}) {
  const pairs = { A: "T", T: "A", C: "G", G: "C" };
  return \${0}
    .split("")
    .map((base) => pairs[base])
    .join("");
}`,
    ],
    args: (random) => [letters(random, 1, 10, "ACGT")],
    always: [["ATTGC"], [""]],
  },
  {
    id: "dna-to-rna",
    names: ["dnaToRna", "transcribe", "toRna"],
    params: [["dna", "strand", "str", "s"]],
    en: [
      "{convert} a DNA string to RNA by replacing every T with U",
      "{transcribe} DNA into RNA: T becomes U",
      '{turn} "GATTACA" into "GAUUACA"',
      "{take} a dna sequence and {return} the rna, which has U for T",
      "{change} all T to U in a DNA sequence",
      "{write} a DNA string as RNA (U instead of T)",
      "dna to rna (T to U)",
      "DNA -> RNA conversion, only T changes to U",
      "rna from dna",
      "dna to rna kata",
      "= codewars dna to rna in javascript (just T becomes U)",
    ],
    zh: [
      "{把 DNA 转换成 RNA，将 T 换成 U}",
      "{将 DNA 序列中的 T 全部替换为 U}",
      '{把 "GATTACA" 变成 "GAUUACA"}',
      "DNA 转 RNA",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replaceAll("T", "U");
}`,
      `function \${name}(\${0}) {
  return \${0}.split("T").join("U");
}`,
    ],
    args: (random) => [letters(random, 1, 10, "ACGT")],
    always: [["GATTACA"], ["CC"]],
  },
  {
    id: "look-and-say",
    names: ["lookAndSay", "nextLookAndSay", "sayNumber"],
    params: [["str", "s", "term", "digits"]],
    en: [
      '{return} the next look-and-say term of a string of digits: "1211" gives "111221"',
      "{read} a string of digits aloud: for each run write its count and then the digit",
      "{make} the following term of the look and say sequence from the current one",
      '{say} what you see in a digit string, e.g. "21" is one 2, one 1, so "1211"',
      '{describe} runs of equal digits as count and digit, so "3322" becomes "2322"',
      "look-and-say next term",
      "next term of the look and say sequence",
      "look and say for a string of digits",
      "count and say, one step",
      "say-what-you-see numbers",
      '= one step of count-and-say in js: "11" -> "21" -> "1211", input and output are strings',
    ],
    zh: [
      '{返回外观数列的下一项，例如 "1211" 变成 "111221"}',
      "{把数字串按连续相同的数字读出来，写成个数加数字}",
      "{根据当前字符串求 look-and-say 数列的下一项}",
      "外观数列下一项",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/(\\d)\\1*/g, (run, digit) => run.length + digit);
}`,
    ],
    args: (random) => [letters(random, 1, 7, "123")],
    always: [["1211"], ["1"]],
  },
  {
    id: "hex-to-rgb",
    names: ["hexToRgb", "parseHexColor", "hexColorToRgb"],
    params: [["hex", "color", "str", "code"]],
    en: [
      '{convert} a hex color like "#ff8800" to an array [r, g, b]',
      '{turn} "#00ff00" into [0, 255, 0]',
      "{return} the red, green and blue values (0-255) of a hex color as an array",
      '{take} a color in the form "#rrggbb" and {return} its three numbers in an array',
      "{parse} a CSS hex colour into [red, green, blue]",
      "{split} a hex color into its r, g and b numbers",
      "hex to rgb as an array",
      "hex color to [r, g, b]",
      "hex colour converter to an rgb array",
      '"#rrggbb" to rgb numbers in an array',
      '= css color "#ff0000" to [255, 0, 0], how in js',
    ],
    zh: [
      "{把十六进制颜色转换成 [r, g, b] 数组}",
      '{将 "#00ff00" 变成 [0, 255, 0]}',
      '{解析 "#rrggbb" 颜色，返回红绿蓝三个数}',
      "十六进制颜色转RGB数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  const r = parseInt(\${0}.slice(1, 3), 16);
  const g = parseInt(\${0}.slice(3, 5), 16);
  const b = parseInt(\${0}.slice(5, 7), 16);
  return [r, g, b];
}`,
      `function \${name}(\${0}) {
  return [1, 3, 5].map((i) => parseInt(\${0}.slice(i, i + 2), 16));
}`,
    ],
    args: (random) => [`#${letters(random, 6, 6, "0123456789abcdef")}`],
    always: [["#ff8800"], ["#000000"]],
  },
  {
    id: "rgb-to-hex",
    names: ["rgbToHex", "toHexColor", "hexColor"],
    params: [
      ["r", "red"],
      ["g", "green"],
      ["b", "blue"],
    ],
    en: [
      '{convert} three numbers r, g, b (0-255) to a hex color like "#ff8800"',
      "{return} the lowercase hex code of a color given as red, green and blue",
      '{turn} 255, 0, 0 into "#ff0000"',
      "{make} a CSS hex colour from r, g and b",
      '{take} red, green and blue and {build} the string "#rrggbb" in small letters',
      "{format} an rgb color as hex with a leading #",
      "rgb to hex",
      "rgb numbers to a hex color string with #",
      'rgb -> "#rrggbb"',
      "hex color code from red, green, blue",
      '= javascript: rgb(255, 136, 0) as hex is "#ff8800". function with r, g, b?',
    ],
    zh: [
      '{把 r、g、b 三个数转换成 "#rrggbb" 形式的颜色}',
      '{将 255, 0, 0 变成 "#ff0000"}',
      "{由红绿蓝数值生成小写的十六进制颜色字符串}",
      "RGB转十六进制颜色",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return "#" + [\${0}, \${1}, \${2}].map((value) => value.toString(16).padStart(2, "0")).join("");
}`,
    ],
    args: (random) => [random.int(0, 255), random.int(0, 255), random.int(0, 255)],
    always: [
      [255, 136, 0],
      [0, 0, 0],
    ],
  },
];
