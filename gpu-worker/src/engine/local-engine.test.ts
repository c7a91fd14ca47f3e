import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { everywhere, ScriptedModel } from "../../../test/support/models/scripted-model.ts";
import { Scheduler } from "../memory/scheduler.ts";
import type { PromptEncoder } from "./check-request.ts";
import { LocalEngine } from "./local-engine.ts";
import type { GrammarSupport, Grammars } from "./request-grammar.ts";

const letter = (token: number): Uint8Array => Uint8Array.of(token === 50 ? 0x2e : 0x60 + token);

function engine(
  script: ConstructorParameters<typeof ScriptedModel>[0],
  models: ScriptedModel[] = [],
  grammars?: GrammarSupport,
) {
  const scheduler = new Scheduler({ capacity: 2, pages: 32, waiting: 2 });
  const limits = { blockLength: 4, maxContextTokens: 32, capacity: 2 };
  const info = { name: "m", created: 0, chat: false, text: true, capabilities: [], ...limits };
  const model = {
    counts: { forwards: 0, prefillForwards: 0 },
    lostRanks: [],
    health: { runningMs: 0, limitMs: 1_000, failure: undefined },
    probe: async () => {},
    [Symbol.asyncDispose]: async () => {},
    sequence: () => {
      const sequence = new ScriptedModel(script);
      models.push(sequence);
      return sequence;
    },
  };
  const tokenizer: PromptEncoder = {
    bytes: letter,
    encode: async (prompt) => (prompt.kind === "text" ? [...prompt.text].map(Number) : [1]),
  };
  const tokens = { vocabSize: 60, maskToken: 59, eosTokens: [50] };
  return {
    engine: new LocalEngine({
      info,
      ...tokens,
      model,
      scheduler,
      prefixCache: true,
      tokenizer,
      ...(grammars && { grammars }),
    }),
    scheduler,
  };
}

/** Fails a test that asks it anything. */
const UNTOUCHED = new Proxy({} as Grammars, {
  get: (_, name) => {
    throw new Error(`a request without a grammar asked for ${String(name)}`);
  },
  has: () => false,
});

function request(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    responseId: "r",
    attempt: 1,
    model: "m",
    prompt: { kind: "tokens", tokens: [1, 2, 3, 4] },
    decoding: {},
    maxTokens: 8,
    choices: 1,
    stop: [],
    ignoreEos: false,
    drafts: true,
    committed: [],
    ...changes,
  };
}

async function events(local: LocalEngine, changes: Partial<GenerateRequest>, signal = new AbortController().signal) {
  return Array.fromAsync(local.generate(request(changes), signal));
}

const kinds = (all: EditEvent[]): string => all.map(({ type }) => type).join(" ");

it("tells a response from open to end, in order", async () => {
  const { engine: local, scheduler } = engine([everywhere("5@.9", 4)]);
  const all = await events(local, {});
  expect(kinds(all)).toBe("open draft draft commit draft draft commit done end");
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i));
  expect(all.filter((event) => event.type === "commit").map(({ text, start }) => [text, start])).toEqual([
    ["eeee", 0],
    ["eeee", 4],
  ]);
  expect(all.at(-1)).toMatchObject({
    usage: {
      prompt_tokens: 4,
      completion_tokens: 8,
      forwards: 3,
      edits: { unmask: 8, substitute: 0 },
    },
  });
  expect(scheduler.pagesInUse).toBe(0);
});

it("a request without a grammar asks nothing of them, and has the same events and forwards", async () => {
  const models: ScriptedModel[] = [];
  const script = [["1@.9", "2@.4", "3@.9", "50@.9"]] as const;
  const plain = await events(engine(script.map((line) => [...line])).engine, {});
  expect(
    await events(
      engine(
        script.map((line) => [...line]),
        models,
        UNTOUCHED,
      ).engine,
      {},
    ),
  ).toEqual(plain);
  expect(models[0]?.queries.some((query) => query.best || query.allowed)).toBe(false);
  const refused = await events(engine([], [], { missing: "no head" }).engine, {
    grammar: { kind: "json-object", param: "response_format" },
  });
  expect(refused).toMatchObject([{ type: "error", code: "invalid_request", message: "response_format: no head" }]);
});

it("a stop string ends the choice before the next forward", async () => {
  const models: ScriptedModel[] = [];
  const { engine: local } = engine([["1@.9", "2@.9", "3@.9", "4@.9"]], models);
  const all = await events(local, { stop: ["cd"], drafts: false });
  expect(all.find((event) => event.type === "commit")).toMatchObject({ text: "ab" });
  expect(all.find((event) => event.type === "done")).toMatchObject({ finish_reason: "stop" });
  expect(models[0]?.counts.forwards).toBe(2);
});

