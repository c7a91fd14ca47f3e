/**
 * The rules of LLaDA2.0 (unmask only) and LLaDA2.1 (unmask and substitute, "token editing") for one block. It knows no model.
 * Sources: LLaDA2.1 report, equations 1-3; the released `generate()` of both versions, whose decisions it reproduces.
 */
import { type Candidate, type Choice, type OpenBlock, positions, type TokenEdit } from "./block.ts";

/** What both rules decide by. */
export interface UnmaskOptions {
  readonly maskToken: number;
  readonly threshold: number;
}

/** Cells that a step unmasks when too few pass the threshold: `num_to_transfer` of the released code, whose presets set 1. */
const MIN_UNMASKED = 1;

export interface TokenEditingOptions extends UnmaskOptions {
  readonly editingThreshold: number;
  readonly maxPostSteps: number;
}

/** 2.0: a token that stands is final, so the block is done when no mask stands before its first end token. */
export function unmaskingBlock(
  cells: readonly number[],
  prompted: number,
  options: UnmaskOptions & { readonly eosTokens: ReadonlySet<number> },
): OpenBlock {
  const { maskToken, eosTokens } = options;
  const open = cells.findIndex((token, i) => i >= prompted && (token === maskToken || eosTokens.has(token)));
  const masked = maskedCells(cells, prompted, maskToken);
  return {
    cells,
    changeable: masked,
    final: open < 0 || cells[open] !== maskToken,
    step(candidateOf) {
      const { after, edits } = changed(cells, prompted, maskToken, unmasked(masked, candidateOf, options));
      return { next: unmaskingBlock(after, prompted, options), edits };
    },
  };
}

/** 2.1: the block is done when a step without masks changes nothing, or after as many of them as are allowed. */
export function tokenEditingBlock(
  cells: readonly number[],
  prompted: number,
  options: TokenEditingOptions,
  history = { postSteps: 0, stable: false },
): OpenBlock {
  const { maskToken, editingThreshold, maxPostSteps } = options;
  const masked = maskedCells(cells, prompted, maskToken);
  const exhausted = masked.length === 0 && history.postSteps >= maxPostSteps;
  return {
    cells,
    changeable: positions(cells, prompted, () => true),
    final: history.stable || exhausted,
    step(candidateOf) {
      // Token to token, by the same forward.
      const substituted = positions(cells, prompted, (token, i) => {
        const { token: best, probability } = candidateOf(i);
        return token !== maskToken && best !== token && probability > editingThreshold;
      });
      const writes = new Map(substituted.map((i): [number, Choice] => [i, candidateOf(i)]));
      for (const [i, choice] of unmasked(masked, candidateOf, options)) writes.set(i, choice);
      const { after, edits } = changed(cells, prompted, maskToken, writes);
      const stable = masked.length === 0 && edits.length === 0;
      const postSteps = history.postSteps + (masked.length === 0 ? 1 : 0);
      return { next: tokenEditingBlock(after, prompted, options, { postSteps, stable }), edits };
    },
  };
}

/**
 * Mask to token: all that pass the threshold, or else the best few. A masked cell may take what was drawn. A token is always
 * compared with the best one, untempered: drawing there would rewrite the whole block at every step (a deviation from the
 * reference, which draws).
 */
function unmasked(
  masked: readonly number[],
  candidateOf: (cell: number) => Candidate,
  { threshold }: UnmaskOptions,
): Map<number, Choice> {
  const choices = new Map(
    masked.map((i): [number, Choice] => {
      const candidate = candidateOf(i);
      return [i, candidate.drawn ?? candidate];
    }),
  );
  const probability = (i: number): number => (choices.get(i) as Choice).probability;
  let taken = masked.filter((i) => probability(i) > threshold);
  if (taken.length < MIN_UNMASKED) {
    taken = masked.toSorted((i, j) => probability(j) - probability(i) || i - j).slice(0, MIN_UNMASKED);
  }
  return new Map(taken.map((i) => [i, choices.get(i) as Choice]));
}

function changed(
  cells: readonly number[],
  prompted: number,
  maskToken: number,
  writes: ReadonlyMap<number, Choice>,
): { after: number[]; edits: TokenEdit[] } {
  const after = cells.map((token, i) => writes.get(i)?.token ?? token);
  const edits = positions(cells, prompted, (_, i) => writes.has(i)).map((i): TokenEdit => {
    const before = cells[i] as number;
    const { token, probability } = writes.get(i) as Choice;
    const op = before === maskToken ? "unmask" : "substitute";
    return { op, at: i - prompted, to: i - prompted, before, after: token, probability };
  });
  return { after, edits };
}

function maskedCells(cells: readonly number[], prompted: number, maskToken: number): number[] {
  return positions(cells, prompted, (token) => token === maskToken);
}
