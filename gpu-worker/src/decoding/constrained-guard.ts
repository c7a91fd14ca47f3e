/**
 * The edits of a step that keep the exact prefix exact.
 *
 * A draft often has one token too few or too many. The rule corrects that over several steps, each of which moves a few of the tokens
 * that follow by one cell; between them the text is of no grammar. So a run of edits that ends with a token from the cell beside it
 * is taken as what it begins: a deletion or an insertion, with all that follows moved at once.
 */

export interface Guard {
  /** Cells of the exact prefix; a mask follows, or nothing. */
  readonly reach: number;
  readonly maskToken: number;
  /** A deletion may leave a mask at the end of the exact prefix, which is then a cell shorter, if this is above 0. */
  readonly mayLose: number;
  /** Cells of the exact prefix of others. */
  reachOf(cells: readonly number[]): number;
}

export interface Guarded {
  readonly cells: number[];
  /** The exact prefix is shorter by so many cells: 0 or 1. */
  readonly lost: number;
}

/** Cells from `from` up to `to`. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** All edits if they keep the exact prefix; otherwise each run of them that does, up to the first deletion or insertion. */
export function guarded(before: readonly number[], proposed: readonly number[], guard: Guard): Guarded {
  const { reach, reachOf } = guard;
  const isExact = (cells: readonly number[]): boolean => reachOf(cells) >= reach;
  if (isExact(proposed)) return { cells: [...proposed], lost: 0 };
  let cells = proposed.map((token, i) => (i < reach ? (before[i] as number) : token));
  const keep = (run: Run): boolean => {
    const edited = withRun(cells, proposed, run);
    if (!isExact(edited)) return false;
    cells = edited;
    return true;
  };
  let done = 0;
  for (const [run, next] of pairs(runs(before, proposed, reach))) {
    if (run.from < done || keep(run)) continue;
    // A moved text is the same as before where a token repeats.
    const both = next && next.from === run.to + 1 ? { from: run.from, to: next.to } : run;
    if (both !== run && keep(both)) {
      done = both.to;
      continue;
    }
    const moved = movedRest(cells, proposed, both, guard) ?? movedRest(cells, proposed, run, guard);
    if (moved) return moved;
    for (let i = run.from; i < run.to; i++) keep({ from: i, to: i + 1 });
  }
  return { cells, lost: 0 };
}

/** Edited cells of the exact prefix that follow each other. */
function runs(before: readonly number[], proposed: readonly number[], reach: number): Run[] {
  const found: Run[] = [];
  for (let i = 0; i < reach; i++) {
    if (proposed[i] === before[i]) continue;
    const last = found.at(-1);
    if (last?.to === i) found[found.length - 1] = { from: last.from, to: i + 1 };
    else found.push({ from: i, to: i + 1 });
  }
  return found;
}

function pairs<T>(items: readonly T[]): [T, T | undefined][] {
  return items.map((item, i) => [item, items[i + 1]]);
}

/** The edits of a run up to a cell that takes its neighbour's token, and the rest of the exact prefix moved likewise. */
function movedRest(cells: readonly number[], proposed: readonly number[], run: Run, guard: Guard): Guarded | undefined {
  const { reach, reachOf, mayLose } = guard;
  for (let at = run.to - 1; at >= run.from; at--) {
    for (const by of [1, -1] as const) {
      const isMove = proposed[at] !== cells[at] && proposed[at] === cells[at + by] && at + by < reach;
      if (!isMove || (at + 1 < run.to && proposed[at + 1] === cells[at + 1 + by])) continue;
      const edited = withRun(cells, proposed, { from: run.from, to: at + 1 });
      const moved = by === 1 ? deleted(edited, cells, at + 1, guard) : inserted(edited, cells, at, guard);
      const now = reachOf(moved);
      if (now >= reach) return { cells: moved, lost: 0 };
      if (by === 1 && mayLose > 0 && now === reach - 1) return { cells: moved, lost: 1 };
    }
  }
  return undefined;
}

/** The cells of the exact prefix behind `at` move to the left, and a mask takes the last one's place. */
function deleted(
  edited: readonly number[],
  cells: readonly number[],
  at: number,
  { reach, maskToken }: Guard,
): number[] {
  return [...edited.slice(0, at), ...cells.slice(at + 1, reach), maskToken, ...cells.slice(reach)];
}

/** The cells of the exact prefix from `at` on move to the right, over the mask behind them or out of the open blocks. */
function inserted(edited: readonly number[], cells: readonly number[], at: number, { reach }: Guard): number[] {
  const moved = [...edited.slice(0, at + 1), ...cells.slice(at, reach), ...cells.slice(reach + 1)];
  return moved.slice(0, cells.length);
}

function withRun(cells: readonly number[], proposed: readonly number[], { from, to }: Run): number[] {
  return [...cells.slice(0, from), ...proposed.slice(from, to), ...cells.slice(to)];
}
