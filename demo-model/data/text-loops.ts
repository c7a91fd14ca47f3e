/** Algorithms over words, letters, tables and single numbers: the other half of family `loops`. */
import { grouped } from "./grouping.ts";
import type { Shape } from "./loops.ts";
import type { Json } from "./sample.ts";
import { phrase } from "./words.ts";

/** Words of a sentence: some are kept, each is changed, all are gathered. */
const everyWord: Shape = (random, language) => {
  const zh = language === "zh";
  const k = random.int(2, 7);
  const letter = random.pick([..."aeilnost"]);
  const kept = random.pick([
    { id: "all", en: "every word", zh: "每个单词", code: "", run: () => true },
    {
      id: "long",
      en: `every word longer than ${k}`,
      zh: `每个长度大于 ${k} 的单词`,
      code: `word.length > ${k}`,
      run: (w: string) => w.length > k,
    },
    {
      id: "short",
      en: `every word shorter than ${k}`,
      zh: `每个长度小于 ${k} 的单词`,
      code: `word.length < ${k}`,
      run: (w: string) => w.length < k,
    },
    {
      id: "has",
      en: `every word with "${letter}"`,
      zh: `每个含有 "${letter}" 的单词`,
      code: `word.includes("${letter}")`,
      run: (w: string) => [...w].includes(letter),
    },
    {
      id: "starts",
      en: `every word that starts with "${letter}"`,
      zh: `每个以 "${letter}" 开头的单词`,
      code: `word.startsWith("${letter}")`,
      run: (w: string) => w[0] === letter,
    },
  ]);
  const change = random.pick([
    {
      id: "reverse",
      en: "reverses",
      zh: "反转",
      code: 'word.split("").reverse().join("")',
      run: (w: string) => [...w].reverse().join(""),
    },
    { id: "upper", en: "uppercases", zh: "转成大写", code: "word.toUpperCase()", run: (w: string) => w.toUpperCase() },
    {
      id: "capital",
      en: "capitalizes",
      zh: "首字母大写",
      code: "word[0].toUpperCase() + word.slice(1)",
      run: (w: string) => w.slice(0, 1).toUpperCase() + w.slice(1),
    },
    {
      id: "initial",
      en: "takes the first letter of",
      zh: "取首字母",
      code: "word[0]",
      run: (w: string) => w.slice(0, 1),
    },
    { id: "double", en: "repeats twice", zh: "重复两次", code: "word + word", run: (w: string) => w.repeat(2) },
    {
      id: "vowelless",
      en: "removes the vowels of",
      zh: "去掉元音",
      code: 'word.replace(/[aeiou]/g, "")',
      run: (w: string) => [...w].filter((c) => !"aeiou".includes(c)).join(""),
    },
  ]);
  const end = random.pick([
    {
      id: "text",
      en: "joins them with spaces",
      zh: "用空格连接",
      code: 'result.join(" ")',
      run: (l: string[]) => l.join(" ") as Json,
    },
    {
      id: "dense",
      en: "joins them without spaces",
      zh: "直接连接",
      code: 'result.join("")',
      run: (l: string[]) => l.join(""),
    },
    { id: "list", en: "returns them as a list", zh: "以列表返回", code: "result", run: (l: string[]) => l },
  ]);
  return {
    signature: `words.${kept.id}.${change.id}>${end.id}`,
    word: `${change.id}Words`,
    text: zh ? `对句子中${kept.zh}${change.zh}，${end.zh}` : `${change.en} ${kept.en} of a sentence and ${end.en}`,
    args: "sentence",
    lines: [
      "const result = [];",
      'for (const word of sentence.split(" ")) {',
      ...(kept.code
        ? [`  if (${kept.code}) {`, `    result.push(${change.code});`, "  }"]
        : [`  result.push(${change.code});`]),
      "}",
      `return ${end.code};`,
    ],
    inputs: () => [phrase(random, 6).trim()],
    run: (sentence: string) => end.run(sentence.split(" ").filter(kept.run).map(change.run)),
  };
};

