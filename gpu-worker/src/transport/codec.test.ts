import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { DecodingRule, FinishReason } from "@palimpsest/proto/edit";
import {
  type ChatSchema,
  type DecodingMode,
  type GenerateRequest as GenerateMessage,
  GenerateRequestSchema,
} from "@palimpsest/proto/generate";
import { describe, expect, it } from "vitest";
import { request } from "../../../test/support/fakes/scripted-engine.ts";
import type { GenerateRequest } from "../engine/engine.ts";
import { encodeRequest, parseRequest } from "./codec.ts";

const call = { id: "call_1", name: "f", arguments: "{}" };
const full: GenerateRequest = {
  ...request,
  attempt: 2,
  prompt: {
    kind: "chat",
    messages: [
      { role: "user", content: "hi" },
      { role: "assistant", content: "", toolCalls: [call] },
      { role: "tool", content: "1", toolCallId: "call_1", name: "f" },
    ],
    tools: [{ type: "function", function: { name: "f" } }],
  },
  decoding: {
    ...{ mode: "speed", rule: "2.1", threshold: 0.25, editingThreshold: 0, maxPostSteps: 4 },
    ...{ editingWindow: 3, penaltyLambda: 3 },
  },
  sampling: { temperature: 0.5, topP: 0.75, topK: 40, seed: 2n ** 63n },
  maxTokens: 64,
  choices: 2,
  stop: ["\n\n"],
  stopTokens: [7, 9],
  minTokens: 12,
  logitBias: new Map([
    [5, -100],
    [70, 0.5],
  ]),
  logprobs: 0,
  ignoreEos: true,
  cacheScope: "tenant",
  committed: [
    { tokens: [1, 2], open: [3, 4] },
    { tokens: [], finishReason: "stop" },
  ],
};

describe("a request on the wire", () => {
  it.each<[string, GenerateRequest]>([
    ["everything", full],
    ["as little as can be", request],
    ["tokens", { ...request, prompt: { kind: "tokens", tokens: [1, 2, 3] } }],
  ])("comes back with %s that it was sent with", (_, sent) => {
    const bytes = toBinary(GenerateRequestSchema, encodeRequest(sent, "demo"));
    expect(parseRequest(fromBinary(GenerateRequestSchema, bytes))).toEqual(sent);
  });

  it.each<[string, Partial<GenerateMessage>]>([
    ["response_id", { responseId: "" }],
    ["attempt", { attempt: 0 }],
    ["prompt", { prompt: { case: undefined } }],
    ["messages", { prompt: chat({}) }],
    ["messages[0].role", { prompt: chat({ messages: [{ role: "", content: "a" }] }) }],
    ["tools[0]", { prompt: chat({ messages: [{ role: "user" }], tools: ["{"] }) }],
    ["mode", { decoding: message({ decoding: { mode: 9 as DecodingMode } }).decoding! }],
    ["decoding", { decoding: message({ decoding: { rule: 9 as DecodingRule } }).decoding! }],
    ["stop[1]", { stop: ["a", ""] }],
    ["committed[0]", { committed: message({ committed: [{ finishReason: 9 as FinishReason }] }).committed }],
  ])("is refused by the name of what is wrong: %s", (param, change) => {
    const wrong = { ...encodeRequest(full, "demo"), ...change };
    expect(() => parseRequest(wrong)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
  });
});

function message(init: MessageInitShape<typeof GenerateRequestSchema>): GenerateMessage {
  return create(GenerateRequestSchema, init);
}

function chat(value: MessageInitShape<typeof ChatSchema>): GenerateMessage["prompt"] {
  return message({ prompt: { case: "chat", value } }).prompt;
}
