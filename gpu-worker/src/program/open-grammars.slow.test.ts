/** The grammar thread: the same answers as on this thread, whatever another grammar does to it. */
import type { Decoding } from "@palimpsest/proto";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  openConstrainedTokens,
  TOKENIZER,
  VOCABULARY,
  type Wish,
  WishfulModel,
} from "../../../test/support/models/constrained.ts";
import { type Constraint, decodeConstrained } from "../decoding/constrained.ts";
import { ConstrainedBlocks } from "../decoding/constrained-blocks.ts";
import { type DecodeOptions, OpenWindow } from "../decoding/open-window.ts";
import { grammarText } from "../grammar/grammar-source.ts";
import type { GrammarClient } from "../threads/grammar-client.ts";
import { openGrammars } from "./open-grammars.ts";

const data = {
  tokenizer: { tokenizer: TOKENIZER },
  vocabSize: VOCABULARY.vocabSize,
  maskToken: VOCABULARY.maskToken,
  endTokens: [0, 4],
};
const decoding: Decoding = { rule: "2.1", threshold: 0.7, editing_threshold: 0.5, max_post_steps: 4 };
const schema = JSON.stringify({
  type: "object",
  properties: { name: { type: "string" }, ok: { type: "boolean" } },
  required: ["name", "ok"],
});
const { ebnf } = grammarText({ kind: "json-schema", schema });
/** The library reads it and aborts: a rule that there is not. */
const DEADLY = 'root ::= "a" nowhere';

let grammars: GrammarClient;
beforeAll(() => {
  grammars = openGrammars(data);
});
afterAll(async () => {
  await grammars[Symbol.asyncDispose]();
});

const wish: Wish = (cell, seen) => ({ token: 5 + ((cell * 31 + (seen.at(-1) ?? 0)) % 2043), certainty: 0.9 });

/** @param between called before each step of the decoding */
async function answer(
  constraint: Constraint,
  between: (step: number) => Promise<unknown> = async () => {},
): Promise<number[]> {
  const { maskToken, editTokens } = VOCABULARY;
  const options: DecodeOptions = {
    decoding,
    blockLength: 32,
    maskToken,
    editTokens,
    eosTokens: new Set([0, 4]),
    maxTokens: 100,
  };
  const ids: number[] = [];
  let steps = 0;
  const window = new OpenWindow([], options);
  for await (const step of decodeConstrained(
    new WishfulModel(wish),
    window,
    constraint,
    options,
    new AbortController().signal,
  )) {
    if (step.kind === "commit") ids.push(...step.cells);
    await between(steps++);
  }
  return ids;
}

async function onThisThread(): Promise<number[]> {
  const { compiler, tokens } = await openConstrainedTokens();
  using grammar = await compiler.compile(ebnf);
  using matcher = await grammar.matcher(tokens.endTokens);
  return await answer(new ConstrainedBlocks(matcher, tokens));
}

const sequence = () => grammars.sequence({ ebnf, endTokens: [0, 4], committed: [] });

it("gives the same answers as on the caller's thread", async () => {
  expect(await grammars.try(ebnf)).toBeUndefined();
  using constrained = sequence();
  expect(await constrained.known(100)).toBeGreaterThan(0);
  expect(await answer(constrained)).toEqual(await onThisThread());
});

it("a grammar that kills the library is refused with its words, and nobody else notices", async () => {
  using constrained = sequence();
  const ids = await answer(constrained, async (step) => {
    if (step === 2) expect(await grammars.try(DEADLY)).toMatch(/cannot be read: .*nowhere/);
  });
  expect(ids).toEqual(await onThisThread());
});

it("when the thread dies in the middle, it is replaced and every sequence goes on as it would have", async () => {
  using constrained = sequence();
  let killed = 0;
  const ids = await answer(constrained, async (step) => {
    if (step !== 1 && step !== 3) return;
    killed++;
    // Past its trial: as if a check failed that no trial can see.
    using deadly = grammars.sequence({ ebnf: DEADLY, endTokens: [0, 4], committed: [] });
    await expect(deadly.open([1, 1])).rejects.toThrow("failed twice");
  });
  expect(killed).toBe(2);
  expect(ids).toEqual(await onThisThread());
});

it("a grammar that takes too long to compile is refused with the limit", async () => {
  await using impatient = openGrammars(data, { trialMs: 50, callMs: 1000 });
  const { ebnf } = grammarText({ kind: "regex", pattern: "(?:[a-z]{1,200}b){1,200}" });
  expect(await impatient.try(ebnf)).toMatch("takes more than 0.05 s");
});
