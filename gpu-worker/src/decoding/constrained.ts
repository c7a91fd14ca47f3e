/**
 * Decoding under a grammar: the loop of decode.ts with the grammar's say after every step of the rule. Drafts may be wrong;
 * a block is committed only when the answer up to it is a prefix of a text of the grammar, and the answer ends as such a text,
 * within its token limit.
 */
import type { Candidate, TokenEdit, TokenProbability } from "./block.ts";
import type { ConstrainedBlocks, Settled } from "./constrained-blocks.ts";
import type { SequenceModel } from "./decode.ts";
import type { BlockQuery } from "./forwards.ts";
import { levenshteinSteps } from "./levenshtein.ts";
import type { DecodeOptions, OpenWindow, Step } from "./open-window.ts";

/** The grammar of one sequence: `ConstrainedBlocks`, here or in a thread. */
export type Constraint = {
  readonly [K in "open" | "settle" | "ending"]: ConstrainedBlocks[K];
} & { commit(cells: readonly number[]): Promise<void> | void };

/**
 * Generates until an end token that the grammar accepts, a stop string, or an ending that the token limit forces.
 * @param options those of the window
 * @throws the signal's reason when it aborts, before the next forward
 */
export async function* decodeConstrained(
  model: SequenceModel,
  window: OpenWindow,
  constraint: Constraint,
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  await model.prefill(window.promptBlocks, signal);
  for (;;) {
    const ending = window.ending();
    if (ending && ending.finish !== "length") return yield* window.commitAll(ending);
    if (window.cells.length > window.prompted) {
      const { blockLength } = options;
      const isShared = window.isFull && window.cells.length > blockLength;
      const oldest = isShared ? blockLength - window.prompted : undefined;
      const rest = await constraint.ending(generated(window), window.room, oldest);
      if (rest) return yield* window.finish(rest);
    }
    if (window.isFull) {
      const { block, step } = window.takeOldest();
      yield step;
      signal.throwIfAborted();
      await model.commit(block);
      await constraint.commit(step.cells);
    }
    window.appendMasks();
    yield* denoise(model, window, constraint, options, signal);
  }
}

/**
 * The next block's first step under a grammar, for a forward that looks ahead: it holds the text that is forced there if the open
 * blocks are final as they stand.
 */
export function nextConstrainedQuery(
  window: OpenWindow,
  constraint: Pick<Constraint, "open">,
  options: DecodeOptions,
): (cells: readonly number[]) => Promise<BlockQuery | undefined> {
  const { blockLength, maskToken } = options;
  return async (cells) => {
    if (window.nextBlockQuery(cells) === undefined) return undefined;
    const open = cells.slice(window.prompted);
    const masks = new Array<number>(blockLength).fill(maskToken);
    const settled = await constraint.open([...open, ...masks]);
    const isFinal = open.every((token, i) => token === settled.cells[i]);
    const query = isFinal ? window.nextBlockQuery(cells, settled.cells.slice(open.length)) : undefined;
    if (query === undefined) return undefined;
    const { frontier } = settled;
    return constrained([query], frontier && { ...frontier, cell: frontier.cell - open.length }, 0, options)[0];
  };
}

/** Denoises the open blocks until nothing is left to change and the grammar accepts all of them. */
async function* denoise(
  model: SequenceModel,
  window: OpenWindow,
  constraint: Constraint,
  options: DecodeOptions,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  const { maskToken, decoding } = options;
  let settled = await constraint.open(generated(window));
  yield* written(window, settled, { cells: generated(window), edits: [] }, options);
  let postSteps = 0;
  let lost = 0;
  const limit = stepLimit(window.cells.length, options);
  for (let step = 0; ; step++) {
    signal.throwIfAborted();
    if (step > limit) throw new Error(`open blocks took more than ${limit} steps under a grammar`);
    const before = generated(window);
    const queries = constrained(window.queries(window.openBlock(), step), settled.frontier, window.prompted, options);
    const candidates = window.candidatesByCell(queries, await model.denoise(queries));
    const proposals = proposed(window, candidates, step, options);
    const at = settled.frontier?.cell;
    const frontier = at === undefined ? undefined : candidates.get(window.prompted + at);
    settled = await constraint.settle({
      ...{ before, proposed: proposals.edited.cells, threshold: decoding.threshold },
      mayLose: mostLost(options) - lost,
      best: before.map((_, i) => candidates.get(window.prompted + i)?.best ?? []),
      ...(proposals.unedited && { unedited: proposals.unedited.cells }),
      ...(frontier && { frontier: frontier.drawn ?? frontier }),
    });
    lost += settled.lost ?? 0;
    const taken = settled.isUnedited && proposals.unedited ? proposals.unedited : proposals.edited;
    yield* written(window, settled, taken, options);
    const isWhole = !before.includes(maskToken);
    const isStable = isWhole && settled.cells.every((token, i) => token === before[i]);
    postSteps += isWhole ? 1 : 0;
    const isOver = isStable || decoding.rule === "2.0" || postSteps >= (decoding.max_post_steps ?? 0);
    if (settled.frontier === undefined && isOver) return;
  }
}

