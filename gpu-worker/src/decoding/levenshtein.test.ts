import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestOf, madeUpCandidate, madeUpRow } from "../../../test/support/models/made-up-model.ts";
import type { Candidate, OpenBlock, TokenEdit, TokenProbability } from "./block.ts";
import { levenshteinBlock, levenshteinSteps } from "./levenshtein.ts";

const MASK = 9;
const DELETE = 7;
const SPLIT = 8;
const options = {
  maskToken: MASK,
  editTokens: { delete: DELETE, split: SPLIT },
  threshold: 0.5,
  editingThreshold: 0,
  maxPostSteps: 16,
};
/** The cells of a block and what is said of each; `_` is the mask, `D` and `S` are the edits. */
const ids: Record<string, number> = { _: MASK, D: DELETE, S: SPLIT };
const idOf = (name: string): number => ids[name] ?? Number(name);
const cellsOf = (block: string): number[] => [...block].map(idOf);
const blockOf = (cells: readonly number[]): string =>
  cells.map((token) => Object.keys(ids).find((name) => ids[name] === token) ?? token).join("");

/** `"1@.9"`, or `"D@.9 1@.1"` with the second best: the best of the two that is an answer is the answer. */
function candidate(said: string): Candidate {
  const [best, next = { token: 6, probability: 0 }] = said.split(" ").map((choice): TokenProbability => {
    const [token, probability] = choice.split("@") as [string, string];
    return { token: idOf(token), probability: Number(probability) };
  }) as [TokenProbability, TokenProbability?];
  return { ...(best.token === DELETE || best.token === SPLIT ? next : best), edit: [best, next] };
}

/** Steps through a script, one line of candidates for each forward. */
function run(block: string, prompted: number, script: string[][], changes: Partial<typeof options> = {}) {
  let open = levenshteinBlock(cellsOf(block), prompted, { ...options, ...changes });
  const blocks: string[] = [];
  const edits: TokenEdit[][] = [];
  for (const line of script) {
    const step = open.step((cell) => candidate(line[cell] as string));
    open = step.next;
    blocks.push(blockOf(open.cells));
    edits.push([...step.edits]);
  }
  return { blocks, edits, final: open.final };
}

describe("a step", () => {
  it("unmasks every cell above the threshold, or else the most probable one", () => {
    const { blocks } = run("____", 0, [
      ["1@.9", "2@.6", "3@.5", "4@.1"],
      ["1@.9", "2@.6", "3@.2", "4@.3"],
    ]);
    expect(blocks).toEqual(["12__", "12_4"]);
  });

  it("deletes a cell: what follows moves up, and a mask comes in on the right", () => {
    const { blocks, edits } = run("____", 0, [
      ["1@.9", "2@.9", "3@.9", "4@.9"],
      ["1@.9", "D@.9", "3@.9", "5@.9"],
    ]);
    expect(blocks).toEqual(["1234", "135_"]);
    expect(edits[1]).toEqual([
      { op: "delete", at: 1, to: 1, before: 2, probability: 0.9 },
      { op: "substitute", at: 3, to: 2, before: 4, after: 5, probability: 0.9 },
    ]);
  });

  it("splits a cell: a mask before it as it was, and the last cell is pushed out", () => {
    const { blocks, edits } = run("____", 0, [
      ["1@.9", "2@.9", "3@.9", "4@.9"],
      ["1@.9", "S@.9", "3@.9", "5@.9"],
    ]);
    expect(blocks[1]).toBe("1_23");
    expect(edits[1]).toEqual([{ op: "insert", at: 1, to: 1, after: MASK, probability: 0.9 }]);
  });

  it("unmasks one cell more than edits have masked, however unsure the best of them are", () => {
    const { blocks } = run("______", 0, [
      ["1@.9", "2@.9", "3@.1", "4@.1", "4@.1", "4@.1"],
      ["S@.9", "2@.9", "3@.2", "4@.1", "4@.1", "4@.1"],
      ["5@.1", "1@.9", "2@.9", "3@.9", "4@.2", "6@.05"],
    ]);
    expect(blocks).toEqual(["12____", "_123__", "51234_"]);
  });

  it("cleans up when the post steps are over: deletes and splits take their best answer", () => {
    const line = ["D@.9 3@.1", "S@.9 2@.1", "3@.9", "4@.9"];
    const { blocks, final } = run("____", 0, [["1@.9", "2@.9", "3@.9", "4@.9"], line, line], { maxPostSteps: 1 });
    expect(blocks).toEqual(["1234", "3234", "3234"]);
    expect(final).toBe(true);
  });

  it("leaves a loop by the least sure of its changes, with the second best token", () => {
    const { blocks } = run("____", 0, [
      ["1@.9", "2@.9", "3@.9", "4@.9"],
      ["5@.9", "6@.8", "3@.9", "4@.9"],
      ["1@.9", "2@.9", "3@.9", "4@.9"],
      ["5@.9", "6@.8 0@.1", "3@.9", "4@.9"],
    ]);
    expect(blocks).toEqual(["1234", "5634", "1234", "5034"]);
  });

  it("never touches the prompt's cells, whatever is said of them", () => {
    const line = ["D@.9", "S@.9", "S@.9", "S@.9"];
    const { blocks } = run("12__", 2, [line, line, line]);
    expect(blocks.map((block) => block.slice(0, 2))).toEqual(["12", "12", "12"]);
  });
});

