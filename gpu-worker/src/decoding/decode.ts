/**
 * Block-diffusion decoding of one sequence (LLaDA2.1 report, section 2).
 *
 * Blocks are generated strictly left to right. A block begins as masks and is denoised, one forward a step, until the rule of
 * the model's version says that it is final; then it is committed. The rules decide what a step unmasks and edits
 * (rules.ts), the window knows which blocks are open and where the answer ends (open-window.ts).
 */
import type { Candidate } from "./block.ts";
import type { BlockQuery } from "./forwards.ts";
import type { OpenWindow, Step } from "./open-window.ts";

/** A model as one sequence sees it. Positions are implied: prefilled and committed blocks come first. */
export interface SequenceModel {
  /** Runs the prompt's full blocks, in as many forwards as it takes; their K/V join the cache. */
  prefill(tokens: readonly number[], signal: AbortSignal): Promise<void>;
  /** Answers the open blocks, which follow each other: for each block a candidate per cell it asks about, in order. */
  denoise(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]>;
  /** Makes the oldest open block final: the K/V of a forward that saw exactly these tokens join the cache. */
  commit(block: readonly number[]): Promise<void>;
}

/**
 * Generates until an end token, a stop string or the token limit. The last commit carries `finish`; its cells stop at the end
 * token (included) or the limit. Steps are computed as they are asked for.
 *
 * One block is open at a time, or up to `editing_window` of them. Open blocks are denoised together: the newest is unmasked,
 * all are edited. The oldest is committed when a new block needs its place, all when the answer ends.
 * @throws the signal's reason when it aborts, before the next forward
 */
export async function* decode(
  model: SequenceModel,
  window: OpenWindow,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  await model.prefill(window.promptBlocks, signal);
  for (;;) {
    const ending = window.ending();
    // No block follows, so the K/V of the last blocks are not needed: the model hears of no commit.
    if (ending) return yield* window.commitAll(ending);
    if (window.isFull) {
      // A client sees the text as soon as it is final; the next step waits for the commit.
      const { block, step } = window.takeOldest();
      yield step;
      signal.throwIfAborted();
      await model.commit(block);
    }
    window.appendMasks();
    yield* denoise(model, window, signal);
  }
}

/** Denoises the open blocks until their rule says that they are final. */
async function* denoise(
  model: SequenceModel,
  window: OpenWindow,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  let open = window.openBlock();
  for (let step = 0; !open.final; step++) {
    signal.throwIfAborted();
    const queries = window.queries(open, step);
    const candidates = window.candidatesByCell(queries, await model.denoise(queries));
    const { next, edits } = open.step((cell) => candidates.get(cell) as Candidate);
    yield* window.update(next.cells, edits);
    open = next;
  }
}
