/**
 * The text of a choice as its blocks are committed: decodes tokens in context, holds back text that cannot be shown yet (an
 * incomplete character, a possible beginning of a stop string) and finds stop strings.
 */
import type { TokenBytes } from "../tokenizer/token-bytes.ts";

/** Text that a committed block adds. */
export interface CommittedText {
  readonly text: string;
  /** UTF-16 units of the choice's text before it. */
  readonly start: number;
  /** The stop string that was found: the choice ends here. */
  readonly stop?: string;
}

export class AnswerText {
  readonly #bytes: TokenBytes;
  readonly #stop: readonly string[];
  /** Bytes of an incomplete character. */
  #partial: Uint8Array = new Uint8Array(0);
  /** Held-back text that could begin a stop string. */
  #held = "";
  #length = 0;

  constructor(bytes: TokenBytes, stop: readonly string[]) {
    this.#bytes = bytes;
    this.#stop = stop;
  }

  /** Appends a committed block's tokens. `last` also shows the text that was held back. */
  commit(tokens: readonly number[], last: boolean): CommittedText {
    const { text, partial } = this.#read(tokens, last);
    this.#partial = partial;
    const found = firstStop(text, this.#stop);
    const visible = found?.start ?? (last ? text.length : text.length - heldLength(text, this.#stop));
    this.#held = found === undefined ? text.slice(visible) : "";
    const start = this.#length;
    this.#length += visible;
    return { text: text.slice(0, visible), start, ...(found && { stop: found.stop }) };
  }

  /** True if committing these tokens, with more to follow, would find a stop string. */
  stops(tokens: readonly number[]): boolean {
    return this.#stop.length > 0 && firstStop(this.#read(tokens, false).text, this.#stop) !== undefined;
  }

  /** How many of these tokens the text needs: all, or those up to the end of the stop string that they complete. */
  needed(tokens: readonly number[]): number {
    if (!this.stops(tokens)) return tokens.length;
    const count = tokens.findIndex((_, i) => this.stops(tokens.slice(0, i + 1)));
    return count + 1;
  }

  /** Held-back text and these tokens, up to the last whole character. */
  #read(tokens: readonly number[], last: boolean): { text: string; partial: Uint8Array } {
    const bytes = join(this.#partial, ...tokens.map(this.#bytes));
    const complete = last ? bytes.length : completeLength(bytes);
    const text = this.#held + utf8().decode(bytes.subarray(0, complete));
    return { text, partial: bytes.subarray(complete) };
  }

  /**
   * Shows an open block behind the held-back text; `undefined` cells are masked. A character that a mask, the end or another
   * character cuts off is a U+FFFD. docs/edit-events.md defines the offsets.
   * @returns content (text, and counts of masked cells), and the offsets in the visible text of each cell and of the end
   */
  preview(cells: readonly (number | undefined)[]): { content: (string | number)[]; offsets: number[] } {
    const content: (string | number)[] = [];
    const offsets: (number | undefined)[] = [];
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
      if (cell === undefined) {
        endRun();
        offsets.push(shown);
        const masked = content.at(-1);
        if (typeof masked === "number") content[content.length - 1] = masked + 1;
        else content.push(1);
        decoder = utf8();
      } else {
        const bytes = this.#bytes(cell);
        const text = decoder.decode(bytes, { stream: true });
        const start = shown + run.length + (cutsOff(text, bytes) ? CUT_OFF.length : 0);
        offsets.push(bytes.length > 0 ? start : undefined);
        run += text;
      }
    }
    endRun();
    offsets.push(shown);
    // A cell without text stands where the next one does.
    for (let i = cells.length - 1; i >= 0; i--) offsets[i] ??= offsets[i + 1];
    return { content, offsets: offsets as number[] };
  }
}

/** A decoder's text for an incomplete character. */
const CUT_OFF = "\uFFFD";

/** True if these bytes, which a stream decoded to `text`, did not continue an incomplete character before them. */
function cutsOff(text: string, bytes: Uint8Array): boolean {
  return text.startsWith(CUT_OFF) && text === CUT_OFF + utf8().decode(bytes, { stream: true });
}

function utf8(): TextDecoder {
  // By default a decoder drops a byte order mark.
  return new TextDecoder("utf-8", { ignoreBOM: true });
}

/** Length up to the last whole character; at most 3 bytes are held back. */
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

/** The stop string that stands first; of several at one place, the first of the list. */
function firstStop(text: string, stops: readonly string[]): { start: number; stop: string } | undefined {
  const found = stops.map((stop) => ({ start: text.indexOf(stop), stop })).filter(({ start }) => start >= 0);
  return found.toSorted((a, b) => a.start - b.start)[0];
}

/** Length of the longest suffix of `text` that is a prefix of a stop string. */
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
