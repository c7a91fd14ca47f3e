/** Family `numbers`: pipelines over a list of numbers (keep, change, arrange, reduce), written in several styles. */
import {
  ARRANGEMENTS,
  type Arrangement,
  CHANGES,
  CONDITIONS,
  type Condition,
  JOINS,
  REDUCTIONS,
  type Reduction,
} from "./number-operations.ts";
import { bind, codeOf, type Step, say } from "./operation.ts";
import { type Argument, chooseArgument, chooseName, type Naming, opening, sentence, stop } from "./prompts.ts";
import type { Random } from "./random.ts";
import type { Case, Draft, Json, Language } from "./sample.ts";
import { capitalize, joinParts, numberList, variableName } from "./words.ts";

export type Style = "chain" | "steps" | "commented" | "documented" | "arrow" | "loop";

/** All choices that determine a pipeline's text, code and results. */
export interface Plan {
  naming: Naming;
  argument: Argument;
  conditions: Step<(x: number) => boolean>[];
  change?: Step<(x: number) => number>;
  arrangements: Step<(list: number[]) => number[]>[];
  reduction: Reduction;
  style: Style;
  /** A constant that became a second argument: the step that it belongs to and its name. */
  parameter?: { step: Step<unknown>; name: string };
}

const ARGUMENTS = {
  en: [
    ["a list of numbers", "list"],
    ["an array of numbers", "numbers"],
    ["an array", "arr"],
    ["a list of values", "values"],
  ],
  zh: [
    ["一个数字列表", "list"],
    ["一个数字数组", "numbers"],
    ["一个数组", "arr"],
    ["一组数值", "values"],
  ],
} as const;

const STYLE_TEXT: { [style in Style]: { [language in Language]: readonly string[] } } = {
  chain: { en: [], zh: [] },
  steps: { en: ["Use one variable per step.", "Write one step per line."], zh: ["每一步用一个变量。"] },
  commented: { en: ["Comment every step.", "Add a comment to each step."], zh: ["每一步都写注释。"] },
  documented: { en: ["Add a doc comment."], zh: ["加上文档注释。"] },
  arrow: { en: ["Write it as an arrow function."], zh: ["写成箭头函数。"] },
  loop: { en: ["Use a for loop.", "Write it with a for loop."], zh: ["使用 for 循环。"] },
};

export function numbers(random: Random, language: Language): Draft {
  const plan = drawPlan(random, language);
  const { naming } = plan;
  return {
    signature: signatureOf(plan),
    messages: [{ role: "user", content: describePlan(plan, random, language) }],
    reference: writeCode(plan, language),
    tests: { kind: "code", ...(naming.asked ? { entry: naming.name } : {}), cases: planCases(plan, random) },
  };
}

export function drawPlan(random: Random, language: Language, styles?: readonly Style[]): Plan {
  const style = random.pick(
    styles ?? (["chain", "chain", "steps", "commented", "documented", "arrow", "loop", "loop"] as const),
  );
  const conditions = random.some<Condition>(CONDITIONS, random.pick(style === "loop" ? [0, 1, 1, 1] : [0, 1, 1, 1, 2]));
  const change = random.chance(conditions.length === 0 ? 0.9 : 0.55) ? random.pick(CHANGES) : undefined;
  const arrangements = style === "loop" ? [] : drawArrangements(random);
  const reduction = drawReduction(random, style, change !== undefined);
  const words = [reduction.word, conditions[0]?.word ?? change?.word ?? arrangements[0]?.word ?? "numbers"];
  const named = random.chance(0.15) ? variableName(random) : undefined;
  return {
    naming: chooseName(random, words[0] + capitalize(words[1] ?? "")),
    argument: named
      ? {
          name: named,
          text: language === "zh" ? `数组 ${named}` : random.pick([`an array ${named}`, `a list called ${named}`]),
        }
      : chooseArgument(ARGUMENTS, random, language),
    conditions: conditions.map((one) => bind(one, random, language)),
    ...(change ? { change: bind(change, random, language) } : {}),
    arrangements: arrangements.map((one) => bind(one, random, language)),
    reduction,
    style,
  };
}

