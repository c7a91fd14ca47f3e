/** Whatever a model wants, the answer is a text of the grammar within its token limit. Real matchers, made-up models. */
import type { Decoding } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Wish } from "../../../test/support/models/constrained.ts";
import {
  adversary,
  L,
  long,
  openConstrainedRuns,
  POST,
  RULES,
  random,
  SCHEMAS,
} from "../../../test/support/models/constrained-runs.ts";
import { grammarText } from "../grammar/grammar-source.ts";
import { ConstrainedBlocks } from "./constrained-blocks.ts";
import { witness } from "./constrained-matcher.ts";

const { tokens, textOf, compiler, compiled, run, expectValid, oracle } = await openConstrainedRuns();

const runs = fc.record({
  schema: fc.nat({ max: SCHEMAS.length - 1 }),
  decoding: fc.constantFrom(...RULES),
  seed: fc.nat(),
  kind: fc.constantFrom("random", "adversary", "oracle"),
  maxTokens: fc.constantFrom(96, 160, 256),
  tail: fc.nat({ max: 5 }),
});

it("is valid and whole within max_tokens, in a bounded number of forwards", async () => {
  await fc.assert(
    fc.asyncProperty(runs, async ({ schema, decoding, seed, kind, maxTokens, tail }) => {
      const wishes = {
        random: random(seed),
        adversary: adversary(seed),
        oracle: oracle(seed, '{"nam": "Ada", "age": 36}', 0.3),
      };
      const prompt = Array.from({ length: tail }, (_, i) => 10 + i);
      const result = await run({ schema, decoding, wish: wishes[kind as keyof typeof wishes], maxTokens, prompt });
      expectValid(schema, result, maxTokens);
      const window = decoding.editing_window ?? 1;
      expect(result.most).toBeLessThanOrEqual(window * (3 * L * window + L + POST + 1));
    }),
    { numRuns: 60, seed: 1 },
  );
});

it("writes the frontier although the model edits the text before it at every step, over three open blocks", async () => {
  const found = { schema: 4, decoding: RULES[2] as Decoding, wish: adversary(1737403874), maxTokens: 96 };
  const result = await run({ ...found, prompt: [10, 11] });
  expectValid(4, result, 96);
  expect(result.most).toBeLessThanOrEqual(3 * (9 * L + L + POST + 1));
});

it("counts characters as a decoder does: no bytes beyond U+10FFFF, no surrogates", async () => {
  const found = { schema: 1, decoding: RULES[4] as Decoding, wish: random(232037542), maxTokens: 96 };
  expectValid(1, await run({ ...found, prompt: [10, 11, 12, 13, 14] }), 96);
});

it("writes the model's own answer where the grammar has nothing to say against it", async () => {
  const text = '{"name": "Ada Lovelace", "age": 36}';
  const result = await run({ schema: 0, decoding: RULES[0] as Decoding, wish: oracle(1, text, 0), maxTokens: 256 });
  expect(result.text).toBe(text);
  expect(
    result.steps.flatMap((step) => (step.kind === "denoise" ? step.edits : [])).filter(({ op }) => op === "remask"),
  ).toEqual([]);
});

it("ends within exactly the tokens of a known answer, and knows when one fewer does not suffice", async () => {
  const { grammar, shortest } = compiled[0] as (typeof compiled)[number];
  using matcher = await grammar.matcher(tokens.endTokens);
  const blocks = new ConstrainedBlocks(matcher, tokens, { shortest });
  const least = (await blocks.known(256)) as number;
  for (const decoding of RULES) {
    expectValid(0, await run({ schema: 0, decoding, wish: adversary(3), maxTokens: least }), least);
  }
  expect(await blocks.known(least - 1)).satisfies((known?: number) => known === undefined || known >= least - 1);
});

it("closes a string at the limit in the middle of an escape and of a character", async () => {
  const wanted = ['{"name": "\\u00', `{"name": "${"\\\\".repeat(40)}`, `{"name": "${"é😀".repeat(30)}`];
  for (const text of wanted) {
    for (const maxTokens of [40, 41, 42, 43, 64, 65]) {
      const result = await run({
        schema: 0,
        decoding: RULES[0] as Decoding,
        wish: oracle(2, text.padEnd(400, "x"), 0),
        maxTokens,
      });
      expectValid(0, result, maxTokens);
      expect(result.steps.at(-1)).toMatchObject({ isForced: true });
    }
  }
});

it("an end token that is drafted early, with garbage behind it, does not end the answer", async () => {
  const early: Wish = (cell) => ({ token: cell % 3 === 2 ? 4 : 300 + cell, certainty: 0.99 });
  for (const decoding of RULES) expectValid(0, await run({ schema: 0, decoding, wish: early, maxTokens: 128 }), 128);
});

it("continues behind any committed block to the same answer", async () => {
  const [quality] = RULES as [Decoding];
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat({ max: SCHEMAS.length - 1 }), async (seed, schema) => {
      const whole = await run({ schema, decoding: quality, wish: random(seed), maxTokens: 160 });
      const ended = whole.steps.findIndex((step) => step.kind === "commit" && step.isForced);
      const commits = whole.steps.slice(0, ended < 0 ? undefined : ended).filter(({ kind }) => kind === "commit");
      for (let done = 1; done < commits.length; done++) {
        const committed = whole.ids.slice(0, done * L);
        const rest = await run({ schema, decoding: quality, wish: random(seed), maxTokens: 160, committed });
        expect(rest.ids).toEqual(whole.ids);
      }
    }),
    { numRuns: 12, seed: 2 },
  );
});

it("carried or not, the steps are the same, and a carried step spares a forward", async () => {
  let spared = 0;
  const text = `{"kind": "è2", "text": "${long}"}`;
  for (const decoding of RULES) {
    for (const [schema, seed] of [
      [0, 1],
      [2, 2],
    ] as const) {
      const wishes = [random(seed), oracle(seed, text, schema === 2 ? 0 : 0.2)];
      for (const wish of wishes) {
        const asked = { schema, decoding, wish, maxTokens: 110, prompt: [10, 11, 12] };
        const plain = await run(asked);
        const carried = await run({ ...asked, isCarried: true });
        expect(carried.steps).toEqual(plain.steps);
        spared += plain.forwards - carried.forwards;
      }
    }
  }
  expect(spared).toBeGreaterThan(5);
});

it.each(["[a-z]+\\.", "[a-z]+@[a-z]+\\.com", "a*b", "(?:ab)*c", "[0-9]+e[0-9]+x"])(
  "knows a completion of %s, and each of its tokens leaves one fewer",
  async (pattern) => {
    using grammar = await compiler.compile(grammarText({ kind: "regex", pattern }).ebnf);
    using matcher = await grammar.matcher(tokens.endTokens);
    const found = (await witness(matcher, 400, tokens)) as readonly number[];
    expect(textOf(found)).toMatch(new RegExp(`^(?:${pattern})$`));
    for (const [i, token] of found.slice(0, -1).entries()) {
      expect(matcher.accept(token)).toBe(true);
      expect(await witness(matcher, found.length - i - 1, tokens)).toEqual(found.slice(i + 1));
    }
  },
);