/** Letters of a text: one class of them is kept, dropped, doubled, capitalized or masked. */
const everyLetter: Shape = (random, language) => {
  const zh = language === "zh";
  const one = random.pick([..."abcdefghilmnoprstuy"]);
  const group = random.pick([
    { id: "vowels", en: "vowels", zh: "元音字母", code: '"aeiou".includes(c)', run: (c: string) => /[aeiou]/.test(c) },
    {
      id: "capitals",
      en: "capital letters",
      zh: "大写字母",
      code: 'c >= "A" && c <= "Z"',
      run: (c: string) => /[A-Z]/.test(c),
    },
    { id: "digits", en: "digits", zh: "数字字符", code: 'c >= "0" && c <= "9"', run: (c: string) => /[0-9]/.test(c) },
    { id: "spaces", en: "spaces", zh: "空格", code: 'c === " "', run: (c: string) => c === " " },
    {
      id: "letter",
      en: `"${one}" letters`,
      zh: `字母 "${one}"`,
      code: `c === "${one}"`,
      run: (c: string) => c === one,
    },
  ]);
  const action = random.pick([
    {
      id: "keep",
      en: "keeps only the # of a text",
      zh: "只保留文字中的#",
      yes: "c",
      no: '""',
      run: (c: string, in_: boolean) => (in_ ? c : ""),
    },
    {
      id: "drop",
      en: "removes the # from a text",
      zh: "删除文字中的#",
      yes: '""',
      no: "c",
      run: (c: string, in_: boolean) => (in_ ? "" : c),
    },
    {
      id: "double",
      en: "doubles the # of a text",
      zh: "把文字中的#重复一次",
      yes: "c + c",
      no: "c",
      run: (c: string, in_: boolean) => (in_ ? c + c : c),
    },
    {
      id: "mask",
      en: "replaces the # of a text with dots",
      zh: "把文字中的#换成点",
      yes: '"."',
      no: "c",
      run: (c: string, in_: boolean) => (in_ ? "." : c),
    },
    {
      id: "raise",
      en: "uppercases all but the # of a text",
      zh: "把文字中除#以外的字符转成大写",
      yes: "c",
      no: "c.toUpperCase()",
      run: (c: string, in_: boolean) => (in_ ? c : c.toUpperCase()),
    },
  ]);
  const back = random.chance(0.3);
  return {
    signature: `letters.${group.id}.${action.id}${back ? ".back" : ""}`,
    word: `${action.id}${group.id.slice(0, 1).toUpperCase()}${group.id.slice(1)}`,
    text:
      action[language].replace("#", group[language]) + (back ? (zh ? "，并反转结果" : " and reverses the result") : ""),
    args: "text",
    lines: [
      'let result = "";',
      "for (const c of text) {",
      `  const next = ${group.code} ? ${action.yes} : ${action.no};`,
      `  result = ${back ? "next + result" : "result + next"};`,
      "}",
      "return result;",
    ],
    inputs: () => [phrase(random, 4) + random.pick(["", "42", ` ${one}${one}`, " 7 up"])],
    // Going backwards puts each piece in front, so a doubled letter stays as it is.
    run: (text: string) =>
      [...text]
        .map((c) => action.run(c, group.run(c)))
        [back ? "toReversed" : "slice"]()
        .join(""),
  };
};

