/** Operations on numbers and on lists of numbers. */
import type { Operation, Phrases } from "./operation.ts";

/** A condition on one number. Its phrases name things that meet it: "even #", "为偶数的#". */
export interface Condition extends Operation<(x: number) => boolean> {
  /** "is even", "是偶数": for a function that checks one number. */
  is: Phrases;
}

const condition = (
  id: string,
  word: string,
  en: string[],
  zh: string[],
  is: [string, string],
  code: Condition["code"],
  run: (x: number, k: number) => boolean,
  range?: readonly [number, number],
): Condition => ({
  id,
  word,
  say: { en, zh },
  is: { en: [is[0]], zh: [is[1]] },
  code,
  run: (k) => (x) => run(x, k),
  ...(range ? { range } : {}),
});

export const CONDITIONS: readonly Condition[] = [
  condition(
    "even",
    "even",
    ["even #"],
    ["为偶数的#"],
    ["is even", "是偶数"],
    (x) => `${x} % 2 === 0`,
    (x) => x % 2 === 0,
  ),
  condition(
    "odd",
    "odd",
    ["odd #"],
    ["为奇数的#"],
    ["is odd", "是奇数"],
    (x) => `${x} % 2 !== 0`,
    (x) => x % 2 !== 0,
  ),
  condition(
    "positive",
    "positive",
    ["positive #"],
    ["为正的#"],
    ["is positive", "是正数"],
    (x) => `${x} > 0`,
    (x) => x > 0,
  ),
  condition(
    "negative",
    "negative",
    ["negative #"],
    ["为负的#"],
    ["is negative", "是负数"],
    (x) => `${x} < 0`,
    (x) => x < 0,
  ),
  condition(
    "nonzero",
    "nonzero",
    ["nonzero #", "non-zero #"],
    ["不为零的#"],
    ["is not zero", "不是零"],
    (x) => `${x} !== 0`,
    (x) => x !== 0,
  ),
  condition(
    "above",
    "above",
    ["# greater than $", "# above $"],
    ["大于 $ 的#"],
    ["is greater than $", "大于 $"],
    (x, k) => `${x} > ${k}`,
    (x, k) => x > k,
    [1, 50],
  ),
  condition(
    "below",
    "below",
    ["# less than $", "# below $"],
    ["小于 $ 的#"],
    ["is less than $", "小于 $"],
    (x, k) => `${x} < ${k}`,
    (x, k) => x < k,
    [1, 50],
  ),
  condition(
    "atLeast",
    "atLeast",
    ["# that are at least $", "# of at least $"],
    ["不小于 $ 的#"],
    ["is at least $", "不小于 $"],
    (x, k) => `${x} >= ${k}`,
    (x, k) => x >= k,
    [1, 50],
  ),
  condition(
    "atMost",
    "atMost",
    ["# that are at most $", "# of at most $"],
    ["不大于 $ 的#"],
    ["is at most $", "不大于 $"],
    (x, k) => `${x} <= ${k}`,
    (x, k) => x <= k,
    [1, 50],
  ),
  condition(
    "multiple",
    "multiples",
    ["# divisible by $", "# that are multiples of $"],
    ["能被 $ 整除的#"],
    ["is divisible by $", "能被 $ 整除"],
    (x, k) => `${x} % ${k} === 0`,
    (x, k) => x % k === 0,
    [3, 12],
  ),
  condition(
    "notMultiple",
    "other",
    ["# not divisible by $"],
    ["不能被 $ 整除的#"],
    ["is not divisible by $", "不能被 $ 整除"],
    (x, k) => `${x} % ${k} !== 0`,
    (x, k) => x % k !== 0,
    [3, 12],
  ),
];

/** A change of one number. Its phrases are verbs in the third person: "doubles #", "把#翻倍". */
export type Change = Operation<(x: number) => number>;

const change = (
  id: string,
  word: string,
  en: string[],
  zh: string[],
  code: Change["code"],
  run: (x: number, k: number) => number,
  range?: readonly [number, number],
): Change => ({ id, word, say: { en, zh }, code, run: (k) => (x) => run(x, k), ...(range ? { range } : {}) });

