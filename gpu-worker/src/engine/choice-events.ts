/** The events of a choice: turns the steps of its decoding into drafts, commits and `done`. */
import {
  type CommitEvent,
  type DoneEvent,
  type DraftEvent,
  defined,
  type Edit,
  type Logprob,
  type TokenLogprob,
} from "@palimpsest/proto";
import type { TokenEdit } from "../decoding/block.ts";
import type { TokenBytes } from "../tokenizer/token-bytes.ts";
import { AnswerText } from "./answer-text.ts";
import type { SequenceStep } from "./sequence.ts";
import type { SettledToken } from "./token-scores.ts";

/** An event without the fields that the response adds. */
export type ChoiceEvent =
  | { readonly type: "admitted"; readonly cachedTokens: number; readonly retokenizedTokens: number }
  | Bare<DraftEvent>
  | Bare<CommitEvent>
  | Bare<DoneEvent>;
type Bare<E> = Omit<E, "v" | "response_id" | "attempt" | "seq" | "choice">;

export interface ChoiceOptions {
  /** The choice's text so far; every commit appends to it. */
  readonly answer: AnswerText;
  readonly bytes: TokenBytes;
  readonly maskToken: number;
  readonly eosTokens: ReadonlySet<number>;
  readonly drafts: boolean;
  /** Called with how many tokens of a committed block count: those behind a stop string do not. */
  readonly onTokens: (count: number) => void;
}

/** Events of the steps. Ends early at a stop string, which ends the decoding before its next step. */
export async function* choiceEvents(
  steps: AsyncIterable<SequenceStep>,
  options: ChoiceOptions,
): AsyncGenerator<ChoiceEvent, void, void> {
  const { answer } = options;
  let rev = 0;
  let oldest: number | undefined;
  for await (const step of steps) {
    if (step.kind === "admitted") {
      const { cachedTokens, retokenizedTokens } = step;
      yield { type: "admitted", cachedTokens, retokenizedTokens };
      continue;
    }
    const { block } = step;
    if (step.kind === "denoise") {
      oldest ??= block;
      if (!options.drafts) continue;
      // Text held back by earlier blocks is shown before the oldest open block.
      const before = block === oldest ? answer : new AnswerText(options.bytes, []);
      yield { type: "draft", block, rev: rev++, ...draft(before, step.cells, step.edits, options) };
      continue;
    }
    oldest = block + 1;
    // An end token may have a text; it is not part of the answer.
    const shown = step.finish === "stop" ? step.cells.slice(0, -1) : step.cells;
    const count = answer.needed(shown);
    options.onTokens(count < shown.length ? count : step.cells.length);
    const { text, start, stop } = answer.commit(shown, step.finish !== undefined);
    const finish_reason = stop === undefined ? step.finish : "stop";
    const logprobs = step.tokens?.map((scored, i) => tokenLogprob(step.cells[i] as number, scored, options.bytes));
    yield {
      ...{ type: "commit", block, text, start, length: text.length, token_ids: [...step.cells] },
      ...defined({ open_ids: step.open && [...step.open], finish_reason, stop, logprobs }),
    };
    if (finish_reason !== undefined) {
      yield { type: "done", finish_reason };
      return;
    }
  }
}

function draft(
  answer: AnswerText,
  cells: readonly number[],
  edits: readonly TokenEdit[],
  { bytes, maskToken, eosTokens }: ChoiceOptions,
): Pick<DraftEvent, "content" | "edits"> {
  const end = cells.findIndex((token) => eosTokens.has(token));
  const shown = end < 0 ? cells : cells.slice(0, end);
  const { content, offsets } = answer.preview(shown.map((token) => (token === maskToken ? undefined : token)));
  const text = (token: number | undefined): string | undefined =>
    token === undefined || token === maskToken ? undefined : new TextDecoder().decode(bytes(token));
  const visible = edits.filter(({ op, to }) => (op === "delete" ? to <= shown.length : to < shown.length));
  return {
    content,
    edits: visible.map(({ op, at, to, before, after, probability, reason }): Edit => {
      const [removed, written] = [text(before), text(after)];
      return {
        op,
        at,
        offset: offsets[to] as number,
        p: probability,
        ...defined({ before: removed, after: written, reason }),
      };
    }),
  };
}

function tokenLogprob(token: number, { logprob, step, best }: SettledToken, bytes: TokenBytes): TokenLogprob {
  const named = (id: number, logprob: number): Logprob => {
    const text = bytes(id);
    return { token: new TextDecoder().decode(text), bytes: [...text], logprob };
  };
  return { ...named(token, logprob), step, top_logprobs: best.map((one) => named(one.token, one.logprob)) };
}
