/**
 * Requests with a grammar through the engine, with real matchers: the shipped model, and a 2.2 model with random weights, which
 * wants anything but JSON. Whatever they write, the answer is a text of the grammar.
 */
import { fileURLToPath } from "node:url";
import type { CommittedChoice, EditEvent, GenerateRequest, GrammarSource } from "@palimpsest/proto";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { upgradePackage } from "../../tools/convert/upgrade.ts";
import { earlierPackage } from "../support/models/earlier-package.ts";
import { convertLevenshtein, type LevenshteinPackage } from "../support/models/levenshtein-package.ts";

const SHIPPED = fileURLToPath(new URL("../../gpu-worker/models/demo", import.meta.url));
const PROMPT = "Write a JSON object with name and age: Ada is 36.";

const closed = (properties: object, required = Object.keys(properties)) => ({
  ...{ type: "object", properties, required, additionalProperties: false },
});
const PERSON = closed({ name: { type: "string" }, age: { type: "integer", minimum: 0, maximum: 150 } });
const LONG =
  "a literal that is longer than any block of thirty-two tokens, word by word, so that it goes over several of them";
const SCHEMAS: readonly object[] = [
  PERSON,
  closed({
    kind: { enum: ["é1", "è2", "\u{1f600}x"] },
    tags: { type: "array", items: { type: "string" }, maxItems: 3 },
  }),
  closed({ text: { const: LONG }, n: { type: "number" } }),
  { type: "object", additionalProperties: { type: "string" } },
];

/** Of the model with random weights: two layers' keys and values of two heads of 16 numbers. */
const KV_TOKEN_BYTES = 2 * 2 * 2 * 16 * Float32Array.BYTES_PER_ELEMENT;

const ajv = new Ajv2020();
const jsonSchema = (schema: object): GrammarSource => ({
  ...{ kind: "json-schema", schema: JSON.stringify(schema), param: "response_format" },
});

let edits: LevenshteinPackage;
let shipped: Engine;
let random: Engine;
beforeAll(async () => {
  edits = await convertLevenshtein("none");
  shipped = await openEngine({ package: SHIPPED });
  random = await openEngine({ package: edits.folder });
});
afterAll(async () => {
  await shipped[Symbol.asyncDispose]();
  await random[Symbol.asyncDispose]();
  await edits[Symbol.asyncDispose]();
});

type Changes = Partial<GenerateRequest>;

async function events(engine: Engine, changes: Changes): Promise<EditEvent[]> {
  const request: GenerateRequest = {
    ...{ responseId: "r", attempt: 1, model: engine.model.name, decoding: {}, maxTokens: 160, choices: 1 },
    prompt: { kind: "chat", messages: [{ role: "user", content: PROMPT }], tools: [] },
    ...{ stop: [], ignoreEos: false, drafts: true, committed: [] },
    ...changes,
  };
  return Array.fromAsync(engine.generate(request, new AbortController().signal));
}

const ofType = <T extends EditEvent["type"]>(all: readonly EditEvent[], type: T) =>
  all.filter((event): event is Extract<EditEvent, { type: T }> => event.type === type);
const textOf = (all: readonly EditEvent[], choice = 0): string =>
  ofType(all, "commit")
    .filter((event) => event.choice === choice)
    .map(({ text }) => text)
    .join("");
const idsOf = (all: readonly EditEvent[], choice = 0): number[] =>
  ofType(all, "commit")
    .filter((event) => event.choice === choice)
    .flatMap(({ token_ids = [] }) => token_ids);

function expectValid(all: readonly EditEvent[], schema: object, maxTokens: number): void {
  expect(all.at(-1)).toMatchObject({ type: "end", usage: { grammar: expect.anything() } });
  for (const { choice, finish_reason } of ofType(all, "done")) {
    expect(finish_reason).toBe("stop");
    expect(idsOf(all, choice).length).toBeLessThanOrEqual(maxTokens);
    expect(ajv.validate(schema, JSON.parse(textOf(all, choice))), textOf(all, choice)).toBe(true);
  }
}