export const CHANGES: readonly Change[] = [
  change(
    "double",
    "doubled",
    ["doubles #"],
    ["把#翻倍", "把#乘以 2"],
    (x) => `${x} * 2`,
    (x) => x * 2,
  ),
  change(
    "triple",
    "tripled",
    ["triples #"],
    ["把#乘以 3"],
    (x) => `${x} * 3`,
    (x) => x * 3,
  ),
  change(
    "square",
    "squared",
    ["squares #"],
    ["把#平方", "求#的平方"],
    (x) => `${x} * ${x}`,
    (x) => x * x,
  ),
  change(
    "cube",
    "cubed",
    ["cubes #"],
    ["求#的立方"],
    (x) => `${x} ** 3`,
    (x) => x ** 3,
  ),
  change(
    "negate",
    "negated",
    ["negates #", "flips the sign of #"],
    ["把#取相反数"],
    (x) => `-${x}`,
    (x) => -x,
  ),
  change(
    "absolute",
    "absolute",
    ["takes the absolute value of #"],
    ["求#的绝对值"],
    (x) => `Math.abs(${x})`,
    (x) => Math.abs(x),
  ),
  change(
    "half",
    "halved",
    ["halves #", "divides # by 2"],
    ["把#除以 2", "把#减半"],
    (x) => `${x} / 2`,
    (x) => x / 2,
  ),
  change(
    "plus",
    "plus",
    ["adds $ to #", "increases # by $"],
    ["给#加上 $"],
    (x, k) => `${x} + ${k}`,
    (x, k) => x + k,
    [1, 50],
  ),
  change(
    "minus",
    "minus",
    ["subtracts $ from #", "decreases # by $"],
    ["把#减去 $"],
    (x, k) => `${x} - ${k}`,
    (x, k) => x - k,
    [1, 50],
  ),
  change(
    "times",
    "times",
    ["multiplies # by $"],
    ["把#乘以 $"],
    (x, k) => `${x} * ${k}`,
    (x, k) => x * k,
    [4, 12],
  ),
  change(
    "modulo",
    "modulo",
    ["takes # modulo $"],
    ["把#对 $ 取余"],
    (x, k) => `${x} % ${k}`,
    (x, k) => x % k,
    [3, 12],
  ),
];

/** A change of a whole list; `code` is a method call to append. */
export type Arrangement = Operation<(list: number[]) => number[]>;

const arrange = (
  id: string,
  word: string,
  en: string[],
  zh: string[],
  code: (k: string) => string,
  run: (list: number[], k: number) => number[],
  range?: readonly [number, number],
): Arrangement => ({
  id,
  word,
  say: { en, zh },
  code: (_x, k) => code(k),
  run: (k) => (list) => run(list, k),
  ...(range ? { range } : {}),
});

export const ARRANGEMENTS: readonly Arrangement[] = [
  arrange(
    "ascending",
    "sorted",
    ["sorts them in ascending order", "sorts them from smallest to largest"],
    ["按升序排序", "从小到大排序"],
    () => ".sort((a, b) => a - b)",
    (l) => [...l].sort((a, b) => a - b),
  ),
  arrange(
    "descending",
    "sorted",
    ["sorts them in descending order", "sorts them from largest to smallest"],
    ["按降序排序", "从大到小排序"],
    () => ".sort((a, b) => b - a)",
    (l) => [...l].sort((a, b) => b - a),
  ),
  arrange(
    "reverse",
    "reversed",
    ["reverses the order", "reverses them"],
    ["反转顺序"],
    () => ".reverse()",
    (l) => [...l].reverse(),
  ),
  arrange(
    "distinct",
    "unique",
    ["removes duplicates", "keeps only the distinct values"],
    ["去除重复的值", "去重"],
    () => ".filter((x, i, all) => all.indexOf(x) === i)",
    (l) => [...new Set(l)],
  ),
  arrange(
    "first",
    "first",
    ["takes the first $", "keeps the first $ of them"],
    ["取前 $ 个"],
    (k) => `.slice(0, ${k})`,
    (l, k) => l.slice(0, k),
    [2, 9],
  ),
  arrange(
    "last",
    "last",
    ["takes the last $", "keeps the last $ of them"],
    ["取最后 $ 个"],
    (k) => `.slice(-${k})`,
    (l, k) => l.slice(-k),
    [2, 9],
  ),
  arrange(
    "skip",
    "rest",
    ["skips the first $", "drops the first $"],
    ["跳过前 $ 个"],
    (k) => `.slice(${k})`,
    (l, k) => l.slice(k),
    [1, 9],
  ),
];

