import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AdjustmentRequest, adjustmentParameters } from "../engine/check-adjustments.ts";
import { adjusting } from "./logit-adjustments.ts";

const MASK = 59;
const off = {
  logitBias: new Map<number, number>(),
  penaltyLambda: 0,
  presencePenalty: 0,
  frequencyPenalty: 0,
  minTokens: 0,
};
/** No token of the answer before the block. */
const none = { answered: [] };
const place = { blockLength: 4, prompted: 1, endTokens: new Set([50, 51]), maskToken: MASK };

describe("what is moved at a cell", () => {
  it("is nothing where nothing is asked for", () => {
    expect(adjusting(off, place)).toEqual({});
  });

  it("is every biased token", () => {
    const { adjust } = adjusting({ ...off, logitBias: new Map([[7, -100], [8, 2]]) }, place); // biome-ignore format: a table
    expect(adjust?.({ ...none, block: 0, tokens: [1, 2, MASK, MASK], cells: [2, 3] })).toEqual([
      { cell: 2, token: 7, by: -100 },
      { cell: 2, token: 8, by: 2 },
      { cell: 3, token: 7, by: -100 },
      { cell: 3, token: 8, by: 2 },
    ]);
  });

  it("is whatever stands one cell before, a mask too, and nothing at the block's first cell", () => {
    const { adjust } = adjusting({ ...off, penaltyLambda: 3 }, place);
    expect(adjust?.({ ...none, block: 2, tokens: [5, 6, MASK, MASK], cells: [0, 1, 2, 3] })).toEqual([
      { cell: 1, token: 5, by: -3 },
      { cell: 2, token: 6, by: -3 },
      { cell: 3, token: MASK, by: -3 },
    ]);
  });

  it("is every end token among the first tokens of the answer, wherever its blocks begin", () => {
    const { adjust } = adjusting({ ...off, minTokens: 5 }, place);
    const banned = (block: number) =>
      adjust?.({ ...none, block, tokens: [0, 0, 0, 0], cells: [1, 2, 3] }).map(({ cell, token }) => [cell, token]);
    const all = [1, 2, 3].flatMap((cell) => [50, 51].map((token) => [cell, token]));
    // Block 0 has three cells of the answer, so the fifth is block 1's second.
    expect([banned(0), banned(1), banned(2)]).toEqual([all, [[1, 50], [1, 51]], []]); // biome-ignore format: a table
  });

  it("is moved once, by the sum, where two say so; what may not stand may not stand", () => {
    const options = { ...off, logitBias: new Map([[5, 1], [50, 100]]), penaltyLambda: 3, minTokens: 9 }; // biome-ignore format: a table
    const { adjust } = adjusting(options, { ...place, endTokens: new Set([50]) });
    expect(adjust?.({ ...none, block: 0, tokens: [9, 5, MASK, MASK], cells: [2] })).toEqual([
      { cell: 2, token: 5, by: -2 },
      { cell: 2, token: 50, by: Number.NEGATIVE_INFINITY },
    ]);
  });
});

describe("presence and frequency penalties", () => {
  const tokens = fc.array(fc.constantFrom(1, 2, 3, MASK), { minLength: 4, maxLength: 4 });

  it("count each token of the answer but the cell's own, the prompt and masks left out", () => {
    const world = fc.record({
      block: fc.integer({ min: 0, max: 2 }),
      tokens,
      answered: fc.array(fc.integer({ max: 3 })),
    });
    fc.assert(
      fc.property(world, fc.constantFrom(0, 0.5, -1), fc.constantFrom(0, 0.25), (at, presence, frequency) => {
        const options = { ...off, presencePenalty: presence, frequencyPenalty: frequency };
        const { adjust } = adjusting(options, place);
        const cells = [1, 2, 3];
        const found = new Map(adjust?.({ ...at, cells }).map(({ cell, token, by }) => [`${cell} ${token}`, by]));
        for (const cell of cells) {
          const prompted = at.block === 0 ? place.prompted : 0;
          const others = [
            ...at.answered,
            ...at.tokens.filter((token, i) => i >= prompted && i !== cell && token !== MASK),
          ];
          for (const token of new Set(others)) {
            const times = others.filter((other) => other === token).length;
            expect(found.get(`${cell} ${token}`) ?? 0).toBeCloseTo(-presence - frequency * times);
            found.delete(`${cell} ${token}`);
          }
        }
        expect([...found]).toEqual([]);
      }),
    );
  });
});

describe("a request is refused", () => {
  const limits = { vocabSize: 60, neverTokens: [MASK, 3], maxTokens: 8 };
  it.each<[string, Partial<AdjustmentRequest>, string]>([
    ["logit_bias", { logitBias: new Map([[60, 1]]) }, "60 is not a token of this model; ids go from 0 to 59"],
    ["logit_bias", { logitBias: new Map([[MASK, 1]]) }, "59 is a token that the model only edits with"],
    ["logit_bias", { logitBias: new Map([[3, -1]]) }, "never part of an answer"],
    ["logit_bias", { logitBias: new Map([[5, 101]]) }, "from -100 to 100, not 101 for token 5"],
    ["logit_bias", { logitBias: new Map([[5, Number.NaN]]) }, "not NaN for token 5"],
    ["presence_penalty", { decoding: { presencePenalty: 2.5 } }, "presence_penalty: must be from -2 to 2, not 2.5"],
    ["frequency_penalty", { decoding: { frequencyPenalty: -3 } }, "frequency_penalty: must be from -2 to 2, not -3"],
    ["stop_token_ids", { stopTokenIds: [5, 77] }, "77 is not a token of this model"],
    ["stop_token_ids", { stopTokenIds: [MASK] }, "never part of an answer"],
    ["penalty_lambda", { decoding: { penaltyLambda: -1 } }, "from 0 to 100, not -1"],
    ["min_tokens", { minTokens: 9 }, "from 0 to max_tokens, 8, not 9"],
  ])("by its %s %o", (param, wrong, message) => {
    const refused = expect.objectContaining({
      code: "invalid_request",
      param,
      message: expect.stringContaining(message),
    });
    expect(() => adjustmentParameters({ decoding: {}, ...wrong }, limits)).toThrow(refused);
  });

  it("that biases more tokens than can be", () => {
    const logitBias = new Map(Array.from({ length: 1025 }, (_, i) => [100 + i, 1]));
    expect(() => adjustmentParameters({ decoding: {}, logitBias }, { ...limits, vocabSize: 2000 })).toThrow(
      /at most 1024/,
    );
  });
});
