/**
 * An engine without a model that writes predictable blocks, continues after committed blocks, and waits where a test
 * says so.
 */
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import type { Script } from "./scripted-engine.ts";
import { opening, usage } from "./synthetic-response.ts";

export interface BlockScript {
  /** Blocks of every choice. */
  readonly blocks: number;
  /** Awaited before a block is committed, after its first draft. */
  before?(block: number, request: GenerateRequest, signal: AbortSignal): Promise<unknown>;
}

/** The text of a block: the same from any worker. */
export const blockText = (choice: number, block: number) => `${choice}.${block} ${"x".repeat(block % 5)}\n`;

/** The whole text of a choice. */
export function textOf(choice: number, blocks: number): string {
  return Array.from({ length: blocks }, (_, block) => blockText(choice, block)).join("");
}

/** Writes blocks of a single token each. */
export function writeBlocks({ blocks, before }: BlockScript): Script {
  return async function* (signal, request) {
    let seq = 0;
    const head = () => ({ v: 1, response_id: request.responseId, attempt: request.attempt, seq: seq++ }) as const;
    yield { ...head(), ...opening, model: "scripted", choices: request.choices };
    const starts = Array.from({ length: request.choices }, (_, choice) => {
      const done = request.committed[choice]?.tokens.length ?? 0;
      return { next: done, start: textOf(choice, done).length, finished: request.committed[choice]?.finishReason };
    });
    for (const [choice, { finished }] of starts.entries()) {
      if (finished) yield { ...head(), type: "done", choice, finish_reason: finished };
    }
    for (let block = 0; block < blocks; block++) {
      for (const [choice, state] of starts.entries()) {
        if (block < state.next) continue;
        const text = blockText(choice, block);
        if (request.drafts) yield { ...head(), type: "draft", choice, block, rev: 0, content: [text, 3], edits: [] };
        await before?.(block, request, signal);
        if (signal.aborted) return;
        const last = block === blocks - 1;
        const commit = { type: "commit", choice, block, text, start: state.start, length: text.length } as const;
        yield { ...head(), ...commit, token_ids: [block], ...(last && { finish_reason: "stop" as const }) };
        state.start += text.length;
        if (last) yield { ...head(), type: "done", choice, finish_reason: "stop" };
      }
    }
    yield { ...head(), type: "end", usage } as EditEvent;
  };
}

/** Resolves when the signal aborts: an engine that waits for anything else would never stop. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