describe("answers are valid", () => {
  const drawn = { temperature: 1.5, topP: 0.9, seed: 3n };
  const ways: readonly [string, Changes][] = [
    ["quality", {}],
    ["speed", { decoding: { mode: "speed" } }],
    ["2.0", { decoding: { rule: "2.0" } }],
    ["a window of three blocks", { decoding: { editingWindow: 3 } }],
    ["drawn, three choices", { sampling: drawn, choices: 3 }],
    ["against a bias", { logitBias: new Map([[94, -100]]), decoding: { presencePenalty: 2 } }],
  ];

  it.each(ways)("of the shipped model, %s", async (_, changes) => {
    for (const schema of SCHEMAS.slice(0, 3)) {
      const all = await events(shipped, { grammar: jsonSchema(schema), maxTokens: 90, ...changes });
      expectValid(all, schema, 90);
      expect(ofType(all, "open")[0]).toMatchObject({ decoding: { grammar: true } });
    }
  });

  it.each([
    ["2.2", {}],
    ["2.2 at the model card's other thresholds, drawn", { decoding: { mode: "quality" }, sampling: drawn }],
    ["2.1", { decoding: { rule: "2.1" } }],
    ["2.1 with a window", { decoding: { rule: "2.1", editingWindow: 4 } }],
    ["2.0", { decoding: { rule: "2.0" } }],
  ] as const)("of random weights and bytes, %s", async (_, changes) => {
    for (const schema of SCHEMAS) {
      const maxTokens = schema === SCHEMAS[2] ? 170 : 70;
      expectValid(await events(random, { grammar: jsonSchema(schema), maxTokens, ...changes }), schema, maxTokens);
    }
  });
});

it("repairs are edits that name their reason, and usage and stats count them", async () => {
  const before = await random.stats();
  const all = await events(random, { grammar: jsonSchema(PERSON), maxTokens: 60, decoding: { rule: "2.1" } });
  const own = ofType(all, "draft").flatMap((draft) => draft.edits.filter(({ reason }) => reason === "grammar"));
  expect(own.some(({ op }) => op === "remask")).toBe(true);
  const { grammar } = ofType(all, "end")[0]?.usage ?? {};
  expect(grammar?.repairs).toBeGreaterThan(0);
  expect(grammar?.forced_tokens).toBeGreaterThan(0);
  const after = await random.stats();
  expect(after.grammarRepairs - before.grammarRepairs).toBe(grammar?.repairs);
  expect(after.grammarForcedTokens - before.grammarForcedTokens).toBe(grammar?.forced_tokens);
  expect(after.grammarForcedFinishes - before.grammarForcedFinishes).toBe(grammar?.forced_finish);
});

it.each([0, 1, 2, 3, 4])(
  "schema %# is answered within the tokens of a known answer; one fewer is a 400 that has them",
  async (i) => {
    const schema = SCHEMAS[i] ?? { type: "array", items: { enum: [1, 12, 123] } };
    const grammar = jsonSchema(schema);
    const refusal = async (maxTokens: number) => ofType(await events(random, { grammar, maxTokens }), "error")[0];
    const message = (await refusal(1))?.message ?? "";
    const least = Number(/at least one answer of (\d+) tokens is known/.exec(message)?.[1]);
    expectValid(await events(random, { grammar, maxTokens: least }), schema, least);
    expect(await refusal(least - 1)).toMatchObject({ code: "invalid_request", param: "max_tokens" });
  },
);

it("taken over behind any commit, by the blocks that were open, the rest is the same", async () => {
  const ways: readonly Changes[] = [
    { decoding: { rule: "2.1" } },
    { decoding: { rule: "2.1", editingWindow: 3 } },
    { decoding: { rule: "2.2" } },
    { decoding: { rule: "2.0" }, sampling: { temperature: 1, seed: 9n } },
  ];
  let taken = 0;
  for (const changes of ways) {
    const ask = (committed: readonly CommittedChoice[]) =>
      events(random, {
        grammar: jsonSchema(SCHEMAS[3] as object),
        maxTokens: 90,
        ...changes,
        committed: [...committed],
      });
    const whole = ofType(await ask([]), "commit");
    const text = whole.map((commit) => commit.text).join("");
    expect(ajv.validate(SCHEMAS[3] as object, JSON.parse(text))).toBe(true);
    for (let done = 1; done < whole.length; done += 3) {
      const before = whole.slice(0, done);
      const open = before.at(-1)?.open_ids;
      // An ending that the limit forced has no drafts: it begins where the blocks end.
      if (changes.decoding?.editingWindow && open === undefined) break;
      const tokens = before.flatMap(({ token_ids = [] }) => token_ids);
      const rest = await ask([{ tokens, ...(open && { open }) }]);
      if (ofType(rest, "end")[0]?.usage.grammar?.forced_finish === 0)
        expect([...tokens, ...idsOf(rest)]).toEqual(whole.flatMap(({ token_ids = [] }) => token_ids));
      expect(rest.at(-1)?.type).toBe("end");
      taken++;
    }
  }
  expect(taken).toBeGreaterThan(6);
});

it("preempted for an older sequence, the ids are the same", async () => {
  const asked = [1, 2, 3, 4].map((seed): Changes => {
    const prompt = { kind: "tokens" as const, tokens: Array.from({ length: 9 }, (_, i) => 20 + i * seed) };
    return { grammar: jsonSchema(SCHEMAS[3] as object), maxTokens: 120, prompt };
  });
  const alone = [];
  for (const changes of asked) alone.push(idsOf(await events(random, changes)));
  await using narrow = await openEngine({ package: edits.folder, kvCacheBytes: 20 * 8 * KV_TOKEN_BYTES, capacity: 4 });
  const together = await Promise.all(asked.map((changes) => events(narrow, changes)));
  expect(together.map((all) => idsOf(all))).toEqual(alone);
  expect((await narrow.stats()).preemptions).toBeGreaterThan(0);
});

