/** Makes a wording a request: draws a frame, fills its slots, adds examples and politeness, and types it. */
import type { Random } from "../random.ts";
import type { Case, Json, Language } from "../sample.ts";
import { capitalize } from "../words.ts";
import { conjugate } from "./conjugate.ts";
import { AFTER, BEFORE, EXAMPLES, LANGUAGE_WORDS, NAMED, NAMED_TITLES, PHRASES, TITLES } from "./frames.ts";
import type { EverydayTask, Names } from "./task.ts";
import { createPieces, type Pieces, typed } from "./typing.ts";

const NAMED_SHARE = 0.35;
const EXAMPLE_SHARE = 0.16;
const SECOND_EXAMPLE_SHARE = 0.35;
const BEFORE_SHARE = 0.05;
const AFTER_SHARE = 0.1;
/** Titles such as "reverse a string" are phrases too, and more often framed as such. */
const COMMAND =
  /^(add|capitalize|center|check|chunk|convert|count|dedupe|delete|escape|extract|filter|find|flatten|get|group|insert|join|merge|pad|remove|repeat|replace|reverse|rotate|sort|split|strip|swap|truncate)(?= (?!of |and |-))/;
const COMMAND_SHARE = 0.7;
/** Longer examples are not typed by hand. */
const LONGEST_EXAMPLE = 60;

/** A task with what its request may show. */
export interface Asked {
  readonly task: EverydayTask;
  readonly wording: string;
  readonly names: Names;
  readonly cases: readonly Case[];
  readonly language: Language;
  /** The answer can be written as an arrow function. */
  readonly canBeArrow: boolean;
}

/** The names that the request shows, which its answer must use. */
export interface Naming {
  readonly name?: string;
  readonly params?: readonly string[];
  readonly arrow?: boolean;
}

export interface Request {
  readonly text: string;
  readonly naming: Naming;
}

export function ask(asked: Asked, random: Random): Request {
  return asked.wording.startsWith("=") ? asIs(asked) : framed(asked, random);
}

/** A request written by hand; it may show one of the task's names, alone or with its arguments. */
function asIs({ task, wording }: Asked): Request {
  const text = wording.slice(1).trim();
  for (const name of task.names) {
    const [found, list] = new RegExp(`\\b${name}\\s*\\(([^)]*)\\)`).exec(text) ?? [];
    if (found) {
      const params = (list ?? "").split(",").map((one) => one.trim());
      const shown = params.length === task.params.length && params.every((one) => /^[a-zA-Z_]\w*$/.test(one));
      return { text, naming: { name, ...(shown ? { params } : {}) } };
    }
    if (/[a-z][A-Z]/.test(name) && new RegExp(`\\b${name}\\b`).test(text)) return { text, naming: { name } };
  }
  return { text, naming: {} };
}

