/**
 * Block-diffusion decoding of one sequence: LLaDA2.0 (unmask only) and LLaDA2.1 (unmask and substitute, "token editing").
 * It knows no tensors, batches, text or sockets.
 *
 * A block of masked cells is denoised until nothing changes any more, then committed; blocks go strictly left to right.
 * Sources: LLaDA2.1 report, equations 1-3; the released `generate()` of both versions, whose decisions it reproduces.
 */
import type { Decoding } from "@palimpsest/proto";
import type { Sampling } from "./sampling.ts";

/** The best token at a position and its probability. */
export interface Candidate {
  readonly token: number;
  readonly probability: number;
  /** The token drawn for a masked cell, and its probability in the distribution it was drawn from. */
  readonly drawn?: { readonly token: number; readonly probability: number };
}

/** A token to draw at a cell: from where in the cumulative distribution, in [0, 1). */
export interface Draw extends Sampling {
  readonly cell: number;
  readonly uniform: number;
}

/** A model as one sequence sees it. Positions are implied: what was prefilled and committed comes first. */
export interface SequenceModel {
  /** Runs the prompt's full blocks, in as many forwards as it takes; their K/V join the cache. */
  prefill(tokens: readonly number[], signal: AbortSignal): Promise<void>;
  /**
   * One forward of the open block over the cache. A candidate for each of `cells` in order, never the mask token; drawn where
   * `draws` asks. Cells that cannot change are not asked for, which spares the head their rows.
   */
  denoise(block: readonly number[], cells: readonly number[], draws?: readonly Draw[]): Promise<readonly Candidate[]>;
  /** The block is final: the K/V of a forward that saw exactly these tokens join the cache. */
  commit(block: readonly number[]): Promise<void>;
}

export interface DecodeOptions {
  readonly decoding: Decoding;
  readonly blockLength: number;
  readonly maskToken: number;
  /** Tokens that end the answer; empty to go on to the limit. */
  readonly eosTokens: ReadonlySet<number>;
  readonly maxTokens: number;
  /** Absent: the best token always. */
  readonly sampling?: Sampling & { readonly uniform: (block: number, step: number, cell: number) => number };
}

/** One change to a cell. `at` counts the block's generated cells. */
export interface TokenEdit {
  readonly op: "unmask" | "substitute";
  readonly at: number;
  readonly before: number;
  readonly after: number;
  readonly probability: number;
}

/** What happened to a block, numbered from the one that holds the first generated cell. Cells are generated cells. */
export type Step =
  | {
      readonly kind: "denoise";
      readonly block: number;
      readonly cells: readonly number[];
      readonly edits: readonly TokenEdit[];
    }
  | {
      readonly kind: "commit";
      readonly block: number;
      readonly cells: readonly number[];
      readonly finish?: "stop" | "length";
    };

/**
 * Generates after `prompt` until an end token or `maxTokens`. The last commit carries `finish`; its cells stop at the end
 * token (included) or the limit. Steps are computed as they are asked for.
 */
export async function* decode(
  model: SequenceModel,
  prompt: readonly number[],
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  const { blockLength, maskToken, eosTokens, maxTokens } = options;
  const aligned = prompt.length - (prompt.length % blockLength);
  await model.prefill(prompt.slice(0, aligned), signal);

  // The prompt's tail shares the first generated block and is never edited.
  let tail = prompt.slice(aligned);
  let generated = 0;
  for (let block = 0; ; block++) {
    const cells = [...tail, ...new Array<number>(blockLength - tail.length).fill(maskToken)];
    yield* denoise(model, cells, tail.length, block, options, signal);

    const limit = Math.min(blockLength - tail.length, maxTokens - generated);
    const answer = cells.slice(tail.length, tail.length + limit);
    const eos = answer.findIndex((token) => eosTokens.has(token));
    if (eos >= 0) {
      yield { kind: "commit", block, cells: answer.slice(0, eos + 1), finish: "stop" };
      return;
    }
    generated += limit;
    if (generated === maxTokens) {
      yield { kind: "commit", block, cells: answer, finish: "length" };
      return;
    }
    yield { kind: "commit", block, cells: answer };
    signal.throwIfAborted();
    await model.commit(cells);
    tail = [];
  }
}

/** Denoises a block in place until its rule says it is final. The first `prompted` cells are never touched. */
async function* denoise(
  model: SequenceModel,
  cells: number[],
  prompted: number,
  block: number,
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  // 2.0 never edits: it leaves the loop with its last mask.
  const { rule, threshold, editing_threshold = 1, max_post_steps = 0, num_to_transfer } = options.decoding;
  const editable = rule === "2.1";
  const { sampling } = options;
  for (let step = 0, postSteps = 0; ; step++) {
    const masked = positions(cells, prompted, (token) => token === options.maskToken);
    if (masked.length === 0 && ++postSteps > max_post_steps) return;

    signal.throwIfAborted();
    const draws =
      sampling && masked.map((cell) => ({ ...sampling, cell, uniform: sampling.uniform(block, step, cell) }));
    const changeable = editable ? positions(cells, prompted, () => true) : masked;
    const found = await model.denoise(cells, changeable, draws);
    const candidates = new Map(changeable.map((cell, i) => [cell, found[i] as Candidate]));
    // A masked cell may take what was drawn. A token is always compared with the best one, untempered: drawing there would
    // rewrite the whole block at every step (a deviation from the reference, which draws).
    const candidate = (i: number) => {
      const best = candidates.get(i) as Candidate;
      return cells[i] === options.maskToken ? (best.drawn ?? best) : best;
    };
    const probability = (i: number): number => candidate(i).probability;

    // Mask to token: all that pass the threshold, or else the best few.
    let unmasked = masked.filter((i) => probability(i) > threshold);
    if (unmasked.length < num_to_transfer) {
      unmasked = masked.toSorted((i, j) => probability(j) - probability(i) || i - j).slice(0, num_to_transfer);
    }
    // Token to token, by the same forward.
    const substituted = editable
      ? positions(cells, prompted, (token, i) => {
          return token !== options.maskToken && candidate(i).token !== token && probability(i) > editing_threshold;
        })
      : [];

    const edits = [...unmasked, ...substituted]
      .toSorted((i, j) => i - j)
      .map((i): TokenEdit => {
        const { token: after, probability } = candidate(i);
        const before = cells[i] as number;
        cells[i] = after;
        return {
          op: before === options.maskToken ? "unmask" : "substitute",
          at: i - prompted,
          before,
          after,
          probability,
        };
      });
    yield { kind: "denoise", block, cells: cells.slice(prompted), edits };

    if (editable ? masked.length === 0 && substituted.length === 0 : isFinal(cells, prompted, options)) return;
  }
}

/** 2.0: a token that stands is final, so the block is done when no mask stands before its first end token. */
function isFinal(cells: readonly number[], prompted: number, { maskToken, eosTokens }: DecodeOptions): boolean {
  const open = cells.findIndex((token, i) => i >= prompted && (token === maskToken || eosTokens.has(token)));
  return open < 0 || cells[open] !== maskToken;
}

function positions(cells: readonly number[], from: number, holds: (token: number, i: number) => boolean): number[] {
  return cells.flatMap((token, i) => (i >= from && holds(token, i) ? [i] : []));
}