/** The exact prefix of open blocks may lose so many cells to tokens that move, until the blocks are final. */
function mostLost({ blockLength }: DecodeOptions): number {
  return Math.ceil(blockLength / 4);
}

/**
 * No open blocks take more steps. A step that re-masks, or unmasks nothing, lengthens the exact prefix: at most `cells` of them,
 * each with one mask more. Every other step with masks leaves fewer. The post steps follow. A cell that the exact prefix loses adds a
 * mask as well, so it may cost four steps. 2.2 inserts masks until its own limit.
 */
function stepLimit(cells: number, options: DecodeOptions): number {
  const { rule, max_post_steps: postSteps = 0 } = options.decoding;
  const inserting = rule === "2.2" ? levenshteinSteps(cells, postSteps) : 0;
  return inserting + 3 * cells + 4 * mostLost(options) + postSteps + 1;
}

/** The open cells behind the prompt's tail. */
function generated(window: OpenWindow): readonly number[] {
  return window.cells.slice(window.prompted);
}

/** Queries that also ask for the best tokens of each cell, and for the allowed ones of the frontier. */
function constrained(
  queries: readonly BlockQuery[],
  frontier: Settled["frontier"],
  prompted: number,
  { blockLength }: DecodeOptions,
): BlockQuery[] {
  const place = frontier === undefined ? -1 : prompted + frontier.cell;
  return queries.map((query, block): BlockQuery => {
    const isHere = frontier !== undefined && Math.floor(place / blockLength) === block;
    return { ...query, best: true, ...(isHere && { allowed: { cell: place % blockLength, bits: frontier.bits } }) };
  });
}

interface Proposed {
  /** Generated cells. */
  readonly cells: readonly number[];
  readonly edits: readonly TokenEdit[];
}

/** The rule's step for the candidates; in 2.2 also without edits, and only so after the rule's own limit of steps. */
function proposed(
  window: OpenWindow,
  candidates: ReadonlyMap<number, Candidate>,
  step: number,
  { decoding, maskToken }: DecodeOptions,
): { readonly edited: Proposed; readonly unedited?: Proposed } {
  const candidateOf = (cell: number) => candidates.get(cell) as Candidate;
  const run = (of: (cell: number) => Candidate): Proposed => {
    const { next, edits } = window.openBlock().step(of);
    return { cells: next.cells.slice(window.prompted), edits };
  };
  if (decoding.rule !== "2.2") return { edited: run(candidateOf) };
  const unedited = run((cell) => {
    const token = window.cells[cell] as number;
    const { edit: _, ...best } = candidateOf(cell);
    const kept: TokenProbability = token === maskToken ? best : { token, probability: 1 };
    const other = best.best?.find((one) => one.token !== kept.token) ?? kept;
    return { ...(token === maskToken ? best : kept), edit: [kept, other] };
  });
  const isLate = step >= levenshteinSteps(window.cells.length, decoding.max_post_steps ?? 0);
  return isLate ? { edited: unedited } : { edited: run(candidateOf), unedited };
}

/** Takes over the settled cells: the rule's edits that remain, and the grammar's. */
function* written(
  window: OpenWindow,
  settled: Settled,
  taken: Proposed,
  { maskToken, decoding }: DecodeOptions,
): Generator<Step, void, void> {
  const before = decoding.rule === "2.2" ? taken.cells : generated(window);
  const isKept = (cell: number): boolean => settled.cells[cell] === taken.cells[cell];
  const kept = taken.edits.filter(({ op, to }) => op === "delete" || isKept(to));
  const own = settled.cells.flatMap((after, cell): TokenEdit[] => {
    const was = before[cell] as number;
    if (isKept(cell) || after === was) return [];
    const op = after === maskToken ? "remask" : was === maskToken ? "unmask" : "substitute";
    const probability = settled.written.get(cell) ?? 1;
    return [{ op, at: cell, to: cell, before: was, after, probability, reason: "grammar" }];
  });
  const edits = [...kept, ...own];
  const prompt = window.cells.slice(0, window.prompted);
  // Nothing to tell of a block that opens without forced text.
  if (edits.length === 0 && taken.edits.length === 0 && settled.cells.every((token) => token === maskToken)) return;
  const { repairs, forced } = settled;
  let counts: Pick<Step & { kind: "denoise" }, "grammar"> =
    repairs + forced > 0 ? { grammar: { repairs, forced } } : {};
  for (const step of window.update([...prompt, ...settled.cells], edits)) {
    yield { ...step, ...counts };
    counts = {};
  }
}
