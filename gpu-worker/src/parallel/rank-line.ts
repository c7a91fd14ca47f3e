/**
 * The words by which a leader and one rank's thread exchange a layer: a bell for each direction, and what it says. The rows
 * are in the same memory (exchange-memory.ts).
 */
import { BELL_FREE, BELL_WORDS, Bell } from "./bell.ts";

/** Bytes of an error's text; the rest is cut off. */
const FAILURE_BYTES = 1024;

/** Bytes of a line, whole cache lines. */
export const RANK_LINE_BYTES = 2 * BELL_WORDS * Int32Array.BYTES_PER_ELEMENT + FAILURE_BYTES;

/** Words of a dispatch. */
const [STOPPED, LAYER, ROWS] = [BELL_FREE, BELL_FREE + 1, BELL_FREE + 2];
/** Words of an answer: the text's bytes, 0 without an error; and a number of eight bytes. */
const [FAILED_BYTES, COMPUTE_MS] = [BELL_FREE, BELL_FREE + 2];

export interface LineDispatch {
  readonly layer: number;
  readonly rows: number;
}

export class RankLine {
  readonly #asked: Bell;
  readonly #answered: Bell;
  readonly #dispatch: Int32Array;
  readonly #answer: Int32Array;
  readonly #computeMs: Float64Array;
  readonly #failure: Uint8Array;

  constructor(buffer: SharedArrayBuffer, byteOffset: number) {
    const bellBytes = BELL_WORDS * Int32Array.BYTES_PER_ELEMENT;
    this.#dispatch = new Int32Array(buffer, byteOffset, BELL_WORDS);
    this.#answer = new Int32Array(buffer, byteOffset + bellBytes, BELL_WORDS);
    this.#computeMs = new Float64Array(buffer, this.#answer.byteOffset + COMPUTE_MS * Int32Array.BYTES_PER_ELEMENT, 1);
    this.#failure = new Uint8Array(buffer, byteOffset + 2 * bellBytes, FAILURE_BYTES);
    this.#asked = new Bell(this.#dispatch);
    this.#answered = new Bell(this.#answer);
  }

  /** Whether a dispatch has no answer yet. */
  get busy(): boolean {
    return this.#asked.count !== this.#answered.count;
  }

  // The leader's end.

  ask({ layer, rows }: LineDispatch): void {
    this.#dispatch[LAYER] = layer;
    this.#dispatch[ROWS] = rows;
    this.#asked.ring();
  }

  /** Resolves when the answer is there, or at `wakeLeader()`: ask `busy` again. */
  async answered(): Promise<void> {
    const { count } = this.#answered;
    if (count !== this.#asked.count) await this.#answered.changed(count);
  }

  wakeLeader(): void {
    this.#answered.wake();
  }

  /** Of the answer. @throws Error with the rank's reason when it failed */
  computeMs(): number {
    const bytes = this.#answer[FAILED_BYTES] as number;
    // A decoder takes no shared memory.
    if (bytes > 0) throw new Error(new TextDecoder().decode(this.#failure.slice(0, bytes)));
    return this.#computeMs[0] as number;
  }

  /** Ends the rank's wait for good. */
  stop(): void {
    Atomics.store(this.#dispatch, STOPPED, 1);
    this.#asked.ring();
  }

  /** Makes the line new, for a thread that has not started yet. The thread before it must have ended. */
  reset(): void {
    Atomics.store(this.#dispatch, STOPPED, 0);
    this.#asked.reset();
    this.#answered.reset();
  }

  // The rank's end.

  get stopped(): boolean {
    return Atomics.load(this.#dispatch, STOPPED) === 1;
  }

  get dispatch(): LineDispatch {
    return { layer: this.#dispatch[LAYER] as number, rows: this.#dispatch[ROWS] as number };
  }

  /** Blocks until there is a dispatch or `stop()`, at most for `ms`. */
  wait(ms: number): void {
    const { count } = this.#answered;
    if (this.#asked.count === count) this.#asked.wait(count, ms);
  }

  answer(computeMs: number): void {
    this.#answer[FAILED_BYTES] = 0;
    this.#computeMs[0] = computeMs;
    this.#answered.ring();
  }

  fail(message: string): void {
    const text = new TextEncoder().encode(message || "unknown error").subarray(0, FAILURE_BYTES);
    this.#failure.set(text);
    this.#answer[FAILED_BYTES] = text.length;
    this.#answered.ring();
  }
}
