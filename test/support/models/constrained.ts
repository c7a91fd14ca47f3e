/** A tokenizer under a grammar, on this thread, and made-up models that answer without regard for it. */
import { fileURLToPath } from "node:url";
import type { Candidate, TokenProbability } from "../../../gpu-worker/src/decoding/block.ts";
import type { ConstrainedTokens } from "../../../gpu-worker/src/decoding/constrained-matcher.ts";
import type { SequenceModel } from "../../../gpu-worker/src/decoding/decode.ts";
import type { BlockQuery } from "../../../gpu-worker/src/decoding/forwards.ts";
import { GrammarCompiler } from "../../../gpu-worker/src/grammar/grammar-matcher.ts";
import { closingTokens, spellings } from "../../../gpu-worker/src/tokenizer/constrained-tokens.ts";
import { openTokenizer } from "../../../gpu-worker/src/tokenizer/tokenizer.ts";

export const VOCABULARY = { vocabSize: 2048, maskToken: 1, editTokens: { delete: 2, split: 3 }, endToken: 4 } as const;
const END_TOKENS = new Set([0, 4]);

/** The tokenizer of an earlier shipped model. It stays when the shipped one changes, because the drafts of these tests are cut by its tokens. */
export const TOKENIZER = fileURLToPath(new URL("tokenizer.json", import.meta.url));

export async function openConstrainedTokens() {
  const tokenizer = await openTokenizer({ tokenizer: TOKENIZER });
  const { vocabSize, maskToken, endToken } = VOCABULARY;
  const tokens: ConstrainedTokens = {
    ...{ maskToken, endToken, endTokens: END_TOKENS, closing: closingTokens(tokenizer, vocabSize) },
    ...{ pieces: tokenizer.pieces, encode: tokenizer.encode, bytes: tokenizer.bytes },
  };
  const vocabulary = { spellings: spellings(tokenizer, vocabSize), endTokens: [...END_TOKENS] };
  const textOf = (ids: readonly number[]): string =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      Uint8Array.from(ids.flatMap((id) => [...tokenizer.bytes(id)])),
    );
  return { tokens, textOf, compiler: await GrammarCompiler.open(vocabulary) };
}

/** What a model wants to write at a cell, by all tokens up to the end of its block: it knows nothing of a grammar. */
export type Wish = (cell: number, seen: readonly number[]) => { token: number; certainty: number };

/** A model that wants the same at every cell, whatever the grammar refused before. */
export class WishfulModel implements SequenceModel {
  readonly committed: number[] = [];
  forwards = 0;
  readonly #wish: Wish;

  constructor(wish: Wish) {
    this.#wish = wish;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    this.committed.push(...tokens);
  }

  denoise(blocks: readonly BlockQuery[]): Promise<Candidate[][]> {
    return this.forward(blocks);
  }

  async forward(blocks: readonly BlockQuery[]): Promise<Candidate[][]> {
    this.forwards++;
    const seen = [...this.committed];
    return blocks.map(({ tokens, cells, allowed }) => {
      const start = seen.length;
      // A block sees nothing behind it.
      seen.push(...tokens);
      return cells.map((cell) => {
        const { token, certainty } = this.#wish(start + cell, seen);
        const ranked = [token, ...Array.from({ length: 4 }, (_, i) => 5 + ((token + 37 * (i + 1)) % 2043))];
        const masked = allowed?.cell === cell ? ranked.filter((one) => isAllowed(allowed.bits, one)) : ranked;
        if (masked.length === 0 && allowed) masked.push(nearest(allowed.bits, token));
        const best = masked.map(
          (one, i): TokenProbability => ({ token: one, probability: i === 0 ? certainty : (1 - certainty) / 5 }),
        );
        const [first] = best as [TokenProbability];
        return { ...first, best, edit: [first, best[1] ?? first] };
      });
    });
  }

  async commit(block: readonly number[]): Promise<void> {
    this.committed.push(...block);
  }
}

function isAllowed(bits: Int32Array, token: number): boolean {
  return (((bits[token >> 5] as number) >>> (token & 31)) & 1) === 1;
}

/** The first allowed token at or behind another, around the vocabulary. */
function nearest(bits: Int32Array, from: number): number {
  for (let i = 0; i < bits.length * 32; i++) {
    const token = (from + i) % (bits.length * 32);
    if (isAllowed(bits, token)) return token;
  }
  throw new Error("the grammar allows nothing at all");
}