it.each([
  ["a", 1],
  ["bc", 3],
  ["cd", 4],
  ["zz", 8],
])("usage counts no token behind the stop string %j, also where another worker committed it", async (stop, count) => {
  const script = () => [["1@.9", "2@.9", "3@.9", "4@.9"] as const];
  const all = await events(engine(script()).engine, { stop: [stop] });
  expect(all.at(-1)).toMatchObject({ usage: { completion_tokens: count } });
  const committed = [{ tokens: [1, 2, 3, 4], ...(count <= 4 && { finishReason: "stop" as const }) }];
  const taken = await events(engine(script()).engine, { stop: [stop], attempt: 2, committed });
  expect(taken.at(-1)).toMatchObject({ usage: { completion_tokens: count } });
});

it("a token that the request stops at ends the choice, with ignore_eos too, and its text is not shown", async () => {
  const { engine: local } = engine([["1@.9", "50@.9", "3@.9", "4@.9"]]);
  const all = await events(local, { stopTokenIds: [3], ignoreEos: true });
  expect(all.find((event) => event.type === "draft")).toMatchObject({ content: ["a."] });
  expect(all.find((event) => event.type === "commit")).toMatchObject({ text: "a.", token_ids: [1, 50, 3] });
  expect(all.find((event) => event.type === "done")).toMatchObject({ finish_reason: "stop" });
  expect(all.at(-1)).toMatchObject({ usage: { completion_tokens: 3 } });
});

it("log-probabilities come with the commit, of each of its tokens, where they are asked for", async () => {
  const script = [["1@.9", "2@.8", "50@.75", "4@.9"]] as const;
  const commitOf = async (changes: Partial<GenerateRequest>) =>
    (await events(engine([[...script[0]]]).engine, changes)).find((event) => event.type === "commit");
  const entry = (token: string, logprob: number) => ({
    token,
    bytes: [...Buffer.from(token)],
    logprob: Math.log(logprob),
  });
  const told = (token: string, logprob: number) => ({
    ...entry(token, logprob),
    ...{ step: 0, top_logprobs: [entry(token, logprob)] },
  });
  expect(await commitOf({ logprobs: 1 })).toMatchObject({
    token_ids: [1, 2, 50],
    logprobs: [told("a", 0.9), told("b", 0.8), told(".", 0.75)],
  });
  expect(await commitOf({})).not.toHaveProperty("logprobs");
});

it("the penalty in force is told with the decoding", async () => {
  const [open] = await events(engine([everywhere("5@.9", 4)]).engine, { decoding: { penaltyLambda: 3 } });
  expect(open).toMatchObject({ type: "open", decoding: { rule: "2.1", penalty_lambda: 3 } });
});

it("a draft shows nothing after the end token", async () => {
  const { engine: local } = engine([
    ["1@.9", "50@.9", "3@.9", "4@.1"],
    ["1@.9", "50@.9", "3@.9", "4@.9"],
  ]);
  const [, draft] = await events(local, {});
  expect(draft).toMatchObject({ content: ["a"], edits: [{ at: 0, after: "a" }] });
});

it("an abort ends the stream with `cancelled` and frees slot and pages", async () => {
  const { engine: local, scheduler } = engine([everywhere("5@.1", 4)]);
  const controller = new AbortController();
  const seen: EditEvent[] = [];
  for await (const event of local.generate(request({ choices: 2 }), controller.signal)) {
    seen.push(event);
    if (seen.length === 4) controller.abort();
  }
  expect(seen.at(-1)).toMatchObject({ type: "error", code: "cancelled", retryable: false });
  expect([scheduler.running, scheduler.pagesInUse]).toEqual([0, 0]);
});

it("continues another worker's response at its next block", async () => {
  const models: ScriptedModel[] = [];
  const { engine: local } = engine([everywhere("5@.9", 4)], models);
  const all = await events(local, { attempt: 2, committed: [{ tokens: [6, 6, 6, 6] }], drafts: false });
  expect(models[0]?.prefilled).toEqual([1, 2, 3, 4, 6, 6, 6, 6]);
  expect(all.find((event) => event.type === "commit")).toMatchObject({ block: 1, start: 4, text: "eeee", attempt: 2 });
  expect(all.at(-1)).toMatchObject({ usage: { completion_tokens: 8 } });
});

it("a computation that fails is told as an error and frees its pages", async () => {
  const { engine: local, scheduler } = engine([["1@.9"]]);
  const all = await events(local, { prompt: { kind: "text", text: "" } });
  expect(all).toMatchObject([{ type: "error", code: "invalid_request", param: "prompt" }]);
  const failed = engine([]);
  expect((await events(failed.engine, {})).at(-1)).toMatchObject({ type: "error", code: "internal" });
  expect(failed.scheduler.pagesInUse + scheduler.pagesInUse).toBe(0);
});

