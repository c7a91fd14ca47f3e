/** Family `loops`: small algorithms over lists, each a grid of choices so that combinations can be held out. */
import { CHANGES, CONDITIONS } from "./number-operations.ts";
import { bind, codeOf, say } from "./operation.ts";
import { chooseName, opening, stop } from "./prompts.ts";
import type { Random } from "./random.ts";
import type { Draft, Json, Language } from "./sample.ts";
import { sorting } from "./sorting.ts";
import { TEXT_LOOPS } from "./text-loops.ts";
import { numberList } from "./words.ts";

/** A drawn algorithm: its name, wording, code, test arguments and results. */
export interface Algorithm {
  signature: string;
  /** Its function's name when the request gives none. */
  word: string;
  text: string;
  /** Argument list and body lines, indented by two. */
  args: string;
  lines: readonly string[];
  inputs: () => Json[];
  run: (...args: never[]) => Json;
}

export type Shape = (random: Random, language: Language) => Algorithm;

export function loops(random: Random, language: Language): Draft {
  return loopOf(random.pick(LOOPS), random, language);
}

/** The task that asks for one algorithm of a shape. */
export function loopOf(shape: Shape, random: Random, language: Language): Draft {
  const made = shape(random, language);
  const naming = chooseName(random, made.word);
  const cases = Array.from({ length: 5 }, () => {
    const args = made.inputs();
    return { args, expected: made.run(...(structuredClone(args) as never[])) };
  }).filter((one) => typeof one.expected !== "number" || Number.isFinite(one.expected));
  return {
    signature: `loops:${made.signature}`,
    messages: [{ role: "user", content: opening(naming, random, language) + made.text + stop(random, language) }],
    reference: `function ${naming.name}(${made.args}) {\n${made.lines.map((line) => `  ${line}`).join("\n")}\n}`,
    tests: { kind: "code", ...(naming.asked ? { entry: naming.name } : {}), cases },
  };
}

const inChinese = (language: Language): boolean => language === "zh";

/** Pairs of a list: count them, list them, or say whether there is one. */
const pairs: Shape = (random, language) => {
  const joined = random.pick([
    { id: "sum", en: "sum", zh: "和", code: "list[i] + list[j]", run: (a: number, b: number) => a + b },
    { id: "product", en: "product", zh: "积", code: "list[i] * list[j]", run: (a: number, b: number) => a * b },
    {
      id: "difference",
      en: "difference",
      zh: "差",
      code: "Math.abs(list[i] - list[j])",
      run: (a: number, b: number) => Math.abs(a - b),
    },
  ]);
  const k = random.int(2, 20);
  const test = random.pick([
    { id: "equal", en: `equals ${k}`, zh: `等于 ${k}`, code: `=== ${k}`, run: (x: number) => x === k },
    { id: "above", en: `is greater than ${k}`, zh: `大于 ${k}`, code: `> ${k}`, run: (x: number) => x > k },
    { id: "below", en: `is less than ${k}`, zh: `小于 ${k}`, code: `< ${k}`, run: (x: number) => x < k },
    {
      id: "multiple",
      en: `is divisible by ${k}`,
      zh: `能被 ${k} 整除`,
      code: `% ${k} === 0`,
      run: (x: number) => x % k === 0,
    },
    { id: "even", en: "is even", zh: "是偶数", code: "% 2 === 0", run: (x: number) => x % 2 === 0 },
  ]);
  const output = random.pick(["count", "list", "any"] as const);
  const value = joined.id === "sum" && test.code.startsWith("%") ? `(${joined.code})` : joined.code;
  const check = `if (${value} ${test.code})`;
  const text = {
    count: {
      en: `counts the pairs in a list whose ${joined.en} ${test.en}`,
      zh: `统计列表中${joined.zh}${test.zh}的数对个数`,
    },
    list: {
      en: `returns all pairs in a list whose ${joined.en} ${test.en}`,
      zh: `返回列表中${joined.zh}${test.zh}的所有数对`,
    },
    any: {
      en: `checks whether a list has a pair whose ${joined.en} ${test.en}`,
      zh: `判断列表中是否有${joined.zh}${test.zh}的数对`,
    },
  }[output][language];
  const action = { count: "result++;", list: "result.push([list[i], list[j]]);", any: "return true;" }[output];
  return {
    signature: `pairs.${joined.id}.${test.id}>${output}`,
    word: { count: "countPairs", list: "findPairs", any: "hasPair" }[output],
    text,
    args: "list",
    lines: [
      ...(output === "any" ? [] : [`let result = ${output === "count" ? "0" : "[]"};`]),
      "for (let i = 0; i < list.length; i++) {",
      "  for (let j = i + 1; j < list.length; j++) {",
      `    ${check} ${action}`,
      "  }",
      "}",
      `return ${output === "any" ? "false" : "result"};`,
    ],
    inputs: () => [
      [...numberList(random, random.int(2, 6)), ...(random.chance(0.5) ? [random.int(1, 9), random.int(1, 9), k] : [])],
    ],
    run: (list: number[]) => {
      const found = list
        .flatMap((a, i) => list.slice(i + 1).map((b) => [a, b] as [number, number]))
        .filter(([a, b]) => test.run(joined.run(a, b)));
      return output === "count" ? found.length : output === "list" ? found : found.length > 0;
    },
  };
};

