/** Several open blocks: against plain loops that recompute everything at each step, and taken up again at any commit. */

import { type Decoding, type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ahead, decodeWith, type ModelOf } from "../../../test/support/models/decode-with.ts";
import {
  bestOf,
  MadeUpModel,
  type MadeUpWorld,
  madeUpRow,
  movedRow,
} from "../../../test/support/models/made-up-model.ts";
import type { SequenceModel } from "../decoding/decode.ts";
import { adjusting } from "../decoding/logit-adjustments.ts";
import type { DecodeOptions, Step } from "../decoding/open-window.ts";
import { AnswerText } from "./answer-text.ts";
import { choiceEvents } from "./choice-events.ts";

const SIZE = 4;
const MASK = 9;
const EOS = 5;

const runs = fc.record({
  seed: fc.integer(),
  prompt: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 9 }),
  editing_window: fc.integer({ min: 1, max: 4 }),
  editing_threshold: fc.constantFrom(0, 0.25, 0.35),
  max_post_steps: fc.constantFrom(0, 1, 3, 16),
  maxTokens: fc.integer({ min: 1, max: 30 }),
  stop: fc.constantFrom<string[]>([], ["ab"], ["cde", "bb"]),
  moved: fc.boolean(),
});
type Run = typeof runs extends fc.Arbitrary<infer R> ? R : never;

const worldOf = ({ seed }: Run): MadeUpWorld => ({ seed, vocabSize: 10, answers: 6, maskToken: MASK });
const decodingOf = ({ editing_window, editing_threshold, max_post_steps }: Run): Decoding => ({
  ...{ rule: "2.1", threshold: 0.3, editing_threshold, max_post_steps, editing_window },
});

const MOVED = {
  ...{ logitBias: new Map([[1, 0.7]]), penaltyLambda: 1.5, minTokens: 6 },
  ...{ presencePenalty: 0.3, frequencyPenalty: 0.2 },
};
const movesOf = ({ moved, prompt }: Run): Partial<DecodeOptions> => {
  if (!moved) return {};
  const place = { blockLength: SIZE, prompted: prompt.length % SIZE, endTokens: new Set([EOS]), maskToken: MASK };
  return { minTokens: MOVED.minTokens, ...adjusting(MOVED, place) };
};

/** Tokens are letters, the end token is nothing. */
const bytes = (token: number): Uint8Array => (token === EOS ? new Uint8Array(0) : Uint8Array.of(0x61 + token));

/** A forward for every step, nothing carried and nothing kept. */
function plain(model: MadeUpModel): SequenceModel {
  return {
    prefill: (tokens) => model.prefill(tokens),
    denoise: (blocks) => model.forward(blocks),
    commit: (block) => model.commit(block),
  };
}

async function stepsOf(
  run: Run,
  model: SequenceModel | ModelOf,
  changes: Partial<DecodeOptions> = {},
  prompt = run.prompt,
) {
  const answer = new AnswerText(bytes, run.stop);
  const options: DecodeOptions = {
    decoding: decodingOf(run),
    blockLength: SIZE,
    maskToken: MASK,
    eosTokens: new Set([EOS]),
    maxTokens: run.maxTokens,
    ends: (tokens) => answer.stops(tokens),
    ...movesOf(run),
    ...changes,
  };
  if (prompt.length > run.prompt.length) answer.commit(prompt.slice(run.prompt.length), false);
  const steps: Step[] = [];
  for await (const step of decodeWith(model, prompt, options, new AbortController().signal)) {
    steps.push(step);
    if (step.kind === "commit" && answer.commit(step.cells, false).stop !== undefined) break;
  }
  return steps;
}

const committed = (steps: readonly Step[]): number[] =>
  steps.flatMap((step) => (step.kind === "commit" ? step.cells : []));

it("it decides as plain loops do that recompute the window at each step, with and without carried forwards", async () => {
  let revised = 0;
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const described = describedRun(run);
      const steps = await stepsOf(run, plain(new MadeUpModel(worldOf(run))));
      expect(committed(steps)).toEqual(described);
      const model = new MadeUpModel(worldOf(run));
      expect(await stepsOf(run, ahead(model))).toEqual(steps);
      const newest = Math.max(...steps.map(({ block }) => block));
      for (const { block, ...step } of steps) {
        if (step.kind === "denoise" && step.edits.some(({ op }) => op === "substitute") && block < newest) revised++;
        if (step.kind === "denoise") expect(step.cells.length).toBeLessThanOrEqual(SIZE);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
  expect(revised).toBeGreaterThan(100);
});

it("a block is edited while newer ones are written, and committed when it leaves the window", async () => {
  let late = 0;
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const steps = await stepsOf(run, ahead(new MadeUpModel(worldOf(run))));
      let [newest, commits] = [0, 0];
      for (const step of steps) {
        if (step.kind === "commit") {
          expect(step.block).toBe(commits++);
          continue;
        }
        expect(step.block).toBeGreaterThanOrEqual(commits);
        expect(step.block).toBeLessThan(commits + run.editing_window);
        newest = Math.max(newest, step.block);
        if (step.block < newest) {
          late++;
          for (const { op } of step.edits) expect(op).toBe("substitute");
        }
      }
    }),
    { numRuns: 200, seed: 2 },
  );
  expect(late).toBeGreaterThan(50);
});

