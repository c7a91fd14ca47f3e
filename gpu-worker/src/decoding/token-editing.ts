/**
 * The rules of LLaDA2.0 (unmask only) and LLaDA2.1 (unmask and substitute, "token editing") for one block.
 * Sources: LLaDA2.1 report, equations 1-3; the released `generate()` of both versions, whose decisions they reproduce.
 */
import { type Candidate, type OpenBlock, positions, type TokenEdit, type TokenProbability } from "./block.ts";
import type { RuleOptions } from "./rules.ts";
import { chooseUnmasked, LEAST_UNMASKED } from "./unmasking.ts";

/** 2.0: a token never changes again, so the block is final when no mask stands before its first end token. */
export function unmaskingBlock(cells: readonly number[], prompted: number, options: RuleOptions): OpenBlock {
  const { maskToken, eosTokens } = options;
  const firstMaskOrEnd = cells.findIndex((token, i) => i >= prompted && (token === maskToken || eosTokens.has(token)));
  const masked = maskedCells(cells, prompted, maskToken);
  return {
    cells,
    changeable: masked,
    final: firstMaskOrEnd < 0 || cells[firstMaskOrEnd] !== maskToken,
    step(candidateOf) {
      const { after, edits } = written(cells, prompted, maskToken, unmasked(masked, candidateOf, options));
      return { next: unmaskingBlock(after, prompted, options), edits };
    },
  };
}

/** 2.1: the block is final when a step without masks changes nothing, or after `max_post_steps` such steps. */
export function tokenEditingBlock(
  cells: readonly number[],
  prompted: number,
  options: RuleOptions,
  history = { postSteps: 0, stable: false },
): OpenBlock {
  const { maskToken, decoding } = options;
  const { editing_threshold: editingThreshold = 1, max_post_steps: maxPostSteps = 0 } = decoding;
  const masked = maskedCells(cells, prompted, maskToken);
  const exhausted = masked.length === 0 && history.postSteps >= maxPostSteps;
  return {
    cells,
    changeable: positions(cells, prompted, () => true),
    final: history.stable || exhausted,
    step(candidateOf) {
      // T2T and M2T, both from the same forward.
      const substituted = positions(cells, prompted, (token, i) => {
        const { token: best, probability } = candidateOf(i);
        return token !== maskToken && best !== token && probability > editingThreshold;
      });
      const writes = new Map(substituted.map((i): [number, TokenProbability] => [i, candidateOf(i)]));
      for (const [i, choice] of unmasked(masked, candidateOf, options)) writes.set(i, choice);
      const { after, edits } = written(cells, prompted, maskToken, writes);
      const stable = masked.length === 0 && edits.length === 0;
      const postSteps = history.postSteps + (masked.length === 0 ? 1 : 0);
      return { next: tokenEditingBlock(after, prompted, options, { postSteps, stable }), edits };
    },
  };
}

/**
 * M2T, where a masked cell may take a drawn token. T2T always compares with the most probable token, untempered: a draw there
 * would rewrite the whole block at every step (a deviation from the reference, which draws).
 */
function unmasked(
  masked: readonly number[],
  candidateOf: (cell: number) => Candidate,
  { decoding: { threshold } }: RuleOptions,
): Map<number, TokenProbability> {
  const tokenAt = (cell: number): TokenProbability => candidateOf(cell).drawn ?? candidateOf(cell);
  return chooseUnmasked(masked, tokenAt, threshold, LEAST_UNMASKED);
}

function written(
  cells: readonly number[],
  prompted: number,
  maskToken: number,
  writes: ReadonlyMap<number, TokenProbability>,
): { after: number[]; edits: TokenEdit[] } {
  const after = cells.map((token, i) => writes.get(i)?.token ?? token);
  const edits = positions(cells, prompted, (_, i) => writes.has(i)).map((i): TokenEdit => {
    const before = cells[i] as number;
    const { token, probability } = writes.get(i) as TokenProbability;
    const op = before === maskToken ? "unmask" : "substitute";
    return { op, at: i - prompted, to: i - prompted, before, after: token, probability };
  });
  return { after, edits };
}

function maskedCells(cells: readonly number[], prompted: number, maskToken: number): number[] {
  return positions(cells, prompted, (token) => token === maskToken);
}
