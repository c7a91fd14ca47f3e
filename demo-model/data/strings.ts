/** Family `strings`: changes of a text followed by a question about it. */
import { bind, codeOf, type Operation, type Step } from "./operation.ts";
import { type Argument, chooseArgument, chooseName, type Naming, opening, sentence, stop } from "./prompts.ts";
import type { Random } from "./random.ts";
import type { Case, Draft, Json, Language } from "./sample.ts";
import { capitalize, joinParts, phrase, variableName } from "./words.ts";

type TextChange = Operation<(s: string) => string>;
type TextQuestion = Operation<(s: string) => Json>;

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];

const operation = <Result extends Json>(
  id: string,
  word: string,
  en: string[],
  zh: string[],
  code: (x: string, k: string) => string,
  run: (s: string, k: number) => Result,
  range?: readonly [number, number],
): Operation<(s: string) => Result> => ({
  id,
  word,
  say: { en, zh },
  code,
  run: (k) => (s) => run(s, k),
  ...(range ? { range } : {}),
});

/** The letter for a drawn number. */
const letter = (k: number | string): string => LETTERS[Number(k)] ?? "a";

/** Changes without a letter; those with one are made per draw, see `replacement`. */
const CHANGES: readonly TextChange[] = [
  operation(
    "upper",
    "upper",
    ["converts it to uppercase", "makes it uppercase"],
    ["转成大写"],
    (x) => `${x}.toUpperCase()`,
    (s) => s.toUpperCase(),
  ),
  operation(
    "lower",
    "lower",
    ["converts it to lowercase", "makes it lowercase"],
    ["转成小写"],
    (x) => `${x}.toLowerCase()`,
    (s) => s.toLowerCase(),
  ),
  operation(
    "reverse",
    "reversed",
    ["reverses it", "reverses the characters"],
    ["反转字符"],
    (x) => `${x}.split("").reverse().join("")`,
    (s) => [...s].reverse().join(""),
  ),
  operation(
    "trim",
    "trimmed",
    ["trims it", "removes the spaces at both ends"],
    ["去掉首尾空格"],
    (x) => `${x}.trim()`,
    (s) => s.trim(),
  ),
  operation(
    "dense",
    "compact",
    ["removes all spaces", "deletes every space"],
    ["删除所有空格"],
    (x) => `${x}.replaceAll(" ", "")`,
    (s) => s.split(" ").join(""),
  ),
  operation(
    "dashes",
    "dashed",
    ["turns spaces into dashes"],
    ["把空格换成短横线"],
    (x) => `${x}.replaceAll(" ", "-")`,
    (s) => s.split(" ").join("-"),
  ),
  operation(
    "repeat",
    "repeated",
    ["repeats it $ times"],
    ["重复 $ 次"],
    (x, k) => `${x}.repeat(${k})`,
    (s, k) => s.repeat(k),
    [2, 9],
  ),
  operation(
    "first",
    "first",
    ["takes the first $ characters", "keeps the first $ letters"],
    ["取前 $ 个字符"],
    (x, k) => `${x}.slice(0, ${k})`,
    (s, k) => s.slice(0, k),
    [2, 9],
  ),
  operation(
    "last",
    "last",
    ["takes the last $ characters", "keeps the last $ letters"],
    ["取最后 $ 个字符"],
    (x, k) => `${x}.slice(-${k})`,
    (s, k) => s.slice(-k),
    [2, 9],
  ),
  operation(
    "skip",
    "rest",
    ["drops the first $ characters"],
    ["去掉前 $ 个字符"],
    (x, k) => `${x}.slice(${k})`,
    (s, k) => s.slice(k),
    [2, 6],
  ),
  operation(
    "padLeft",
    "padded",
    ["pads it on the left to length $"],
    ["在左边补空格到长度 $"],
    (x, k) => `${x}.padStart(${k})`,
    (s, k) => s.padStart(k),
    [9, 30],
  ),
  operation(
    "padRight",
    "padded",
    ["pads it on the right to length $"],
    ["在右边补空格到长度 $"],
    (x, k) => `${x}.padEnd(${k})`,
    (s, k) => s.padEnd(k),
    [9, 30],
  ),
  operation(
    "remove",
    "without",
    ['removes every "$"', 'deletes each "$"'],
    ['删除每个 "$"'],
    (x, k) => `${x}.replaceAll("${k}", "")`,
    (s, k) => s.split(letter(k)).join(""),
    [0, 25],
  ),
  operation(
    "star",
    "starred",
    ['replaces every "$" with "*"', 'changes each "$" to "*"'],
    ['把每个 "$" 换成 "*"'],
    (x, k) => `${x}.replaceAll("${k}", "*")`,
    (s, k) => s.split(letter(k)).join("*"),
    [0, 25],
  ),
];

