/** A block while it is denoised: what every decoding rule decides from and answers with. It knows no model and no rule. */
import type { EditOp } from "@palimpsest/proto";

/** A token and its probability. */
export interface Choice {
  readonly token: number;
  readonly probability: number;
}

/** The best token at a position other than mask, delete and split, and its probability. */
export interface Candidate extends Choice {
  /** 2.2: the two best tokens other than the mask, where delete and split may be among them. */
  readonly edit?: readonly [best: Choice, next: Choice];
  /** The token drawn for a masked cell, and its probability in the distribution it was drawn from. */
  readonly drawn?: Choice;
}

/** One change to a cell. `at` and `to` count the block's generated cells. */
export interface TokenEdit {
  readonly op: EditOp;
  /** The cell as they were before the step. */
  readonly at: number;
  /** Where the changed, or the inserted, cell is after the step; of a deleted one, what came behind it. */
  readonly to: number;
  /** Absent for an insertion. */
  readonly before?: number;
  /** Absent for a deletion; the mask token for an insertion. */
  readonly after?: number;
  readonly probability: number;
}

/** A block as it stands between two forwards. It does not change: a step makes another. */
export interface OpenBlock {
  readonly cells: readonly number[];
  /** Cells that the next step may change: those it needs candidates for. */
  readonly changeable: readonly number[];
  /** The rule has no further step for it. */
  readonly final: boolean;
  /** What the rule makes of a forward's candidates. */
  step(candidateOf: (cell: number) => Candidate): { readonly next: OpenBlock; readonly edits: readonly TokenEdit[] };
}

/** Where cells from `from` on hold what is asked for. */
export function positions(
  cells: readonly number[],
  from: number,
  holds: (token: number, i: number) => boolean,
): number[] {
  return cells.flatMap((token, i) => (i >= from && holds(token, i) ? [i] : []));
}