it("taken up again at any commit, by the blocks that were open then, the rest is the same", async () => {
  let resumed = 0;
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const steps = await stepsOf(run, ahead(new MadeUpModel(worldOf(run))));
      const whole = committed(steps);
      for (const [i, step] of steps.entries()) {
        if (step.kind !== "commit" || step.finish !== undefined || i === steps.length - 1) continue;
        const before = committed(steps.slice(0, i + 1));
        const changes = {
          maxTokens: run.maxTokens - before.length,
          minTokens: run.moved ? MOVED.minTokens - before.length : 0,
          firstBlock: step.block + 1,
          answered: before,
          ...(step.open && { open: step.open }),
        };
        const model = ahead(new MadeUpModel(worldOf(run)));
        const rest = await stepsOf(run, model, changes, [...run.prompt, ...before]);
        expect([...before, ...committed(rest)]).toEqual(whole);
        resumed++;
      }
    }),
    { numRuns: 200, seed: 3 },
  );
  expect(resumed).toBeGreaterThan(50);
});

it("a client's document, with drafts of several blocks, is the text of the tokens", async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const answer = new AnswerText(bytes, run.stop);
      const options = {
        decoding: decodingOf(run),
        blockLength: SIZE,
        maskToken: MASK,
        eosTokens: new Set([EOS]),
        maxTokens: run.maxTokens,
        ends: (tokens: readonly number[]) => answer.stops(tokens),
        ...movesOf(run),
      };
      const steps = decodeWith(ahead(new MadeUpModel(worldOf(run))), run.prompt, options, new AbortController().signal);
      let document = emptyDocument;
      let [seq, open] = [0, 0];
      for await (const event of choiceEvents(steps, { answer, bytes, ...options, drafts: true, onTokens() {} })) {
        document = reduce(document, {
          v: 1,
          response_id: "r",
          attempt: 1,
          seq: seq++,
          choice: 0,
          ...event,
        } as EditEvent);
        open = Math.max(open, document.choices[0]?.drafts.length ?? 0);
        expect(document.status).not.toBe("failed");
      }
      const text = String.fromCharCode(...describedRun(run).flatMap((token) => [...bytes(token)]));
      const ends = run.stop.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
      expect(document.choices[0]?.text).toBe(ends.length > 0 ? text.slice(0, Math.min(...ends)) : text);
      expect(document.choices[0]?.drafts).toEqual([]);
      expect(open).toBeLessThanOrEqual(run.editing_window);
    }),
    { numRuns: 200, seed: 4 },
  );
});

/** The answer's tokens by the rule, in plain loops over every block of the window at every step. */
function describedRun(run: Run): number[] {
  const { prompt, editing_window, editing_threshold, max_post_steps, maxTokens, stop } = run;
  const all = [...prompt];
  const isPrompt = (at: number): boolean => at < prompt.length;
  let [first, answer] = [Math.floor(prompt.length / SIZE), [] as number[]];
  for (let newest = first; ; newest++) {
    if (newest - first === editing_window) first++;
    while (all.length < (newest + 1) * SIZE) all.push(MASK);
    for (let post = 0; ; ) {
      const masks = [...all.keys()].filter((at) => !isPrompt(at) && all[at] === MASK);
      if (masks.length === 0 && ++post > max_post_steps) break;
      const best = [...all.keys()].map((at) => {
        const seen = all.slice(0, (Math.floor(at / SIZE) + 1) * SIZE);
        const row = madeUpRow(worldOf(run), seen, at % SIZE);
        return bestOf(run.moved ? movedRow(row, describedMoves(at, all, prompt.length)) : row, [MASK]);
      });
      let take = masks.filter((at) => best[at]!.probability > 0.3);
      if (masks.length > 0 && take.length === 0) {
        take = [masks.reduce((a, b) => (best[b]!.probability > best[a]!.probability ? b : a))];
      }
      const change = [...all.keys()].filter(
        (at) =>
          at >= first * SIZE &&
          !isPrompt(at) &&
          all[at] !== MASK &&
          best[at]!.token !== all[at] &&
          best[at]!.probability > editing_threshold,
      );
      for (const at of [...take, ...change]) all[at] = best[at]!.token;
      if (masks.length === 0 && change.length === 0) break;
    }
    answer = all.slice(prompt.length, prompt.length + maxTokens);
    const text = String.fromCharCode(...answer.flatMap((token) => [...bytes(token)]));
    const eos = answer.indexOf(EOS);
    if (eos >= 0) answer = answer.slice(0, eos + 1);
    if (eos >= 0 || answer.length === maxTokens || stop.some((one) => text.includes(one))) break;
  }
  return upToStop(answer, prompt.length % SIZE, stop);
}

function describedMoves(at: number, all: readonly number[], prompted: number): { token: number; by: number }[] {
  const moves = [{ token: 1, by: 0.7 }];
  if (at % SIZE > 0) moves.push({ token: all[at - 1] as number, by: -1.5 });
  // Presence 0.3 and frequency 0.2: the answer up to the end of the cell's block, but for the cell itself.
  const end = (Math.floor(at / SIZE) + 1) * SIZE;
  const others = all.slice(0, end).filter((token, i) => i >= prompted && i !== at && token !== MASK);
  for (const token of new Set(others)) moves.push({ token, by: -0.3 });
  for (const token of others) moves.push({ token, by: -0.2 });
  if (at < prompted + 6) moves.push({ token: EOS, by: Number.NEGATIVE_INFINITY });
  return moves;
}

/** Up to the end of the block in which a stop string ends: no later one is committed. */
function upToStop(answer: readonly number[], tail: number, stop: readonly string[]): number[] {
  for (let end = SIZE - tail; end < answer.length; end += SIZE) {
    const text = String.fromCharCode(...answer.slice(0, end).flatMap((token) => [...bytes(token)]));
    if (stop.some((one) => text.includes(one))) return answer.slice(0, end);
  }
  return [...answer];
}
