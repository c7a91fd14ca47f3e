/** The rule for `poisoned`: a request that seems to crash workers must not go through all of them. */
import { type Failure, failureOf } from "./error-codes.ts";

/**
 * Attempts that begin at the same block. The last of them ends the response. An attempt that committed a block before it
 * crashed is not among them: the request may be harmless, and the next attempt begins at a later block.
 */
const FRUITLESS_LIMIT = 3;

/** An attempt at a response, as the next attempt sees it. */
export interface PastAttempt {
  /** Blocks of all choices that were committed when the attempt began. */
  readonly committedBlocks: number;
  /** The attempt's number among those that began at the same block, from 1. */
  readonly fruitlessAttempts: number;
  /** The attempt did not crash: its worker handed the response over, was full, or was never reached. */
  readonly released: boolean;
}

/** The number of the next attempt among those in a row that begin at the same block, from 1. A released attempt ends the row. */
export function countAttempt(before: PastAttempt | undefined, committedBlocks: number): number {
  if (before === undefined || before.committedBlocks !== committedBlocks || before.released) return 1;
  return before.fruitlessAttempts + 1;
}

/** The failure that this attempt ends the response with, by its number among those that begin at the same block. */
export function poisoning(fruitlessAttempts: number, committedBlocks: number): Failure | undefined {
  if (fruitlessAttempts < FRUITLESS_LIMIT) return undefined;
  const crashes = fruitlessAttempts - 1;
  const message = `${crashes} workers crashed over the request after ${committedBlocks} committed blocks; do not send it again`;
  return failureOf("poisoned", message);
}
