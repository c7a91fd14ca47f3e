/**
 * How probable the tokens of an answer were, told beside the steps of its decoding. It decides nothing: a decoding that is
 * scored takes the same steps.
 */
import type { Decoding } from "@palimpsest/proto";
import type { Step } from "../decoding/decode.ts";
import { WorkerError } from "../errors.ts";

/** How probable a token was at its cell, in the full softmax that no bias, penalty or temperature has moved. */
export interface TokenScore {
  /** Natural logarithm of its probability. */
  readonly logprob: number;
  /** The best tokens at its cell, in order. */
  readonly best: readonly { readonly token: number; readonly logprob: number }[];
}

/** What can score tokens by a sequence's last forward. */
export interface Scorer {
  /**
   * Scores a token at each of `cells` of the first open block that the last forward saw, and the `best` ones there. It takes
   * the head alone, no forward.
   */
  score(cells: readonly number[], tokens: readonly number[], best: number): Promise<readonly TokenScore[]>;
}

/** A committed token's score, and when it came to stand. */
export interface SettledToken extends TokenScore {
  /** The denoise step of its block, from 0, that wrote it. */
  readonly step: number;
}

export type ScoredStep = Step & { readonly tokens?: readonly SettledToken[] };

/** OpenAI's own limit. */
const BEST_LIMIT = 20;

/** @throws WorkerError when no such number of best tokens is told, or nothing is scored under this decoding */
export function checkScoring(best: number | undefined, { editing_window = 1 }: Decoding): void {
  if (best === undefined) return;
  if (!(Number.isInteger(best) && best >= 0 && best <= BEST_LIMIT)) {
    const message = `top_logprobs: must be a whole number from 0 to ${BEST_LIMIT}, not ${best}`;
    throw new WorkerError("invalid_request", message, { param: "top_logprobs" });
  }
  if (editing_window > 1) {
    const message = `logprobs: cannot be had with an editing_window of ${editing_window} blocks; leave one of them out`;
    throw new WorkerError("invalid_request", message, { param: "logprobs" });
  }
}

export interface ScoringOptions {
  /** Best tokens told beside each. */
  readonly best: number;
  /** Cells of the prompt in the first block. */
  readonly prompted: number;
  readonly maskToken: number;
  /** Whether later steps look again at a token that stands, as those of every rule but 2.0 do. */
  readonly looksAgain: boolean;
}

/**
 * The steps as they are, each commit with the scores of its tokens. A token is scored by the last denoise step that looked at
 * its cell: the last one of its block, or where none looks again the one that wrote it.
 */
export async function* scored(
  steps: AsyncIterable<Step>,
  scorer: Scorer,
  { best, prompted, maskToken, looksAgain }: ScoringOptions,
): AsyncGenerator<ScoredStep, void, void> {
  let before: readonly number[] = [];
  let taken = 0;
  const settled: number[] = [];
  const scores: TokenScore[] = [];
  for await (const step of steps) {
    const { block, cells } = step;
    const score = async (which: readonly number[]): Promise<void> => {
      const first = block === 0 ? prompted : 0;
      const places = which.map((cell) => first + cell);
      const tokens = which.map((cell) => cells[cell] as number);
      for (const [i, found] of (await scorer.score(places, tokens, best)).entries()) scores[which[i] as number] = found;
    };
    if (step.kind === "denoise") {
      const written = [...cells.keys()].filter((cell) => cells[cell] !== (before[cell] ?? maskToken));
      for (const cell of written) settled[cell] = taken;
      if (!looksAgain) await score(written);
      before = cells;
      taken++;
      yield step;
    } else {
      if (looksAgain) await score([...cells.keys()]);
      yield {
        ...step,
        tokens: cells.map((_, cell) => ({ ...(scores[cell] as TokenScore), step: settled[cell] as number })),
      };
      before = [];
      taken = 0;
    }
  }
}
