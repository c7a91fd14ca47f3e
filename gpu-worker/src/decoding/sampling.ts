/**
 * Counter-based random numbers: a draw depends on the request's seed and on where it is made, never on what was drawn
 * before, so a text is the same alone, in a batch and when another worker goes on with it.
 */
import type { Sampling } from "@palimpsest/proto";

/** Counter of a draw. Blocks are numbered within the choice, cells within the block. */
export interface DrawPlace {
  readonly seed: bigint;
  readonly choice: number;
  readonly block: number;
  readonly step: number;
  readonly cell: number;
}

const WORD = 0xffff_ffff_ffff_ffffn;
/** SplitMix64's increment: the golden ratio in 64 bits. */
const INCREMENT = 0x9e37_79b9_7f4a_7c15n;

/** A number in [0, 1) with 24 bits, as many as f32 holds. */
export function uniform({ seed, choice, block, step, cell }: DrawPlace): number {
  let state = mix(seed & WORD);
  for (const counter of [choice, block, step, cell]) state = mix(state ^ BigInt(counter));
  return Number(state >> 40n) / 2 ** 24;
}

/** SplitMix64's step: every bit of the input moves every bit of the output. */
function mix(word: bigint): bigint {
  let z = (word + INCREMENT) & WORD;
  z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & WORD;
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & WORD;
  return z ^ (z >> 31n);
}

/** A choice's draws: the same for the same seed on every worker. */
export function choiceSampling({ seed, ...sampling }: Sampling & { readonly seed: bigint }, choice: number) {
  return {
    ...sampling,
    uniform: (block: number, step: number, cell: number) => uniform({ seed, choice, block, step, cell }),
  };
}