const QUESTIONS: readonly TextQuestion[] = [
  operation(
    "text",
    "text",
    ["returns it", "returns the result"],
    ["返回结果"],
    (x) => x,
    (s) => s,
  ),
  operation(
    "length",
    "length",
    ["returns its length", "returns the number of characters"],
    ["返回长度"],
    (x) => `${x}.length`,
    (s) => s.length,
  ),
  operation(
    "vowels",
    "vowels",
    ["counts the vowels", "returns the number of vowels"],
    ["返回元音字母的个数"],
    (x) => `(${x}.match(/[aeiou]/g) || []).length`,
    (s) => [...s].filter((c) => "aeiou".includes(c)).length,
  ),
  operation(
    "digits",
    "capitals",
    ["counts the capital letters"],
    ["返回大写字母的个数"],
    (x) => `(${x}.match(/[A-Z]/g) || []).length`,
    (s) => [...s].filter((c) => c >= "A" && c <= "Z").length,
  ),
  operation(
    "count",
    "count",
    ['counts how many times "$" appears', 'returns the number of "$" characters'],
    ['返回 "$" 出现的次数'],
    (x, k) => `${x}.split("${k}").length - 1`,
    (s, k) => [...s].filter((c) => c === letter(k)).length,
    [0, 25],
  ),
  operation(
    "words",
    "words",
    ["splits it into words", "returns an array of its words"],
    ["拆分成单词数组并返回"],
    (x) => `${x}.split(" ")`,
    (s) => s.split(" "),
  ),
  operation(
    "wordCount",
    "wordCount",
    ["counts the words", "returns the number of words"],
    ["返回单词个数"],
    (x) => `${x}.split(" ").length`,
    (s) => s.split(" ").length,
  ),
  operation(
    "starts",
    "startsWith",
    ['checks whether it starts with "$"'],
    ['判断是否以 "$" 开头'],
    (x, k) => `${x}.startsWith("${k}")`,
    (s, k) => s[0] === letter(k),
    [0, 25],
  ),
  operation(
    "ends",
    "endsWith",
    ['checks whether it ends with "$"'],
    ['判断是否以 "$" 结尾'],
    (x, k) => `${x}.endsWith("${k}")`,
    (s, k) => s.at(-1) === letter(k),
    [0, 25],
  ),
  operation(
    "includes",
    "includes",
    ['checks whether it contains "$"'],
    ['判断是否包含 "$"'],
    (x, k) => `${x}.includes("${k}")`,
    (s, k) => [...s].includes(letter(k)),
    [0, 25],
  ),
];

/** Operations whose drawn number selects a letter. */
const WITH_LETTER = new Set(["remove", "star", "count", "starts", "ends", "includes"]);

const ARGUMENTS = {
  en: [
    ["a string", "s"],
    ["a text", "text"],
    ["a word", "word"],
    ["a sentence", "sentence"],
  ],
  zh: [
    ["一个字符串", "s"],
    ["一段文字", "text"],
    ["一个单词", "word"],
    ["一个句子", "sentence"],
  ],
} as const;

