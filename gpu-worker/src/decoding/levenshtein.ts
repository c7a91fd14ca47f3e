/**
 * LLaDA2.2's rule for one block, Levenshtein editing: a step keeps, substitutes, deletes and inserts cells, and the block
 * keeps its length.
 *
 * The model asks for an edit in place of a token: `delete` removes the cell, `split` inserts a mask before it. The block is
 * then cut, or filled with masks, on the right. Cells that were masked when the block was opened are original masks; masks
 * that edits insert are not, and pass the same thresholds.
 * Sources: LLaDA2.2 report, section 3.1; SGLang's JointThresholdInDel, whose choice of the cell that leaves a loop it shares.
 */
import { type Candidate, type OpenBlock, positions, type TokenEdit, type TokenProbability } from "./block.ts";
import type { RuleOptions } from "./rules.ts";
import { chooseUnmasked, LEAST_UNMASKED } from "./unmasking.ts";

export interface LevenshteinOptions {
  readonly maskToken: number;
  readonly editTokens: { readonly delete: number; readonly split: number };
  readonly threshold: number;
  readonly editingThreshold: number;
  /** Steps without an original mask after which a step writes tokens only, no edits. */
  readonly maxPostSteps: number;
}

/** Cells to try, in order, for a way out of a loop. */
const LOOP_EXITS = 5;

/** The options of this rule in a decoding. @throws Error for a model without edit tokens, which check-request rejects before */
export function levenshteinOptions({ maskToken, editTokens, decoding }: RuleOptions): LevenshteinOptions {
  if (editTokens === undefined) throw new Error("decoding 2.2 needs the model's edit tokens");
  const { threshold, editing_threshold: editingThreshold = 1, max_post_steps: maxPostSteps = 0 } = decoding;
  return { maskToken, editTokens, threshold, editingThreshold, maxPostSteps };
}

/**
 * Limit of steps for a block: one for each original mask, the post steps, and one that sees them settle. Splits of original
 * masks could take longer; the last of these steps is a cleaning step in any case.
 */
export function levenshteinSteps(blockLength: number, maxPostSteps: number): number {
  return blockLength + maxPostSteps + 1;
}

/** Opens a block: its masks are the original ones. */
export function levenshteinBlock(cells: readonly number[], prompted: number, options: LevenshteinOptions): OpenBlock {
  const original = cells.map((token, i) => i >= prompted && token === options.maskToken);
  const toUnmask = original.filter((is) => is).length;
  return open({ cells, original, prompted, toUnmask, step: 0, postSteps: 0, seen: new Set() }, false, options);
}

/** Everything that the next step depends on, apart from its candidates. */
interface State {
  readonly cells: readonly number[];
  /** Per cell: it was masked when the block was opened. Moves with its cell. */
  readonly original: readonly boolean[];
  readonly prompted: number;
  /** Original masks at the beginning. */
  readonly toUnmask: number;
  readonly step: number;
  /** Steps since the last original mask was filled. */
  readonly postSteps: number;
  /** The block's cells before each earlier step. */
  readonly seen: ReadonlySet<string>;
}

function open(state: State, final: boolean, options: LevenshteinOptions): OpenBlock {
  const { cells, prompted } = state;
  return {
    cells,
    changeable: positions(cells, prompted, () => true),
    final,
    step: (candidateOf) => step(state, candidateOf, options),
  };
}

function step(
  state: State,
  candidateOf: (cell: number) => Candidate,
  options: LevenshteinOptions,
): ReturnType<OpenBlock["step"]> {
  const { cells, original, prompted, seen } = state;
  const { maskToken, maxPostSteps } = options;
  const masked = positions(cells, prompted, (token) => token === maskToken);
  const originals = masked.filter((i) => original[i]).length;
  const postSteps = originals > 0 ? 0 : state.postSteps + 1;
  const last = state.step + 1 === levenshteinSteps(cells.length, maxPostSteps);
  const cleaning = last || (originals === 0 && postSteps >= maxPostSteps);

  // The schedule's minimum: every step fills all inserted masks and one original mask, however unsure the model is.
  const atLeast = masked.length - originals + (state.step < state.toUnmask ? LEAST_UNMASKED : 0);
  // A cleaning step, and any step beyond the block's length, unmasks all cells.
  const everyMask = cleaning || state.step >= cells.length;
  const writes = chosen(state, masked, everyMask ? masked.length : atLeast, candidateOf, options);
  if (cleaning) withoutEdits(writes, candidateOf, options);

  const key = cells.join();
  let edited = applied(state, writes, options);
  if (!cleaning && seen.has(key)) edited = outOfLoop(state, writes, edited, candidateOf, options);

  // A step that changes nothing ends the block, and so does the one after the first cleaning step.
  const settled = !edited.cells.includes(maskToken, prompted);
  const final = last || (settled && (postSteps > maxPostSteps || edited.cells.join() === key));
  const next = { ...state, ...edited, step: state.step + 1, postSteps, seen: new Set(seen).add(key) };
  return { next: open(next, final, options), edits: edited.edits };
}