/** Rows or columns of a table, each reduced to one number. */
const table: Shape = (random, language) => {
  const zh = language === "zh";
  const columns = random.chance(0.5);
  const k = random.int(5, 40);
  const total = (l: number[]): number => l.reduce((a, b) => a + b, 0);
  const cell = columns ? "table[i][j]" : "table[j][i]";
  const value = random.pick([
    { id: "sum", en: "sum", zh: "和", start: "0", code: `value += ${cell};`, run: total },
    {
      id: "product",
      en: "product",
      zh: "积",
      start: "1",
      code: `value *= ${cell};`,
      run: (l: number[]) => l.reduce((a, b) => a * b, 1),
    },
    {
      id: "max",
      en: "maximum",
      zh: "最大值",
      start: "-Infinity",
      code: `value = Math.max(value, ${cell});`,
      run: (l: number[]) => Math.max(...l),
    },
    {
      id: "min",
      en: "minimum",
      zh: "最小值",
      start: "Infinity",
      code: `value = Math.min(value, ${cell});`,
      run: (l: number[]) => Math.min(...l),
    },
    {
      id: "above",
      en: `count of numbers above ${k}`,
      zh: `大于 ${k} 的数的个数`,
      start: "0",
      code: `if (${cell} > ${k}) value++;`,
      run: (l: number[]) => l.filter((x) => x > k).length,
    },
  ]);
  const end = random.pick([
    {
      id: "list",
      en: "returns the list of them",
      zh: "返回它们的列表",
      code: "result",
      run: (l: number[]) => l as Json,
    },
    {
      id: "total",
      en: "returns their total",
      zh: "返回它们的总和",
      code: "result.reduce((a, b) => a + b, 0)",
      run: total,
    },
    {
      id: "largest",
      en: "returns the largest",
      zh: "返回其中最大的",
      code: "Math.max(...result)",
      run: (l: number[]) => Math.max(...l),
    },
  ]);
  const [outer, inner] = ["j", "i"];
  return {
    signature: `table.${columns ? "columns" : "rows"}.${value.id}>${end.id}`,
    word: `${columns ? "column" : "row"}Values`,
    text: zh
      ? `计算表格 table 每${columns ? "列" : "行"}的${value.zh}，${end.zh}`
      : `computes the ${value.en} of each ${columns ? "column" : "row"} of a table and ${end.en}`,
    args: "table",
    lines: [
      "const result = [];",
      `for (let ${outer} = 0; ${outer} < ${columns ? "table[0].length" : "table.length"}; ${outer}++) {`,
      `  let value = ${value.start};`,
      `  for (let ${inner} = 0; ${inner} < ${columns ? "table.length" : "table[j].length"}; ${inner}++) {`,
      `    ${value.code}`,
      "  }",
      "  result.push(value);",
      "}",
      `return ${end.code};`,
    ],
    inputs: () => {
      const width = random.int(1, 4);
      return [Array.from({ length: random.int(1, 4) }, () => Array.from({ length: width }, () => random.int(-9, 50)))];
    },
    run: (rows: number[][]) => {
      const lines = columns ? (rows[0] ?? []).map((_, j) => rows.map((row) => row[j] ?? 0)) : rows;
      return end.run(lines.map(value.run));
    },
  };
};

