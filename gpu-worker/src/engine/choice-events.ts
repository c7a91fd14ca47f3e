/**
 * One choice of a response: the steps of its decoding, told as drafts, commits and an end. It numbers blocks and knows
 * text; it knows no response, no queue and no model.
 */
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

/** An event without what the response adds to it. */
export type ChoiceEvent =
  | { readonly type: "admitted"; readonly cachedTokens: number; readonly retokenizedTokens: number }
  | Bare<DraftEvent>
  | Bare<CommitEvent>
  | Bare<DoneEvent>;
type Bare<E> = Omit<E, "v" | "response_id" | "attempt" | "seq" | "choice">;

export interface ChoiceOptions {
  /** The choice's text so far. Committed blocks are added to it. */
  readonly answer: AnswerText;
  readonly bytes: TokenBytes;
  readonly maskToken: number;
  readonly eosTokens: ReadonlySet<number>;
  readonly drafts: boolean;
}

/** Tells the steps as events. Leaving it early, as a stop string does, ends the decoding before its next step. */
export async function* tellChoice(
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
      // What earlier blocks keep back is shown before the oldest open one.
      const before = block === oldest ? answer : new AnswerText(options.bytes, []);
      yield { type: "draft", block, rev: rev++, ...draft(before, step.cells, step.edits, options) };
      continue;
    }
    oldest = block + 1;
    // An end token may have a text, which is not the answer's.
    const shown = step.finish === "stop" ? step.cells.slice(0, -1) : step.cells;
    const { text, start, stopped } = answer.commit(shown, step.finish !== undefined);
    const finish_reason = stopped ? "stop" : step.finish;
    const logprobs = step.tokens?.map((scored, i) => tokenLogprob(step.cells[i] as number, scored, options.bytes));
    yield {
      ...{ type: "commit", block, text, start, length: text.length, token_ids: [...step.cells] },
      ...defined({ open_ids: step.open && [...step.open], finish_reason, logprobs }),
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
    edits: visible.map(({ op, at, to, before, after, probability }): Edit => {
      const [removed, written] = [text(before), text(after)];
      return {
        op,
        at,
        offset: offsets[to] as number,
        p: probability,
        ...defined({ before: removed, after: written }),
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