/** Running totals and records. */
const running: Shape = (random, language) => {
  const total = random.pick([
    {
      id: "sum",
      word: "Sums",
      en: "sums",
      zh: "累加和",
      start: "0",
      code: (x: string) => `total += ${x};`,
      run: (a: number, b: number) => a + b,
      zero: 0,
    },
    {
      id: "product",
      word: "Products",
      en: "products",
      zh: "累乘积",
      start: "1",
      code: (x: string) => `total *= ${x};`,
      run: (a: number, b: number) => a * b,
      zero: 1,
    },
    {
      id: "max",
      word: "Maxima",
      en: "maxima",
      zh: "累计最大值",
      start: "-Infinity",
      code: (x: string) => `total = Math.max(total, ${x});`,
      run: (a: number, b: number) => Math.max(a, b),
      zero: -Infinity,
    },
    {
      id: "min",
      word: "Minima",
      en: "minima",
      zh: "累计最小值",
      start: "Infinity",
      code: (x: string) => `total = Math.min(total, ${x});`,
      run: (a: number, b: number) => Math.min(a, b),
      zero: Infinity,
    },
  ]);
  const condition = random.chance(0.6) ? bind(random.pick(CONDITIONS), random, language) : undefined;
  const change = random.chance(0.5) ? bind(random.pick(CHANGES), random, language) : undefined;
  const noun = inChinese(language) ? "数字" : "numbers";
  const which = condition ? say(condition, noun) : noun;
  const update = [total.code(change ? codeOf(change, "x") : "x"), "result.push(total);"];
  const after = change ? say(change, inChinese(language) ? "每个数" : "each one") : "";
  return {
    signature: `running.${condition?.operation.id ?? ""}.${change?.operation.id ?? ""}>${total.id}`,
    word: `running${total.word}`,
    text: inChinese(language)
      ? `取列表中${which}${after ? `，${after}` : ""}，返回${total.zh}的列表`
      : after
        ? `takes the ${which} of a list, ${after} and returns the running ${total.en}`
        : `returns the running ${total.en} of the ${which} in a list`,
    args: "list",
    lines: [
      "const result = [];",
      `let total = ${total.start};`,
      "for (const x of list) {",
      ...(condition
        ? [`  if (${codeOf(condition, "x")}) {`, ...update.map((line) => `    ${line}`), "  }"]
        : update.map((line) => `  ${line}`)),
      "}",
      "return result;",
    ],
    inputs: () => [
      [
        ...numberList(random, random.int(2, 5)),
        ...(condition?.constant ? [Number(condition.constant) * random.int(1, 2)] : [0]),
      ],
    ],
    run: (list: number[]) => {
      const used = list.filter((x) => !condition || condition.run(x)).map((x) => (change ? change.run(x) : x));
      return used.map((_, i) => used.slice(0, i + 1).reduce(total.run, total.zero));
    },
  };
};