/** M2T above the threshold, and at least `atLeast` masks; T2T, or an edit, above the editing threshold. */
function chosen(
  { cells, prompted }: State,
  masked: readonly number[],
  atLeast: number,
  candidateOf: (cell: number) => Candidate,
  { maskToken, threshold, editingThreshold }: LevenshteinOptions,
): Map<number, TokenProbability> {
  // A drawn token is never an edit. T2T compares with the most probable token, untempered, as in 2.1.
  const unmasked = chooseUnmasked(
    masked,
    (i) => candidateOf(i).drawn ?? bestTwo(candidateOf(i))[0],
    threshold,
    atLeast,
  );
  const edited = positions(cells, prompted, (token, i) => {
    if (token === maskToken) return false;
    const [best] = bestTwo(candidateOf(i));
    return best.token !== token && best.probability > editingThreshold;
  });
  return new Map([...unmasked, ...edited.map((i) => [i, bestTwo(candidateOf(i))[0]] as const)]);
}

/** Cleaning: a cell that would delete or split takes its most probable answer instead. */
function withoutEdits(
  writes: Map<number, TokenProbability>,
  candidateOf: (cell: number) => Candidate,
  { editTokens }: LevenshteinOptions,
): void {
  for (const [i, { token }] of writes) {
    if (token === editTokens.delete || token === editTokens.split) writes.set(i, candidateOf(i));
  }
}

/**
 * Leaves a loop: these cells have been here before, so the same step would repeat. The least probable of the changing cells
 * takes its second best token; if that leads to known cells as well, the next cell does.
 */
function outOfLoop(
  state: State,
  writes: ReadonlyMap<number, TokenProbability>,
  edited: Edited,
  candidateOf: (cell: number) => Candidate,
  options: LevenshteinOptions,
): Edited {
  const changing = [...writes].filter(([i, { token }]) => token !== state.cells[i]);
  const unsure = changing.toSorted(([i, a], [j, b]) => a.probability - b.probability || i - j);
  let way = edited;
  for (const [i, { token }] of unsure.slice(0, LOOP_EXITS)) {
    const other = bestTwo(candidateOf(i)).find((choice) => choice.token !== token) as TokenProbability;
    way = applied(state, new Map(writes).set(i, other), options);
    if (!state.seen.has(way.cells.join())) return way;
  }
  return way;
}

interface Edited {
  readonly cells: readonly number[];
  readonly original: readonly boolean[];
  readonly edits: readonly TokenEdit[];
}

/** Applies the chosen writes, left to right. An edit whose cell is pushed out of the block is not reported. */
function applied(
  { cells, original, prompted }: State,
  writes: ReadonlyMap<number, TokenProbability>,
  { maskToken, editTokens }: LevenshteinOptions,
): Edited {
  const after: { token: number; original: boolean }[] = [];
  const edits: TokenEdit[] = [];
  cells.forEach((before, i) => {
    const cell = { token: before, original: original[i] as boolean };
    const { token, probability } = writes.get(i) ?? { token: before, probability: 1 };
    const place = { at: i - prompted, to: after.length - prompted, probability };
    if (token === before) after.push(cell);
    else if (token === editTokens.delete) edits.push({ op: "delete", ...place, before });
    else if (token === editTokens.split) {
      edits.push({ op: "insert", ...place, after: maskToken });
      after.push({ token: maskToken, original: false }, cell);
    } else {
      edits.push({ op: before === maskToken ? "unmask" : "substitute", ...place, before, after: token });
      after.push({ ...cell, token });
    }
  });
  while (after.length < cells.length) after.push({ token: maskToken, original: false });
  const kept = after.slice(0, cells.length);
  return {
    cells: kept.map(({ token }) => token),
    original: kept.map(({ original }) => original),
    edits: edits.filter(({ to }) => to < cells.length - prompted),
  };
}

function bestTwo({ edit }: Candidate): readonly [TokenProbability, TokenProbability] {
  if (edit === undefined) throw new Error("the model's head gives no delete and split tokens");
  return edit;
}
