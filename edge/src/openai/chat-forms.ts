/** The two streamed forms of a chat completion: the text that each commit adds, or the whole text so far. */
import type { ChoiceDocument, CommitEvent, EditEvent } from "@palimpsest/proto";
import { emptyDocument, reduce } from "@palimpsest/proto";
import type { Change, ChunkForm } from "./chunks.ts";
import { chatLogprobs, createTokenPlacer, type TokenPlacer } from "./logprobs.ts";
import { type AnswerParser, type AnswerPart, createAnswerParser, type ToolUse } from "./tool-calls.ts";

/** Shown for a masked cell in a whole text so far. */
export const MASKED_CELL = "░";

/**
 * OpenAI's form: append-only, from commits.
 * @param tools how the answer may call tools, which takes calls out of the text; undefined if it may not
 */
export function appendingForm(responseId: string, tools: ToolUse | undefined): ChunkForm {
  const parsers = new Map<number, AnswerParser>();
  const placers = new Map<number, TokenPlacer>();
  const calls = new Map<number, number>();

  function* changesOf(index: number, parts: readonly AnswerPart[]): Generator<Change> {
    for (const part of parts) {
      if (part.type === "text") {
        yield { index, added: { delta: { content: part.text } } };
        continue;
      }
      const call = calls.get(index) ?? 0;
      calls.set(index, call + 1);
      const tool_calls = [{ index: call, ...toolCallOf(responseId, index, call, part) }];
      yield { index, added: { delta: { tool_calls } } };
    }
  }

  /** Adds the commit's logprobs to its first change. They cover text that is held back or part of a call, too. */
  function* withLogprobs(event: CommitEvent, changes: Iterable<Change>): Generator<Change> {
    const placer = placers.get(event.choice) ?? createTokenPlacer();
    placers.set(event.choice, placer);
    const tokens = placer.push(event);
    let logprobs = tokens.length > 0 ? { logprobs: chatLogprobs(tokens) } : undefined;
    for (const change of changes) {
      yield { ...change, ...logprobs };
      logprobs = undefined;
    }
    if (logprobs) yield { index: event.choice, added: { delta: {} }, ...logprobs };
  }

  return {
    object: "chat.completion.chunk",
    first: { delta: { role: "assistant", content: "" } },
    empty: { delta: {} },
    *changes(event) {
      if (event.type !== "commit" && event.type !== "done") return;
      const { choice } = event;
      const parser = parsers.get(choice) ?? createAnswerParser(tools);
      parsers.set(choice, parser);
      if (event.type === "done") {
        yield* changesOf(choice, parser.end(event.finish_reason));
        return;
      }
      yield* withLogprobs(event, changesOf(choice, parser.push(event.text)));
    },
    finishReason: ({ choice, finish_reason }) =>
      finish_reason === "stop" && calls.has(choice) ? "tool_calls" : finish_reason,
  };
}

/** Mercury's form: every chunk carries the whole text so far, drafts included, and is marked by `diffusion_meta`. */
export function wholeTextForm(): ChunkForm {
  let document = emptyDocument;
  const shown = new Map<number, string>();

  return {
    object: "chat.completion.chunk",
    first: { delta: { role: "assistant", content: "" } },
    empty: { delta: {} },
    *changes(event: EditEvent) {
      document = reduce(document, event);
      // Drafts of blocks after the last one are dropped by `done`.
      if (event.type !== "draft" && event.type !== "commit" && event.type !== "done") return;
      const index = event.choice;
      const content = wholeText(document.choices[index]!);
      if (content === (shown.get(index) ?? "")) return;
      shown.set(index, content);
      yield { index, added: { delta: { content } }, beside: { diffusion_meta: { diffusion_content: true } } };
    },
    finishReason: ({ finish_reason }) => finish_reason,
  };
}

/** A call's id derives from its response, choice and index, so that a response that is read again has the same ids. */
export function toolCallOf(responseId: string, choice: number, call: number, part: AnswerPart & { type: "tool_call" }) {
  // OpenAI accepts ids of at most 40 characters.
  const response = responseId.replace(/^chatcmpl-/, "").slice(0, 24);
  const id = `call_${response}_${choice}_${call}`;
  return { id, type: "function" as const, function: { name: part.name, arguments: part.arguments } };
}

function wholeText({ text, drafts }: ChoiceDocument): string {
  const cells = drafts.flatMap((draft) => draft.content);
  return text + cells.map((span) => (typeof span === "string" ? span : MASKED_CELL.repeat(span))).join("");
}
