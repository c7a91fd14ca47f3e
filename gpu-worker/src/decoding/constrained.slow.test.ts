/** Whatever a model wants, the answer is a text of the grammar within its token limit. Real matchers, made-up models. */
import type { Decoding } from "@palimpsest/proto";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import {
  openConstrainedTokens,
  VOCABULARY,
  type Wish,
  WishfulModel,
} from "../../../test/support/models/constrained.ts";
import type { CompiledGrammar } from "../grammar/grammar-matcher.ts";
import { grammarText } from "../grammar/grammar-source.ts";
import { decodeConstrained, nextConstrainedQuery } from "./constrained.ts";
import { ConstrainedBlocks } from "./constrained-blocks.ts";
import { witness } from "./constrained-matcher.ts";
import { Lookahead } from "./lookahead.ts";
import { type DecodeOptions, OpenWindow, type Step } from "./open-window.ts";

const L = 32;
const POST = 16;
const RULES: readonly Decoding[] = [
  { rule: "2.1", threshold: 0.7, editing_threshold: 0.5, max_post_steps: POST },
  { rule: "2.1", threshold: 0.5, editing_threshold: 0, max_post_steps: POST },
  { rule: "2.1", threshold: 0.7, editing_threshold: 0.5, max_post_steps: POST, editing_window: 3 },
  { rule: "2.0", threshold: 0.95 },
  { rule: "2.2", threshold: 0.5, editing_threshold: 0, max_post_steps: POST },
  { rule: "2.1", threshold: 0.5, editing_threshold: 0, max_post_steps: 4, editing_window: 8 },
];
const closed = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  ...{ type: "object", properties, required, additionalProperties: false },
});
const long =
  "a literal that is longer than any block of thirty-two tokens, word by word, so that it goes over several of them until it ends";
const SCHEMAS: readonly object[] = [
  closed({ name: { type: "string" }, age: { type: "integer", minimum: 0, maximum: 150 } }),
  closed({ tags: { type: "array", items: { type: "string", maxLength: 8 }, maxItems: 3 }, ok: { type: "boolean" } }),
  closed({ kind: { enum: ["é1", "è2", "\u{1f600}x"] }, text: { const: long } }),
  closed({ a: { type: "number" }, b: { anyOf: [{ type: "null" }, closed({ c: { type: "string" } })] } }, ["b"]),
  { type: "object", additionalProperties: { type: "string" } },
  { type: "array", items: { enum: [1, 12, 123] } },
];

let support: Awaited<ReturnType<typeof openConstrainedTokens>>;
const ajv = new Ajv2020();
const compiled: { grammar: CompiledGrammar; shortest: string; isValid: (value: unknown) => boolean }[] = [];

beforeAll(async () => {
  support = await openConstrainedTokens();
  for (const schema of SCHEMAS) {
    const { ebnf, shortest = "" } = grammarText({ kind: "json-schema", schema: JSON.stringify(schema) });
    compiled.push({ grammar: await support.compiler.compile(ebnf), shortest, isValid: ajv.compile(schema) });
  }
});

function optionsOf(decoding: Decoding, maxTokens: number): DecodeOptions {
  const { maskToken, editTokens } = VOCABULARY;
  return { decoding, blockLength: L, maskToken, editTokens, eosTokens: new Set([0, 4]), maxTokens };
}

interface Run {
  readonly schema: number;
  readonly decoding: Decoding;
  readonly wish: Wish;
  readonly maxTokens: number;
  readonly prompt?: readonly number[];
  readonly committed?: readonly number[];
  /** The next block's first step runs in a forward that may be the block's last. */
  readonly isCarried?: boolean;
}

/** @returns the answer's tokens without the end token, its steps, and the forwards */
async function run({ schema, decoding, wish, maxTokens, prompt = [], committed = [], isCarried = false }: Run) {
  const { grammar, shortest } = compiled[schema] as (typeof compiled)[number];
  using matcher = await grammar.matcher(support.tokens.endTokens);
  const blocks = new ConstrainedBlocks(matcher, support.tokens, { committed, shortest });
  expect((await blocks.known(maxTokens - committed.length)) ?? Infinity).toBeLessThanOrEqual(
    maxTokens - committed.length,
  );
  const model = new WishfulModel(wish);
  const options = optionsOf(decoding, maxTokens - committed.length);
  const window = new OpenWindow([...prompt, ...committed], options);
  const steps: Step[] = [];
  let forwardsOfBlock = 0;
  let most = 0;
  const signal = new AbortController().signal;
  const nextBlockQuery = nextConstrainedQuery(window, blocks, options);
  const forwards = isCarried ? new Lookahead(model, { nextBlockQuery }) : model;
  for await (const step of decodeConstrained(forwards, window, blocks, options, signal)) {
    steps.push(step);
    if (step.kind === "commit") {
      most = Math.max(most, model.forwards - forwardsOfBlock);
      forwardsOfBlock = model.forwards;
    }
  }
  const ids = [...committed, ...steps.flatMap((step) => (step.kind === "commit" ? step.cells : []))];
  return { ids, steps, most, forwards: model.forwards, text: support.textOf(ids) };
}

