/** The blocks that are open in a decoding: their cells, their numbers, and whether the answer ends in them. */
import type { Decoding, Sampling } from "@palimpsest/proto";
import type { Candidate, OpenBlock, TokenEdit } from "./block.ts";
import type { BlockQuery, LogitAdjustment } from "./forwards.ts";
import { rules } from "./rules.ts";

export interface DecodeOptions {
  readonly decoding: Decoding;
  readonly blockLength: number;
  readonly maskToken: number;
  /** Delete and split tokens, required by rule 2.2. */
  readonly editTokens?: { readonly delete: number; readonly split: number };
  /** Tokens that end the answer. Empty: the answer goes on to the limit. */
  readonly eosTokens: ReadonlySet<number>;
  readonly maxTokens: number;
  /** Number of the first generated block; 0 by default. */
  readonly firstBlock?: number;
  /** Tokens of the answer at the end of the prompt: committed before, by this worker or another. */
  readonly answered?: readonly number[];
  /** With an editing window: the blocks that were open after the last commit, to resume from. */
  readonly open?: readonly number[];
  /** Tokens of the answer before which an end token is ignored. */
  readonly minTokens?: number;
  /** Tells whether the answer ends in its last block without an end token: by a stop string, which tokens do not show. */
  readonly ends?: (answer: readonly number[]) => boolean;
  /** Absent: the most probable token always. */
  readonly sampling?: Omit<Sampling, "seed"> & {
    readonly uniform: (block: number, step: number, cell: number) => number;
  };
  /** Logit adjustments at some cells of a block. */
  readonly adjust?: (block: AdjustableBlock) => readonly LogitAdjustment[];
}

/** Everything that a block's logit adjustments depend on. */
export interface AdjustableBlock {
  readonly block: number;
  readonly tokens: readonly number[];
  /** Cells to adjust. */
  readonly cells: readonly number[];
  /** Tokens of the answer before the block: committed ones, then those of older open blocks. */
  readonly answered: readonly number[];
}

/** A change to a block. Blocks are numbered in order; cells are generated cells, without the prompt's. */
export type Step =
  | {
      readonly kind: "denoise";
      readonly block: number;
      readonly cells: readonly number[];
      readonly edits: readonly TokenEdit[];
      /** Under a grammar: refused cells that were written or masked again, and cells that took forced text. */
      readonly grammar?: { readonly repairs: number; readonly forced: number };
    }
  | {
      readonly kind: "commit";
      readonly block: number;
      readonly cells: readonly number[];
      readonly finish?: "stop" | "length";
      /** The grammar ended the answer, so that it is whole within the token limit. */
      readonly isForced?: true;
      /** With an editing window: the blocks that stay open, all that is needed to resume behind this one. */
      readonly open?: readonly number[];
    };

/** End of an answer: its cells in the open blocks, up to the end token (included) or the limit. */
export interface Ending {
  readonly answer: readonly number[];
  /** Absent for a stop string. */
  readonly finish?: "stop" | "length";
}

export class OpenWindow {
  /** The prompt's full blocks. */
  readonly promptBlocks: readonly number[];
  readonly #options: DecodeOptions;
  /** Blocks that may be open at once. */
  readonly #size: number;
  #cells: readonly number[];
  /** Cells of the prompt in front: its tail shares the first generated block and is never edited. */
  #prompted: number;
  /** Number of the oldest open block. */
  #first: number;
  /** Tokens of the answer in committed blocks. */
  #answered: readonly number[];
  /** Those of them that this decoding has generated. */
  #generated = 0;

  constructor(prompt: readonly number[], options: DecodeOptions) {
    this.#options = options;
    this.#size = options.decoding.editing_window ?? 1;
    this.#prompted = prompt.length % options.blockLength;
    const aligned = prompt.length - this.#prompted;
    this.promptBlocks = prompt.slice(0, aligned);
    this.#cells = [...prompt.slice(aligned), ...(options.open ?? [])];
    this.#first = options.firstBlock ?? 0;
    this.#answered = options.answered ?? [];
  }

  /** A new block needs the place of the oldest. */
  get isFull(): boolean {
    return this.#cells.length === this.#size * this.#options.blockLength;
  }

  /** All open cells. */
  get cells(): readonly number[] {
    return this.#cells;
  }

  /** Cells of the prompt in front of them. */
  get prompted(): number {
    return this.#prompted;
  }

  /** Tokens of the limit that are left for the open blocks and those behind them. */
  get room(): number {
    return this.#options.maxTokens - this.#generated;
  }

