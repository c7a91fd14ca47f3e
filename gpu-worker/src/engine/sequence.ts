/**
 * A sequence from the queue to its end: admitted, decoded and, when it is preempted, taken up again at its last commit. Its text
 * does not show that: what follows depends on the committed blocks alone. It knows no text, no events and no other sequence.
 */

import { type DecodeOptions, decode } from "../decoding/decode.ts";
import { carrying, type SequenceForwards } from "../decoding/lookahead.ts";
import type { PageId } from "../memory/page-allocator.ts";
import { type PagedForwards, paged } from "../memory/paging.ts";
import { blockKeys } from "../memory/prefix-cache.ts";
import type { SameText } from "../memory/retokenization.ts";
import type { Scheduler } from "../memory/scheduler.ts";
import { type ScoredStep, type Scorer, scored } from "./token-scores.ts";

/** Forwards by kind, those that ran again after a preemption too. */
export interface ForwardCounts {
  readonly forwards: number;
  readonly prefillForwards: number;
}

/** What the engine computes with. */
export interface EngineModel extends AsyncDisposable {
  readonly counts: ForwardCounts;
  /** Ranks that do not answer now; forwards fail until they are back. */
  readonly lostRanks: readonly number[];
  /** A sequence whose K/V are in `pages`, one page per block; the list grows as blocks are committed. */
  sequence(pages: readonly PageId[]): PagedForwards & Scorer & { readonly counts: ForwardCounts };
}

export interface SequenceOptions extends Omit<DecodeOptions, "firstBlock"> {
  readonly model: EngineModel;
  readonly scheduler: Scheduler;
  readonly prompt: readonly number[];
  /** Tokens generated already, up to the end of a block. `maxTokens` and `minTokens` count them. */
  readonly committed: readonly number[];
  /** Score the committed tokens, and this many of the best beside each. Absent: none. */
  readonly logprobs?: number;
  /** Whose blocks may be shared. Absent: none are. */
  readonly scope?: string;
  /** How the text of the prompt, and of what is committed, compares with that of cached blocks. */
  readonly sameText?: SameText;
  /** Is told when the prompt is there for others to share, and how many of its tokens were there before this sequence. */
  prefilled(cachedTokens: number): void;
  /** Is told what an admission took when it ends. */
  ran(counts: ForwardCounts): void;
}

/** `admitted` comes first, once. Blocks are numbered from the one that holds the first generated cell. */
export type SequenceStep =
  | ScoredStep
  | { readonly kind: "admitted"; readonly cachedTokens: number; readonly retokenizedTokens: number };

export async function* runSequence(
  options: SequenceOptions,
  signal: AbortSignal,
): AsyncGenerator<SequenceStep, void, void> {
  const { model, scheduler, blockLength, maskToken, scope, logprobs } = options;
  const looksAgain = options.decoding.rule !== "2.0";
  const scoring = { prompted: options.prompt.length % blockLength, maskToken, looksAgain };
  const tokens = [...options.prompt, ...options.committed];
  let open = options.open;
  let arrival: number | undefined;
  for (;;) {
    const blocks = Math.floor(tokens.length / blockLength);
    const prefix = scope === undefined ? [] : blockKeys(tokens, blockLength, scope);
    const sameText = arrival === undefined && options.sameText;
    const request = { blocks, prefix, ...(sameText && { sameText }), ...(arrival !== undefined && { arrival }) };
    using admission = await scheduler.admit(request, signal);
    const inPrompt = (cached: number): number => Math.min(cached * blockLength, options.prompt.length);
    const resumed = arrival !== undefined;
    arrival = admission.arrival;
    if (!resumed) {
      const retokenizedTokens = admission.retokenizedBlocks * blockLength;
      yield { kind: "admitted", cachedTokens: inPrompt(admission.cachedBlocks), retokenizedTokens };
    }

    const either = AbortSignal.any([signal, admission.preempted]);
    const sequence = model.sequence(admission.pages);
    const forwards: SequenceForwards = paged(sequence, {
      admission,
      prefills: scheduler.prefills,
      blockLength,
      ...(scope !== undefined && { scope }),
      prefilled: (found) => options.prefilled(resumed ? 0 : inPrompt(found)),
      signal: either,
    });
    const generated = tokens.length - options.prompt.length;
    const taken = decode(
      carrying(forwards),
      [...tokens],
      {
        ...options,
        maxTokens: options.maxTokens - generated,
        minTokens: (options.minTokens ?? 0) - generated,
        firstBlock: blocks - Math.floor(options.prompt.length / blockLength),
        ...(open && { open }),
      },
      either,
    );
    const steps = logprobs === undefined ? taken : scored(taken, sequence, { best: logprobs, ...scoring });
    try {
      for await (const step of steps) {
        if (step.kind === "commit") {
          tokens.push(...step.cells);
          open = step.open;
        }
        yield step;
      }
      return;
    } catch (error) {
      if (error !== admission.preempted.reason) throw error;
    } finally {
      options.ran(sequence.counts);
    }
  }
}
