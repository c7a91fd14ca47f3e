/** Everyday tasks on ciphers and compression. */
import type { EverydayTask } from "./task.ts";
import { letters, mixed, phrase, sentence } from "./text-draws.ts";

export const ciphers: readonly EverydayTask[] = [
  {
    id: "caesar-cipher",
    names: ["caesarCipher", "caesar", "encrypt", "caesarEncrypt"],
    params: [
      ["text", "str", "s", "message"],
      ["shift", "n", "key", "k"],
    ],
    en: [
      "{encrypt} a lowercase text with the Caesar cipher: shift every letter by n, other characters stay",
      "{shift} each letter of a string n places along the alphabet, z wraps around to a",
      "{apply} a caesar cipher with a given shift to a text in small letters",
      "{move} all letters a-z of a message forward by a key, spaces and signs unchanged",
      "{encode} a message by replacing each letter with the one n positions later in the alphabet",
      "{take} a lowercase text and a shift and {return} the caesar cipher of it",
      "{write} a secret message: every letter becomes the letter n further, after z comes a",
      "caesar cipher",
      "caesar cipher encryption with shift (lowercase)",
      "caesar encoder, wraps at z",
      "letter shift cipher",
      '= how do i code a caesar cipher in js? text is lowercase, "xyz" with 3 should be "abc"',
    ],
    zh: [
      "{用凯撒密码加密小写文本，每个字母后移 n 位，其他字符不变}",
      "{把每个小写字母向后移动 n 位，z 之后回到 a}",
      "{实现凯撒加密，参数是文本和位移}",
      "凯撒密码加密",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.replace(/[a-z]/g, (letter) => {
    const code = (letter.charCodeAt(0) - 97 + \${1}) % 26;
    return String.fromCharCode(code + 97);
  });
}`,
      `function \${name}(\${0}, \${1}) {
  const alphabet = "abcdefghijklmnopqrstuvwxyz";
  let result = "";
  for (const char of \${0}) {
    const index = alphabet.indexOf(char);
    result += index === -1 ? char : alphabet[(index + \${1}) % 26];
  }
  return result;
}`,
    ],
    args: (random) => [phrase(random, 3), random.int(1, 25)],
    always: [
      ["xyz", 3],
      ["hello world", 1],
    ],
  },
  {
    id: "caesar-decode",
    names: ["caesarDecode", "decrypt", "caesarDecrypt", "decodeCaesar"],
    params: [
      ["text", "str", "s", "message"],
      ["shift", "n", "key", "k"],
    ],
    en: [
      "{decrypt} a lowercase Caesar cipher: shift every letter back by n, other characters stay",
      "{decode} a text that was encrypted with a caesar cipher and a known shift",
      "{move} each small letter n places back in the alphabet, a wraps around to z",
      "{undo} a caesar cipher, given the encrypted lowercase text and the shift",
      "{take} a secret message and its key and {shift} the letters backwards to read it",
      "{reverse} the Caesar encryption of a message in small letters",
      "caesar cipher decryption",
      "caesar decoder",
      "decode caesar cipher with a given key",
      "undo a letter shift cipher",
      '= I get messages shifted by n letters (caesar, lowercase). how do i decode them in js, "abc" with 3 is "xyz"',
    ],
    zh: [
      "{解密凯撒密码，把小写字母前移 n 位，其他字符不变}",
      "{将凯撒加密的文本还原，已知位移}",
      "{把每个小写字母向前移动 n 位，a 之前是 z}",
      "凯撒密码解密",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.replace(/[a-z]/g, (letter) => {
    const code = (letter.charCodeAt(0) - 97 - \${1} + 26) % 26;
    return String.fromCharCode(code + 97);
  });
}`,
    ],
    args: (random) => [phrase(random, 3), random.int(1, 25)],
    always: [
      ["abc", 3],
      ["ifmmp", 1],
    ],
  },
  {
    id: "rot13",
    names: ["rot13", "applyRot13", "encodeRot13"],
    params: [["text", "str", "s", "message"]],
    en: [
      "{apply} rot13 to a text",
      "{encode} a string with ROT13, upper and lower case are kept",
      "{shift} each letter by 13 places, keeping its case and leaving other characters",
      "{rotate} all letters of a string 13 positions in the alphabet",
      "{decode} a rot13 message",
      "{take} a text and {return} its ROT13 version",
      "{translate} between plain text and rot13",
      "rot13",
      "rot13 cipher",
      "ROT13 encoder and decoder",
      '= rot13 in javascript? "Hello" -> "Uryyb"',
    ],
    zh: [
      "{对文本做 ROT13 编码，保留大小写}",
      "{把每个字母移动 13 位，其他字符不变}",
      "{实现 rot13 加密}",
      "ROT13 编码",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[a-zA-Z]/g, (letter) => {
    const start = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - start + 13) % 26) + start);
  });
}`,
    ],
    args: (random) => [random.chance(0.5) ? mixed(random, 3) : sentence(random)],
    always: [["Hello"], ["Uryyb"], ["123"]],
  },
  {
    id: "atbash",
    names: ["atbash", "atbashCipher", "mirrorAlphabet"],
    params: [["text", "str", "s", "message"]],
    en: [
      "{replace} each lowercase letter by its mirror in the alphabet: a becomes z, b becomes y and so on",
      "{encode} a lowercase text with the Atbash cipher",
      "{swap} a with z, b with y, c with x ... in a text of small letters",
      "{apply} the atbash cipher, everything but the letters a-z stays",
      "{take} a message in small letters and {return} the atbash of it",
      "{write} every letter as the one on the opposite side of the alphabet",
      "atbash cipher",
      "atbash encoding for lowercase letters",
      "mirror alphabet cipher (a<->z)",
      "reversed alphabet code",
      "= secret code where a=z, b=y, c=x etc. Function in js please, only lowercase",
    ],
    zh: [
      "{用 Atbash 密码转换小写文本，a 变 z，b 变 y}",
      "{把每个小写字母换成字母表中对称位置的字母}",
      "{实现埃特巴什码，其他字符不变}",
      "Atbash 密码",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[a-z]/g, (letter) => String.fromCharCode(219 - letter.charCodeAt(0)));
}`,
      `function \${name}(\${0}) {
  const alphabet = "abcdefghijklmnopqrstuvwxyz";
  return \${0}.replace(/[a-z]/g, (letter) => alphabet[25 - alphabet.indexOf(letter)]);
}`,
    ],
    args: (random) => [phrase(random, 3)],
    always: [["abc"], ["hello world"]],
  },
  {
    id: "run-length-encode",
    names: ["compress", "runLengthEncode", "encode", "rle", "compressString"],
    params: [["str", "s", "text"]],
    en: [
      '{compress} a string by run-length encoding: "aaabb" becomes "a3b2"',
      "{replace} each run of equal letters by the letter and its count, also for single letters",
      '{encode} a string as letter plus number of repeats, like "a3b1c2"',
      '{turn} "aabccc" into "a2b1c3"',
      "{take} a string of letters and {return} its run length encoding, a single one is written with 1",
      "{count} equal letters in a row and {write} the letter followed by the count for each run",
      "run-length encoding (letter then count, 1 included)",
      'string compression "aaab" -> "a3b1"',
      "rle encoder, letter before number",
      "run length encode",
      '= compress strings in js like "aaabbc" to "a3b2c1"',
    ],
    zh: [
      '{对字符串做游程编码，"aaabb" 变成 "a3b2"}',
      "{把连续相同的字母写成字母加个数，单个也写 1}",
      '{压缩字符串，例如 "aabccc" 压缩成 "a2b1c3"}',
      '游程编码（"aaab" 变 "a3b1"）',
    ],
    answers: [
      `function \${name}(\${0}) {
  let result = "";
  let count = 1;
  for (let i = 0; i < \${0}.length; i++) {
    if (\${0}[i] === \${0}[i + 1]) {
      count++;
    } else {
      result += \${0}[i] + count;
      count = 1;
    }
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/(.)\\1*/g, (run, char) => char + run.length);
}`,
    ],
    args: (random) => [letters(random, 1, 10, "aaabbc")],
    always: [["aaabb"], ["abc"], [""]],
  },
  {
    id: "run-length-decode",
    names: ["decompress", "runLengthDecode", "decode", "expand", "decodeRle"],
    params: [["str", "s", "text", "code"]],
    en: [
      '{decode} a run-length encoded string: "a3b2" becomes "aaabb"',
      '{expand} a string of letters and counts such as "a2b1c3" to "aabccc"',
      "{undo} run-length encoding, each letter is followed by how often it is repeated",
      '{turn} "a3b1" back into "aaab"',
      '{take} a compressed string like "x4y2" and {write} out each letter that many times',
      "{decompress} text where each letter has its number of repetitions behind it",
      "{repeat} each letter as often as the number after it says",
      "run-length decoding (letter then count)",
      'rle decoder for strings like "a3b2"',
      'decompress "a3b2c1"',
      "= opposite of run length encoding in js: \"a3b12\" should give 3 a's and 12 b's",
    ],
    zh: [
      '{解码游程编码，"a3b2" 变成 "aaabb"}',
      '{把字母加个数的字符串展开，如 "a2b1" 变 "aab"}',
      "{还原压缩的字符串，每个字母后面是重复次数}",
      '游程解码（"a3b1" 变 "aaab"）',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/([a-z])(\\d+)/g, (_, letter, count) => letter.repeat(Number(count)));
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(1, 4) }, () => random.pick([..."abcxyz"]) + random.int(1, 11)).join(""),
    ],
    always: [["a3b2"], ["x1"]],
  },
];