/** The end of a pipeline. `say` is a verb phrase, `of` a noun phrase about `#`. */
export interface Reduction {
  id: string;
  word: string;
  say: Phrases;
  of?: Phrases;
  /** The value of an expression that is a list. */
  code: (list: string) => string;
  /** Accumulation in a loop: first value, and update for the item `x`. */
  loop?: { start: string; update: (x: string) => string };
  run: (list: number[]) => number | number[] | string;
}

export const REDUCTIONS: readonly Reduction[] = [
  {
    id: "sum",
    word: "sum",
    say: { en: ["returns their sum", "returns the total"], zh: ["返回它们的和", "返回总和"] },
    of: { en: ["sum of #", "total of #"], zh: ["#的和", "#的总和"] },
    code: (l) => `${l}.reduce((a, b) => a + b, 0)`,
    loop: { start: "0", update: (x) => `result += ${x};` },
    run: (l) => l.reduce((a, b) => a + b, 0),
  },
  {
    id: "product",
    word: "product",
    say: { en: ["returns their product", "multiplies them together"], zh: ["返回它们的乘积"] },
    of: { en: ["product of #"], zh: ["#的乘积"] },
    code: (l) => `${l}.reduce((a, b) => a * b, 1)`,
    loop: { start: "1", update: (x) => `result *= ${x};` },
    run: (l) => l.reduce((a, b) => a * b, 1),
  },
  {
    id: "max",
    word: "max",
    say: { en: ["returns the largest one", "returns the maximum"], zh: ["返回最大的一个", "返回最大值"] },
    of: { en: ["maximum of #", "largest of #"], zh: ["#的最大值"] },
    code: (l) => `Math.max(...${l})`,
    loop: { start: "-Infinity", update: (x) => `result = Math.max(result, ${x});` },
    run: (l) => Math.max(...l),
  },
  {
    id: "min",
    word: "min",
    say: { en: ["returns the smallest one", "returns the minimum"], zh: ["返回最小的一个", "返回最小值"] },
    of: { en: ["minimum of #", "smallest of #"], zh: ["#的最小值"] },
    code: (l) => `Math.min(...${l})`,
    loop: { start: "Infinity", update: (x) => `result = Math.min(result, ${x});` },
    run: (l) => Math.min(...l),
  },
  {
    id: "count",
    word: "count",
    say: { en: ["returns how many there are", "returns the count"], zh: ["返回它们的个数", "返回数量"] },
    of: { en: ["number of #", "count of #"], zh: ["#的个数"] },
    code: (l) => `${l}.length`,
    loop: { start: "0", update: () => "result++;" },
    run: (l) => l.length,
  },
  {
    id: "average",
    word: "average",
    say: { en: ["returns their average", "returns the mean"], zh: ["返回它们的平均值"] },
    of: { en: ["average of #", "mean of #"], zh: ["#的平均值"] },
    code: (l) => `${l}.reduce((a, b) => a + b, 0) / ${l}.length`,
    run: (l) => l.reduce((a, b) => a + b, 0) / l.length,
  },
  {
    id: "list",
    word: "list",
    say: { en: ["returns the result", "returns the new list"], zh: ["返回结果", "返回新列表"] },
    of: { en: ["list of #"], zh: ["#的列表"] },
    code: (l) => l,
    loop: { start: "[]", update: (x) => `result.push(${x});` },
    run: (l) => l,
  },
];

/** Ends that make one string of the list. */
export const JOINS: readonly Reduction[] = ["-", ",", "+", "/", ":", " ", "_", "|"].map((mark) => ({
  id: "join",
  word: "join",
  say: {
    en: [`joins them with "${mark}"`, `returns them joined by "${mark}"`],
    zh: [`用 "${mark}" 连接后返回`],
  },
  code: (l) => `${l}.join("${mark}")`,
  run: (l) => l.join(mark),
}));