/** A text task from which words, code and results follow. */
export interface TextPlan {
  naming: Naming;
  argument: Argument;
  changes: Step<(s: string) => string>[];
  question: Step<(s: string) => Json>;
  steps: boolean;
}

export function strings(random: Random, language: Language): Draft {
  const plan = drawTextPlan(random, language);
  return {
    signature: textSignature(plan),
    messages: [{ role: "user", content: describeTextPlan(plan, random, language) }],
    reference: writeTextPlan(plan),
    tests: {
      kind: "code",
      ...(plan.naming.asked ? { entry: plan.naming.name } : {}),
      cases: textCases(plan, random),
    },
  };
}

/** The operations without names, constants, wording or language. */
export function textSignature(plan: TextPlan): string {
  return `strings:${plan.changes.map((step) => step.operation.id).join(".")}>${plan.question.operation.id}`;
}

export function drawTextPlan(random: Random, language: Language): TextPlan {
  const changes = random.some(CHANGES, random.pick([1, 1, 2, 2, 3]));
  const question = random.pick(QUESTIONS);
  const named = random.chance(0.15) ? variableName(random) : undefined;
  const steps = [...changes.map((one) => bindText(one, random, language)), bindText(question, random, language)];
  return {
    naming: chooseName(random, question.word + capitalize(changes[0]?.word ?? "")),
    argument: named
      ? { name: named, text: language === "zh" ? `字符串 ${named}` : `a string ${named}` }
      : chooseArgument(ARGUMENTS, random, language),
    changes: steps.slice(0, -1) as TextPlan["changes"],
    question: steps.at(-1) as TextPlan["question"],
    steps: random.chance(0.35),
  };
}

function bindText<Run>(one: Operation<Run>, random: Random, language: Language): Step<Run> {
  const step = bind(one, random, language);
  if (!WITH_LETTER.has(one.id)) return step;
  const constant = letter(step.constant);
  return { ...step, constant, phrase: step.phrase.replace(`"${step.constant}"`, `"${constant}"`) };
}

export function describeTextPlan(plan: TextPlan, random: Random, language: Language): string {
  const takes = (language === "zh" ? "接收" : "takes ") + plan.argument.text;
  const parts = [takes, ...plan.changes.map((step) => step.phrase), plan.question.phrase];
  const text = opening(plan.naming, random, language) + joinParts(parts, language);
  if (!plan.steps) return text + stop(random, language);
  const style = language === "zh" ? ["每一步用一个变量。"] : ["Use one variable per step.", "Write one step per line."];
  return text + (language === "zh" ? "。" : ".") + sentence(random.pick(style), language);
}

export function writeTextPlan(plan: TextPlan): string {
  let now = plan.argument.name;
  const lines: string[] = [];
  plan.changes.forEach((step, i) => {
    const changed = codeOf(step, now);
    const variable = ["first", "second", "third"][i] ?? "last";
    if (plan.steps) lines.push(`  const ${variable} = ${changed};`);
    now = plan.steps ? variable : changed;
  });
  return `function ${plan.naming.name}(${plan.argument.name}) {\n${[...lines, `  return ${codeOf(plan.question, now)};`].join("\n")}\n}`;
}

/** Five texts; letters of the plan are mixed in so that they are met. Results come from the operations, not the code. */
export function textCases(plan: TextPlan, random: Random): Case[] {
  const letters = [...plan.changes, plan.question].flatMap((s) =>
    WITH_LETTER.has(s.operation.id) ? [s.constant] : [],
  );
  return Array.from({ length: 5 }, (_, i) => {
    let text = phrase(random, 4);
    for (const one of letters) text = random.pick([one + text, text + one, `${text} ${one}${one}x`, text]);
    if (i === 4) text = "";
    const changed = plan.changes.reduce((s, step) => step.run(s), text);
    return { args: [text], expected: plan.question.run(changed) };
  });
}
