/** Token parameters of a request, from HTTP to the shipped model and back, and that a takeover does not affect them. */
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTokenizer } from "../../gpu-worker/src/tokenizer/tokenizer.ts";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { openSystem, type System } from "../support/programs/system.ts";

let system: System;
/** The model's tokens for an ordinary prompt, with the end token after them. */
let plain: number[];
beforeAll(async () => {
  system = await openSystem();
  plain = tokensOf(await generate({}));
});
afterAll(() => system[Symbol.asyncDispose]());

const MASK = 1;
const END_TOKENS = [0, 4];
const content = "Write a function that returns the odd numbers of a list, sorted in descending order.";
const chat = { model: "palimpsest-demo", messages: [{ role: "user", content }] };

function generate(changes: Partial<GenerateRequest>): Promise<EditEvent[]> {
  const request: GenerateRequest = {
    responseId: "r",
    attempt: 1,
    model: "demo",
    prompt: { kind: "chat", messages: [{ role: "user", content }], tools: [] },
    decoding: {},
    maxTokens: 100,
    choices: 1,
    stop: [],
    ignoreEos: false,
    drafts: false,
    committed: [],
    ...changes,
  };
  return Array.fromAsync(system.engine.generate(request, new AbortController().signal));
}

function commitsOf(events: readonly EditEvent[]) {
  return events.flatMap((event) => (event.type === "commit" ? [event] : []));
}

function tokensOf(events: readonly EditEvent[]): number[] {
  return commitsOf(events).flatMap(({ token_ids = [] }) => token_ids);
}

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
async function post(body: object, path = "chat/completions"): Promise<any> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await fetch(`${system.baseUrl}/v1/${path}`, init)).json();
}

const answerOf = async (parameters: object) => (await post({ ...chat, max_tokens: 100, ...parameters })).choices[0];

it.each<[string, Partial<GenerateRequest>]>([
  ["the best tokens", {}],
  ["drawn tokens", { sampling: { temperature: 1.5, seed: 11n, topP: 0.95 } }],
  [
    "drawn, biased, penalized tokens with a least number",
    {
      sampling: { temperature: 1.2, seed: 3n },
      decoding: { penaltyLambda: 1.5 },
      logitBias: new Map([[20, 3]]),
      minTokens: 90,
    },
  ],
  ["2.0's drawn tokens", { decoding: { rule: "2.0", threshold: 0.5 }, sampling: { temperature: 0.8, seed: 5n } }],
])("another worker continues with %s as the first would have", async (_, changes) => {
  const request = { ...changes, logprobs: 2, choices: 2, ignoreEos: true };
  const whole = commitsOf(await generate(request));
  const blocks = (choice: number) => whole.filter((event) => event.choice === choice);
  for (let held = 1; held < blocks(0).length; held++) {
    const tokens = [0, 1].map((choice) => ({
      tokens: blocks(choice)
        .slice(0, held)
        .flatMap(({ token_ids = [] }) => token_ids),
    }));
    const rest = commitsOf(await generate({ ...request, attempt: 2, committed: tokens }));
    const told = (events: typeof whole, choice: number) =>
      events
        .filter((event) => event.choice === choice)
        .map(({ block, text, token_ids, logprobs }) => ({ block, text, token_ids, logprobs }));
    for (const choice of [0, 1]) expect(told(rest, choice)).toEqual(told(blocks(choice).slice(held), choice));
  }
});

it("no end token occurs before min_tokens, and the answer still ends", async () => {
  const least = plain.length + 20;
  for (const decoding of [{}, { mode: "speed" }, { rule: "2.0" }] as const) {
    const tokens = tokensOf(await generate({ decoding, minTokens: least }));
    expect(tokens.findIndex((token) => END_TOKENS.includes(token))).not.toBeLessThan(least);
    expect(tokens.length).toBeGreaterThanOrEqual(least);
  }
  const { usage } = await post({ ...chat, max_tokens: 100, min_tokens: least });
  expect(usage.completion_tokens).toBeGreaterThanOrEqual(least);
});

it("a banned token never occurs, a strongly favoured token fills the answer, and a mask never occurs", async () => {
  const banned = plain.slice(0, 3);
  const without = tokensOf(await generate({ logitBias: new Map(banned.map((token) => [token, -100])) }));
  for (const token of banned) expect(without).not.toContain(token);
  const only = await generate({ logitBias: new Map([[plain[1] as number, 100]]), maxTokens: 40 });
  expect(new Set(tokensOf(only))).toEqual(new Set([plain[1]]));
  const text = (await answerOf({ logit_bias: { [String(plain[1])]: 100 }, max_tokens: 4 })).message.content;
  expect(text).toBe(commitsOf(only)[0]?.text.slice(0, text.length));
  const { error } = await post({ ...chat, logit_bias: { [MASK]: 100 } });
  expect(error).toMatchObject({ type: "invalid_request_error", param: "logit_bias" });
});

it("a penalty prevents an immediate repetition of a token", async () => {
  // Favoured beyond all others, it repeats; with a larger penalty, it is not chosen after itself. One token per
  // forward, since tokens of the same forward do not count towards each other's penalties.
  const logitBias = new Map([[plain[1] as number, 30]]);
  const repeats = async (penaltyLambda: number) => {
    const decoding = { threshold: 1, penaltyLambda };
    const tokens = tokensOf(await generate({ logitBias, ignoreEos: true, maxTokens: 31, decoding }));
    return tokens.filter((token, i) => token === plain[1] && token === tokens[i - 1]).length;
  };
  expect(await repeats(0)).toBe(30);
  expect(await repeats(100)).toBeLessThan(15);
});

