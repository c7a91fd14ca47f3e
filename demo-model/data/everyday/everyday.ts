/** Family `everyday`: well-known small functions, requested as people do. */
import type { Random } from "../random.ts";
import { ownName, RESERVED } from "../renaming.ts";
import type { Draft, Language } from "../sample.ts";
import { functionName } from "../words.ts";
import { casesOf } from "./reference.ts";
import { ask, type Naming } from "./request.ts";
import { everydaySplit } from "./splits.ts";
import { type EverydayTask, type Names, writeAnswer } from "./task.ts";
import { TASKS } from "./tasks.ts";

/** Share of the plainest answer among a task's answers. */
const PLAIN_SHARE = 0.8;
/** Share of the most natural name among requests that name the function. */
const NATURAL_NAME_SHARE = 0.8;
const FIRST_PARAM_SHARE = 0.6;

export function everyday(random: Random, language: Language): Draft {
  return everydayDraft(random.pick(TASKS), random, language);
}

/** A request for this task, its answer and its tests. */
export function everydayDraft(task: EverydayTask, random: Random, language: Language): Draft {
  const wording = random.pick(task[language]);
  const answer = random.chance(PLAIN_SHARE) ? (task.answers[0] ?? "") : random.pick(task.answers);
  const cases = casesOf(task, random);
  const names = drawNames(task, answer, random);
  const request = ask({ task, wording, names, cases, language, canBeArrow: canBeArrow(answer) }, random);
  return {
    signature: `everyday:${task.id}:${language}.${task[language].indexOf(wording)}`,
    split: everydaySplit(task.id, wording),
    messages: [{ role: "user", content: request.text }],
    reference: answerTo(request.naming, task, answer),
    tests: { kind: "code", ...(request.naming.name ? { entry: request.naming.name } : {}), cases },
  };
}

/** The answer with the names that the request shows; for all others, the task's first names. */
function answerTo({ name, params, arrow }: Naming, task: EverydayTask, answer: string): string {
  const firstParams = task.params.map(([first = "x"]) => first);
  const shape = arrow ? arrowOf(answer) : answer;
  return writeAnswer(shape, { name: name ?? task.names[0] ?? "f", params: params ?? firstParams });
}

/** Names for a request to show. None of them means something else in the answer. */
function drawNames(task: EverydayTask, answer: string, random: Random): Names {
  const words = new Set(answer.replaceAll(/\$\{\w+\}/g, " ").match(/[A-Za-z_$][\w$]*/g));
  const [first = "f"] = task.names;
  const params: string[] = [];
  for (const [plain = "x", ...others] of task.params) {
    const drawn = random.chance(FIRST_PARAM_SHARE) ? plain : random.pick([plain, ...others]);
    params.push(words.has(drawn) || params.includes(drawn) ? plain : drawn);
  }
  const drawn = random.chance(NATURAL_NAME_SHARE)
    ? random.chance(0.5)
      ? first
      : random.pick(task.names)
    : random.chance(0.5)
      ? ownName(random)
      : functionName(random);
  const name = random.chance(0.05) ? snakeCase(drawn) : drawn;
  const taken = words.has(name) || RESERVED.has(name) || task.params.flat().includes(name);
  return { name: taken ? first : name, params };
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const OPENING = /^function \$\{name\}\(([^)]*)\) \{\n/;

/** True if the answer is a single function statement, which can also be an arrow function. */
function canBeArrow(answer: string): boolean {
  return OPENING.test(answer) && answer.indexOf("\n}") === answer.length - 2 && !/\b(?:this|arguments)\b/.test(answer);
}

function arrowOf(answer: string): string {
  return `${answer.replace(OPENING, (_, params: string) => `const \${name} = (${params}) => {\n`)};`;
}
