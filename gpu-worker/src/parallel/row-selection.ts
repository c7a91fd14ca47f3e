/** Which rank computes which choice of a layer's rows, and the rows that one rank needs. */
import type { Rows } from "./exchange.ts";

/**
 * The rank that computes each choice [T, K]. If several ranks hold an expert, the row's experts decide between them: rows
 * spread over the ranks, and a row is summed in the same order in every batch.
 * @param ranks is written, as long as `experts`
 */
export function assignChoices(
  experts: BigInt64Array,
  topK: number,
  holders: readonly (readonly number[])[],
  ranks: Int32Array,
): void {
  // The low halves of the numbers, which are far quicker to read than a bigint.
  const low = new Int32Array(experts.buffer, experts.byteOffset, 2 * experts.length);
  for (let row = 0; row < experts.length; row += topK) {
    let spread = 0;
    for (let k = 0; k < topK; k++) spread += low[2 * (row + k)] as number;
    for (let choice = row; choice < row + topK; choice++) {
      const holding = holders[low[2 * choice] as number] as readonly number[];
      ranks[choice] = (holding.length === 1 ? holding[0] : holding[spread % holding.length]) as number;
    }
  }
}

/** The rows that a rank has a part in, in order. */
export function rowsFor(ranks: Int32Array, topK: number, rank: number): number[] {
  const rows: number[] = [];
  for (const [choice, at] of ranks.entries()) {
    const row = Math.trunc(choice / topK);
    if (at === rank && rows.at(-1) !== row) rows.push(row);
  }
  return rows;
}

/**
 * The weights with 0 for the choices of other ranks, since a choice of weight 0 adds nothing.
 * @param into is written, as long as `weights`
 */
export function putWeights(weights: Float32Array, ranks: Int32Array, rank: number, into: Float32Array): Float32Array {
  for (let choice = 0; choice < weights.length; choice++) {
    into[choice] = ranks[choice] === rank ? (weights[choice] as number) : 0;
  }
  return into;
}

/** Copies the rows out, one memory copy per row. */
export function takeRows<T extends Rows | BigInt64Array>(from: T, rows: readonly number[], width: number): T {
  const taken = new (from.constructor as new (length: number) => T)(rows.length * width);
  for (const [i, row] of rows.entries()) {
    taken.set(from.subarray(row * width, (row + 1) * width) as never, i * width);
  }
  return taken;
}

/** Copies the rows back, one memory copy per row. */
export function putRows(from: Rows, rows: readonly number[], width: number, to: Rows): void {
  for (const [i, row] of rows.entries()) to.set(from.subarray(i * width, (i + 1) * width), row * width);
}
