/** A model's forwards as its sequences use them. Targets differ in where rows, keys and values are, and in who runs the experts. */
import type { Tensor } from "onnxruntime-node";
import type { Candidate } from "../decoding/block.ts";
import type { Draw, LogitAdjustment, TokenScore } from "../decoding/forwards.ts";
import type { PageId } from "../memory/page-allocator.ts";
import type { BlockInput } from "./attention-inputs.ts";

/** A claim on the rows, keys and values of a forward, which are freed when no claim is left. */
export interface ForwardOutput extends Disposable {
  /** `hidden` [T, H], each layer's keys and values [B, kvHeads, S, D], and what else the target's head reads. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Another claim on the same values. */
  share(): ForwardOutput;
}

/** Tokens that a row may take, one bit each, 32 to a word. */
export interface AllowedRow {
  readonly row: number;
  readonly bits: Int32Array;
}

/** Requests to the head beyond the best token of each row. Rows are indices into those that it is asked for. */
export interface HeadRequest {
  /** The cells are rows. */
  readonly draws?: readonly Draw[];
  /** The cells are rows. */
  readonly adjustments?: readonly LogitAdjustment[];
  /** Rows whose best tokens are wanted: `Candidate.best`. */
  readonly best?: ReadonlySet<number>;
  /** Rows that may take some tokens only. */
  readonly allowed?: readonly AllowedRow[];
}

/** Outputs belong to the forward that gave them out; another cannot use them. */
export interface ModelForward extends AsyncDisposable {
  /** Why the device failed, and with it every forward from then on. Undefined while it works. */
  readonly deviceFailure?: string | undefined;
  /** Blocks of different sequences that may share a forward: its memory grows with them. No limit if absent. */
  readonly maxBlocks?: number;
  /** Runs the layers over blocks of any sequences at any places. One call at a time. */
  layers(blocks: readonly Omit<BlockInput, "cells">[]): Promise<ForwardOutput>;
  /** The head gives the best tokens of a row, and takes the tokens that a row may take. */
  readonly isConstrainable: boolean;
  /** The candidates at `rows` of a forward; those of draws also draw a token. */
  head(output: ForwardOutput, rows: readonly number[], request?: HeadRequest): Promise<Candidate[]>;
  /** Scores a token at each of `rows` of a forward, and the `best` most probable tokens there. */
  score(output: ForwardOutput, rows: readonly number[], tokens: readonly number[], best: number): Promise<TokenScore[]>;
  /** Stores the keys and values of a block in a page, for all later forwards. */
  write(page: PageId, output: ForwardOutput, block: number): void;
}
