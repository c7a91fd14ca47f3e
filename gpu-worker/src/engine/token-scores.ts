/** Scores (log probabilities) of an answer's tokens, added to the steps of its decoding. Scoring never changes a step. */
import { type Decoding, MAX_TOP_LOGPROBS } from "@palimpsest/proto";
import type { SequenceForwards, TokenScore } from "../decoding/forwards.ts";
import type { Step } from "../decoding/open-window.ts";
import { invalid } from "../errors.ts";

/** A committed token's score, and the step that wrote it. */
export interface SettledToken extends TokenScore {
  /** The denoise step of its block, from 0, that wrote it. */
  readonly step: number;
}

export type ScoredStep = Step & { readonly tokens?: readonly SettledToken[] };

/** @throws WorkerError for a number of best tokens out of range, or a decoding whose tokens cannot be scored */
export function checkScoring(best: number | undefined, { editing_window = 1 }: Decoding): void {
  if (best === undefined) return;
  if (!(Number.isInteger(best) && best >= 0 && best <= MAX_TOP_LOGPROBS)) {
    throw invalid("top_logprobs", `must be a whole number from 0 to ${MAX_TOP_LOGPROBS}, not ${best}`);
  }
  if (editing_window > 1) {
    const problem = `can't be combined with an editing_window above 1, here ${editing_window}; leave one of them out`;
    throw invalid("logprobs", problem);
  }
}

export interface ScoringOptions {
  /** Most probable tokens to report at each cell. */
  readonly best: number;
  /** Cells of the prompt in the first block. */
  readonly prompted: number;
  readonly maskToken: number;
  /** The rule's `rescores`: score a token by the last forward of its block, else by the forward that wrote it. */
  readonly rescores: boolean;
}

/** The same steps, each commit with the scores of its tokens. */
export async function* scored(
  steps: AsyncIterable<Step>,
  sequence: Pick<SequenceForwards, "score">,
  { best, prompted, maskToken, rescores }: ScoringOptions,
): AsyncGenerator<ScoredStep, void, void> {
  let before: readonly number[] = [];
  let stepOfBlock = 0;
  const writtenAt: number[] = [];
  const scores: TokenScore[] = [];
  for await (const step of steps) {
    const { block, cells } = step;
    const score = async (which: readonly number[]): Promise<void> => {
      const first = block === 0 ? prompted : 0;
      const places = which.map((cell) => first + cell);
      const tokens = which.map((cell) => cells[cell] as number);
      for (const [i, found] of (await sequence.score(places, tokens, best)).entries())
        scores[which[i] as number] = found;
    };
    if (step.kind === "denoise") {
      const written = [...cells.keys()].filter((cell) => cells[cell] !== (before[cell] ?? maskToken));
      for (const cell of written) writtenAt[cell] = stepOfBlock;
      if (!rescores) await score(written);
      before = cells;
      stepOfBlock++;
      yield step;
    } else {
      if (rescores) await score([...cells.keys()]);
      yield {
        ...step,
        tokens: cells.map((_, cell) => ({ ...(scores[cell] as TokenScore), step: writtenAt[cell] as number })),
      };
      before = [];
      stepOfBlock = 0;
    }
  }
}
