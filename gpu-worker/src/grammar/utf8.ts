/**
 * UTF-8 over tokens. The library takes any four bytes of the right form for a character, also those beyond U+10FFFF, and
 * surrogates; decoded, they are several U+FFFD, more characters than the grammar counted.
 */
import { spelledBytes } from "../tokenizer/byte-level.ts";

/** Between two characters; a text may end here. */
export const BOUNDARY = 0;
const INVALID = -1;

/** States inside a character, by the bytes that may follow: Unicode, table 3-7. */
const [ONE, TWO, THREE, AFTER_E0, AFTER_ED, AFTER_F0, AFTER_F4] = [1, 2, 3, 4, 5, 6, 7];
const STATES = 8;

/** State after a byte, or INVALID. */
function afterByte(state: number, byte: number): number {
  const within = (low: number, high: number, next: number): number => (byte >= low && byte <= high ? next : INVALID);
  switch (state) {
    case BOUNDARY:
      return afterLead(byte);
    case ONE:
      return within(0x80, 0xbf, BOUNDARY);
    case TWO:
      return within(0x80, 0xbf, ONE);
    case THREE:
      return within(0x80, 0xbf, TWO);
    case AFTER_E0:
      return within(0xa0, 0xbf, ONE);
    case AFTER_ED:
      return within(0x80, 0x9f, ONE);
    case AFTER_F0:
      return within(0x90, 0xbf, TWO);
    case AFTER_F4:
      return within(0x80, 0x8f, TWO);
    default:
      return INVALID;
  }
}

function afterLead(byte: number): number {
  if (byte < 0x80) return BOUNDARY;
  if (byte < 0xc2) return INVALID;
  if (byte < 0xe0) return ONE;
  if (byte === 0xe0) return AFTER_E0;
  if (byte === 0xed) return AFTER_ED;
  if (byte < 0xf0) return TWO;
  if (byte === 0xf0) return AFTER_F0;
  if (byte < 0xf4) return THREE;
  return byte === 0xf4 ? AFTER_F4 : INVALID;
}

/** The tokens of a vocabulary as steps between UTF-8 states. */
export class Utf8Tokens {
  /** [tokens, states]: a loop over tokens x states, once for a vocabulary. */
  readonly #next: Int8Array;
  /** Per state the tokens that may follow, one bit each. */
  readonly #masks: readonly Int32Array[];

  /** @param spellings each token's bytes, as byte-level BPE spells them */
  constructor(spellings: readonly string[]) {
    this.#next = new Int8Array(spellings.length * STATES);
    const words = Math.ceil(spellings.length / 32);
    const masks = Array.from({ length: STATES }, () => new Int32Array(words));
    for (const [token, spelling] of spellings.entries()) {
      const bytes = spelledBytes(spelling);
      for (const [state, mask] of masks.entries()) {
        const next = bytes.reduce((at, byte) => (at === INVALID ? INVALID : afterByte(at, byte)), state);
        this.#next[token * STATES + state] = next;
        if (next !== INVALID) mask[token >> 5] = (mask[token >> 5] as number) | (1 << (token & 31));
      }
    }
    this.#masks = masks;
  }

  /** The state after a token; undefined if its bytes are not UTF-8 there. */
  after(state: number, token: number): number | undefined {
    const next = this.#next[token * STATES + state];
    return next === undefined || next === INVALID ? undefined : next;
  }

  /** Clears the bits of tokens that may not follow, and of end tokens inside a character. */
  restrict(bitmask: Int32Array, state: number, endTokens: ReadonlySet<number>): Int32Array {
    const mask = this.#masks[state] as Int32Array;
    const ends = [...endTokens].filter((token) => isSet(bitmask, token));
    for (let word = 0; word < mask.length; word++) bitmask[word] = (bitmask[word] as number) & (mask[word] as number);
    for (const token of endTokens) clear(bitmask, token);
    if (state === BOUNDARY) for (const token of ends) set(bitmask, token);
    return bitmask;
  }
}

function isSet(bitmask: Int32Array, token: number): boolean {
  return ((bitmask[token >> 5] as number) & (1 << (token & 31))) !== 0;
}

function set(bitmask: Int32Array, token: number): void {
  bitmask[token >> 5] = (bitmask[token >> 5] as number) | (1 << (token & 31));
}

function clear(bitmask: Int32Array, token: number): void {
  bitmask[token >> 5] = (bitmask[token >> 5] as number) & ~(1 << (token & 31));
}