/** The first or last number that meets a condition, or its index. */
const search: Shape = (random, language) => {
  const condition = bind(random.pick(CONDITIONS), random, language);
  const last = random.chance(0.5);
  const index = random.chance(0.5);
  const noun = inChinese(language) ? "数字" : "number";
  const which = say(condition, noun).replace("that are multiples", "that is a multiple").replace("that are", "that is");
  const missing = index ? "-1" : "null";
  return {
    signature: `search.${condition.operation.id}.${last ? "last" : "first"}>${index ? "index" : "value"}`,
    word: (last ? "last" : "first") + (index ? "Index" : "Match"),
    text: inChinese(language)
      ? `返回列表中${last ? "最后" : "第"}一个${which}${index ? "的下标" : ""}，没有则返回 ${missing}`
      : `returns ${index ? "the index of " : ""}the ${last ? "last" : "first"} ${which} in a list, or ${missing}`,
    args: "list",
    lines: [
      last ? "for (let i = list.length - 1; i >= 0; i--) {" : "for (let i = 0; i < list.length; i++) {",
      `  if (${codeOf(condition, "list[i]")}) {`,
      `    return ${index ? "i" : "list[i]"};`,
      "  }",
      "}",
      `return ${missing};`,
    ],
    inputs: () => [
      [
        ...numberList(random, random.int(1, 5)),
        ...(condition.constant ? [Number(condition.constant) + random.int(-1, 1)] : [0]),
        ...numberList(random, 2),
      ],
    ],
    run: (list: number[]) => {
      const hits = list.flatMap((x, i) => (condition.run(x) ? [i] : []));
      const hit = last ? hits.at(-1) : hits[0];
      return hit === undefined ? (index ? -1 : null) : index ? hit : (list[hit] ?? null);
    },
  };
};

/** Chunks or windows of a fixed size, each reduced to one number. */
const windows: Shape = (random, language) => {
  const k = random.int(2, 4);
  const sliding = random.chance(0.5);
  const sum = (part: number[]): number => part.reduce((a, b) => a + b, 0);
  const output = random.pick([
    { id: "sum", en: "sum", zh: "和", code: "part.reduce((a, b) => a + b, 0)", run: sum },
    { id: "max", en: "maximum", zh: "最大值", code: "Math.max(...part)", run: (part: number[]) => Math.max(...part) },
    { id: "min", en: "minimum", zh: "最小值", code: "Math.min(...part)", run: (part: number[]) => Math.min(...part) },
    {
      id: "average",
      en: "average",
      zh: "平均值",
      code: "part.reduce((a, b) => a + b, 0) / part.length",
      run: (part: number[]) => sum(part) / part.length,
    },
    { id: "first", en: "first item", zh: "第一个元素", code: "part[0]", run: (part: number[]) => part[0] ?? null },
    { id: "list", en: "items", zh: "元素列表", code: "part", run: (part: number[]) => part },
  ]);
  const change = random.chance(0.4) ? bind(random.pick(CHANGES), random, language) : undefined;
  const first = change ? say(change, inChinese(language) ? "每个数" : "each number") : "";
  const what = sliding
    ? inChinese(language)
      ? `长度为 ${k} 的滑动窗口`
      : `sliding window of size ${k}`
    : inChinese(language)
      ? `每 ${k} 个一组`
      : `chunk of size ${k}`;
  return {
    signature: `${sliding ? "sliding" : "chunks"}.${change?.operation.id ?? ""}>${output.id}`,
    word: sliding ? `window${output.id === "list" ? "s" : "Values"}` : `chunk${output.id === "list" ? "s" : "Values"}`,
    text: inChinese(language)
      ? `${first ? `先${first}，再` : ""}把列表按${what}划分，返回每组的${output.zh}`
      : `${first ? `${first} and ` : ""}returns the ${output.en} of every ${what} of a list`,
    args: "list",
    lines: [
      ...(change ? [`const changed = list.map(x => ${codeOf(change, "x")});`] : []),
      "const result = [];",
      `for (let i = 0; i ${sliding ? `+ ${k} <=` : "<"} ${change ? "changed" : "list"}.length; i ${sliding ? "+= 1" : `+= ${k}`}) {`,
      `  const part = ${change ? "changed" : "list"}.slice(i, i + ${k});`,
      `  result.push(${output.code});`,
      "}",
      "return result;",
    ],
    inputs: () => [numberList(random, random.int(1, 8))],
    run: (list: number[]) => {
      const used = list.map((x) => (change ? change.run(x) : x));
      const starts = used.flatMap((_, i) => ((sliding ? i + k <= used.length : i % k === 0) ? [i] : []));
      return starts.map((i) => output.run(used.filter((_, j) => j >= i && j < i + k)));
    },
  };
};