function expectValid(schema: number, { ids, text, steps }: Awaited<ReturnType<typeof run>>, maxTokens: number): void {
  expect(ids.length).toBeLessThanOrEqual(maxTokens);
  expect(support.tokens.endTokens.has(ids.at(-1) as number)).toBe(true);
  expect(steps.at(-1)).toMatchObject({ kind: "commit", finish: "stop" });
  expect(compiled[schema]?.isValid(JSON.parse(text)), text).toBe(true);
}

const hash = (...values: readonly number[]): number => {
  const mixed = values.reduce((h, value) => Math.imul(h ^ (value + 1), 0x01000193) ^ (h >>> 13), 0x811c9dc5);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0) % 2 ** 24;
};
/** Tokens at random, by all that the model sees: they flip with every change. */
const random =
  (seed: number): Wish =>
  (cell, seen) => {
    const h = hash(seed, cell, ...seen);
    return { token: h % 40 === 0 ? 4 : h % 2048 === 1 ? 5 : h % 2048, certainty: ((h >>> 8) % 100) / 100 };
  };
/** Always sure, always wrong: text where braces are due, ends in the middle, edits for ever. */
const adversary =
  (seed: number): Wish =>
  (cell, seen) => {
    const flips = hash(seed, cell, seen[cell] ?? 0);
    return { token: flips % 7 === 0 ? 4 : 5 + (flips % 2043), certainty: 0.99 };
  };
/** Wants one text, with mistakes. */
const oracle = (seed: number, text: string, error: number): Wish => {
  const wanted = [...support.tokens.encode(text), 4];
  return (cell, seen) => {
    const h = hash(seed, cell, ...seen);
    const isWrong = h % 1000 < error * 1000;
    return { token: isWrong ? 5 + (h % 2043) : (wanted[cell] ?? 4), certainty: isWrong ? 0.4 : 0.9 };
  };
};

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
      expect(result.most).toBeLessThanOrEqual(window * (3 * L * window + POST + 1));
    }),
    { numRuns: 60, seed: 1 },
  );
});

it("writes the frontier although the model edits the text before it at every step, over three open blocks", async () => {
  const found = { schema: 4, decoding: RULES[2] as Decoding, wish: adversary(1737403874), maxTokens: 96 };
  const result = await run({ ...found, prompt: [10, 11] });
  expectValid(4, result, 96);
  expect(result.most).toBeLessThanOrEqual(3 * (9 * L + POST + 1));
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
  using matcher = await grammar.matcher(support.tokens.endTokens);
  const blocks = new ConstrainedBlocks(matcher, support.tokens, { shortest });
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

it("the exact prefix never gets shorter within a block", async () => {
  for (const decoding of RULES.slice(0, 4)) {
    const { steps } = await run({ schema: 0, decoding, wish: adversary(5), maxTokens: 128 });
    const { grammar } = compiled[0] as (typeof compiled)[number];
    using matcher = await grammar.matcher(support.tokens.endTokens);
    let reach = 0;
    let base = 0;
    for (const step of steps) {
      if (decoding.editing_window) break;
      matcher.rollBackTo(base);
      let now = 0;
      while (
        now < step.cells.length &&
        step.cells[now] !== VOCABULARY.maskToken &&
        matcher.accept(step.cells[now] as number)
      )
        now++;
      if (step.kind === "commit") {
        expect(now).toBe(step.cells.length);
        base += now;
        reach = 0;
        continue;
      }
      expect(now).toBeGreaterThanOrEqual(reach);
      reach = now;
    }
  }
});

it.each(["[a-z]+\\.", "[a-z]+@[a-z]+\\.com", "a*b", "(?:ab)*c", "[0-9]+e[0-9]+x"])(
  "knows a completion of %s, and each of its tokens leaves one fewer",
  async (pattern) => {
    using grammar = await support.compiler.compile(grammarText({ kind: "regex", pattern }).ebnf);
    using matcher = await grammar.matcher(support.tokens.endTokens);
    const found = (await witness(matcher, 400, support.tokens)) as readonly number[];
    expect(support.textOf(found)).toMatch(new RegExp(`^(?:${pattern})$`));
    for (const [i, token] of found.slice(0, -1).entries()) {
      expect(matcher.accept(token)).toBe(true);
      expect(await witness(matcher, found.length - i - 1, support.tokens)).toEqual(found.slice(i + 1));
    }
  },
);
