/**
 * Block-diffusion decoding of one sequence. It knows no tensors, batches, text or sockets.
 *
 * A block of masked cells is denoised until its rule says that it is final, then committed; blocks go strictly left to right.
 * What a step changes is the rule's: token-editing.ts has LLaDA2.0's and 2.1's,
 * levenshtein.ts 2.2's.
 */
import type { Decoding } from "@palimpsest/proto";
import type { Candidate, OpenBlock, TokenEdit } from "./block.ts";
import { levenshteinBlock } from "./levenshtein.ts";
import type { Sampling } from "./sampling.ts";
import { tokenEditingBlock, unmaskingBlock } from "./token-editing.ts";

export type { Candidate, TokenEdit } from "./block.ts";

/** A token to draw at a cell: from where in the cumulative distribution, in [0, 1). */
export interface Draw extends Sampling {
  readonly cell: number;
  readonly uniform: number;
}

/** Moves the logit of a token at a cell, before anything is chosen; minus infinity for a token that may not stand there. */
export interface Adjustment {
  readonly cell: number;
  readonly token: number;
  readonly by: number;
}

/** A block in a forward, and what is asked about it. */
export interface AskedBlock {
  readonly tokens: readonly number[];
  /** Cells that want a candidate. Those that cannot change are left out, which spares the head their rows. */
  readonly cells: readonly number[];
  readonly draws?: readonly Draw[];
  /** At `cells`; at most one for a token at a cell. */
  readonly adjustments?: readonly Adjustment[];
}

/** A model as one sequence sees it. Positions are implied: what was prefilled and committed comes first. */
export interface SequenceModel {
  /** Runs the prompt's full blocks, in as many forwards as it takes; their K/V join the cache. */
  prefill(tokens: readonly number[], signal: AbortSignal): Promise<void>;
  /**
   * One forward of the open block over the cache. A candidate for each of its `cells` in order, never the mask token; drawn
   * where `draws` asks. `next` is the first step of the block that follows if this one is final as it stands: it may run in
   * the same forward, and is then found when it is asked for.
   */
  denoise(block: AskedBlock, next?: AskedBlock): Promise<readonly Candidate[]>;
  /** The block is final: the K/V of a forward that saw exactly these tokens join the cache. */
  commit(block: readonly number[]): Promise<void>;
}

export interface DecodeOptions {
  readonly decoding: Decoding;
  readonly blockLength: number;
  readonly maskToken: number;
  /** Of a model that deletes and inserts: needed by rule 2.2. */
  readonly editTokens?: { readonly delete: number; readonly split: number };
  /** Tokens that end the answer; empty to go on to the limit. */
  readonly eosTokens: ReadonlySet<number>;
  readonly maxTokens: number;
  /** Number of the first block; 0 by default. */
  readonly firstBlock?: number;
  /** Whether the answer ends in this block though it holds no end token: a stop string, which tokens do not show. */
  readonly ends?: (answer: readonly number[]) => boolean;
  /** Absent: the best token always. */
  readonly sampling?: Sampling & { readonly uniform: (block: number, step: number, cell: number) => number };
}

/** What happened to a block. Blocks are numbered in order; cells are generated cells. */
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
  for (let block = options.firstBlock ?? 0; ; block++) {
    const prompted = tail.length;
    const limit = Math.min(blockLength - prompted, maxTokens - generated);
    const answerIn = (cells: readonly number[]) => cells.slice(prompted, prompted + limit);
    const isLast = (cells: readonly number[]): boolean => {
      const answer = answerIn(cells);
      return (
        generated + limit === maxTokens || answer.some((token) => eosTokens.has(token)) || !!options.ends?.(answer)
      );
    };
    const masked = [...tail, ...new Array<number>(blockLength - prompted).fill(maskToken)];
    const cells = yield* denoise(model, { block, masked, prompted, isLast }, options, signal);

    const answer = answerIn(cells);
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

/** A block before its first step. */
interface FreshBlock {
  readonly block: number;
  readonly masked: readonly number[];
  /** Cells of the prompt in front, which are never touched. */
  readonly prompted: number;
  /** Whether the answer would end with it if it were final with these cells. */
  readonly isLast: (cells: readonly number[]) => boolean;
}

/** Denoises a block until its rule says that it is final. @returns its cells */
async function* denoise(
  model: SequenceModel,
  { block, masked, prompted, isLast }: FreshBlock,
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, readonly number[], void> {
  let open = openBlock(masked, prompted, options);
  for (let step = 0; !open.final; step++) {
    signal.throwIfAborted();
    // A forward without masks may change nothing: then the next block's first step can have run in it.
    const mayBeFinal = !open.cells.includes(options.maskToken) && !isLast(open.cells);
    const found = await model.denoise(
      ask(open, block, step, options),
      mayBeFinal ? ask(maskedBlock(options), block + 1, 0, options) : undefined,
    );
    const candidates = new Map(open.changeable.map((cell, i) => [cell, found[i] as Candidate]));
    const { next, edits } = open.step((cell) => candidates.get(cell) as Candidate);
    open = next;
    yield { kind: "denoise", block, cells: open.cells.slice(prompted), edits };
  }
  return open.cells;
}

/** What a step asks about a block: the cells that it may change. */
function ask(
  { cells, changeable }: OpenBlock,
  block: number,
  step: number,
  { sampling, maskToken }: DecodeOptions,
): AskedBlock {
  const draws =
    sampling &&
    changeable
      .filter((cell) => cells[cell] === maskToken)
      .map((cell) => ({ ...sampling, cell, uniform: sampling.uniform(block, step, cell) }));
  return { tokens: cells, cells: changeable, ...(draws && { draws }) };
}

/** A block that holds nothing yet. */
function maskedBlock(options: DecodeOptions): OpenBlock {
  return openBlock(new Array<number>(options.blockLength).fill(options.maskToken), 0, options);
}

/** The block under the rule that decides about it. */
function openBlock(cells: readonly number[], prompted: number, options: DecodeOptions): OpenBlock {
  const { maskToken, editTokens, eosTokens } = options;
  const { rule, threshold, editing_threshold = 1, max_post_steps = 0, num_to_transfer } = options.decoding;
  const unmask = { maskToken, threshold, numToTransfer: num_to_transfer };
  const edit = { editingThreshold: editing_threshold, maxPostSteps: max_post_steps };
  switch (rule) {
    case "2.0":
      return unmaskingBlock(cells, prompted, { ...unmask, eosTokens });
    case "2.1":
      return tokenEditingBlock(cells, prompted, { ...unmask, ...edit });
    case "2.2":
      if (editTokens === undefined) throw new Error("decoding 2.2 needs the model's edit tokens");
      return levenshteinBlock(cells, prompted, { ...unmask, ...edit, editTokens });
  }
}
