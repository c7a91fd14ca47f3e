/**
 * A sequence from the queue to its last commit: admitted, decoded and, after a preemption, resumed from its last commit. Steps
 * depend on the committed blocks alone, so preemption never changes the output.
 */
import { defined } from "@palimpsest/proto";
import { decodeConstrained, nextConstrainedQuery } from "../decoding/constrained.ts";
import { decode } from "../decoding/decode.ts";
import type { ForwardHealth, SequenceForwards } from "../decoding/forwards.ts";
import { Lookahead } from "../decoding/lookahead.ts";
import { type DecodeOptions, OpenWindow, type Step } from "../decoding/open-window.ts";
import { rules } from "../decoding/rules.ts";
import type { Admission } from "../memory/admission.ts";
import type { PageId } from "../memory/page-allocator.ts";
import { paged } from "../memory/paging.ts";
import { blockKeys } from "../memory/prefix-cache.ts";
import type { SameText } from "../memory/retokenization.ts";
import type { AdmissionRequest, Scheduler } from "../memory/scheduler.ts";
import type { Constrain } from "./request-grammar.ts";
import type { RankWait } from "./sequence-reports.ts";
import { type ScoredStep, scored } from "./token-scores.ts";

/** The model that the engine runs. */
export interface EngineModel extends AsyncDisposable {
  readonly health: ForwardHealth;
  /** Runs a forward for no sequence. @throws why it failed */
  probe(): Promise<void>;
  readonly counts: SequenceForwards["counts"];
  /** For each other rank. Absent: there is none. */
  readonly waits?: readonly RankWait[];
  /** Unreachable ranks; forwards fail until they are back. */
  readonly lostRanks: readonly number[];
  /** Why the device failed; every forward fails from then on. */
  readonly deviceFailure?: string | undefined;
  /** A sequence whose K/V are in `pages`, one page per block; the list grows as blocks are committed. */
  sequence(pages: readonly PageId[]): SequenceForwards;
}

export interface SequenceOptions extends Omit<DecodeOptions, "firstBlock"> {
  readonly model: EngineModel;
  readonly scheduler: Scheduler;
  readonly prompt: readonly number[];
  /** Tokens generated already, up to the end of a block. `maxTokens` and `minTokens` count them. */
  readonly committed: readonly number[];
  /** Scores the committed tokens, with this many of the most probable ones at each. Absent: no scores. */
  readonly logprobs?: number;
  /** The grammar of the answer. Absent: any text. */
  readonly constrain?: Constrain;
  /** The API key's tenant, or another one of all requests without a key. */
  readonly tenant?: string;
  readonly responseId?: string;
  /** Scope of the prefix cache. Absent: no block is shared. */
  readonly scope?: string;
  /** Compares the text of the prompt, and of committed tokens, with that of cached blocks. */
  readonly sameText?: SameText;
  /** Called when other sequences can share the prompt's blocks, with how many of its tokens were cached. */
  readonly onPrefilled: (cachedTokens: number) => void;
  /** Called with forward counts when an admission ends. Forwards that run again after a preemption count again. */
  readonly onForwards: (counts: SequenceForwards["counts"]) => void;
}

/** `admitted` comes first, once. Blocks are numbered from the one that holds the first generated cell. */
export type SequenceStep =
  | ScoredStep
  | { readonly kind: "admitted"; readonly cachedTokens: number; readonly retokenizedTokens: number };

/** Decoding's progress, all that is kept through a preemption. */
interface Progress {
  /** Prompt and committed tokens. */
  readonly tokens: number[];
  /** With an editing window: the blocks that were open after the last commit. */
  open: readonly number[] | undefined;
}

export async function* runSequence(
  options: SequenceOptions,
  signal: AbortSignal,
): AsyncGenerator<SequenceStep, void, void> {
  const { model, scheduler, blockLength } = options;
  const progress: Progress = { tokens: [...options.prompt, ...options.committed], open: options.open };
  let arrival: number | undefined;
  for (;;) {
    const isResumed = arrival !== undefined;
    using admission = await scheduler.admit(admissionRequest(options, progress.tokens, arrival), signal);
    arrival = admission.arrival;
    const inPrompt = (blocks: number): number => Math.min(blocks * blockLength, options.prompt.length);
    if (!isResumed) {
      const retokenizedTokens = admission.retokenizedBlocks * blockLength;
      yield { kind: "admitted", cachedTokens: inPrompt(admission.cachedBlocks), retokenizedTokens };
    }
    const onPrefilled = (blocks: number) => options.onPrefilled(isResumed ? 0 : inPrompt(blocks));
    using sequence = model.sequence(admission.pages);
    try {
      for await (const step of stepsOf(sequence, { ...options, admission, progress, onPrefilled }, signal)) {
        if (step.kind === "commit") {
          progress.tokens.push(...step.cells);
          progress.open = step.open;
        }
        yield step;
      }
      return;
    } catch (error) {
      if (error !== admission.preempted.reason) throw error;
    } finally {
      options.onForwards(sequence.counts);
    }
  }
}

function admissionRequest(
  { blockLength, tenant, responseId, scope, sameText }: SequenceOptions,
  tokens: readonly number[],
  arrival: number | undefined,
): AdmissionRequest {
  return {
    blocks: Math.floor(tokens.length / blockLength),
    ...defined({ tenant, responseId }),
    prefix: scope === undefined ? [] : blockKeys(tokens, blockLength, scope),
    // A resumed sequence finds its own blocks, whose ids are the same.
    ...(arrival === undefined ? sameText && { sameText } : { arrival }),
  };
}

interface AdmittedOptions extends SequenceOptions {
  readonly admission: Admission;
  readonly progress: Readonly<Progress>;
}

/** Decodes behind the last commit, until the end or a preemption. */
function stepsOf(
  sequence: SequenceForwards,
  { admission, progress, ...options }: AdmittedOptions,
  signal: AbortSignal,
): AsyncIterable<ScoredStep> {
  const { scheduler, blockLength, maskToken, scope, logprobs, onPrefilled, prompt } = options;
  const { tokens, open } = progress;
  const either = AbortSignal.any([signal, admission.preempted]);
  const generated = tokens.length - prompt.length;
  const decodeOptions: DecodeOptions = {
    ...options,
    maxTokens: options.maxTokens - generated,
    minTokens: (options.minTokens ?? 0) - generated,
    firstBlock: Math.floor(tokens.length / blockLength) - Math.floor(prompt.length / blockLength),
    answered: tokens.slice(prompt.length),
    ...(open && { open }),
  };
  const window = new OpenWindow([...tokens], decodeOptions);
  const forwards = paged(sequence, {
    admission,
    prefills: scheduler.prefills,
    blockLength,
    scope,
    onPrefilled,
    signal: either,
  });
  if (options.constrain !== undefined) {
    return constrainedSteps(options.constrain, forwards, window, decodeOptions, either);
  }
  const steps: AsyncIterable<Step> = decode(new Lookahead(forwards, window), window, either);
  if (logprobs === undefined) return steps;
  const { rescores } = rules[options.decoding.rule];
  return scored(steps, sequence, { best: logprobs, prompted: prompt.length % blockLength, maskToken, rescores });
}

/** The matcher is built anew from the committed tokens after each preemption. */
async function* constrainedSteps(
  constrain: Constrain,
  forwards: ReturnType<typeof paged>,
  window: OpenWindow,
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  using constraint = constrain(options.answered ?? []);
  const nextBlockQuery = nextConstrainedQuery(window, constraint, options);
  yield* decodeConstrained(new Lookahead(forwards, { nextBlockQuery }), window, constraint, options, signal);
}
