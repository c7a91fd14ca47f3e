/**
 * Arbitrary responses for tests, as the edit events that a fleet could send, takeovers included. No model is involved.
 */

import type { Content, EditEvent } from "@palimpsest/proto";
import fc from "fast-check";

/** The text that every choice commits, and the points at which another worker takes over. */
export interface Script {
  /** Per choice, the text of each block. */
  readonly choices: readonly (readonly string[])[];
  /** Indexes of the choices that take the next steps, repeated cyclically. */
  readonly turns: readonly number[];
  /** Drafts of each block before its commit. */
  readonly draftsPerBlock: number;
  /** Numbers of commits after which the worker crashes and another takes over. */
  readonly takeovers: readonly number[];
}

const blockText = fc.string({ unit: "grapheme", maxLength: 12 });

export const scripts: fc.Arbitrary<Script> = fc.record({
  choices: fc.array(fc.array(blockText, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
  turns: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 20 }),
  draftsPerBlock: fc.nat({ max: 4 }),
  takeovers: fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 3 }),
});

/** An uneventful response: these blocks per choice, each with two drafts before its commit. */
export function plainScript(...choices: string[][]): Script {
  return { choices, turns: [0], draftsPerBlock: 2, takeovers: [] };
}

/** The text of each choice: the oracle. */
export function textsOf(script: Script): string[] {
  return script.choices.map((blocks) => blocks.join(""));
}

/**
 * The events, in the order of sending. A crashed worker leaves drafts of open blocks and may repeat its last commit.
 */
export function tell(script: Script, responseId = "chatcmpl-synthetic"): EditEvent[] {
  const events: EditEvent[] = [];
  let attempt = 1;
  let seq = 0;
  const say = (event: EventBody) => {
    events.push({ v: 1, response_id: responseId, attempt, seq: seq++, ...event } as EditEvent);
  };

  say({ ...opening, choices: script.choices.length });
  const choices = script.choices.map((blocks, choice) => ({ choice, blocks, done: 0, start: 0, rev: 0 }));
  let commits = 0;
  for (let turn = 0; ; turn++) {
    const unfinished = choices.filter((state) => state.done < state.blocks.length);
    const state = unfinished[script.turns[turn % script.turns.length]! % Math.max(unfinished.length, 1)];
    if (!state) break;
    const { choice, done: block, start } = state;
    const text = state.blocks[block]!;
    for (let step = 0; step < script.draftsPerBlock; step++) {
      say({ type: "draft", choice, block, rev: state.rev++, ...draft(text, step) });
    }
    say({ type: "commit", choice, block, text, start, length: text.length });
    state.done++;
    state.start += text.length;
    if (script.takeovers.includes(commits++)) {
      attempt++;
      seq = 0;
      for (const another of choices) another.rev = 0;
    }
  }
  for (const { choice } of choices) say({ type: "done", choice, finish_reason: "stop" });
  say({ type: "end", usage });
  return events;
}

type Base = "v" | "response_id" | "attempt" | "seq";
type Without<E> = E extends EditEvent ? Omit<E, Base> : never;
type EventBody = Without<EditEvent>;

/** Common first and last events of all synthetic responses. */
export const opening = {
  type: "open",
  model: "synthetic",
  block_length: 32,
  decoding: { rule: "2.1", threshold: 0.7, editing_threshold: 0.5, max_post_steps: 16 },
  prompt_tokens: 3,
  cached_tokens: 0,
} as const;

export const usage = {
  prompt_tokens: 3,
  cached_tokens: 0,
  completion_tokens: 9,
  forwards: 4,
  prefill_forwards: 1,
  edits: { unmask: 9, substitute: 1, delete: 0, insert: 0 },
};

function draft(text: string, step: number): { content: Content; edits: [] } {
  const shown = Array.from(text).slice(0, step).join("");
  const masked = Math.min(text.length - shown.length + 1, opening.block_length);
  return { content: [...(shown ? [shown] : []), masked], edits: [] };
}