  /** The answer's end, if it ends when the open blocks are final with these cells. */
  ending(cells = this.#cells): Ending | undefined {
    const { eosTokens, maxTokens, minTokens = 0, ends } = this.#options;
    const answer = cells.slice(this.#prompted, this.#prompted + maxTokens - this.#generated);
    const eos = answer.findIndex((token, i) => this.#generated + i >= minTokens && eosTokens.has(token));
    if (eos >= 0) return { answer: answer.slice(0, eos + 1), finish: "stop" };
    if (this.#generated + answer.length === maxTokens) return { answer, finish: "length" };
    return ends?.(answer) ? { answer } : undefined;
  }

  /** Commits of all open blocks, the last of them with `finish`. */
  *commitAll({ answer, finish }: Ending): Generator<Step, void, void> {
    const { blockLength } = this.#options;
    const blocks = cut(answer, blockLength, this.#prompted);
    for (const [i, cells] of blocks.entries()) {
      const isLast = i === blocks.length - 1;
      const rest = isLast ? finish && { finish } : { open: this.#cells.slice((i + 1) * blockLength) };
      yield { kind: "commit", block: this.#first + i, cells, ...rest };
    }
  }

  /** Commits of the rest of an answer that ends with these cells, the first of which is the first open one. */
  *finish(answer: readonly number[]): Generator<Step, void, void> {
    const blocks = cut(answer, this.#options.blockLength, this.#prompted);
    for (const [i, cells] of blocks.entries()) {
      const isLast = i === blocks.length - 1;
      yield { kind: "commit", block: this.#first + i, cells, ...(isLast && { finish: "stop", isForced: true }) };
    }
  }

  /** Takes the oldest block out of the window. @returns all its cells, and its commit */
  takeOldest(): { readonly block: readonly number[]; readonly step: Step } {
    const { blockLength } = this.#options;
    const block = this.#cells.slice(0, blockLength);
    const cells = block.slice(this.#prompted);
    this.#cells = this.#cells.slice(blockLength);
    const step: Step = {
      kind: "commit",
      block: this.#first++,
      cells,
      ...(this.#size > 1 && { open: this.#cells }),
    };
    this.#answered = [...this.#answered, ...cells];
    this.#generated += cells.length;
    this.#prompted = 0;
    return { block, step };
  }

  /** Fills the newest block up with masks, or appends a block of masks. */
  appendMasks(): void {
    const { blockLength, maskToken } = this.#options;
    const missing = blockLength - (this.#cells.length % blockLength);
    this.#cells = [...this.#cells, ...new Array<number>(missing).fill(maskToken)];
  }

  /** All open cells as one block under the decoding's rule. */
  openBlock(): OpenBlock {
    return rules[this.#options.decoding.rule].open(this.#cells, this.#prompted, this.#options);
  }

  /** Queries of a step, block by block: the cells that the rule may change. */
  queries(open: OpenBlock, step: number): BlockQuery[] {
    return this.#queries(open, { first: this.#first, prompted: this.#prompted, answered: this.#answered, step });
  }

  /**
   * Query of the next block's first step, if the open blocks may be final with these cells: no mask is left and the answer
   * does not end in them.
   * @param opened the next block's cells; masks by default
   */
  nextBlockQuery(cells: readonly number[], opened?: readonly number[]): BlockQuery | undefined {
    const { blockLength, maskToken, decoding } = this.#options;
    if (cells.includes(maskToken) || this.ending(cells)) return undefined;
    const begun = opened ?? new Array<number>(blockLength).fill(maskToken);
    const next = rules[decoding.rule].open(begun, 0, this.#options);
    const first = this.#first + cells.length / blockLength;
    const answered = [...this.#answered, ...cells.slice(this.#prompted)];
    return this.#queries(next, { first, prompted: 0, answered, step: 0 })[0];
  }

  /** Candidates by open cell. */
  candidatesByCell(
    queries: readonly BlockQuery[],
    candidates: readonly (readonly Candidate[])[],
  ): ReadonlyMap<number, Candidate> {
    const { blockLength } = this.#options;
    return new Map(
      queries.flatMap(({ cells }, b) =>
        cells.map((cell, i) => [b * blockLength + cell, candidates[b]?.[i] as Candidate]),
      ),
    );
  }

  /** Takes over the cells that a step left. @returns the step by block: the newest always, an older one if it was edited */
  *update(cells: readonly number[], edits: readonly TokenEdit[]): Generator<Step, void, void> {
    this.#cells = cells;
    const blocks = cut(cells.slice(this.#prompted), this.#options.blockLength, this.#prompted);
    let start = 0;
    for (const [i, cells] of blocks.entries()) {
      const end = start + cells.length;
      const own = edits
        .filter(({ at }) => at >= start && at < end)
        .map((edit) => ({ ...edit, at: edit.at - start, to: edit.to - start }));
      if (own.length > 0 || i === blocks.length - 1) {
        yield { kind: "denoise", block: this.#first + i, cells, edits: own };
      }
      start = end;
    }
  }

  #queries({ cells, changeable }: OpenBlock, { first, prompted, answered, step }: StepPlace): BlockQuery[] {
    const { blockLength, maskToken, sampling, adjust } = this.#options;
    return cut(cells, blockLength).map((tokens, i) => {
      const start = i * blockLength;
      const own = changeable.filter((cell) => cell >= start && cell < start + blockLength).map((cell) => cell - start);
      const draws =
        sampling &&
        own
          .filter((cell) => tokens[cell] === maskToken)
          .map((cell) => ({ ...sampling, cell, uniform: sampling.uniform(first + i, step, cell) }));
      const adjustments = adjust?.({
        block: first + i,
        tokens,
        cells: own,
        answered: [...answered, ...cells.slice(prompted, start)],
      });
      return { tokens, cells: own, ...(draws && { draws }), ...(adjustments && { adjustments }) };
    });
  }
}

/** A step's place in the decoding. */
interface StepPlace {
  /** Number of the oldest block. */
  readonly first: number;
  /** Cells of the prompt in it. */
  readonly prompted: number;
  /** Tokens of the answer before it. */
  readonly answered: readonly number[];
  readonly step: number;
}

/** Cells by block; the first block lacks its first `missing` cells. */
function cut(cells: readonly number[], blockLength: number, missing = 0): (readonly number[])[] {
  const blocks = Math.ceil((missing + cells.length) / blockLength);
  return Array.from({ length: blocks }, (_, i) =>
    cells.slice(Math.max(0, i * blockLength - missing), (i + 1) * blockLength - missing),
  );
}
