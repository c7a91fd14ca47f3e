/**
 * Finds tool calls in streamed text: `<tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>`. The result does not depend
 * on where the text is cut. An invalid call stays text.
 */
import { z } from "zod";

export type AnswerPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_call"; readonly name: string; readonly arguments: string };

export interface ToolCallParser {
  /** The parts that are certain after this text. Text that may belong to a call is held back. */
  push(text: string): AnswerPart[];
  /** The rest, at the end of the text. */
  flush(): AnswerPart[];
}

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";

/** A complete or partial JSON string, or the closing mark. Matching strings skips a mark inside one. */
const STRING_OR_CLOSE = /"(?:[^"\\\n]|\\.?)*(?:"|\n|$)|<\/tool_call>/g;

const call = z.object({ name: z.string().min(1), arguments: z.record(z.string(), z.unknown()).default({}) });

export function createToolCallParser(): ToolCallParser {
  let pending = "";
  let afterCall = false;

  function* take(text: string): Generator<AnswerPart> {
    // White space around a call is layout, not text.
    const shown = afterCall ? text.trimStart() : text;
    if (shown === "") return;
    afterCall = false;
    yield { type: "text", text: shown };
  }

  function* parts(final: boolean): Generator<AnswerPart> {
    for (;;) {
      const start = pending.indexOf(OPEN);
      const end = start < 0 ? -1 : closeOf(pending, start + OPEN.length);
      if (end < 0) break;
      const parsed = parseCall(pending.slice(start + OPEN.length, end - CLOSE.length));
      if (parsed) {
        yield* take(pending.slice(0, start).trimEnd());
        yield parsed;
        afterCall = true;
      } else {
        // The mark may be mentioned in text: a call may still begin before the closing mark.
        yield* take(pending.slice(0, start + OPEN.length));
      }
      pending = pending.slice(parsed ? end : start + OPEN.length);
    }
    const certain = final ? pending.length : certainLength(pending);
    yield* take(pending.slice(0, certain));
    pending = pending.slice(certain);
  }

  return {
    push(text) {
      pending += text;
      return [...parts(false)];
    },
    flush: () => [...parts(true)],
  };
}

/** The parts of a whole text. */
export function answerParts(text: string): AnswerPart[] {
  const parser = createToolCallParser();
  return [...parser.push(text), ...parser.flush()];
}

/** The end of the call whose body starts at `from`, or -1. */
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

/** Parses with numbers kept as written: a tool may need more digits than JavaScript has. */
function exact(body: string): { arguments?: object } {
  return JSON.parse(body, ((_key: string, value: unknown, { source }: { source: string }) =>
    typeof value === "number" ? rawJson(source) : value) as (key: string, value: unknown) => unknown);
}

/** ES2026. All runtimes of the edge have it; TypeScript's types do not yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(source: string): object };

/** Length of the text before an opening mark, or before the beginning of one, without white space at its end. */
function certainLength(text: string): number {
  const open = text.indexOf(OPEN);
  if (open >= 0) return text.slice(0, open).trimEnd().length;
  let length = OPEN.length - 1;
  while (length > 0 && !text.endsWith(OPEN.slice(0, length))) length--;
  return text.slice(0, text.length - length).trimEnd().length;
}
