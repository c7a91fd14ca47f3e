import type { Decoding } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeWith } from "../../../test/support/models/decode-with.ts";
import { everywhere, ScriptedModel } from "../../../test/support/models/scripted-model.ts";
import type { BlockQuery } from "./forwards.ts";
import type { DecodeOptions, Step } from "./open-window.ts";

const MASK = 99;
const EOS = 50;
const quality: Decoding = {
  rule: "2.1",
  threshold: 0.7,
  editing_threshold: 0.5,
  max_post_steps: 16,
};
const v20: Decoding = { rule: "2.0", threshold: 0.95 };

function options(changes: Partial<DecodeOptions> = {}): DecodeOptions {
  return { decoding: quality, blockLength: 4, maskToken: MASK, eosTokens: new Set([EOS]), maxTokens: 4, ...changes };
}

async function run(model: ScriptedModel, prompt: number[], opts: DecodeOptions): Promise<Step[]> {
  return Array.fromAsync(decodeWith(model, prompt, opts, new AbortController().signal));
}

function commits(steps: Step[]): number[][] {
  return steps.filter((step) => step.kind === "commit").map((step) => [...step.cells]);
}

it("unmasks every cell whose candidate passes the threshold, strictly", async () => {
  const model = new ScriptedModel([
    ["1@.9", "2@.7", "3@.71", "4@.1"],
    ["1@.9", "2@.9", "3@.9", "4@.9"],
  ]);
  await run(model, [], options());
  expect(model.seen[1]).toEqual([1, MASK, 3, MASK]);
});

it("unmasks the most probable cell when none passes", async () => {
  const model = new ScriptedModel([
    ["1@.2", "2@.4", "3@.3", "4@.1"],
    ["1@.9", "2@.9", "3@.9", "4@.9"],
  ]);
  await run(model, [], options());
  expect(model.seen[1]).toEqual([MASK, 2, MASK, MASK]);
});

it("substitutes a token while masks remain, when its candidate passes the editing threshold", async () => {
  const model = new ScriptedModel([
    ["1@.9", "2@.9", "3@.1", "4@.1"],
    ["7@.6", "8@.5", "3@.9", "4@.1"],
    ["7@.6", "2@.9", "3@.9", "4@.9"],
  ]);
  const steps = await run(model, [], options());
  expect(model.seen[2]).toEqual([7, 2, 3, MASK]);
  expect(steps[1]).toMatchObject({
    edits: [
      { op: "substitute", at: 0, before: 1, after: 7 },
      { op: "unmask", at: 2, before: MASK, after: 3 },
    ],
  });
});

it("leaves a block after max_post_steps forwards without a mask, however it oscillates", async () => {
  const model = new ScriptedModel([]);
  let flip = 0;
  model.denoise = async ([block]) => {
    model.seen.push([...(block as BlockQuery).tokens]);
    flip++;
    return [(block as BlockQuery).tokens.map(() => ({ token: flip % 2, probability: 0.99 }))];
  };
  await run(model, [], options({ decoding: { ...quality, max_post_steps: 5 } }));
  expect(model.seen).toHaveLength(1 + 5);
});

it("never edits the prompt's tail and hides it from the answer", async () => {
  const model = new ScriptedModel([everywhere("9@.99", 4)]);
  const steps = await run(model, [1, 2, 3, 4, 5, 6], options({ maxTokens: 6 }));
  expect(model.prefilled).toEqual([1, 2, 3, 4]);
  expect(model.seen[0]).toEqual([5, 6, MASK, MASK]);
  expect(model.committed).toEqual([[5, 6, 9, 9]]);
  expect(commits(steps)).toEqual([
    [9, 9],
    [9, 9, 9, 9],
  ]);
});

it("2.1 looks for an end token in finished blocks only", async () => {
  const model = new ScriptedModel([
    ["1@.9", `${EOS}@.9`, "3@.1", "4@.1"],
    ["1@.9", "2@.9", "3@.9", `${EOS}@.9`],
  ]);
  const steps = await run(model, [], options({ maxTokens: 8 }));
  expect(commits(steps)).toEqual([[1, 2, 3, EOS]]);
  expect(steps.at(-1)).toMatchObject({ finish: "stop" });
  expect(model.committed).toEqual([]);
});

