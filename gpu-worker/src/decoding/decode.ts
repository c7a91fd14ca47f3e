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
   * One forward of the open blocks, which follow each other, over the cache. A candidate for each of their `cells` in order,
   * never the mask token; drawn where `draws` asks. `next` is the first step of the block that follows if these are final as
   * they stand: it may run in the same forward, and is then found when it is asked for.
   */
  denoise(blocks: readonly AskedBlock[], next?: AskedBlock): Promise<readonly (readonly Candidate[])[]>;
  /** The first open block is final: the K/V of a forward that saw exactly these tokens join the cache. */
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
  /** With an editing window: the blocks that were open after the last commit, where a decoding goes on. */
  readonly open?: readonly number[];
  /** Tokens of the answer before which an end token ends nothing. */
  readonly minTokens?: number;
  /** Whether the answer ends in this block though it holds no end token: a stop string, which tokens do not show. */
  readonly ends?: (answer: readonly number[]) => boolean;
  /** Absent: the best token always. */
  readonly sampling?: Sampling & { readonly uniform: (block: number, step: number, cell: number) => number };
  /** What is moved at some cells of a block. */
  readonly adjust?: (block: number, tokens: readonly number[], cells: readonly number[]) => readonly Adjustment[];
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
      /** With an editing window: the blocks that stay open, all that a decoding needs to go on behind this one. */
      readonly open?: readonly number[];
    };

/**
 * Generates after `prompt` until an end token or `maxTokens`. The last commit carries `finish`; its cells stop at the end
 * token (included) or the limit. Steps are computed as they are asked for.
 *
 * Up to `editing_window` blocks are open at once, one by default. They are denoised as one: the newest is unmasked, all are
 * edited, and they settle together. The oldest is committed when a new one needs its place, all when the answer ends.
 */
export async function* decode(
  model: SequenceModel,
  prompt: readonly number[],
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  const { blockLength, maskToken, eosTokens, maxTokens, minTokens = 0 } = options;
  const window = options.decoding.editing_window ?? 1;
  const aligned = prompt.length - (prompt.length % blockLength);
  await model.prefill(prompt.slice(0, aligned), signal);

  // The prompt's tail shares the first generated block and is never edited.
  let prompted = prompt.length - aligned;
  let cells: readonly number[] = [...prompt.slice(aligned), ...(options.open ?? [])];
  let generated = 0;
  for (let first = options.firstBlock ?? 0; ; ) {
    const answerIn = (cells: readonly number[]) => cells.slice(prompted, prompted + maxTokens - generated);
    const endIn = (answer: readonly number[]) =>
      answer.findIndex((token, i) => generated + i >= minTokens && eosTokens.has(token));
    const isLast = (cells: readonly number[]): boolean => {
      const answer = answerIn(cells);
      const full = generated + answer.length === maxTokens;
      return full || endIn(answer) >= 0 || !!options.ends?.(answer);
    };
    if (isLast(cells)) {
      const answer = answerIn(cells);
      const eos = endIn(answer);
      const rest = cut(eos < 0 ? answer : answer.slice(0, eos + 1), blockLength, prompted);
      const full = generated + answer.length === maxTokens && ("length" as const);
      const finish = eos >= 0 ? ("stop" as const) : full;
      for (const [i, own] of rest.entries()) {
        const after = i < rest.length - 1 ? { open: cells.slice((i + 1) * blockLength) } : finish && { finish };
        yield { kind: "commit", block: first + i, cells: own, ...after };
      }
      return;
    }
    if (cells.length === window * blockLength) {
      const oldest = cells.slice(0, blockLength);
      cells = cells.slice(blockLength);
      yield { kind: "commit", block: first, cells: oldest.slice(prompted), ...(window > 1 && { open: cells }) };
      signal.throwIfAborted();
      await model.commit(oldest);
      generated += oldest.length - prompted;
      prompted = 0;
      first++;
    }
    const masks = new Array<number>(blockLength - (cells.length % blockLength)).fill(maskToken);
    cells = yield* denoise(model, { first, cells: [...cells, ...masks], prompted, isLast }, options, signal);
  }
}

