import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { SequenceModel } from "../../../gpu-worker/src/decoding/decode.ts";
import type { BlockQuery, SequenceForwards, TokenScore } from "../../../gpu-worker/src/decoding/forwards.ts";

/** A model for tests that answers from a script: one list of candidates per forward. */

/** `"7@.9"`: token 7 with probability 0.9. */
type ScriptedCandidate = `${number}@${number}`;

/** Records the decoder's calls. */
export class ScriptedModel implements SequenceModel, SequenceForwards {
  readonly prefilled: number[] = [];
  skipped = 0;
  readonly committed: number[][] = [];
  /** Blocks before each forward. */
  readonly seen: number[][] = [];
  /** What each forward was asked. */
  readonly queries: BlockQuery[] = [];
  readonly counts = { forwards: 0, prefillForwards: 0 };
  readonly #script: readonly (readonly ScriptedCandidate[])[];

  constructor(script: readonly (readonly ScriptedCandidate[])[]) {
    this.#script = script;
  }

  [Symbol.dispose](): void {}

  skip(blocks: number): void {
    this.skipped += blocks;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    this.prefilled.push(...tokens);
  }

  /** Ignores the speculative block: tests the plain loop. */
  async denoise(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    return this.forward(blocks);
  }

  async forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    // The last forward repeats, so that a script need not state when the text is stable.
    const forward = this.#script[Math.min(this.counts.forwards++, this.#script.length - 1)] ?? [];
    this.queries.push(...blocks);
    return blocks.map(({ tokens, cells }) => {
      this.seen.push([...tokens]);
      return cells.map((cell) => {
        const [token, probability] = (forward[cell] as ScriptedCandidate).split("@").map(Number) as [number, number];
        return { token, probability };
      });
    });
  }

  /** Scores by the last forward's script; a token that it does not name has no probability. */
  async score(cells: readonly number[], tokens: readonly number[]): Promise<readonly TokenScore[]> {
    const forward = this.#script[Math.min(this.counts.forwards, this.#script.length) - 1] ?? [];
    return cells.map((cell, i) => {
      const [token, probability] = (forward[cell] as ScriptedCandidate).split("@").map(Number) as [number, number];
      const best = { token, logprob: Math.log(probability) };
      return { logprob: token === tokens[i] ? best.logprob : Number.NEGATIVE_INFINITY, best: [best] };
    });
  }

  async commit(block: readonly number[]): Promise<void> {
    this.committed.push([...block]);
  }
}

/** A forward that answers the same for every cell. */
export function everywhere(candidate: ScriptedCandidate, cells: number): ScriptedCandidate[] {
  return new Array<ScriptedCandidate>(cells).fill(candidate);
}
