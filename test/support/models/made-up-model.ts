import type { Candidate, TokenProbability } from "../../../gpu-worker/src/decoding/block.ts";
import type { SequenceModel } from "../../../gpu-worker/src/decoding/decode.ts";
import type { BlockQuery, Draw } from "../../../gpu-worker/src/decoding/forwards.ts";
/**
 * A model for tests whose every probability follows from a seed and the tokens before and around a cell: every
 * behaviour of a real model occurs with some seed, loops included.
 */

export interface MadeUpWorld {
  readonly seed: number;
  readonly vocabSize: number;
  readonly maskToken: number;
  readonly editTokens?: { readonly delete: number; readonly split: number };
  /** Number of likely tokens, from token 0: fewer tokens make repetitions more frequent. */
  readonly answers: number;
  /** Ratio of an edit token's likelihood to an answer token's. */
  readonly eagerness?: number;
}

/** Probabilities of every token at a cell. `tokens` are all that the cell sees. */
export function madeUpRow(world: MadeUpWorld, tokens: readonly number[], cell: number): number[] {
  const { seed, vocabSize, maskToken, editTokens, answers, eagerness = 1 } = world;
  let state = [...tokens, cell].reduce((hash, token) => Math.imul(hash ^ token, 0x9e3779b1) + 1, seed);
  const weights = Array.from({ length: vocabSize }, (_, token) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const weight = ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    if (token === editTokens?.delete || token === editTokens?.split) return weight * eagerness;
    return token < answers || token === maskToken ? weight : weight / 100;
  });
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** The row with some tokens' logits moved. */
export function movedRow(row: readonly number[], moves: readonly { token: number; by: number }[]): number[] {
  const weights = [...row];
  for (const { token, by } of moves) weights[token] = (weights[token] as number) * Math.exp(by);
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** The most probable token except `never`. */
export function bestOf(row: readonly number[], never: readonly number[]): TokenProbability {
  const tokens = [...row.keys()].filter((token) => !never.includes(token));
  const token = tokens.reduce((a, b) => ((row[b] as number) > (row[a] as number) ? b : a));
  return { token, probability: row[token] as number };
}

/** A head's candidate for a row. */
export function madeUpCandidate(
  { maskToken, editTokens }: MadeUpWorld,
  row: readonly number[],
  draw?: Draw,
): Candidate {
  const never = [maskToken, ...(editTokens ? [editTokens.delete, editTokens.split] : [])];
  const best = bestOf(row, [maskToken]);
  return {
    ...bestOf(row, never),
    ...(editTokens && { edit: [best, bestOf(row, [maskToken, best.token])] as const }),
    ...(draw && { drawn: drawnOf(row, never, draw) }),
  };
}

/** Draws from the row without a temperature. */
function drawnOf(row: readonly number[], never: readonly number[], { uniform }: Draw): TokenProbability {
  const kept = row.map((probability, token) => (never.includes(token) ? 0 : probability));
  const total = kept.reduce((a, b) => a + b);
  let rest = uniform * total;
  const found = kept.findIndex((probability) => {
    rest -= probability;
    return rest < 0;
  });
  return { token: found, probability: (kept[found] as number) / total };
}

export class MadeUpModel implements SequenceModel {
  /** Tokens prefilled and committed so far. */
  readonly tokens: number[] = [];
  readonly counts = { forwards: 0, prefillForwards: 0 };
  readonly #world: MadeUpWorld;

  constructor(world: MadeUpWorld) {
    this.#world = world;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    this.tokens.push(...tokens);
  }

  async denoise(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    return this.forward(blocks);
  }

  async forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    this.counts.forwards++;
    return blocks.map(({ cells, draws, adjustments = [] }, i) => {
      const seen = [...this.tokens, ...blocks.slice(0, i + 1).flatMap(({ tokens }) => tokens)];
      const drawAt = new Map(draws?.map((draw) => [draw.cell, draw]));
      return cells.map((cell) => {
        const moves = adjustments.filter((one) => one.cell === cell);
        const row = madeUpRow(this.#world, seen, cell);
        return madeUpCandidate(this.#world, moves.length > 0 ? movedRow(row, moves) : row, drawAt.get(cell));
      });
    });
  }

  async commit(block: readonly number[]): Promise<void> {
    this.tokens.push(...block);
  }
}