it("a stop token ends the answer before its text, even with ignore_eos", async () => {
  const at = plain.findIndex((token, i) => i > 5 && plain.indexOf(token) === i);
  const stop_token_ids = [plain[at]];
  const ended = await answerOf({ stop_token_ids, ignore_eos: true, logprobs: true });
  expect(ended.finish_reason).toBe("stop");
  const whole = await answerOf({});
  expect(whole.message.content.startsWith(ended.message.content)).toBe(true);
  expect(ended.logprobs.content).toHaveLength(at);
  expect(tokensOf(await generate({ stopTokenIds: [plain[at] as number] }))).toEqual(plain.slice(0, at + 1));
});

it("max_tokens cuts inside a block, at the exact token", async () => {
  for (const maxTokens of [1, 7, 31, 33]) {
    expect(tokensOf(await generate({ maxTokens }))).toEqual(plain.slice(0, maxTokens));
    const { usage, choices } = await post({ ...chat, max_tokens: maxTokens });
    expect([usage.completion_tokens, choices[0].finish_reason]).toEqual([maxTokens, "length"]);
  }
});

it("log-probabilities are the same in chunks and in the whole answer, and change nothing else", async () => {
  const whole = await answerOf({ logprobs: true, top_logprobs: 3, stop: ["sort"] });
  const init = { method: "POST", headers: { "content-type": "application/json" } };
  const asked = { ...chat, max_tokens: 100, logprobs: true, top_logprobs: 3, stop: ["sort"], stream: true };
  const response = await fetch(`${system.baseUrl}/v1/chat/completions`, { ...init, body: JSON.stringify(asked) });
  const chunks = [...(await response.text()).matchAll(/^data: (\{.*)$/gm)].map(([, json]) =>
    JSON.parse(json as string),
  );
  const streamed = chunks.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? []);
  expect(streamed).toEqual(whole.logprobs.content);
  const text = Buffer.from(streamed.flatMap(({ bytes }) => bytes)).toString();
  expect(text.startsWith(whole.message.content)).toBe(true);
  expect((await answerOf({ stop: ["sort"] })).message.content).toBe(whole.message.content);
  const counted = async (logprobs: object) => (await generate(logprobs)).at(-1);
  const [without, with_] = [await counted({}), await counted({ logprobs: 3 })] as (EditEvent & { type: "end" })[];
  expect(with_?.usage.forwards).toBe(without?.usage.forwards);
});

it.each([
  ["chat/completions", { ...chat, max_tokens: 5000 }, "max_tokens"],
  ["completions", { model: chat.model, prompt: "x", max_tokens: 5000 }, "max_tokens"],
  ["completions", { model: chat.model, prompt: new Array(4100).fill(7) }, "prompt"],
  ["chat/completions", { ...chat, messages: [{ role: "user", content: "word ".repeat(5000) }] }, "messages"],
  ["chat/completions", { ...chat, max_tokens: 8, min_tokens: 9 }, "min_tokens"],
  ["chat/completions", { ...chat, logit_bias: { 4096: 1 } }, "logit_bias"],
  ["completions", { model: chat.model, prompt: "x", stop_token_ids: [4096] }, "stop_token_ids"],
])("%s refuses what does not fit before any work, with the numbers: %#", async (path, body, param) => {
  const before = await system.engine.stats();
  const { error } = await post(body, path);
  expect(error).toMatchObject({ type: "invalid_request_error", param });
  expect(error.message).toMatch(/\d/);
  if (error.code === "context_length_exceeded") expect(error.message).toContain("2048 tokens (64 blocks)");
  expect(await system.engine.stats()).toEqual(before);
});

it("the text of a special token in a plain prompt is text, and its id is the special token", async () => {
  const prompt = async (given: string | number[]) =>
    (await post({ model: chat.model, prompt: given, max_tokens: 4 }, "completions")).usage.prompt_tokens;
  expect(await prompt("<|mask|>")).toBeGreaterThan(1);
  expect(await prompt([MASK])).toBe(1);
});

it("continue_final_message continues a text as the same tokens do in a plain completion", async () => {
  const files = { tokenizer: `${SHIPPED_PACKAGE}/tokenizer.json`, config: `${SHIPPED_PACKAGE}/tokenizer_config.json` };
  const tokenizer = await openTokenizer({ ...files, chatTemplate: `${SHIPPED_PACKAGE}/chat_template.jinja` });
  const whole = (await answerOf({})).message.content as string;
  const start = whole.slice(0, whole.indexOf("(") + 1);
  expect(start.length).toBeGreaterThan(5);
  const messages = [...chat.messages, { role: "assistant", content: start }];
  const { message, finish_reason } = await answerOf({ messages, continue_final_message: true });
  expect(finish_reason).toBe("stop");
  const prompt = [...tokenizer.encodeChat(chat.messages, []), ...tokenizer.encode(start)];
  const plain = await post({ model: chat.model, prompt, max_tokens: 100 }, "completions");
  expect(message.content).toBe(plain.choices[0].text);
  expect(`${start}${message.content}`).toBe(whole);
});
