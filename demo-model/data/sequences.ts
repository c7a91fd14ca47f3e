/** Family `sequences`: loops over numbers that a rule makes (divisors, primes, digits, ...), filtered and gathered. */
import { CHANGES, CONDITIONS, REDUCTIONS, type Reduction } from "./number-operations.ts";
import { bind, codeOf, type Step, say } from "./operation.ts";
import { chooseName, opening, stop } from "./prompts.ts";
import type { Random } from "./random.ts";
import type { Draft, Json, Language } from "./sample.ts";
import { capitalize } from "./words.ts";

/** A rule that makes numbers. The loop's body sees each of them as `x`. */
interface Source {
  id: string;
  word: string;
  /** Noun phrase for the numbers; `$` is the constant. */
  en: string;
  zh: string;
  args: readonly string[];
  range?: readonly [number, number];
  /** Lines before the loop, its head, and lines at the start and the end of its body. `$` is the constant. */
  before?: readonly string[];
  head: string;
  first?: readonly string[];
  last?: readonly string[];
  /** A condition that belongs to the rule itself. */
  guard?: string;
  /** The numbers, computed differently from the code. */
  make: (n: number, k: number, to: number) => number[];
}

const upTo = (n: number): number[] => Array.from({ length: Math.max(0, n) }, (_, i) => i + 1);
const isPrime = (x: number): boolean => x > 1 && upTo(x).filter((d) => x % d === 0).length === 2;

const SOURCES: readonly Source[] = [
  {
    id: "range",
    word: "numbers",
    en: "numbers from 1 to n",
    zh: "从 1 到 n 的数",
    args: ["n"],
    head: "for (let x = 1; x <= n; x++)",
    make: upTo,
  },
  {
    id: "down",
    word: "countdown",
    en: "numbers from n down to 1",
    zh: "从 n 递减到 1 的数",
    args: ["n"],
    head: "for (let x = n; x >= 1; x--)",
    make: (n) => upTo(n).reverse(),
  },
  {
    id: "between",
    word: "between",
    en: "numbers from a to b",
    zh: "从 a 到 b 的数",
    args: ["a", "b"],
    head: "for (let x = a; x <= b; x++)",
    make: (n, _k, to) => upTo(to).filter((x) => x >= n),
  },
  {
    id: "divisors",
    word: "divisors",
    en: "divisors of n",
    zh: "n 的约数",
    args: ["n"],
    head: "for (let x = 1; x <= n; x++)",
    guard: "n % x === 0",
    make: (n) => upTo(n).filter((x) => Number.isInteger(n / x)),
  },
  {
    id: "common",
    word: "common",
    en: "common divisors of a and b",
    zh: "a 和 b 的公约数",
    args: ["a", "b"],
    head: "for (let x = 1; x <= a; x++)",
    guard: "a % x === 0 && b % x === 0",
    make: (n, _k, to) => upTo(n).filter((x) => Number.isInteger(n / x) && Number.isInteger(to / x)),
  },
  {
    id: "primes",
    word: "primes",
    en: "primes up to n",
    zh: "不超过 n 的质数",
    args: ["n"],
    head: "for (let x = 2; x <= n; x++)",
    first: ["let prime = true;", "for (let d = 2; d * d <= x; d++) {", "  if (x % d === 0) prime = false;", "}"],
    guard: "prime",
    make: (n) => upTo(n).filter(isPrime),
  },
  {
    id: "digits",
    word: "digits",
    en: "digits of n",
    zh: "n 的各位数字",
    args: ["n"],
    head: "for (const digit of String(n))",
    first: ["const x = Number(digit);"],
    make: (n) => [...String(n)].map(Number),
  },
  {
    id: "digitsBack",
    word: "digits",
    en: "digits of n from last to first",
    zh: "n 从末位到首位的数字",
    args: ["n"],
    before: ["let rest = n;"],
    head: "while (rest > 0)",
    first: ["const x = rest % 10;"],
    last: ["rest = Math.floor(rest / 10);"],
    make: (n) => [...String(n)].map(Number).reverse(),
  },
  {
    id: "fibonacci",
    word: "fibonacci",
    en: "first n Fibonacci numbers",
    zh: "前 n 个斐波那契数",
    args: ["n"],
    before: ["let x = 0;", "let next = 1;"],
    head: "for (let i = 0; i < n; i++)",
    last: ["[x, next] = [next, x + next];"],
    make: (n) =>
      upTo(n).map((i) => Math.round((((1 + 5 ** 0.5) / 2) ** (i - 1) - ((1 - 5 ** 0.5) / 2) ** (i - 1)) / 5 ** 0.5)),
  },
  {
    id: "powers",
    word: "powers",
    en: "powers of $ up to n",
    zh: "不超过 n 的 $ 的幂",
    args: ["n"],
    range: [2, 9],
    head: "for (let x = 1; x <= n; x *= $)",
    make: (n, k) =>
      upTo(9)
        .map((i) => k ** (i - 1))
        .filter((x) => x <= n),
  },
  {
    id: "multiples",
    word: "multiples",
    en: "multiples of $ up to n",
    zh: "不超过 n 的 $ 的倍数",
    args: ["n"],
    range: [3, 9],
    head: "for (let x = $; x <= n; x += $)",
    make: (n, k) => upTo(n).filter((x) => x % k === 0),
  },
  {
    id: "squares",
    word: "squares",
    en: "square numbers up to n",
    zh: "不超过 n 的平方数",
    args: ["n"],
    head: "for (let i = 1; i * i <= n; i++)",
    first: ["const x = i * i;"],
    make: (n) => upTo(n).filter((x) => Number.isInteger(Math.sqrt(x))),
  },
  {
    id: "triangular",
    word: "triangular",
    en: "first n triangular numbers",
    zh: "前 n 个三角形数",
    args: ["n"],
    before: ["let x = 0;"],
    head: "for (let i = 1; i <= n; i++)",
    first: ["x += i;"],
    make: (n) => upTo(n).map((i) => (i * (i + 1)) / 2),
  },
  {
    id: "collatz",
    word: "collatz",
    en: "Collatz numbers from n to 1",
    zh: "从 n 到 1 的考拉兹数列",
    args: ["n"],
    before: ["let x = n;"],
    head: "while (x !== 1)",
    last: ["x = x % 2 === 0 ? x / 2 : 3 * x + 1;"],
    make: collatz,
  },
];

