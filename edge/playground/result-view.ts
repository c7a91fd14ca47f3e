/** Shows the result of an answer beside its text: JSON as a tree, a page as a page, a function to call. */
import { type Schema, schemaNote, schemaWithin } from "./schema-notes.ts";

/** The code or data in an answer: a fenced part if there is one, else the whole. */
export function payload(text: string): string {
  return (/```[a-z]*\n([\s\S]*?)```/i.exec(text)?.[1] ?? text).trim();
}

export type ResultKind = "json" | "html" | "function" | undefined;

export function kindOf(code: string): ResultKind {
  if (/^[[{]/.test(code)) {
    try {
      JSON.parse(code);
      return "json";
    } catch {
      return undefined;
    }
  }
  if (/^<(?:!doctype|html|body|div|main|section|svg)\b/i.test(code)) return "html";
  return functionName(code) === undefined ? undefined : "function";
}

/** The name of the last function that the code declares. */
export function functionName(code: string): string | undefined {
  const names = [
    ...code.matchAll(
      /^(?:export\s+)?(?:async\s+)?function\s*\*?\s*([A-Za-z_$][\w$]*)|^(?:const|let)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?:\([^)]*\)|[A-Za-z_$][\w$]*)\s*=>/gm,
    ),
  ];
  const last = names.at(-1);
  return last?.[1] ?? last?.[2];
}

/** Values to begin with, by the name of a parameter; a list of numbers for any other. */
const EXAMPLES: readonly (readonly [names: RegExp, value: string])[] = [
  [/^(s|str|string|text|word|sentence|line|phrase|input)\d?$/i, '"never odd or even"'],
  [/^(words|strings|names|lines|texts)$/i, '["pear", "fig", "banana"]'],
  [/^(n|m|k|x|y|num|number|count|limit|size|target|year)\d?$/i, "12"],
  [/^(matrix|grid|rows|pairs|lists)$/i, "[[1, 2], [3, 4]]"],
  [/^(people|users|persons|records|objects)$/i, '[{"name": "Ada", "age": 36}, {"name": "Bo", "age": 17}]'],
  [/^(obj|object|record|person|user|map)\d?$/i, '{"a": 1, "b": 2}'],
];

/** Arguments in JSON with which to call a function that the code declares. */
export function exampleArguments(code: string, name: string): string {
  const [, list = ""] = new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b[^(\n]*\\(([^)]*)\\)`).exec(code) ?? [];
  const names = list.split(",").flatMap((parameter) => /[\w$]+/.exec(parameter)?.[0] ?? []);
  const exampleOf = (name: string) => EXAMPLES.find(([names]) => names.test(name))?.[1] ?? "[3, 1, 2, 5, 4]";
  return names.map(exampleOf).join(", ");
}

/** Shows the result of a text in the element. @param schema of an answer that is JSON, if one was asked for */
export function showResult(element: HTMLElement, text: string, schema?: Schema): void {
  const code = payload(text);
  const kind = kindOf(code);
  element.hidden = kind === undefined;
  if (kind === "json") element.replaceChildren(heading("JSON"), tree(JSON.parse(code), schema));
  else if (kind === "html") element.replaceChildren(heading("The page"), sandbox({ html: code }));
  else if (kind === "function") element.replaceChildren(...runner(code));
  else element.replaceChildren();
}

function heading(text: string): HTMLElement {
  const element = document.createElement("h3");
  element.textContent = text;
  return element;
}

function tree(value: unknown, schema?: Schema, name?: string): HTMLElement {
  const label = name === undefined ? "" : `${name}: `;
  const notes = schema ? noteElements(value, schema) : [];
  if (typeof value !== "object" || value === null) {
    const leaf = document.createElement("div");
    leaf.append(label + JSON.stringify(value), ...notes);
    return leaf;
  }
  const entries = Object.entries(value);
  const details = document.createElement("details");
  details.open = true;
  const summary = document.createElement("summary");
  summary.append(`${label}${Array.isArray(value) ? "list" : "object"} of ${entries.length}`, ...notes);
  details.append(summary, ...entries.map(([key, inner]) => tree(inner, schemaWithin(schema, value, key), key)));
  return details;
}

/** Notes the type that the schema asks for, and the properties that the value lacks. */
function noteElements(value: unknown, schema: Schema): HTMLElement[] {
  const { form, faults } = schemaNote(value, schema);
  const asked = document.createElement("small");
  asked.textContent = [form, schema.description].filter(Boolean).join(": ");
  const wrong = document.createElement("strong");
  wrong.textContent = faults.join("; ");
  return [asked, wrong].filter(({ textContent }) => textContent !== "");
}

/** A call of the function on values that the reader gives. It runs in a frame without origin, network or this page. */
function runner(code: string): HTMLElement[] {
  const name = functionName(code) as string;
  const form = document.createElement("form");
  form.className = "runner";
  const label = document.createElement("label");
  label.append(`${name}(`);
  const input = document.createElement("input");
  input.name = "arguments";
  input.value = exampleArguments(code, name);
  input.setAttribute("aria-label", `arguments of ${name}, as JSON`);
  const button = document.createElement("button");
  button.textContent = "Call";
  const output = document.createElement("output");
  label.append(input, ")");
  form.append(label, button, output);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    output.textContent = "…";
    output.textContent = await call(code.replaceAll(/^export\s+/gm, ""), name, input.value);
  });
  return [heading("Try it"), form];
}

const CALL_LIMIT_MS = 2_000;

async function call(code: string, name: string, values: string): Promise<string> {
  const frame = sandbox({});
  frame.hidden = true;
  const done = Promise.withResolvers<string>();
  const onMessage = ({ source, data }: MessageEvent) => {
    if (source === frame.contentWindow) done.resolve(String(data));
  };
  addEventListener("message", onMessage);
  const timer = setTimeout(() => done.resolve(`no answer within ${CALL_LIMIT_MS / 1000} s`), CALL_LIMIT_MS);
  frame.addEventListener("load", () => frame.contentWindow?.postMessage({ code, name, values }, "*"));
  document.body.append(frame);
  try {
    return await done.promise;
  } finally {
    clearTimeout(timer);
    removeEventListener("message", onMessage);
    frame.remove();
  }
}

function sandbox({ html }: { readonly html?: string }): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.title = "sandbox";
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = "playground-sandbox.html";
  if (html !== undefined) frame.addEventListener("load", () => frame.contentWindow?.postMessage({ html }, "*"));
  return frame;
}