/** Two lists taken item by item. */
const zipped: Shape = (random, language) => {
  const joined = random.pick([
    { id: "sum", en: "sum", zh: "和", code: "a[i] + b[i]", run: (x: number, y: number) => x + y },
    { id: "difference", en: "difference", zh: "差", code: "a[i] - b[i]", run: (x: number, y: number) => x - y },
    { id: "product", en: "product", zh: "积", code: "a[i] * b[i]", run: (x: number, y: number) => x * y },
    { id: "larger", en: "larger", zh: "较大值", code: "Math.max(a[i], b[i])", run: Math.max },
    { id: "smaller", en: "smaller", zh: "较小值", code: "Math.min(a[i], b[i])", run: Math.min },
  ]);
  const condition = random.chance(0.6) ? bind(random.pick(CONDITIONS), random, language) : undefined;
  const output = random.pick([
    {
      id: "list",
      en: "returns them as a list",
      zh: "返回它们的列表",
      start: "[]",
      code: "result.push(x);",
      run: (l: number[]) => l as Json,
    },
    {
      id: "sum",
      en: "returns their sum",
      zh: "返回它们的和",
      start: "0",
      code: "result += x;",
      run: (l: number[]) => l.reduce((x, y) => x + y, 0),
    },
    {
      id: "max",
      en: "returns the largest one",
      zh: "返回最大的一个",
      start: "-Infinity",
      code: "result = Math.max(result, x);",
      run: (l: number[]) => Math.max(...l),
    },
    {
      id: "count",
      en: "returns how many there are",
      zh: "返回它们的个数",
      start: "0",
      code: "result++;",
      run: (l: number[]) => l.length,
    },
  ]);
  const noun = inChinese(language) ? "结果" : "results";
  const keep = condition ? say(condition, noun) : "";
  return {
    signature: `zipped.${joined.id}.${condition?.operation.id ?? ""}>${output.id}`,
    word: `${joined.id}Lists`,
    text: inChinese(language)
      ? `对两个等长列表 a 和 b 逐项求${joined.zh}，${keep ? `只保留${keep}，` : ""}${output.zh}`
      : `takes two lists a and b of equal length, computes the ${joined.en} of each two items${keep ? `, keeps only the ${keep}` : ""} and ${output.en}`,
    args: "a, b",
    lines: [
      `let result = ${output.start};`,
      "for (let i = 0; i < a.length; i++) {",
      `  const x = ${joined.code};`,
      ...(condition ? [`  if (${codeOf(condition, "x")}) {`, `    ${output.code}`, "  }"] : [`  ${output.code}`]),
      "}",
      "return result;",
    ],
    inputs: () => {
      const length = random.int(2, 7);
      return [numberList(random, length), numberList(random, length)];
    },
    run: (a: number[], b: number[]) =>
      output.run(a.map((x, i) => joined.run(x, b[i] ?? 0)).filter((x) => !condition || condition.run(x))),
  };
};

const NUMBER_LOOPS: readonly Shape[] = [pairs, running, search, windows, zipped, sorting];
const LOOPS: readonly Shape[] = [...NUMBER_LOOPS, ...TEXT_LOOPS];
