import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DecodingRule, FinishReason } from "../gen/palimpsest/v1/edit_pb.js";
import {
  type ChatSchema,
  type DecodingMode,
  type GenerateRequest as GenerateMessage,
  GenerateRequestSchema,
} from "../gen/palimpsest/v1/generate_pb.js";
import type { GenerateRequest } from "./generate-request.ts";
import type { GrammarSource } from "./grammar-source.ts";
import { decodeModel, decodeRequest, encodeModel, encodeRequest } from "./request-codec.ts";

const overTheWire = (request: GenerateRequest) =>
  decodeRequest(fromBinary(GenerateRequestSchema, toBinary(GenerateRequestSchema, encodeRequest(request))));

const count = fc.nat({ max: 2 ** 31 - 1 });
const id = fc.string({ minLength: 1, maxLength: 8 });
const number = fc.double({ noNaN: true });
const tokens = fc.array(count, { maxLength: 5 });
const someTokens = fc.array(count, { minLength: 1, maxLength: 5 });

const message = fc.record(
  {
    role: id,
    content: fc.string(),
    toolCalls: fc.array(fc.record({ id, name: id, arguments: fc.json() }), { minLength: 1, maxLength: 2 }),
    toolCallId: id,
    name: id,
  },
  { requiredKeys: ["role", "content"] },
);

const json = fc.oneof(
  fc.constant({ kind: "json-object" as const }),
  fc.record({ kind: fc.constant("json-schema" as const), schema: fc.json() }),
);
const called = fc.record(
  { name: id, parameters: fc.json(), strict: fc.boolean(), param: id },
  { requiredKeys: ["name", "strict", "param"] },
);
const grammar: fc.Arbitrary<GrammarSource> = fc
  .oneof(
    json,
    fc.record({ kind: fc.constant("regex" as const), pattern: id }),
    fc.record({ kind: fc.constant("choice" as const), texts: fc.array(id, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant("ebnf" as const), grammar: id }),
    fc.record(
      {
        kind: fc.constant("tool-calls" as const),
        functions: fc.array(called, { maxLength: 3 }),
        parallel: fc.boolean(),
        answer: fc.oneof(fc.constant({ kind: "text" as const }), json),
      },
      { requiredKeys: ["kind", "functions", "parallel"] },
    ),
  )
  .chain((form) => id.map((param) => ({ ...form, param })));

const requests: fc.Arbitrary<GenerateRequest> = fc.record(
  {
    responseId: id,
    attempt: count.map((n) => n + 1),
    model: id,
    prompt: fc.oneof(
      fc.record(
        {
          kind: fc.constant("chat" as const),
          messages: fc.array(message, { minLength: 1, maxLength: 3 }),
          tools: fc.array(fc.dictionary(id, fc.string(), { noNullPrototype: true }), { maxLength: 2 }),
          answerStart: id,
        },
        { requiredKeys: ["kind", "messages", "tools"] },
      ),
      fc.record({ kind: fc.constant("text" as const), text: fc.string() }),
      fc.record({ kind: fc.constant("tokens" as const), tokens }),
    ),
    decoding: fc.record(
      {
        mode: fc.constantFrom("speed", "quality"),
        rule: fc.constantFrom("2.0", "2.1", "2.2"),
        threshold: number,
        editingThreshold: number,
        maxPostSteps: count,
        editingWindow: count,
        penaltyLambda: number,
      },
      { requiredKeys: [] },
    ),
    sampling: fc.record(
      { temperature: number, topP: number, topK: count, seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
      { requiredKeys: ["temperature"] },
    ),
    maxTokens: count,
    minTokens: count.map((n) => n + 1),
    choices: count,
    stop: fc.array(id, { maxLength: 4 }),
    stopTokenIds: someTokens,
    logitBias: fc
      .array(fc.tuple(count, number), { minLength: 1, maxLength: 5 })
      .map((entries): ReadonlyMap<number, number> => new Map(entries)),
    logprobs: count,
    grammar,
    ignoreEos: fc.boolean(),
    drafts: fc.boolean(),
    committed: fc.array(
      fc.record(
        { tokens, open: someTokens, finishReason: fc.constantFrom("stop", "length", "tool_calls") },
        { requiredKeys: ["tokens"] },
      ),
      { maxLength: 3 },
    ),
    cacheScope: fc.string(),
    trace: fc.constantFrom(
      { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
      { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", tracestate: "vendor=1" },
    ),
  },
  {
    requiredKeys: [
      ...(["responseId", "attempt", "model", "prompt", "decoding"] as const),
      ...(["choices", "stop", "ignoreEos", "drafts", "committed"] as const),
    ],
  },
);

describe("a request", () => {
  it("is the same after the wire", () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(overTheWire(request)).toEqual(request);
      }),
    );
  });

  it.each<[string, Partial<GenerateMessage>]>([
    ["response_id", { responseId: "" }],
    ["attempt", { attempt: 0 }],
    ["prompt", { prompt: { case: undefined } }],
    ["messages", { prompt: chat({}) }],
    ["messages[0].role", { prompt: chat({ messages: [{ role: "", content: "a" }] }) }],
    ["tools[0]", { prompt: chat({ messages: [{ role: "user" }], tools: ["{"] }) }],
    ["mode", { decoding: wire({ decoding: { mode: 9 as DecodingMode } }).decoding! }],
    ["decoding", { decoding: wire({ decoding: { rule: 9 as DecodingRule } }).decoding! }],
    ["stop[1]", { stop: ["a", ""] }],
    ["grammar", { grammar: wire({ grammar: {} }).grammar! }],
    ["committed[0]", { committed: wire({ committed: [{ finishReason: 9 as FinishReason }] }).committed }],
  ])("is rejected with the name of the parameter at fault: %s", (param, change) => {
    const [request] = fc.sample(requests, { numRuns: 1, seed: 1 });
    const wrong = { ...encodeRequest(request!), ...change };
    expect(() => decodeRequest(wrong)).toThrow(expect.objectContaining({ name: "CodecError", param }));
  });
});

it("a model is the same after the wire", () => {
  const context = {
    blockLength: 32,
    maxContextTokens: 4096,
    chat: true,
    text: true,
    capacity: 4,
    capabilities: ["grammar", "of tomorrow"],
  };
  const model = { name: "demo", created: 1_764_000_000, ...context };
  expect(decodeModel(encodeModel(model))).toEqual(model);
});

function wire(init: MessageInitShape<typeof GenerateRequestSchema>): GenerateMessage {
  return create(GenerateRequestSchema, init);
}

function chat(value: MessageInitShape<typeof ChatSchema>): GenerateMessage["prompt"] {
  return wire({ prompt: { case: "chat", value } }).prompt;
}
