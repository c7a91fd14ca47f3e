/**
 * Groups rows by the expert they go to: the token permutation that dispatch and combine share. It computes indices
 * [tokens x topK]; the expert graph itself gathers and sums the hidden rows.
 */

/** A rank's share of a step. */
export interface Assignments {
  /** [A]: row of each assignment, grouped by local expert. */
  readonly rows: BigInt64Array;
  /** [local experts]: assignments of each, always even. */
  readonly counts: BigInt64Array;
  /** [tokens, topK]: index of each choice in [A]; A for a choice of another rank. */
  readonly slots: BigInt64Array;
}

/**
 * Lays out the chosen experts' rows for one rank. Odd groups repeat a row that no slot points to: onnxruntime's quantized
 * product takes another kernel for the last of an odd number of rows, so only even groups give a row the same bits in
 * every batch.
 *
 * @param experts [tokens, topK] expert ids
 * @param weights of the choices; a choice of weight 0 adds nothing and is left out
 * @param local the rank's experts, in the order of its graph
 */
export function permute(
  experts: BigInt64Array,
  weights: Float32Array,
  topK: number,
  local: readonly number[],
): Assignments {
  const choices = new Map(local.map((expert): [bigint, number[]] => [BigInt(expert), []]));
  experts.forEach((expert, choice) => {
    if (weights[choice] !== 0) choices.get(expert)?.push(choice);
  });
  const rows: bigint[] = [];
  const counts: bigint[] = [];
  const slots = new BigInt64Array(experts.length).fill(-1n);
  for (const group of choices.values()) {
    const before = rows.length;
    for (const choice of group) {
      slots[choice] = BigInt(rows.length);
      rows.push(BigInt(Math.trunc(choice / topK)));
    }
    if (group.length % 2 === 1) rows.push(rows.at(-1) as bigint);
    counts.push(BigInt(rows.length - before));
  }
  const elsewhere = BigInt(rows.length);
  return {
    rows: BigInt64Array.from(rows),
    counts: BigInt64Array.from(counts),
    slots: slots.map((slot) => (slot < 0n ? elsewhere : slot)),
  };
}
