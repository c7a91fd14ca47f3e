/**
 * The text of one choice as its blocks are committed: decodes tokens in context, keeps back what may not be shown yet (an
 * incomplete character, the beginning of a stop string) and finds stop strings. It knows no events and no decoding.
 */

import type { TokenBytes } from "../tokenizer/token-bytes.ts";

/** What a committed block adds. */
export interface CommittedText {
  readonly text: string;
  /** UTF-16 units of the choice's text before it. */
  readonly start: number;
  /** A stop string was found: the choice ends here. */
  readonly stopped: boolean;
}

export class AnswerText {
  readonly #bytes: TokenBytes;
  readonly #stop: readonly string[];
  /** Bytes that are not a whole character yet. */
  #partial: Uint8Array = new Uint8Array(0);
  /** Decoded text that could begin a stop string. */
  #held = "";
  #length = 0;

  constructor(bytes: TokenBytes, stop: readonly string[]) {
    this.#bytes = bytes;
    this.#stop = stop;
  }

  /** Takes a committed block's tokens. `last` flushes what was kept back. */
  commit(tokens: readonly number[], last: boolean): CommittedText {
    const { text, partial } = this.#read(tokens, last);
    this.#partial = partial;
    const end = firstStop(text, this.#stop);
    const visible = end ?? (last ? text.length : text.length - heldLength(text, this.#stop));
    this.#held = end === undefined ? text.slice(visible) : "";
    const start = this.#length;
    this.#length += visible;
    return { text: text.slice(0, visible), start, stopped: end !== undefined };
  }

  /** Whether committing these tokens, with more to follow, would find a stop string. */
  stops(tokens: readonly number[]): boolean {
    return this.#stop.length > 0 && firstStop(this.#read(tokens, false).text, this.#stop) !== undefined;
  }

  /** What was held back and these tokens, up to the last whole character. */
  #read(tokens: readonly number[], last: boolean): { text: string; partial: Uint8Array } {
    const bytes = join(this.#partial, ...tokens.map(this.#bytes));
    const complete = last ? bytes.length : completeLength(bytes);
    const text = this.#held + utf8().decode(bytes.subarray(0, complete));
    return { text, partial: bytes.subarray(complete) };
  }

  /**
   * What the open block looks like: its text after what was kept back, with `undefined` cells as holes.
   * @returns content (text, and counts of holes), and the offsets in the visible text of each cell and of the end
   */
  preview(cells: readonly (number | undefined)[]): { content: (string | number)[]; offsets: number[] } {
    const content: (string | number)[] = [];
    const offsets: number[] = [];
    let decoder = utf8();
    let run = this.#held + decoder.decode(this.#partial, { stream: true });
    let shown = 0;
    const endRun = (): void => {
      run += decoder.decode();
      if (run !== "") content.push(run);
      shown += run.length;
      run = "";
    };
    for (const cell of cells) {
      offsets.push(shown + run.length);
      if (cell === undefined) {
        endRun();
        const holes = content.at(-1);
        if (typeof holes === "number") content[content.length - 1] = holes + 1;
        else content.push(1);
        decoder = utf8();
      } else {
        run += decoder.decode(this.#bytes(cell), { stream: true });
      }
    }
    endRun();
    return { content, offsets: [...offsets, shown] };
  }
}

function utf8(): TextDecoder {
  // A byte order mark is text like any other.
  return new TextDecoder("utf-8", { ignoreBOM: true });
}

/** Bytes up to the last whole character; at most 3 are kept back. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** Where the earliest stop string begins. */
function firstStop(text: string, stop: readonly string[]): number | undefined {
  const found = stop.map((s) => text.indexOf(s)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** Length of the longest end of `text` that could be the beginning of a stop string. */
function heldLength(text: string, stop: readonly string[]): number {
  let longest = 0;
  for (const s of stop) {
    for (let length = Math.min(s.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(s.slice(0, length))) longest = length;
    }
  }
  return longest;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