it("the sources of a request, and what a stop string may cut", async () => {
  const ask = async (source: object, changes: Changes = {}) =>
    textOf(
      await events(shipped, { grammar: { ...source, param: "guided" } as GrammarSource, maxTokens: 60, ...changes }),
    );
  expect(await ask({ kind: "regex", pattern: "[0-9]{4}-[a-c]+" })).toMatch(/^[0-9]{4}-[a-c]+$/);
  expect(["yes", "no"]).toContain(await ask({ kind: "choice", texts: ["yes", "no"] }));
  expect(await ask({ kind: "ebnf", grammar: 'root ::= "<" [a-z]* ">"' })).toMatch(/^<[a-z]*>$/);
  expect(JSON.parse(await ask({ kind: "json-object" }))).toBeTypeOf("object");
  const call = { name: "add", parameters: JSON.stringify(closed({ a: { type: "integer" } })), param: "tools[0]" };
  expect(await ask({ kind: "tool-calls", functions: [call], parallel: false })).toMatch(
    /^<tool_call>\n\{"name": "add", "arguments": \{"a": -?\d+\}\}\n<\/tool_call>$/,
  );
  expect(await ask({ kind: "choice", texts: ["one two three"] }, { stop: ["two"] })).toBe("one ");
});

it("what a grammar cannot be combined with, and what it cannot be, is a 400 that names it", async () => {
  const refused = async (changes: Changes) => {
    const [error] = ofType(await events(shipped, { grammar: jsonSchema(PERSON), ...changes }), "error");
    return [error?.code, error?.param, error?.message];
  };
  const clash = (param: string) => ["invalid_request", param, expect.stringMatching(/combined with response_format/)];
  expect(await refused({ minTokens: 2 })).toEqual(clash("min_tokens"));
  expect(await refused({ ignoreEos: true })).toEqual(clash("ignore_eos"));
  expect(await refused({ stopTokenIds: [300] })).toEqual(clash("stop_token_ids"));
  expect(await refused({ logprobs: 1 })).toEqual(clash("logprobs"));
  const place = expect.stringMatching(/^response_format: #\/properties\/a: "multipleOf" is not supported/);
  const odd = closed({ a: { type: "integer", multipleOf: 2 } });
  expect(await refused({ grammar: jsonSchema(odd) })).toEqual(["invalid_request", "response_format", place]);
  const notOfIt = [{ tokens: new Array<number>(32 - promptTail).fill(300) }];
  expect(await refused({ committed: notOfIt })).toEqual(["invalid_request", "committed", expect.any(String)]);
});
/** Tokens of the chat's prompt in its last block. */
let promptTail = 0;
beforeAll(async () => {
  const [open] = ofType(await events(shipped, { maxTokens: 1 }), "open");
  promptTail = (open?.prompt_tokens ?? 0) % 32;
});

it("a grammar that kills the library is a 400, and the sequences beside it go on", async () => {
  const asked = { grammar: jsonSchema(PERSON), decoding: { rule: "2.1" as const }, maxTokens: 70 };
  const alone = idsOf(await events(random, asked));
  const deadly: GrammarSource = { kind: "ebnf", grammar: 'root ::= "a" nowhere', param: "guided_grammar" };
  const [beside, killed] = await Promise.all([events(random, asked), events(random, { grammar: deadly })]);
  expect(killed).toMatchObject([{ type: "error", code: "invalid_request", param: "guided_grammar" }]);
  expect(idsOf(beside)).toEqual(alone);
});

it("a package of an earlier version serves, refuses a grammar by the command that helps, and takes it then", async () => {
  await using earlier = await earlierPackage();
  {
    await using engine = await openEngine({ package: earlier.folder });
    expect(engine.model.capabilities).not.toContain("grammar");
    const plain = { maxTokens: 60 };
    expect(idsOf(await events(engine, plain))).toEqual(idsOf(await events(shipped, plain)));
    const [error] = await events(engine, { grammar: jsonSchema(PERSON) });
    expect(error).toMatchObject({ code: "invalid_request", param: "response_format" });
    expect(error).toMatchObject({ message: expect.stringContaining("palimpsest upgrade PACKAGE") });
  }
  await upgradePackage(earlier.folder);
  await using engine = await openEngine({ package: earlier.folder });
  expect(engine.model.capabilities).toContain("grammar");
  expectValid(await events(engine, { grammar: jsonSchema(PERSON) }), PERSON, 160);
});