/** The operations without names, constants, wording or language. */
export function signatureOf(plan: Plan): string {
  const ids = [...plan.conditions, ...(plan.change ? [plan.change] : []), ...plan.arrangements].map(
    (s) => s.operation.id,
  );
  return `numbers:${plan.style === "loop" ? "loop:" : ""}${ids.join(".")}>${plan.reduction.id}`;
}

export function describePlan(plan: Plan, random: Random, language: Language): string {
  const text = opening(plan.naming, random, language) + body(plan, random, language) + stop(random, language);
  const style = STYLE_TEXT[plan.style][language];
  if (style.length === 0) return text;
  return text.replace(/[.。]?$/, language === "zh" ? "。" : ".") + sentence(random.pick(style), language);
}

function body(plan: Plan, random: Random, language: Language): string {
  const [only] = plan.conditions;
  const { of } = plan.reduction;
  if (
    of &&
    only &&
    plan.conditions.length === 1 &&
    !plan.change &&
    plan.arrangements.length === 0 &&
    random.chance(0.6)
  ) {
    if (language === "zh") return `返回${plan.argument.text}中${random.pick(of.zh).replace("#", say(only, "数字"))}`;
    return `returns the ${random.pick(of.en).replace("#", `the ${say(only, "numbers")}`)} in ${plan.argument.text}`;
  }
  const parts = stepTexts(plan, language);
  const takes = language === "zh" ? "接收" : "takes ";
  return joinParts([takes + plan.argument.text, ...parts, random.pick(plan.reduction.say[language])], language);
}

/** Each step in words, in order, without the reduction. The code's comments repeat these words. */
function stepTexts(plan: Plan, language: Language): string[] {
  const keep = (step: Step<unknown>): string =>
    language === "zh" ? `只保留${say(step, "数字")}` : `keeps only the ${say(step, "numbers")}`;
  return [
    ...plan.conditions.map(keep),
    ...(plan.change ? [say(plan.change, language === "zh" ? "每个数" : "each one")] : []),
    ...plan.arrangements.map((step) => say(step, "")),
  ];
}

export function writeCode(plan: Plan, language: Language): string {
  const { name } = plan.naming;
  const args = [plan.argument.name, ...(plan.parameter ? [plan.parameter.name] : [])].join(", ");
  if (plan.style === "loop") return writeLoop(plan, name, args);
  const comments = stepTexts(plan, language);
  const calls = methodCalls(plan);
  if (plan.style === "steps" || plan.style === "commented") {
    const lines: string[] = [];
    let list = plan.argument.name;
    calls.forEach(({ call, variable }, i) => {
      if (plan.style === "commented") lines.push(`  // ${comments[i]}`);
      lines.push(`  const ${variable} = ${list}${call};`);
      list = variable;
    });
    return `function ${name}(${args}) {\n${[...lines, `  return ${plan.reduction.code(list)};`].join("\n")}\n}`;
  }
  const chain = plan.argument.name + calls.map(({ call }) => call).join("");
  const needsVariable = plan.reduction.id === "average" && calls.length > 0;
  const result = plan.reduction.code(needsVariable ? "picked" : chain);
  if (plan.style === "arrow" && !needsVariable) return `const ${name} = (${args}) => ${result};`;
  const lines = [...(needsVariable ? [`  const picked = ${chain};`] : []), `  return ${result};`];
  const head = plan.style === "arrow" ? `const ${name} = (${args}) => {` : `function ${name}(${args}) {`;
  const doc = plan.style === "documented" && comments.length > 0 ? `/** ${joinParts(comments, language)} */\n` : "";
  return `${doc}${head}\n${lines.join("\n")}\n}${plan.style === "arrow" ? ";" : ""}`;
}

