/**
 * LLaDA2.2's rule for one block, Levenshtein editing: a step keeps, substitutes, deletes and inserts cells, and the block
 * keeps its length. It knows no model.
 *
 * The model asks for an edit in place of a token: with `delete` a cell goes; with `split` it becomes a mask and the cell as it
 * was. Then the block is cut, or filled with masks, on the right. Cells that were masked when the block was opened are its
 * original ones; the masks that edits bring in are not, and follow them through the same thresholds.
 * Sources: LLaDA2.2 report, section 3.1; SGLang's JointThresholdInDel, whose choice of the cell that leaves a loop it shares.
 */
import { type Candidate, type Choice, type OpenBlock, positions, type TokenEdit } from "./block.ts";

export interface LevenshteinOptions {
  readonly maskToken: number;
  readonly editTokens: { readonly delete: number; readonly split: number };
  readonly threshold: number;
  readonly editingThreshold: number;
  /** Steps without an original mask after which only answers are written. */
  readonly maxPostSteps: number;
}

/** Cells that are tried, one after the other, to leave a loop by. */
const LOOP_EXITS = 5;

/**
 * Steps that a block takes at most: one for each original mask, then the post steps and one to see them settle. Splits of
 * original masks could hold a block up for longer: the last of these steps is a cleaning one all the same.
 */
export function levenshteinSteps(blockLength: number, maxPostSteps: number): number {
  return blockLength + maxPostSteps + 1;
}

/** A block with its masks, of which nothing has been decided. */
export function levenshteinBlock(cells: readonly number[], prompted: number, options: LevenshteinOptions): OpenBlock {
  const original = cells.map((token, i) => i >= prompted && token === options.maskToken);
  const toUnmask = original.filter((is) => is).length;
  return open({ cells, original, prompted, toUnmask, step: 0, postSteps: 0, seen: new Set() }, false, options);
}

/** All that the next step depends on, beside its candidates. */
interface State {
  readonly cells: readonly number[];
  /** Per cell, whether it was masked when the block was opened. It moves with its cell. */
  readonly original: readonly boolean[];
  readonly prompted: number;
  /** Original masks at the beginning. */
  readonly toUnmask: number;
  readonly step: number;
  /** Steps since the last original mask was filled. */
  readonly postSteps: number;
  /** Blocks as they stood before earlier steps. */
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

  // The schedule's floor: every step fills all masks that edits brought in and one original mask, however unsure it is.
  const atLeast = masked.length - originals + (state.step < state.toUnmask ? 1 : 0);
  const everyMask = cleaning || state.step >= cells.length;
  const writes = chosen(state, masked, everyMask ? masked.length : atLeast, candidateOf, options);
  if (cleaning) withoutEdits(writes, candidateOf, options);

  const key = cells.join();
  let edited = applied(state, writes, options);
  if (!cleaning && seen.has(key)) edited = outOfLoop(state, writes, edited, candidateOf, options);

  const settled = !edited.cells.includes(maskToken, prompted);
  const final = last || (settled && (postSteps > maxPostSteps || edited.cells.join() === key));
  const next = { ...state, ...edited, step: state.step + 1, postSteps, seen: new Set(seen).add(key) };
  return { next: open(next, final, options), edits: edited.edits };
}

/** Mask to token where p > threshold, but for `atLeast` masks; token to token, or to an edit, where p > editing threshold. */
function chosen(
  { cells, prompted }: State,
  masked: readonly number[],
  atLeast: number,
  candidateOf: (cell: number) => Candidate,
  { maskToken, threshold, editingThreshold }: LevenshteinOptions,
): Map<number, Choice> {
  const choices = new Map(
    positions(cells, prompted, () => true).map((i): [number, Choice] => {
      const candidate = candidateOf(i);
      // Drawn tokens are never edits. A token is compared with the best one, untempered, as in 2.1.
      const drawn = cells[i] === maskToken ? candidate.drawn : undefined;
      return [i, drawn ?? bestTwo(candidate)[0]];
    }),
  );
  const probability = (i: number): number => (choices.get(i) as Choice).probability;
  let unmasked = masked.filter((i) => probability(i) > threshold);
  if (unmasked.length < atLeast) {
    unmasked = masked.toSorted((i, j) => probability(j) - probability(i) || i - j).slice(0, atLeast);
  }
  const edited = positions(cells, prompted, (token, i) => {
    return token !== maskToken && choices.get(i)?.token !== token && probability(i) > editingThreshold;
  });
  return new Map([...unmasked, ...edited].map((i) => [i, choices.get(i) as Choice]));
}

/** Cleaning: what would delete or split takes its best answer instead. */
function withoutEdits(
  writes: Map<number, Choice>,
  candidateOf: (cell: number) => Candidate,
  { editTokens }: LevenshteinOptions,
): void {
  for (const [i, { token }] of writes) {
    if (token === editTokens.delete || token === editTokens.split) writes.set(i, candidateOf(i));
  }
}

/**
 * The block has stood like this before, so the same step would lead in a circle: the least sure of the cells that change takes
 * its second best token, or if that leads to where the block has been as well, the next one.
 */
function outOfLoop(
  state: State,
  writes: ReadonlyMap<number, Choice>,
  edited: Edited,
  candidateOf: (cell: number) => Candidate,
  options: LevenshteinOptions,
): Edited {
  const changing = [...writes].filter(([i, { token }]) => token !== state.cells[i]);
  const unsure = changing.toSorted(([i, a], [j, b]) => a.probability - b.probability || i - j);
  let way = edited;
  for (const [i, { token }] of unsure.slice(0, LOOP_EXITS)) {
    const other = bestTwo(candidateOf(i)).find((choice) => choice.token !== token) as Choice;
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

/** Carries out what was chosen, left to right. Edits whose cell is pushed out of the block are not told. */
function applied(
  { cells, original, prompted }: State,
  writes: ReadonlyMap<number, Choice>,
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

function bestTwo({ edit }: Candidate): readonly [Choice, Choice] {
  if (edit === undefined) throw new Error("the model's head gives no delete and split tokens");
  return edit;
}