const refused: [string, Partial<GenerateRequest>, string, string][] = [
  ["n", { choices: 9 }, "invalid_request", "n: must be a whole number from 1 to 8, not 9"],
  ["max_tokens", { maxTokens: 0 }, "invalid_request", "max_tokens: must be a whole number from 1, not 0"],
  [
    "max_tokens",
    { maxTokens: 29 },
    "context_length_exceeded",
    "33 tokens (9 blocks); the model has room for 32 tokens (8 blocks)",
  ],
  [
    "threshold",
    { decoding: { threshold: 1.5 } },
    "invalid_request",
    "threshold: must be a probability from 0 to 1, not 1.5",
  ],
  [
    "editing_threshold",
    { decoding: { rule: "2.0", editingThreshold: 0.5 } },
    "invalid_request",
    "decoding 2.0 does not edit",
  ],
  [
    "editing_window",
    { decoding: { editingWindow: 9 } },
    "invalid_request",
    "a whole number of blocks from 1 to 8, not 9",
  ],
  ["editing_window", { decoding: { rule: "2.0", editingWindow: 2 } }, "invalid_request", "decoding 2.0 does not edit"],
  [
    "committed",
    { committed: [{ tokens: [6, 6, 6, 6], open: [5, 5, 5, 5] }] },
    "invalid_request",
    "committed[0]: 4 open tokens are not blocks of the editing window",
  ],
  ["decoding", { decoding: { rule: "2.2" } }, "invalid_request", "decoding: this model has no delete and split tokens"],
  ["prompt", { prompt: { kind: "tokens", tokens: [1, 60] } }, "invalid_request", "prompt[1]: 60 is not a token"],
  [
    "prompt",
    { prompt: { kind: "tokens", tokens: new Array(33).fill(1) } },
    "context_length_exceeded",
    "the prompt of 33 tokens (9 blocks) and max_tokens 8 need 41 tokens (11 blocks); the model has room for 32",
  ],
  ["logit_bias", { logitBias: new Map([[59, 1]]) }, "invalid_request", "59 is a token that the model only edits with"],
  ["stop_token_ids", { stopTokenIds: [60] }, "invalid_request", "60 is not a token of this model"],
  ["min_tokens", { minTokens: 9 }, "invalid_request", "from 0 to max_tokens, 8, not 9"],
  ["penalty_lambda", { decoding: { penaltyLambda: -1 } }, "invalid_request", "from 0 to 100, not -1"],
  ["max_post_steps", { decoding: { maxPostSteps: 257 } }, "invalid_request", "a whole number from 0 to 256, not 257"],
  ["mode", { decoding: { rule: "2.0", mode: "speed" } }, "invalid_request", "decoding 2.0 has none"],
  ["temperature", { sampling: { temperature: 2.5 } }, "invalid_request", "above 0 and at most 2 to draw, not 2.5"],
  ["top_k", { sampling: { temperature: 1, topK: 1025 } }, "invalid_request", "from 1 to 1024, not 1025"],
  ["top_p", { sampling: { temperature: 1, topP: 0 } }, "invalid_request", "above 0 and at most 1, not 0"],
  ["logit_bias", { logitBias: new Map([[3, 101]]) }, "invalid_request", "from -100 to 100, not 101 for token 3"],
  ["top_logprobs", { logprobs: 21 }, "invalid_request", "from 0 to 20, not 21"],
  [
    "logprobs",
    { logprobs: 0, decoding: { editingWindow: 2 } },
    "invalid_request",
    "logprobs: can't be combined with an editing_window above 1, here 2; leave one of them out",
  ],
];

it.each(refused)("refuses a wrong %s before any work, with the numbers", async (param, changes, code, message) => {
  const models: ScriptedModel[] = [];
  const { engine: local } = engine([], models);
  const all = await events(local, changes);
  expect(all).toMatchObject([{ type: "error", code, param, message: expect.stringContaining(message) }]);
  expect(models).toEqual([]);
});

it("tells a waiting response that asks its exact place, until it begins", async () => {
  const { engine: local, scheduler } = engine([everywhere("5@.9", 4)]);
  const never = new AbortController().signal;
  const occupied = [
    await scheduler.admit({ blocks: 1, prefix: [] }, never),
    await scheduler.admit({ blocks: 1, prefix: [] }, never),
  ];
  const first = events(local, { responseId: "first" });
  const iterator = local.generate(request({ responseId: "second", queuePlaces: true }), never);
  const waiting = await iterator.next();
  expect(waiting.value).toEqual({ v: 1, response_id: "second", attempt: 0, seq: 0, type: "queued", ahead: 1 });
  for (const admission of occupied) admission[Symbol.dispose]();
  const rest = await Array.fromAsync(iterator);
  expect(rest[0]?.type).toBe("open");
  expect(kinds(rest)).not.toContain("queued");
  expect(kinds(await first)).not.toContain("queued");
});