/** Blocks that are denoised together. */
interface Window {
  /** Number of the oldest. */
  readonly first: number;
  readonly cells: readonly number[];
  /** Cells of the prompt in front, which are never touched. */
  readonly prompted: number;
  /** Whether the answer would end here if all were final with these cells. */
  readonly isLast: (cells: readonly number[]) => boolean;
}

/** Denoises open blocks until their rule says that they are final. @returns their cells */
async function* denoise(
  model: SequenceModel,
  { first, cells, prompted, isLast }: Window,
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, readonly number[], void> {
  const { blockLength, maskToken } = options;
  const next = first + cells.length / blockLength;
  let open = openBlock(cells, prompted, options);
  for (let step = 0; !open.final; step++) {
    signal.throwIfAborted();
    // A forward without masks may change nothing: then the next block's first step can have run in it.
    const mayBeFinal = !open.cells.includes(maskToken) && !isLast(open.cells);
    const asked = ask(open, first, step, options);
    const found = await model.denoise(asked, mayBeFinal ? ask(maskedBlock(options), next, 0, options)[0] : undefined);
    const candidates = new Map(
      asked.flatMap(({ cells }, b) => cells.map((cell, i) => [b * blockLength + cell, found[b]?.[i] as Candidate])),
    );
    const stepped = open.step((cell) => candidates.get(cell) as Candidate);
    open = stepped.next;
    yield* tellStep(open.cells, stepped.edits, { first, prompted }, blockLength);
  }
  return open.cells;
}

/** What a step did, block by block; to an older one only where it did something. */
function* tellStep(
  cells: readonly number[],
  edits: readonly TokenEdit[],
  { first, prompted }: Pick<Window, "first" | "prompted">,
  blockLength: number,
): Generator<Step, void, void> {
  const blocks = cut(cells.slice(prompted), blockLength, prompted);
  let start = 0;
  for (const [i, cells] of blocks.entries()) {
    const end = start + cells.length;
    const own = edits
      .filter(({ at }) => at >= start && at < end)
      .map((edit) => ({ ...edit, at: edit.at - start, to: edit.to - start }));
    if (own.length > 0 || i === blocks.length - 1) yield { kind: "denoise", block: first + i, cells, edits: own };
    start = end;
  }
}

/** What a step asks about each block: the cells that it may change. */
function ask(
  { cells, changeable }: OpenBlock,
  first: number,
  step: number,
  { sampling, adjust, maskToken, blockLength }: DecodeOptions,
): AskedBlock[] {
  return cut(cells, blockLength).map((tokens, i) => {
    const start = i * blockLength;
    const own = changeable.filter((cell) => cell >= start && cell < start + blockLength).map((cell) => cell - start);
    const draws =
      sampling &&
      own
        .filter((cell) => tokens[cell] === maskToken)
        .map((cell) => ({ ...sampling, cell, uniform: sampling.uniform(first + i, step, cell) }));
    const adjustments = adjust?.(first + i, tokens, own);
    return { tokens, cells: own, ...(draws && { draws }), ...(adjustments && { adjustments }) };
  });
}

/** A block that holds nothing yet. */
function maskedBlock(options: DecodeOptions): OpenBlock {
  return openBlock(new Array<number>(options.blockLength).fill(options.maskToken), 0, options);
}

/** The block under the rule that decides about it. */
function openBlock(cells: readonly number[], prompted: number, options: DecodeOptions): OpenBlock {
  const { maskToken, editTokens, eosTokens } = options;
  const { rule, threshold, editing_threshold = 1, max_post_steps = 0 } = options.decoding;
  const unmask = { maskToken, threshold };
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

/** Cells by block; `missing` cells of the first are not among them. */
function cut(cells: readonly number[], blockLength: number, missing = 0): (readonly number[])[] {
  const blocks = Math.ceil((missing + cells.length) / blockLength);
  return Array.from({ length: blocks }, (_, i) =>
    cells.slice(Math.max(0, i * blockLength - missing), (i + 1) * blockLength - missing),
  );
}