/** Small enough for loops. */
const worlds = fc.record({
  seed: fc.integer(),
  length: fc.constantFrom(2, 4, 6),
  prompted: fc.nat({ max: 2 }),
  eagerness: fc.double({ min: 0.2, max: 3, noNaN: true }),
  answers: fc.integer({ min: 1, max: 5 }),
  threshold: fc.constantFrom(0.1, 0.5, 0.9),
  editingThreshold: fc.constantFrom(0, 0.3),
  maxPostSteps: fc.constantFrom(0, 1, 4, 16),
  vocabSize: fc.constant(10),
  maskToken: fc.constant(MASK),
  editTokens: fc.constant(options.editTokens),
});
type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

function stepIn(world: World, open: OpenBlock): ReturnType<OpenBlock["step"]> {
  return open.step((cell) => madeUpCandidate(world, madeUpRow(world, open.cells, cell)));
}

function opened(world: World): { cells: number[]; prompted: number; open: OpenBlock } {
  const prompted = Math.min(world.prompted, world.length - 1);
  const cells = Array.from({ length: world.length }, (_, i) => (i < prompted ? i : MASK));
  return { cells, prompted, open: levenshteinBlock(cells, prompted, world) };
}

describe("whatever the model says", () => {
  it("a block ends within the bound, with answers only, its length and the prompt kept at every step", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        let { open, cells, prompted } = opened(world);
        let steps = 0;
        for (; !open.final; steps++) {
          open = stepIn(world, open).next;
          expect(open.cells).toHaveLength(world.length);
          expect(open.cells.slice(0, prompted)).toEqual(cells.slice(0, prompted));
          expect(open.cells).not.toContain(DELETE);
          expect(open.cells).not.toContain(SPLIT);
        }
        expect(steps).toBeLessThanOrEqual(levenshteinSteps(world.length, world.maxPostSteps));
        expect(open.cells).not.toContain(MASK);
      }),
      { numRuns: 300 },
    );
  });

  it("its edits, carried out on the cells, make the next cells", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        let { open, prompted } = opened(world);
        while (!open.final) {
          const before = open.cells.slice(prompted);
          const { next, edits } = stepIn(world, open);
          expect(replayed(before, edits)).toEqual(next.cells.slice(prompted));
          for (const { op, to, after } of edits) if (op !== "delete") expect(next.cells[prompted + to]).toBe(after);
          open = next;
        }
      }),
    );
  });

  it("it decides as the decoder's description does, written down as it stands", () => {
    let left = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        let { open, cells, prompted } = opened(world);
        const states: number[][] = [];
        while (!open.final) {
          open = stepIn(world, open).next;
          states.push([...open.cells]);
        }
        const described = describedRun(world, cells, prompted);
        expect(states).toEqual(described.states);
        left += described.loops;
      }),
      { numRuns: 300, seed: 1 },
    );
    // The worlds are small enough to come back to a block.
    expect(left).toBeGreaterThan(100);
  });
});

