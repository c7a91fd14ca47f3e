/** A tokenizer as a grammar sees it: what every token spells, and which single bytes tend to end a text. */
import { spelling } from "./byte-level.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Each token's bytes as byte-level BPE spells them, by id. Empty for tokens that are never a part of a text. */
export function spellings(tokenizer: Pick<Tokenizer, "bytes">, vocabSize: number): string[] {
  return Array.from({ length: vocabSize }, (_, token) => spelling(tokenizer.bytes(token)));
}

/**
 * Tokens of single bytes, first those that close what is open. A comma comes before letters and digits: a number that went on
 * with an exponent would never end.
 */
export function closingTokens(tokenizer: Pick<Tokenizer, "bytes">, vocabSize: number): number[] {
  const tokenOf = new Map<string, number>();
  for (let token = 0; token < vocabSize; token++) {
    const bytes = tokenizer.bytes(token);
    const [byte = 0] = bytes;
    const isPrintable = (byte >= 0x20 && byte < 0x7f) || byte === 0x0a;
    if (bytes.length === 1 && isPrintable) tokenOf.set(String.fromCharCode(byte), token);
  }
  const others = [...tokenOf.keys()].filter((c) => !FIRST.includes(c)).sort();
  return [...FIRST, ...others].flatMap((c) => tokenOf.get(c) ?? []);
}

const FIRST = '"}]<\n,: 0nft';
