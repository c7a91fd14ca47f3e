/** Classic sorts, by value or by something made of the value. */
import type { Shape } from "./loops.ts";
import type { Random } from "./random.ts";
import { numberList } from "./words.ts";

/** A sort key. The phrases follow "list". */
interface SortKey {
  id: string;
  en: string;
  zh: string;
  code: (x: string) => string;
  run: (x: number) => number;
}

const KEYS: readonly SortKey[] = [
  { id: "value", en: "", zh: "", code: (x) => x, run: (x) => x },
  { id: "absolute", en: " by absolute value", zh: "按绝对值", code: (x) => `Math.abs(${x})`, run: Math.abs },
  { id: "square", en: " by square", zh: "按平方", code: (x) => `${x} ** 2`, run: (x) => x * x },
  {
    id: "lastDigit",
    en: " by remainder modulo 10",
    zh: "按对 10 的余数",
    code: (x) => `${x} % 10`,
    run: (x) => x % 10,
  },
];

/** Keys for practice, in training only. */
function otherKeys(random: Random): readonly SortKey[] {
  const k = random.int(3, 9);
  return [
    { id: "cube", en: " by cube", zh: "按立方", code: (x) => `${x} ** 3`, run: (x) => x ** 3 },
    { id: "fourth", en: " by fourth power", zh: "按四次方", code: (x) => `${x} ** 4`, run: (x) => x ** 4 },
    { id: "negated", en: " by negated value", zh: "按相反数", code: (x) => `-${x}`, run: (x) => -x },
    { id: "times", en: ` by ${k} times the value`, zh: `按 ${k} 倍`, code: (x) => `${x} * ${k}`, run: (x) => x * k },
    {
      id: "remainder",
      en: ` by remainder modulo ${k}`,
      zh: `按对 ${k} 的余数`,
      code: (x) => `${x} % ${k}`,
      run: (x) => x % k,
    },
    {
      id: "distance",
      en: ` by distance from ${k}`,
      zh: `按与 ${k} 的距离`,
      code: (x) => `Math.abs(${x} - ${k})`,
      run: (x) => Math.abs(x - k),
    },
    {
      id: "tens",
      en: " by tens",
      zh: "按十位",
      code: (x) => `Math.floor(${x} / 10)`,
      run: (x) => Math.floor(x / 10),
    },
    {
      id: "characters",
      en: " by number of characters",
      zh: "按字符数",
      code: (x) => `String(${x}).length`,
      run: (x) => String(x).length,
    },
  ];
}

const sortingBy =
  (keys: (random: Random) => readonly SortKey[]): Shape =>
  (random, language) => {
    const down = random.chance(0.5);
    const key = random.pick(keys(random));
    const kind = random.pick(["bubble", "insertion", "selection"] as const);
    const sign = down ? "<" : ">";
    const lines = {
      bubble: [
        "const sorted = list.slice();",
        "for (let i = 0; i < sorted.length; i++) {",
        "  for (let j = 0; j + 1 < sorted.length - i; j++) {",
        `    if (${key.code("sorted[j]")} ${sign} ${key.code("sorted[j + 1]")}) {`,
        "      [sorted[j], sorted[j + 1]] = [sorted[j + 1], sorted[j]];",
        "    }",
        "  }",
        "}",
        "return sorted;",
      ],
      insertion: [
        "const sorted = [];",
        "for (const x of list) {",
        "  let i = sorted.length;",
        `  while (i > 0 && ${key.code("sorted[i - 1]")} ${sign} ${key.code("x")}) i--;`,
        "  sorted.splice(i, 0, x);",
        "}",
        "return sorted;",
      ],
      selection: [
        "const rest = list.slice();",
        "const sorted = [];",
        "while (rest.length > 0) {",
        "  let best = 0;",
        "  for (let i = 1; i < rest.length; i++) {",
        `    if (${key.code("rest[best]")} ${sign} ${key.code("rest[i]")}) best = i;`,
        "  }",
        "  sorted.push(rest.splice(best, 1)[0]);",
        "}",
        "return sorted;",
      ],
    }[kind];
    const names = { bubble: "冒泡排序", insertion: "插入排序", selection: "选择排序" };
    return {
      signature: `sorting.${kind}.${key.id}>${down ? "down" : "up"}`,
      word: `${kind}Sort`,
      text:
        language === "zh"
          ? `用${names[kind]}把列表${key.zh}按${down ? "降序" : "升序"}排列`
          : `sorts a list${key.en} in ${down ? "descending" : "ascending"} order with ${kind} sort`,
      args: "list",
      lines,
      inputs: () => [numberList(random, random.int(0, 7))],
      run: (list: number[]) => list.toSorted((a, b) => (key.run(a) - key.run(b)) * (down ? -1 : 1)),
    };
  };

export const sorting = sortingBy(() => KEYS);
export const otherSorting = sortingBy(otherKeys);