it("2.0 keeps what it wrote and stops inside a block once no mask stands before the end token", async () => {
  const model = new ScriptedModel([
    ["1@.1", `${EOS}@.99`, "3@.1", "4@.1"],
    ["1@.99", "2@.99", "3@.2", "4@.1"],
  ]);
  const steps = await run(model, [], options({ decoding: v20, maxTokens: 8 }));
  expect(commits(steps)).toEqual([[1, EOS]]);
  expect(model.counts.forwards).toBe(2);
});

it("a masked cell takes what was drawn for it, by its probability; a token is compared with the best, untempered", async () => {
  const model = new ScriptedModel([]);
  const script = [
    [
      [1, 0.9, 7, 0.8],
      [2, 0.9, 8, 0.1],
    ],
    [
      [7, 0.9, 9, 0.9],
      [2, 0.9, 8, 0.8],
    ],
    [
      [7, 0.9, 9, 0.9],
      [2, 0.6, 9, 0.9],
    ],
    [
      [7, 0.9, 9, 0.9],
      [2, 0.9, 9, 0.9],
    ],
  ] as const;
  const draws: number[][] = [];
  model.denoise = async ([block]) => {
    const { tokens, draws: asked = [] } = block as BlockQuery;
    draws.push(asked.map(({ cell }) => cell));
    const forward = script[model.seen.push([...tokens]) - 1] ?? script[3];
    return [
      forward.map(([token, probability, drawn, share]) => {
        return { token, probability, drawn: { token: drawn, probability: share } };
      }),
    ];
  };
  const sampling = { temperature: 1, uniform: () => 0.5 };
  await run(model, [], options({ blockLength: 2, maxTokens: 2, sampling }));
  expect(model.seen).toEqual([
    [MASK, MASK],
    [7, MASK],
    [7, 8],
    [7, 2],
  ]);
  // Only masked cells draw at all.
  expect(draws).toEqual([[0, 1], [1], [], []]);
});

it("before min_tokens an end token ends nothing", async () => {
  const model = new ScriptedModel([["1@.9", `${EOS}@.9`, "3@.9", "4@.9"]]);
  const steps = await run(model, [], options({ maxTokens: 12, minTokens: 2 }));
  expect(commits(steps)).toEqual([
    [1, EOS, 3, 4],
    [1, EOS],
  ]);
});

it("the last block is cut at the token limit", async () => {
  const model = new ScriptedModel([everywhere("1@.9", 4)]);
  const steps = await run(model, [], options({ maxTokens: 6 }));
  expect(commits(steps).flat()).toHaveLength(6);
  expect(steps.at(-1)).toMatchObject({ kind: "commit", finish: "length" });
});

it("an abort ends the decoding before its next forward", async () => {
  const model = new ScriptedModel([everywhere("1@.1", 4)]);
  const controller = new AbortController();
  const steps = decodeWith(model, [], options({ maxTokens: 400 }), controller.signal);
  await steps.next();
  await steps.next();
  controller.abort();
  await expect(steps.next()).rejects.toThrow();
  expect(model.counts.forwards).toBe(2);
});

const candidate = fc.record({
  token: fc.integer({ min: 0, max: 60 }),
  probability: fc.float({ min: 0, max: 1, noNaN: true }),
});

it("whatever the candidates: ends within the bound, emits no mask, never touches the prompt", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 9 }),
      fc.infiniteStream(candidate),
      fc.constantFrom<Decoding>(quality, v20, { ...quality, threshold: 0.5, editing_threshold: 0 }),
      fc.integer({ min: 1, max: 11 }),
      async (prompt, candidates, decoding, maxTokens) => {
        const model = new ScriptedModel([]);
        const tail = prompt.slice(prompt.length - (prompt.length % 4));
        model.denoise = async ([block]) => {
          model.seen.push([...(block as BlockQuery).tokens]);
          return [(block as BlockQuery).tokens.map(() => candidates.next().value)];
        };
        const steps = await run(model, prompt, options({ decoding, maxTokens }));
        const answer = commits(steps).flat();
        expect(answer).not.toContain(MASK);
        expect(answer.length).toBeLessThanOrEqual(maxTokens);
        expect(answer.slice(0, -1)).not.toContain(EOS);
        expect(model.seen.length).toBeLessThanOrEqual(commits(steps).length * (4 + 16));
        expect((model.seen[0] as number[]).slice(0, tail.length)).toEqual(tail);
        expect(model.committed[0]?.slice(0, tail.length) ?? tail).toEqual(tail);
      },
    ),
  );
});
