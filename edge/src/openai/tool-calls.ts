/**
 * Finds tool calls in an answer's text as it comes: `<tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>`. Pure, and
 * indifferent to where the text is cut. What looks like a call and is not one stays text.
 */
import { z } from "zod";

export type AnswerPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_call"; readonly name: string; readonly arguments: string };

export interface ToolCallParser {
  /** What is certain after this text. Text that could belong to a call is held back. */
  push(text: string): AnswerPart[];
  /** What was held back, once no more text comes. */
  flush(): AnswerPart[];
}

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";

/** A string of JSON, or what there is of it, or the closing mark: a mark inside a string closes nothing. */
const STRING_OR_CLOSE = /"(?:[^"\\\n]|\\.?)*(?:"|\n|$)|<\/tool_call>/g;

const call = z.object({ name: z.string().min(1), arguments: z.record(z.string(), z.unknown()).default({}) });

export function createToolCallParser(): ToolCallParser {
  let held = "";
  let afterCall = false;

  function* take(text: string): Generator<AnswerPart> {
    // Space around a call belongs to the call's layout.
    const shown = afterCall ? text.trimStart() : text;
    if (shown === "") return;
    afterCall = false;
    yield { type: "text", text: shown };
  }

  function* parts(final: boolean): Generator<AnswerPart> {
    for (;;) {
      const start = held.indexOf(OPEN);
      const end = start < 0 ? -1 : closeOf(held, start + OPEN.length);
      if (end < 0) break;
      const parsed = parseCall(held.slice(start + OPEN.length, end - CLOSE.length));
      if (parsed) {
        yield* take(held.slice(0, start).trimEnd());
        yield parsed;
        afterCall = true;
      } else {
        // Only named, perhaps: a call may still begin before the closing mark.
        yield* take(held.slice(0, start + OPEN.length));
      }
      held = held.slice(parsed ? end : start + OPEN.length);
    }
    const certain = final ? held.length : certainLength(held);
    yield* take(held.slice(0, certain));
    held = held.slice(certain);
  }

  return {
    push(text) {
      held += text;
      return [...parts(false)];
    },
    flush: () => [...parts(true)],
  };
}

/** The parts of a whole answer. */
export function answerParts(text: string): AnswerPart[] {
  const parser = createToolCallParser();
  return [...parser.push(text), ...parser.flush()];
}

/** Where the call ends whose body starts at `from`, or -1. */
function closeOf(text: string, from: number): number {
  for (const match of text.slice(from).matchAll(STRING_OR_CLOSE)) {
    if (match[0] === CLOSE) return from + match.index + CLOSE.length;
  }
  return -1;
}

function parseCall(body: string): AnswerPart | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { data } = call.safeParse(json);
  return data && { type: "tool_call", name: data.name, arguments: JSON.stringify(exact(body).arguments ?? {}) };
}

/** With numbers as they were written: the tool may know more digits than JavaScript does. */
function exact(body: string): { arguments?: object } {
  return JSON.parse(body, ((_key: string, value: unknown, { source }: { source: string }) =>
    typeof value === "number" ? rawJson(source) : value) as (key: string, value: unknown) => unknown);
}

/** Of ES2026, in every runtime that edges have; TypeScript does not know it yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(source: string): object };

/** How much of the text can be in no call: all before an opening mark or a beginning of one, and the space before that. */
function certainLength(text: string): number {
  const open = text.indexOf(OPEN);
  if (open >= 0) return text.slice(0, open).trimEnd().length;
  let length = OPEN.length - 1;
  while (length > 0 && !text.endsWith(OPEN.slice(0, length))) length--;
  return text.slice(0, text.length - length).trimEnd().length;
}