function collatz(n: number): number[] {
  return n === 1 ? [] : [n, ...collatz(n % 2 === 0 ? n / 2 : 3 * n + 1)];
}

const CONDITION_IDS = new Set(["even", "odd", "above", "below", "atLeast", "atMost", "multiple", "notMultiple"]);
const CHANGE_IDS = new Set(["double", "triple", "square", "cube", "plus", "minus", "times", "modulo"]);
const FITTING_CONDITIONS = CONDITIONS.filter((one) => CONDITION_IDS.has(one.id));
const FITTING_CHANGES = CHANGES.filter((one) => CHANGE_IDS.has(one.id));

interface SequencePlan {
  source: Source;
  constant: string;
  condition?: Step<(x: number) => boolean>;
  change?: Step<(x: number) => number>;
  reduction: Reduction;
}

export function sequences(random: Random, language: Language): Draft {
  const plan = drawSequence(random, language);
  const { source, condition, change, reduction } = plan;
  const naming = chooseName(random, reduction.word + capitalize(source.word));
  const ids = [source.id, condition?.operation.id ?? "", change?.operation.id ?? ""].join(".");
  return {
    signature: `sequences:${ids}>${reduction.id}`,
    messages: [
      {
        role: "user",
        content: opening(naming, random, language) + describe(plan, random, language) + stop(random, language),
      },
    ],
    reference: write(plan, naming.name),
    tests: { kind: "code", ...(naming.asked ? { entry: naming.name } : {}), cases: cases(plan, random) },
  };
}

function drawSequence(random: Random, language: Language): SequencePlan {
  const source = random.pick(SOURCES);
  const constant = source.range ? String(random.int(source.range[0], source.range[1])) : "";
  const condition = random.chance(0.6) ? bind(random.pick(FITTING_CONDITIONS), random, language) : undefined;
  const change = random.chance(0.4) ? bind(random.pick(FITTING_CHANGES), random, language) : undefined;
  const reduction = random.pick(REDUCTIONS.filter((one) => one.loop && !(one.id === "count" && change)));
  return { source, constant, ...(condition ? { condition } : {}), ...(change ? { change } : {}), reduction };
}

function describe(plan: SequencePlan, random: Random, language: Language): string {
  const noun = plan.source[language].replace("$", plan.constant);
  const which = plan.condition ? say(plan.condition, noun) : noun;
  const { of } = plan.reduction;
  if (!plan.change && of) {
    const text = random.pick(of[language]).replace("#", language === "zh" ? which : `the ${which}`);
    return language === "zh"
      ? `接收 ${plan.source.args.join(" 和 ")}，返回${text}`
      : `takes ${plan.source.args.join(" and ")} and returns the ${text}`;
  }
  const change = plan.change ? say(plan.change, language === "zh" ? "每个数" : "each one") : "";
  const end = random.pick(plan.reduction.say[language]);
  return language === "zh" ? `取${which}，${change}，${end}` : `takes the ${which}, ${change} and ${end}`;
}

function write(plan: SequencePlan, name: string): string {
  const { source, condition, change, reduction } = plan;
  const fill = (line: string): string => line.replaceAll("$", plan.constant);
  const tests = [...(source.guard ? [source.guard] : []), ...(condition ? [codeOf(condition, "x")] : [])];
  const update = reduction.loop?.update(change ? codeOf(change, "x") : "x") ?? "";
  const inner = tests.length > 0 ? [`if (${tests.join(" && ")}) {`, `  ${update}`, "}"] : [update];
  const body = [...(source.first ?? []), ...inner, ...(source.last ?? [])].map((line) => `    ${line}`);
  const before = (source.before ?? []).map((line) => `  ${line}`);
  const start = `  let result = ${reduction.loop?.start ?? "0"};`;
  return [
    `function ${name}(${source.args.join(", ")}) {`,
    start,
    ...before,
    `  ${fill(source.head)} {`,
    ...body,
    "  }",
    "  return result;",
    "}",
  ].join("\n");
}

function cases(plan: SequencePlan, random: Random): { args: Json[]; expected: Json }[] {
  const { source, condition, change, reduction } = plan;
  const largest =
    source.id === "fibonacci" || source.id === "triangular" ? 12 : source.id.startsWith("digits") ? 99999 : 60;
  return Array.from({ length: 5 }, (_, i) => {
    const n =
      source.id === "divisors" ? random.pick([12, 24, 30, 36, 48, 60, 17]) : random.int(i === 0 ? 1 : 5, largest);
    const to = source.id === "common" ? n * random.int(1, 3) + random.pick([0, 6]) : n + random.int(0, 25);
    const made = source.make(n, Number(plan.constant), to).filter((x) => !condition || condition.run(x));
    const gathered = reduction.run(change ? made.map(change.run) : made) as Json;
    return { args: source.args.length === 2 ? [n, to] : [n], expected: gathered };
  }).filter((one) => typeof one.expected !== "number" || Number.isFinite(one.expected));
}
