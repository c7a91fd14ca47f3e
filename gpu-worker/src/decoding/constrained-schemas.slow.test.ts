/** Schemas at random, and texts at every place in a block, under made-up models. Real matchers. */
import type { Decoding } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { adversary, L, openConstrainedRuns, RULES, random } from "../../../test/support/models/constrained-runs.ts";
import { randomSchema } from "../../../test/support/models/random-schema.ts";
import { ConstrainedBlocks } from "./constrained-blocks.ts";

const { tokens, compile, run, expectValid, oracle } = await openConstrainedRuns();

it("answers any schema of the guaranteed subset, whatever the model wants", async () => {
  let answers = 0;
  await fc.assert(
    fc.asyncProperty(
      randomSchema,
      fc.constantFrom(...RULES),
      fc.nat(),
      fc.constantFrom(random, adversary, (seed: number) => oracle(seed, '{"b": [1, "x"], "a": null}', 0.3)),
      async (schema, decoding, seed, wishOf) => {
        const compiled = await compile(schema);
        using matcher = await compiled.grammar.matcher(tokens.endTokens);
        const known = await new ConstrainedBlocks(matcher, tokens, { shortest: compiled.shortest }).known(96);
        fc.pre(known !== undefined && known <= 96);
        expectValid(compiled, await run({ schema: compiled, decoding, wish: wishOf(seed), maxTokens: 96 }), 96);
        answers++;
      },
    ),
    { numRuns: 25, seed: 4 },
  );
  expect(answers).toBe(25);
});

it("writes a literal of several blocks, and characters of several tokens, at every place in a block", async () => {
  const [quality] = RULES as [Decoding];
  const text = `${"word by word, ".repeat(9)}é😀`;
  const compiled = await compile({ const: text });
  for (let tail = 0; tail < L; tail++) {
    const prompt = Array.from({ length: tail }, (_, i) => 10 + i);
    const wish = oracle(tail, "something else", 0);
    const result = await run({ schema: compiled, decoding: quality, wish, maxTokens: 128, prompt });
    expect(JSON.parse(result.text)).toBe(text);
  }
});
