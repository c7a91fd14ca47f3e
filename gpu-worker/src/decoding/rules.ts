/** The decoding rules by model version. A rule decides what a step changes in a block, and when the block is final. */
import type { Decoding } from "@palimpsest/proto";
import type { OpenBlock } from "./block.ts";
import { levenshteinBlock, levenshteinOptions } from "./levenshtein.ts";
import type { DecodeOptions } from "./open-window.ts";
import { tokenEditingBlock, unmaskingBlock } from "./token-editing.ts";

/** The options that rules read. */
export type RuleOptions = Pick<DecodeOptions, "decoding" | "maskToken" | "eosTokens" | "editTokens">;

export interface DecodingRule {
  /** Opens a block whose first `prompted` cells are the prompt's and never change. */
  readonly open: (cells: readonly number[], prompted: number, options: RuleOptions) => OpenBlock;
  /** Later steps may change a token again, so it is scored by the last forward of its block, not by the one that wrote it. */
  readonly rescores: boolean;
}

export const rules = {
  "2.0": { open: unmaskingBlock, rescores: false },
  "2.1": { open: tokenEditingBlock, rescores: true },
  "2.2": {
    open: (cells, prompted, options) => levenshteinBlock(cells, prompted, levenshteinOptions(options)),
    rescores: true,
  },
} as const satisfies Record<Decoding["rule"], DecodingRule>;
