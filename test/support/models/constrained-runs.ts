/** Constrained decoding of made-up models under real matchers, and what it promises of every answer. */
import type { Decoding } from "@palimpsest/proto";
import { expect } from "vitest";
import { decodeConstrained, nextConstrainedQuery } from "../../../gpu-worker/src/decoding/constrained.ts";
import { ConstrainedBlocks } from "../../../gpu-worker/src/decoding/constrained-blocks.ts";
import { Lookahead } from "../../../gpu-worker/src/decoding/lookahead.ts";
import { type DecodeOptions, OpenWindow, type Step } from "../../../gpu-worker/src/decoding/open-window.ts";
import type { CompiledGrammar } from "../../../gpu-worker/src/grammar/grammar-matcher.ts";
import { grammarText } from "../../../gpu-worker/src/grammar/grammar-source.ts";
import { openConstrainedTokens, VOCABULARY, type Wish, WishfulModel } from "./constrained.ts";
import { ajv, type Schema } from "./in-order.ts";

export const L = 32;
export const POST = 16;
export const RULES: readonly Decoding[] = [
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
export const long =
  "a literal that is longer than any block of thirty-two tokens, word by word, so that it goes over several of them until it ends";
export const SCHEMAS: readonly object[] = [
  closed({ name: { type: "string" }, age: { type: "integer", minimum: 0, maximum: 150 } }),
  closed({ tags: { type: "array", items: { type: "string", maxLength: 8 }, maxItems: 3 }, ok: { type: "boolean" } }),
  closed({ kind: { enum: ["é1", "è2", "\u{1f600}x"] }, text: { const: long } }),
  closed({ a: { type: "number" }, b: { anyOf: [{ type: "null" }, closed({ c: { type: "string" } })] } }, ["b"]),
  { type: "object", additionalProperties: { type: "string" } },
  { type: "array", items: { enum: [1, 12, 123] } },
];

export function optionsOf(decoding: Decoding, maxTokens: number): DecodeOptions {
  const { maskToken, editTokens } = VOCABULARY;
  return { decoding, blockLength: L, maskToken, editTokens, eosTokens: new Set([0, 4]), maxTokens };
}

export interface CompiledSchema {
  readonly grammar: CompiledGrammar;
  readonly shortest: string;
  readonly isValid: (value: unknown) => boolean;
}

export interface Run {
  /** Of `SCHEMAS` by number, or another. */
  readonly schema: number | CompiledSchema;
  readonly decoding: Decoding;
  readonly wish: Wish;
  readonly maxTokens: number;
  readonly prompt?: readonly number[];
  readonly committed?: readonly number[];
  /** The next block's first step runs in a forward that may be the block's last. */
  readonly isCarried?: boolean;
}

const hash = (...values: readonly number[]): number => {
  const mixed = values.reduce((h, value) => Math.imul(h ^ (value + 1), 0x01000193) ^ (h >>> 13), 0x811c9dc5);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0) % 2 ** 24;
};
/** Tokens at random, by all that the model sees: they flip with every change. */
export const random =
  (seed: number): Wish =>
  (cell, seen) => {
    const h = hash(seed, cell, ...seen);
    return { token: h % 40 === 0 ? 4 : h % 2048 === 1 ? 5 : h % 2048, certainty: ((h >>> 8) % 100) / 100 };
  };
/** Always sure, always wrong: text where braces are due, ends in the middle, edits for ever. */
export const adversary =
  (seed: number): Wish =>
  (cell, seen) => {
    const flips = hash(seed, cell, seen[cell] ?? 0);
    return { token: flips % 7 === 0 ? 4 : 5 + (flips % 2043), certainty: 0.99 };
  };
/** Compiles the schemas. */
export async function openConstrainedRuns() {
  const support = await openConstrainedTokens();
  const compile = async (schema: Schema): Promise<CompiledSchema> => {
    const { ebnf, shortest = "" } = grammarText({ kind: "json-schema", schema: JSON.stringify(schema) });
    return { grammar: await support.compiler.compile(ebnf), shortest, isValid: ajv.compile(schema) };
  };
  const compiled: CompiledSchema[] = [];
  for (const schema of SCHEMAS) compiled.push(await compile(schema as Schema));
  const compiledOf = (schema: number | CompiledSchema): CompiledSchema =>
    typeof schema === "number" ? (compiled[schema] as CompiledSchema) : schema;

  /** @returns the answer's tokens without the end token, its steps, and the forwards */
  async function run({ schema, decoding, wish, maxTokens, prompt = [], committed = [], isCarried = false }: Run) {
    const { grammar, shortest } = compiledOf(schema);
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

  function expectValid(schema: Run["schema"], found: Awaited<ReturnType<typeof run>>, maxTokens: number): void {
    const { ids, text, steps } = found;
    expect(ids.length).toBeLessThanOrEqual(maxTokens);
    expect(support.tokens.endTokens.has(ids.at(-1) as number)).toBe(true);
    expect(steps.at(-1)).toMatchObject({ kind: "commit", finish: "stop" });
    expect(compiledOf(schema).isValid(JSON.parse(text)), text).toBe(true);
  }

  /** Wants one text, with mistakes. */
  const oracle = (seed: number, text: string, error: number): Wish => {
    const wanted = [...support.tokens.encode(text), 4];
    return (cell, seen) => {
      const h = hash(seed, cell, ...seen);
      const isWrong = h % 1000 < error * 1000;
      return { token: isWrong ? 5 + (h % 2043) : (wanted[cell] ?? 4), certainty: isWrong ? 0.4 : 0.9 };
    };
  };

  return { ...support, compile, compiled, run, expectValid, oracle };
}