function methodCalls(plan: Plan): { call: string; variable: string }[] {
  const constant = (step: Step<unknown>): string =>
    plan.parameter?.step === step ? plan.parameter.name : step.constant;
  const calls = plan.conditions.map((step, i) => ({
    call: `.filter(x => ${codeOf(step, "x", constant(step))})`,
    variable: i === 0 ? "kept" : "left",
  }));
  if (plan.change)
    calls.push({ call: `.map(x => ${codeOf(plan.change, "x", constant(plan.change))})`, variable: "changed" });
  for (const step of plan.arrangements) {
    const inPlace = calls.length === 0 && /sort|reverse/.test(codeOf(step, ""));
    calls.push({ call: (inPlace ? ".slice()" : "") + codeOf(step, "", constant(step)), variable: step.operation.word });
  }
  return calls;
}

function writeLoop(plan: Plan, name: string, args: string): string {
  const constant = (step: Step<unknown>): string =>
    plan.parameter?.step === step ? plan.parameter.name : step.constant;
  const loop = plan.reduction.loop ?? { start: "0", update: () => "" };
  const update = loop.update(plan.change ? codeOf(plan.change, "x", constant(plan.change)) : "x");
  const [only] = plan.conditions;
  const inner = only ? `    if (${codeOf(only, "x", constant(only))}) {\n      ${update}\n    }` : `    ${update}`;
  return `function ${name}(${args}) {\n  let result = ${loop.start};\n  for (const x of ${plan.argument.name}) {\n${inner}\n  }\n  return result;\n}`;
}

/** The pipeline's result for a list; `value` is the parameter, if there is one. Independent of `writeCode`. */
export function runPlan(plan: Plan, list: readonly number[], value = 0): number | number[] | string {
  const effect = <Run>(step: Step<Run>): Run => (plan.parameter?.step === step ? step.operation.run(value) : step.run);
  let now = [...list];
  for (const step of plan.conditions) now = now.filter(effect(step));
  if (plan.change) now = now.map(effect(plan.change));
  for (const step of plan.arrangements) now = effect(step)(now);
  return plan.reduction.run(now);
}

/** Five lists, one of them empty; constants of the plan and their neighbours are mixed in so that borders are tested. */
export function planCases(plan: Plan, random: Random): Case[] {
  const steps: Step<unknown>[] = [...plan.conditions, ...(plan.change ? [plan.change] : []), ...plan.arrangements];
  const constants = steps.flatMap((step) => (step.constant ? [Number(step.constant)] : []));
  return [0, 1, 2, 3, 4].flatMap((i) => {
    const list = i === 4 ? [] : numberList(random);
    for (const k of i === 4 ? [] : constants) list.push(k, k + 1, k * random.int(2, 4), -k);
    const mixed = random.shuffle([...list, ...list.slice(0, 2)]);
    const range = plan.parameter?.step.operation.range;
    const value = range ? random.int(range[0], range[1]) : undefined;
    const expected = runPlan(plan, mixed, value) as Json;
    // The empty list has no maximum and no mean: JSON cannot represent these results, so such cases are left out.
    if (typeof expected === "number" && !Number.isFinite(expected)) return [];
    return [{ args: value === undefined ? [mixed] : [mixed, value], expected }];
  });
}

function drawArrangements(random: Random): Arrangement[] {
  const drawn = random.some<Arrangement>(ARRANGEMENTS, random.pick([0, 0, 1, 1, 2]));
  return drawn.filter((one, i) => drawn.findIndex((other) => other.word === one.word) === i);
}

function drawReduction(random: Random, style: Style, changes: boolean): Reduction {
  if (style !== "loop" && random.chance(0.1)) return random.pick(JOINS);
  // A count does not need what was changed, and loops gather only what has an update.
  const fitting = REDUCTIONS.filter((one) => !(one.id === "count" && changes) && !(style === "loop" && !one.loop));
  return random.pick(fitting);
}
