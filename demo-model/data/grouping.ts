/** Grouping, counting and summing by a key. */
import type { Shape } from "./loops.ts";
import type { Json } from "./sample.ts";
import { TEXT_WORDS } from "./words.ts";

/** A key for grouping words or numbers. */
interface GroupKey {
  id: string;
  en: string;
  zh: string;
  /** JavaScript for the key of `item`. */
  code: string;
  run: (item: Json) => Json;
}

const WORD_KEYS: readonly GroupKey[] = [
  { id: "length", en: "length", zh: "长度", code: "item.length", run: (w) => String(w).length },
  { id: "initial", en: "first letter", zh: "首字母", code: "item[0]", run: (w) => String(w).slice(0, 1) },
  { id: "final", en: "last letter", zh: "末字母", code: "item[item.length - 1]", run: (w) => String(w).slice(-1) },
  {
    id: "lower",
    en: "lowercase form",
    zh: "小写形式",
    code: "item.toLowerCase()",
    run: (w) => String(w).toLowerCase(),
  },
];

const numberKeys = (k: number): readonly GroupKey[] => [
  {
    id: "remainder",
    en: `remainder modulo ${k}`,
    zh: `对 ${k} 的余数`,
    code: `item % ${k}`,
    run: (x) => Number(x) % k,
  },
  { id: "tens", en: "tens", zh: "十位", code: "Math.floor(item / 10)", run: (x) => Math.floor(Number(x) / 10) },
  {
    id: "parity",
    en: "parity",
    zh: "奇偶性",
    code: 'item % 2 === 0 ? "even" : "odd"',
    run: (x) => (Number(x) % 2 === 0 ? "even" : "odd"),
  },
];

/** Keys for practice, in training only. */
const OTHER_WORD_KEYS: readonly GroupKey[] = [
  { id: "second", en: "second letter", zh: "第二个字母", code: "item[1]", run: (w) => String(w).slice(1, 2) },
  {
    id: "start",
    en: "first two letters",
    zh: "前两个字母",
    code: "item.slice(0, 2)",
    run: (w) => String(w).slice(0, 2),
  },
  {
    id: "upper",
    en: "uppercase form",
    zh: "大写形式",
    code: "item.toUpperCase()",
    run: (w) => String(w).toUpperCase(),
  },
];

/** Keys for practice, in training only. */
const otherNumberKeys = (k: number): readonly GroupKey[] => [
  { id: "lastDigit", en: "last digit", zh: "末位数字", code: "item % 10", run: (x) => Number(x) % 10 },
  {
    id: "quotient",
    en: `quotient by ${k}`,
    zh: `除以 ${k} 的商`,
    code: `Math.floor(item / ${k})`,
    run: (x) => Math.floor(Number(x) / k),
  },
  { id: "digits", en: "number of digits", zh: "位数", code: "String(item).length", run: (x) => String(x).length },
  {
    id: "half",
    en: "rounded half",
    zh: "四舍五入的一半",
    code: "Math.round(item / 2)",
    run: (x) => Math.round(Number(x) / 2),
  },
  {
    id: "root",
    en: "rounded square root",
    zh: "四舍五入的平方根",
    code: "Math.round(Math.sqrt(item))",
    run: (x) => Math.round(Math.sqrt(Number(x))),
  },
  { id: "square", en: "square", zh: "平方", code: "item * item", run: (x) => Number(x) ** 2 },
  { id: "less", en: `difference from ${k}`, zh: `与 ${k} 的差`, code: `item - ${k}`, run: (x) => Number(x) - k },
  {
    id: "size",
    en: `size compared with ${5 * k}`,
    zh: `与 ${5 * k} 比较的大小`,
    code: `item > ${5 * k} ? "above" : "below"`,
    run: (x) => (Number(x) > 5 * k ? "above" : "below"),
  },
];

const OUTPUTS = ["lists", "counts", "last"] as const;

const groupedBy =
  (
    wordShare: number,
    wordKeys: readonly GroupKey[],
    numberKeysFor: (k: number) => readonly GroupKey[],
    numberOutputs: readonly ("sums" | (typeof OUTPUTS)[number])[],
  ): Shape =>
  (random, language) => {
    const zh = language === "zh";
    const k = random.int(2, 9);
    const ofWords = random.chance(wordShare);
    const key = random.pick(ofWords ? wordKeys : numberKeysFor(k));
    const output = random.pick(ofWords ? OUTPUTS : numberOutputs);
    const update = {
      lists: ["if (!groups[key]) groups[key] = [];", "groups[key].push(item);"],
      counts: ["groups[key] = (groups[key] || 0) + 1;"],
      sums: ["groups[key] = (groups[key] || 0) + item;"],
      last: ["groups[key] = item;"],
    }[output];
    const many = zh ? (ofWords ? "单词" : "数字") : ofWords ? "words" : "numbers";
    const text = {
      lists: { en: `groups a list of ${many} by ${key.en}`, zh: `把${many}列表按${key.zh}分组` },
      counts: { en: `counts a list of ${many} by ${key.en}`, zh: `按${key.zh}统计${many}列表` },
      sums: { en: `sums a list of ${many} by ${key.en}`, zh: `按${key.zh}对${many}列表求和` },
      last: {
        en: `maps the ${key.en} of each of a list of ${many} to the last one with it`,
        zh: `对${many}列表，把每个${key.zh}映射到最后一个这样的${many}`,
      },
    }[output][language];
    return {
      signature: `grouped.${key.id}>${output}`,
      word: { lists: "groupItems", counts: "countItems", sums: "sumItems", last: "indexItems" }[output],
      text,
      args: ofWords ? "words" : "numbers",
      lines: [
        "const groups = {};",
        `for (const item of ${ofWords ? "words" : "numbers"}) {`,
        `  const key = ${key.code};`,
        ...update.map((line) => `  ${line}`),
        "}",
        "return groups;",
      ],
      inputs: () => [
        Array.from({ length: random.int(0, 8) }, () => (ofWords ? random.pick(TEXT_WORDS) : random.int(0, 60))),
      ],
      run: (list: Json[]) => {
        const keys = [...new Set(list.map((item) => String(key.run(item))))];
        const members = (name: string): Json[] => list.filter((item) => String(key.run(item)) === name);
        const reduce = {
          lists: (l: Json[]) => l,
          counts: (l: Json[]) => l.length,
          sums: (l: Json[]) => l.reduce((a: number, b) => a + Number(b), 0),
          last: (l: Json[]) => l.at(-1) ?? null,
        };
        return Object.fromEntries(keys.map((name) => [name, reduce[output](members(name)) as Json]));
      },
    };
  };

export const grouped = groupedBy(0.6, WORD_KEYS, numberKeys, [...OUTPUTS, "sums"]);
/** Sums more often: the grid above has few of them. */
export const otherGrouped = groupedBy(0.25, OTHER_WORD_KEYS, otherNumberKeys, [...OUTPUTS, "sums", "sums"]);
