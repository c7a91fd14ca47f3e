/** A block while it is denoised: the input and the output of every decoding rule. */
import type { EditOp } from "@palimpsest/proto";

/** A token and its probability. */
export interface TokenProbability {
  readonly token: number;
  readonly probability: number;
}

/** The most probable token at a position, other than mask, delete and split. */
export interface Candidate extends TokenProbability {
  /** 2.2: the two most probable tokens other than the mask; delete and split may be among them. */
  readonly edit?: readonly [best: TokenProbability, next: TokenProbability];
  /** The token drawn for a masked cell, with its probability in the distribution it was drawn from. */
  readonly drawn?: TokenProbability;
  /** The most probable tokens but mask, delete and split, best first, if the query asked for them. */
  readonly best?: readonly TokenProbability[];
}

/** A change to a cell. `at` and `to` count the block's generated cells. */
export interface TokenEdit {
  readonly op: EditOp;
  /** The cell's place before the step. */
  readonly at: number;
  /** The place of the changed or inserted cell after the step; for a deletion, of the cell that follows it. */
  readonly to: number;
  /** Absent for an insertion. */
  readonly before?: number;
  /** Absent for a deletion; the mask token for an insertion and a re-masking. */
  readonly after?: number;
  readonly probability: number;
  /** Absent: the decoding rule made it. */
  readonly reason?: "grammar";
}

/** A block between two forwards. Immutable: a step returns the next one. */
export interface OpenBlock {
  readonly cells: readonly number[];
  /** Cells that the next step may change, and so needs candidates for. */
  readonly changeable: readonly number[];
  /** The rule has no further step for it. */
  readonly final: boolean;
  /** Applies the rule to a forward's candidates. */
  step(candidateOf: (cell: number) => Candidate): { readonly next: OpenBlock; readonly edits: readonly TokenEdit[] };
}

/** Positions from `from` on whose token passes the test. */
export function positions(
  cells: readonly number[],
  from: number,
  test: (token: number, i: number) => boolean,
): number[] {
  return cells.flatMap((token, i) => (i >= from && test(token, i) ? [i] : []));
}
