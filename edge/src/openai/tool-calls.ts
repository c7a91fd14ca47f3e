/**
 * Finds tool calls in streamed text: `<tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>`. The result does not depend
 * on where the text is cut. An invalid call, and a call of a function that was not offered, stay text.
 */
import type { ChoiceDocument, FinishReason } from "@palimpsest/proto";
import { z } from "zod";
import { type CallBody, createCallBody } from "./tool-call-body.ts";

/** The rule by which the answer calls tools. */
export interface ToolUse {
  /** The functions that were offered. */
  readonly names: ReadonlySet<string>;
  /** False: the answer ends with its first call. */
  readonly parallel: boolean;
  /** True if stop strings may end the answer. */
  readonly stops: boolean;
}

export type AnswerPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_call"; readonly name: string; readonly arguments: string };

export interface ToolCallParser {
  /** The parts that are certain after this text. Text that may belong to a call is held back. */
  push(text: string): AnswerPart[];
  /** The rest, at the end of the text. @param cut true if a limit or a stop string ended it: an incomplete call is dropped */
  flush(cut: boolean): AnswerPart[];
}

/** Parses an answer, of which all is text where it may not call tools. */
export interface AnswerParser {
  /** The parts that are certain after this text. */
  push(text: string): AnswerPart[];
  /** The rest, when the answer has ended for this reason. */
  end(reason: FinishReason): AnswerPart[];
}

/** @param use how the answer may call tools; undefined if it may not */
export function createAnswerParser(use: ToolUse | undefined): AnswerParser {
  if (!use) return { push: (text) => (text === "" ? [] : [{ type: "text", text }]), end: () => [] };
  const parser = createToolCallParser(use);
  return { push: parser.push, end: (reason) => parser.flush(mayBeCut(use, reason)) };
}

/** The parts of a whole answer. @param use how it may call tools; undefined if it may not */
export function answerParts({ text, finishReason = "stop" }: ChoiceDocument, use: ToolUse | undefined): AnswerPart[] {
  const parser = createAnswerParser(use);
  return [...parser.push(text), ...parser.end(finishReason)];
}

/** True if the answer ended before the model ended it, as far as the reason tells. */
function mayBeCut({ stops }: ToolUse, reason: FinishReason): boolean {
  return reason === "length" || stops;
}

const OPEN = "<tool_call>";

/** A beginning of the mark that no other text has. */
const UNMISTAKABLE = "<tool_";

const call = z.object({ name: z.string().min(1), arguments: z.record(z.string(), z.unknown()).default({}) });

export function createToolCallParser({ names, parallel }: ToolUse): ToolCallParser {
  let pending = "";
  /** The call that `pending` holds, behind white space. */
  let open: { readonly body: CallBody; readonly bodyStart: number; read: number } | undefined;
  let afterCall = false;
  let ended = false;

  function* take(text: string): Generator<AnswerPart> {
    // White space around a call is layout, not text.
    const shown = afterCall ? text.trimStart() : text;
    if (shown === "") return;
    afterCall = false;
    yield { type: "text", text: shown };
  }

  /** Takes the text before the next opening mark, or all that is certain. @returns true if there is a mark */
  function* takeText(end: "more" | "cut" | "whole"): Generator<AnswerPart, boolean> {
    const start = pending.indexOf(OPEN);
    const certain = end !== "more" && start < 0 ? endLength(pending, end === "cut") : certainLength(pending);
    yield* take(pending.slice(0, certain));
    pending = start < 0 && end !== "more" ? "" : pending.slice(certain);
    if (start < 0) return false;
    const bodyStart = start - certain + OPEN.length;
    open = { body: createCallBody(), bodyStart, read: bodyStart };
    return true;
  }

  function* parts(end: "more" | "cut" | "whole"): Generator<AnswerPart> {
    while (!ended && (open || (yield* takeText(end)))) {
      if (!open) continue;
      const { body, bodyStart } = open;
      while (body.state !== "closed" && body.state !== "invalid" && open.read < pending.length) {
        body.push(pending[open.read++]!);
      }
      const { read } = open;
      const isOver = end !== "more" && read === pending.length;
      if (body.state !== "closed" && body.state !== "invalid" && !isOver) return;
      const isWhole = body.state === "closed" || body.state === "complete";
      const parsed = isWhole ? parseCall(pending.slice(bodyStart, bodyStart + body.length), names) : undefined;
      open = undefined;
      if (parsed) {
        yield parsed;
        afterCall = true;
        ended = !parallel;
        pending = pending.slice(read);
      } else if (body.state === "invalid" || isWhole || end === "whole") {
        // The mark may be mentioned in text: a call may still begin behind it.
        yield* take(pending.slice(0, bodyStart));
        pending = pending.slice(bodyStart);
      } else {
        pending = "";
      }
    }
    if (ended) pending = "";
  }

  return {
    push(text) {
      pending += text;
      return [...parts("more")];
    },
    flush: (cut) => [...parts(cut ? "cut" : "whole")],
  };
}

function parseCall(body: string, names: ReadonlySet<string>): AnswerPart | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { data } = call.safeParse(json);
  if (!data || !names.has(data.name)) return undefined;
  const { arguments: given = {} } = exactJson(body) as { arguments?: object };
  return { type: "tool_call", name: data.name, arguments: JSON.stringify(given) };
}

/** Parses with numbers kept as written: a tool may need more digits than JavaScript has. */
export function exactJson(text: string): unknown {
  return JSON.parse(text, ((_key: string, value: unknown, { source }: { source: string }) =>
    typeof value === "number" ? rawJson(source) : value) as (key: string, value: unknown) => unknown);
}

/** ES2026. All runtimes of the edge have it; TypeScript's types do not yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(source: string): object };

/** Length of the text before an opening mark, or before the beginning of one, without white space at its end. */
function certainLength(text: string): number {
  const open = text.indexOf(OPEN);
  return text.slice(0, open >= 0 ? open : text.length - markLength(text)).trimEnd().length;
}

/** Length of a last text without the beginning of a mark that was cut. */
function endLength(text: string, cut: boolean): number {
  const mark = markLength(text);
  return cut && mark >= UNMISTAKABLE.length ? text.slice(0, text.length - mark).trimEnd().length : text.length;
}

/** Length of the beginning of an opening mark at the text's end. */
function markLength(text: string): number {
  let length = OPEN.length - 1;
  while (length > 0 && !text.endsWith(OPEN.slice(0, length))) length--;
  return length;
}