/** A number that is changed again and again until it is small. */
const repeated: Shape = (random, language) => {
  const zh = language === "zh";
  const k = random.int(2, 9);
  const change = random.pick([
    {
      id: "halve",
      en: "halves n, rounding down,",
      zh: "把 n 减半（向下取整）",
      code: "Math.floor(x / 2)",
      run: (x: number) => Math.trunc(x / 2),
    },
    {
      id: "divide",
      en: `divides n by ${k}, rounding down,`,
      zh: `把 n 除以 ${k}（向下取整）`,
      code: `Math.floor(x / ${k})`,
      run: (x: number) => Math.trunc(x / k),
    },
    { id: "subtract", en: `subtracts ${k} from n`, zh: `把 n 减去 ${k}`, code: `x - ${k}`, run: (x: number) => x - k },
    {
      id: "root",
      en: "takes the rounded square root of n",
      zh: "取 n 的平方根并四舍五入",
      code: "Math.round(Math.sqrt(x))",
      run: (x: number) => Math.round(x ** 0.5),
    },
  ]);
  const limit = random.int(3, 20);
  const output = random.pick(["steps", "final", "list"] as const);
  const text = {
    steps: { en: "returns the number of steps", zh: "返回步数" },
    final: { en: "returns the final value", zh: "返回最终的值" },
    list: { en: "returns the list of all values", zh: "返回所有值的列表" },
  }[output][language];
  const before = { steps: ["let steps = 0;"], final: [], list: ["const values = [n];"] }[output];
  const inside = { steps: ["steps++;"], final: [], list: ["values.push(x);"] }[output];
  return {
    signature: `repeated.${change.id}>${output}`,
    word: { steps: "countSteps", final: "finalValue", list: "listValues" }[output],
    text: zh
      ? `不断${change.zh}，直到小于 ${limit}，${text}`
      : `repeatedly ${change.en} until it is below ${limit} and ${text}`,
    args: "n",
    lines: [
      "let x = n;",
      ...before,
      `while (x >= ${limit}) {`,
      `  x = ${change.code};`,
      ...inside.map((line) => `  ${line}`),
      "}",
      `return ${{ steps: "steps", final: "x", list: "values" }[output]};`,
    ],
    inputs: () => [random.int(1, 150)],
    run: (n: number) => {
      const values = [n];
      while ((values.at(-1) ?? 0) >= limit) values.push(change.run(values.at(-1) ?? 0));
      return output === "steps" ? values.length - 1 : output === "final" ? (values.at(-1) ?? 0) : values;
    },
  };
};

/** FizzBuzz with words and divisors of the request's choice. */
const fizz: Shape = (random, language) => {
  const [a, b] = random.some([2, 3, 4, 5, 6, 7, 8, 9], 2) as [number, number];
  const [first, second] = random.some(
    ["fizz", "buzz", "ping", "pong", "tick", "tock", "zip", "zap", "red", "blue"],
    2,
  ) as [string, string];
  const end = random.pick([
    { id: "list", en: "returns the list", zh: "返回列表", code: "result", run: (l: Json[]) => l as Json },
    {
      id: "text",
      en: "returns them joined by spaces",
      zh: "用空格连接后返回",
      code: 'result.join(" ")',
      run: (l: Json[]) => l.join(" "),
    },
    {
      id: "count",
      en: "returns how many words there are",
      zh: "返回单词的个数",
      code: 'result.filter(x => typeof x === "string").length',
      run: (l: Json[]) => l.filter((x) => typeof x === "string").length,
    },
  ]);
  const down = random.chance(0.4);
  return {
    signature: `fizz.${down ? "down" : "up"}.${a < b ? "less" : "more"}>${end.id}`,
    word: `${first}${second.slice(0, 1).toUpperCase()}${second.slice(1)}`,
    text:
      language === "zh"
        ? `${down ? "从 n 到 1" : "从 1 到 n"}逐个列出数字，${a} 的倍数换成 "${first}"，${b} 的倍数换成 "${second}"，都满足时换成 "${first}${second}"，${end.zh}`
        : `lists the numbers ${down ? "from n down to 1" : "from 1 to n"} with "${first}" for multiples of ${a}, "${second}" for multiples of ${b} and "${first}${second}" for both and ${end.en}`,
    args: "n",
    lines: [
      "const result = [];",
      `for (let i = ${down ? "n; i >= 1; i--" : "1; i <= n; i++"}) {`,
      '  let word = "";',
      `  if (i % ${a} === 0) word += "${first}";`,
      `  if (i % ${b} === 0) word += "${second}";`,
      "  result.push(word || i);",
      "}",
      `return ${end.code};`,
    ],
    inputs: () => [random.int(1, 40)],
    run: (n: number) => {
      const said = Array.from(
        { length: n },
        (_, i): Json => [(i + 1) % a ? "" : first, (i + 1) % b ? "" : second].join("") || i + 1,
      );
      return end.run(down ? said.reverse() : said);
    },
  };
};

export const TEXT_LOOPS: readonly Shape[] = [everyWord, everyLetter, grouped, table, repeated, fizz];