function replayed(cells: readonly number[], edits: readonly TokenEdit[]): number[] {
  const after = cells.flatMap((token, at) => {
    const edit = edits.find((edit) => edit.at === at);
    if (edit?.op === "delete") return [];
    return edit?.op === "insert" ? [MASK, token] : [edit?.after ?? token];
  });
  return [...after, ...cells.map(() => MASK)].slice(0, cells.length);
}

/** The decoder in plain loops over whole rows of probabilities. */
function describedRun(world: World, cells: readonly number[], prompted: number) {
  const { length, threshold, editingThreshold, maxPostSteps } = world;
  let block = [...cells];
  let orig = cells.map((token, i) => i >= prompted && token === MASK);
  const n0 = orig.filter(Boolean).length;
  const seen: string[] = [];
  const states: number[][] = [];
  let [post, loops] = [0, 0];
  for (let step = 0; ; step++) {
    const rows = block.map((_, i) => madeUpRow(world, block, i));
    const generated = [...block.keys()].slice(prompted);
    const masks = generated.filter((i) => block[i] === MASK);
    const originalMasks = masks.filter((i) => orig[i]).length;
    post = originalMasks > 0 ? 0 : post + 1;
    const lastStep = step === length + maxPostSteps;
    const final = lastStep || (originalMasks === 0 && post >= maxPostSteps);
    const x0 = rows.map((row) => bestOf(row, [MASK]));

    let take = masks.filter((i) => x0[i]!.probability > threshold);
    const need = (step < n0 ? 1 : 0) + (masks.length - originalMasks);
    if (take.length < need) take = masks.toSorted((i, j) => x0[j]!.probability - x0[i]!.probability).slice(0, need);
    if (final || step >= length) take = masks;
    const change = generated.filter(
      (i) => block[i] !== MASK && x0[i]!.probability > editingThreshold && x0[i]!.token !== block[i],
    );
    const chosen = new Map([...take, ...change].map((i) => [i, x0[i]!.token]));
    if (final) {
      for (const [i, token] of chosen) {
        if (token === DELETE || token === SPLIT) chosen.set(i, bestOf(rows[i]!, [MASK, DELETE, SPLIT]).token);
      }
    }

    let after = scan(block, orig, chosen, prompted);
    if (!final && seen.includes(block.join())) {
      loops++;
      const changing = [...chosen.keys()].filter((i) => chosen.get(i) !== block[i]);
      changing.sort((i, j) => x0[i]!.probability - x0[j]!.probability || i - j);
      for (const i of changing.slice(0, 5)) {
        const other = bestOf(rows[i]!, [MASK, chosen.get(i)!]).token;
        after = scan(block, orig, new Map([...chosen, [i, other]]), prompted);
        if (!seen.includes(after.block.join())) break;
      }
    }
    seen.push(block.join());
    const unchanged = after.block.join() === block.join();
    ({ block, orig } = after);
    states.push(block);
    const maskFree = !block.slice(prompted).includes(MASK);
    if (lastStep || (maskFree && (unchanged || post > maxPostSteps))) return { states, loops };
  }
}

function scan(block: number[], orig: boolean[], chosen: Map<number, number>, prompted: number) {
  const after = block.slice(0, prompted);
  const flags = orig.slice(0, prompted);
  for (let i = prompted; i < block.length; i++) {
    const token = chosen.get(i) ?? block[i]!;
    if (token === DELETE) continue;
    if (token === SPLIT) {
      after.push(MASK, block[i]!);
      flags.push(false, orig[i]!);
    } else {
      after.push(token);
      flags.push(orig[i]!);
    }
  }
  while (after.length < block.length) {
    after.push(MASK);
    flags.push(false);
  }
  return { block: after.slice(0, block.length), orig: flags.slice(0, block.length) };
}