function framed(given: Asked, random: Random): Request {
  const isCommand = given.language === "en" && COMMAND.test(given.wording) && random.chance(COMMAND_SHARE);
  const asked = isCommand ? { ...given, wording: given.wording.replace(COMMAND, "{$1}") } : given;
  const { wording, names, language } = asked;
  const phrase = language === "zh" ? wording.startsWith("{") : /\{\w/.test(wording);
  const frame = drawFrame(asked, phrase, random);
  const pieces = createPieces();
  const hasName = /<(?:name|call|head|arrow)>/.test(frame);
  const examples = random.chance(EXAMPLE_SHARE) ? drawExamples(asked, hasName, random) : { text: "", named: false };
  const canOpen = !/^(?:<head>|<arrow>|\/\/|hi\b|hey\b|hello\b|thanks\b|你好)/i.test(frame);
  const before = canOpen && random.chance(BEFORE_SHARE) ? random.pick(BEFORE[language]) : "";
  const after = random.chance(AFTER_SHARE) && !frame.endsWith(">") ? random.pick(AFTER[language]) : "";
  const filled = fill(frame, asked, pieces, random);
  const opened = before ? before + uncapitalized(filled) : filled;
  const text = typed(joined(opened, after), pieces, language, random) + examples.text;
  return {
    text: pieces.restore(text).trim(),
    naming: {
      ...(hasName || examples.named ? { name: names.name } : {}),
      ...(/<(?:call|head|arrow)>/.test(frame) ? { params: names.params } : {}),
      ...(frame.includes("<arrow>") ? { arrow: true } : {}),
    },
  };
}

function drawFrame({ language, canBeArrow }: Asked, phrase: boolean, random: Random): string {
  const named = random.chance(NAMED_SHARE);
  const frames = (phrase ? (named ? NAMED : PHRASES) : named ? NAMED_TITLES : TITLES)[language];
  const frame = random.pick(frames);
  return frame.includes("<arrow>") && !canBeArrow ? frame.replace("<arrow>", "<head>") : frame;
}

function fill(frame: string, { wording, names, language }: Asked, pieces: Pieces, random: Random): string {
  const { name, params } = names;
  const list = params.join(", ");
  const plain = wording.replace(/(?<=\S)[.。?？]$/, "");
  const body = random.pick(["{}", "{}", "{ }", "{\n}", "{\n\n}", "{\n  // TODO\n}", "{\n  // your code here\n}"]);
  const says = (form: Parameters<typeof conjugate>[1]): string =>
    language === "zh" ? plain.replace(/^\{(.*)\}$/, "$1") : conjugate(plain, form);
  const filled = frame.replaceAll(/<([a-zJS ]+)>/g, (slot, kind: string) => {
    switch (kind) {
      case "do":
        return says("base");
      case "that":
        return says("third");
      case "ing":
        return says("gerund");
      case "title":
        return says("base");
      case "name":
        return pieces.keep(name);
      case "call":
        return pieces.keep(`${name}(${list})`);
      case "head":
        return pieces.keep(`function ${name}(${list}) ${body}`);
      case "arrow":
        return pieces.keep(`const ${name} = (${list}) => ${body}`);
      default:
        return random.pick(LANGUAGE_WORDS[slot as keyof typeof LANGUAGE_WORDS][language]);
    }
  });
  const spaced = language === "zh" ? filled.replaceAll(/^ +| +(?=[，。：])/g, "") : filled;
  return frame.startsWith("<") && random.chance(0.6) ? capitalize(spaced) : spaced;
}

/** A small letter where a sentence goes on: "Hi, write a function", but "Hi, I need" and "hi, JavaScript". */
export function uncapitalized(text: string): string {
  return /^[A-Z][a-z]+ /.test(text) && !text.startsWith("JavaScript")
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}

/** Two sentences after another; the first gets the mark that it lacks. */
export function joined(text: string, after: string): string {
  if (!after || /[.?!。？！：:)]$/.test(text)) return text + after;
  const mark = /^ ?[A-Z]/.test(after) ? "." : /^ ?[\u4e00-\u9fff]/.test(after) ? "，" : "";
  return text + mark + (mark === "，" ? after.trim() : after);
}

function drawExamples(
  { cases, names, language }: Asked,
  hasName: boolean,
  random: Random,
): { text: string; named: boolean } {
  const named = hasName || random.chance(0.3);
  const form = random.pick(EXAMPLES[language][named ? "named" : "plain"]);
  const style = random.pick(STYLES);
  const written = cases
    .map(({ args, expected }) => ({
      args: args.map((one) => show(one, style)).join(style.comma),
      out: show(expected, style),
    }))
    .filter(({ args, out }) => args !== "" && args.length + out.length <= LONGEST_EXAMPLE);
  const count = form.startsWith("\n") && !form.includes("xample") && random.chance(SECOND_EXAMPLE_SHARE) ? 2 : 1;
  const text = random
    .some(written, count)
    .map(({ args, out }) =>
      form
        .replace("<run>", () => `${names.name}(${args})`)
        .replace("<in>", () => args)
        .replace("<out>", () => out),
    )
    .join("");
  return { text, named: named && text !== "" };
}

interface Style {
  readonly comma: string;
  readonly quote: string;
}
const STYLES: readonly Style[] = [
  { comma: ", ", quote: '"' },
  { comma: ", ", quote: "'" },
  { comma: ",", quote: '"' },
  { comma: ",", quote: "'" },
];

/** A value as people write it in code: `[1, 2]`, `{ a: "x" }`. */
function show(value: Json, style: Style): string {
  if (typeof value === "string") {
    const text = JSON.stringify(value);
    return style.quote === '"' || /["'\\]/.test(value) || text.includes("\\") ? text : `'${value}'`;
  }
  if (Array.isArray(value)) return `[${value.map((one) => show(one, style)).join(style.comma)}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Object.entries(value).map(
    ([key, one]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}: ${show(one, style)}`,
  );
  return fields.length === 0 ? "{}" : `{ ${fields.join(style.comma)} }`;
}
