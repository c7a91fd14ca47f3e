/** Byte-level byte-pair encoding: training from counted pieces, and a cached encoder. Knows no files. */

/** The id of each token is its index in the list; the model's config refers to the first two. */
export const SPECIAL_TOKENS = ["<|endoftext|>", "<|mask|>", "<role>", "</role>", "<|role_end|>"] as const;

/**
 * Pattern that cuts text before pairs are merged: single digits, words with the space before them, runs of signs, a
 * line break together with the indentation after it, and other space. No merge crosses a cut.
 */
export const PIECE_PATTERN = "\\p{N}| ?\\p{L}+| ?[^\\s\\p{L}\\p{N}]+|\\n+ *|\\s+(?!\\S)|\\s+";

/** A vocabulary (token text in the byte alphabet -> id) and its merges in the order of their rank. */
export interface BytePairs {
  vocabulary: Map<string, number>;
  merges: [left: string, right: string][];
}

/** The printable letter for each byte in Hugging Face's byte-level files. */
export function byteAlphabet(): string[] {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/** Counts the pieces of texts; special tokens are cut out first. */
export function countPieces(texts: Iterable<string>): Map<string, number> {
  const pattern = new RegExp(PIECE_PATTERN, "gu");
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of splitSpecial(text)) {
      if ((SPECIAL_TOKENS as readonly string[]).includes(part)) continue;
      for (const [piece] of part.matchAll(pattern)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Learns merges until the vocabulary has `size` tokens: special tokens, 256 bytes, then the most frequent pairs.
 * Equal counts are decided by the pair's text, so the result does not depend on the order of the pieces.
 */
export function trainBytePairs(pieces: ReadonlyMap<string, number>, size: number): BytePairs {
  const alphabet = byteAlphabet();
  const tokens: string[] = [...SPECIAL_TOKENS, ...alphabet];
  const offset = SPECIAL_TOKENS.length;
  const words = [...pieces].map(([piece, count]) => ({
    ids: [...Buffer.from(piece)].map((byte) => byte + offset),
    count,
  }));
  const pairCounts = new Map<number, number>();
  const wordsOfPair = new Map<number, Set<number>>();
  const key = (left: number, right: number): number => left * 65536 + right;
  const add = (word: number, sign: 1 | -1): void => {
    const { ids, count } = words[word]!;
    for (let i = 0; i + 1 < ids.length; i++) {
      const pair = key(ids[i]!, ids[i + 1]!);
      pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + sign * count);
      if (sign > 0) wordsOfPair.set(pair, (wordsOfPair.get(pair) ?? new Set()).add(word));
    }
  };
  words.forEach((_, word) => void add(word, 1));
  const textOf = (pair: number): string => `${tokens[Math.floor(pair / 65536)]} ${tokens[pair % 65536]}`;
  const merges: [string, string][] = [];
  while (tokens.length < size) {
    let best = -1;
    let most = 1;
    for (const [pair, count] of pairCounts) {
      if (count > most || (count === most && best >= 0 && textOf(pair) < textOf(best))) [best, most] = [pair, count];
    }
    if (best < 0) break;
    const [left, right] = [Math.floor(best / 65536), best % 65536];
    merges.push([tokens[left]!, tokens[right]!]);
    tokens.push(tokens[left]! + tokens[right]!);
    for (const word of wordsOfPair.get(best) ?? []) {
      add(word, -1);
      words[word]!.ids = mergePair(words[word]!.ids, left, right, tokens.length - 1);
      add(word, 1);
    }
    pairCounts.delete(best);
    wordsOfPair.delete(best);
  }
  return { vocabulary: new Map(tokens.map((token, id) => [token, id])), merges };
}

function mergePair(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      out.push(merged);
      i++;
    } else out.push(ids[i]!);
  }
  return out;
}

/** An encoder of text (special tokens included) to ids; pieces are encoded once and cached. */
export function createEncoder(pairs: BytePairs): (text: string) => number[] {
  const alphabet = byteAlphabet();
  const pattern = new RegExp(PIECE_PATTERN, "gu");
  const ranks = new Map(pairs.merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  const known = new Map<string, number[]>();
  const encodePiece = (piece: string): number[] => {
    let parts = [...Buffer.from(piece)].map((byte) => alphabet[byte]!);
    for (;;) {
      let best = -1;
      let bestRank = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = ranks.get(`${parts[i]} ${parts[i + 1]}`);
        if (rank !== undefined && rank < bestRank) [best, bestRank] = [i, rank];
      }
      if (best < 0) return parts.map((part) => pairs.vocabulary.get(part)!);
      parts = [...parts.slice(0, best), parts[best]! + parts[best + 1]!, ...parts.slice(best + 2)];
    }
  };
  return (text) => {
    const ids: number[] = [];
    for (const part of splitSpecial(text)) {
      const special = (SPECIAL_TOKENS as readonly string[]).indexOf(part);
      if (special >= 0) ids.push(special);
      else
        for (const [piece] of part.matchAll(pattern)) {
          const encoded = known.get(piece) ?? encodePiece(piece);
          known.set(piece, encoded);
          for (const id of encoded) ids.push(id);
        }
    }
    return ids;
  };
}

function splitSpecial(text: string): string[] {
  return text.split(/(<\|endoftext\|>|<\|mask\|>|<role>|<\/role>|<\|role_end\|>)/).filter((part) => part !== "");
}
