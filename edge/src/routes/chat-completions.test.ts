import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Respond,
  scriptedEdge,
  scriptedReplica,
  stoppedClock,
} from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, scripts, tell, textsOf } from "../../../test/support/fakes/synthetic-response.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

const messages = [{ role: "user", content: "hi" }];
const hello: Respond = ({ responseId }) => tell(plainScript(["Hello ", "world"]), responseId);
const weather = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];

function post(respond: Respond, body: object, signal?: AbortSignal) {
  const replica = scriptedReplica(respond);
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = scriptedEdge([replica]).request("/v1/chat/completions", { ...init, ...(signal && { signal }) });
  return { replica, response };
}

async function ask(respond: Respond, body: object) {
  const response = await post(respond, { model: "synthetic", messages, ...body }).response;
  return (await response.json()) as Json;
}

/** The data of each message of a stream. */
async function stream(respond: Respond, body: object): Promise<Json[]> {
  const response = await post(respond, { model: "synthetic", messages, ...body, stream: true }).response;
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => (line === "data: [DONE]" ? "[DONE]" : JSON.parse(line.slice(6))));
}

const contentOf = (chunks: Json[], index = 0) =>
  chunks
    .flatMap((chunk) => chunk.choices ?? [])
    .reduce((text, choice) => text + ((choice.index === index && choice.delta.content) || ""), "");

describe("POST /v1/chat/completions", () => {
  it("answers whole", async () => {
    const answer = await ask(hello, {});
    expect(answer).toMatchObject({ object: "chat.completion", model: "synthetic", created: 1_700_000_000 });
    expect(answer.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    expect(answer.choices).toMatchObject([
      { index: 0, message: { role: "assistant", content: "Hello world" }, finish_reason: "stop" },
    ]);
    expect(answer.usage).toEqual({
      prompt_tokens: 3,
      completion_tokens: 9,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 0 },
      palimpsest: {
        forwards: 4,
        prefill_forwards: 1,
        edits: { unmask: 9, substitute: 1, delete: 0, insert: 0 },
        tokens_per_forward: 2.25,
      },
    });
  });

  it("streams commits: the role first, the usage last on request", async () => {
    const chunks = await stream(hello, { stream_options: { include_usage: true } });
    expect(chunks[0].choices[0].delta).toEqual({ role: "assistant", content: "" });
    expect(chunks.slice(1, 3).map((chunk) => chunk.choices[0].delta.content)).toEqual(["Hello ", "world"]);
    expect(chunks[3].choices[0]).toMatchObject({ delta: {}, finish_reason: "stop" });
    expect(chunks[4]).toMatchObject({ choices: [], usage: { total_tokens: 12 } });
    expect(chunks[5]).toBe("[DONE]");
    expect(chunks.slice(0, 4).every((chunk) => chunk.usage === null && chunk.edit === undefined)).toBe(true);
  });

  it("without include_edits, the worker is asked for no drafts", async () => {
    const { replica, response } = post(hello, { model: "synthetic", messages, stream: true });
    await (await response).text();
    expect(replica.requests[0]).toMatchObject({ drafts: false, choices: 1, stop: [], ignoreEos: false });
  });

  it("chunks, edit events and the body that is not streamed hold the same text", async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const n = script.choices.length;
        const respond: Respond = ({ responseId }) => tell(script, responseId);
        const chunks = await stream(respond, { n, stream_options: { include_edits: true } });
        const edits: EditEvent[] = chunks.flatMap((chunk) => chunk.edit ?? []);
        const texts = textsOf(script);
        expect(texts.map((_, index) => contentOf(chunks, index))).toEqual(texts);
        expect(edits.reduce(reduce, emptyDocument).choices.map((choice) => choice.text)).toEqual(texts);
        const whole = await ask(respond, { n });
        expect(whole.choices.map((choice: Json) => choice.message.content)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  it("an edit event comes in a chunk without text, with an id to resume after and no token ids", async () => {
    const withTokens: Respond = (request) =>
      [...(hello(request, new AbortController().signal) as EditEvent[])].map((event) =>
        event.type === "commit" ? { ...event, token_ids: [7] } : event,
      );
    const response = await post(withTokens, {
      model: "synthetic",
      messages,
      stream: true,
      stream_options: { include_edits: true },
    }).response;
    const text = await response.text();
    expect(text).not.toContain("token_ids");
    const carrier = text.split("\n\n").find((message) => message.includes('"type":"commit"'))!;
    const { id, choices, edit } = JSON.parse(
      carrier
        .split("\n")
        .find((line) => line.startsWith("data: "))!
        .slice(6),
    );
    expect(choices).toEqual([{ index: 0, delta: {}, logprobs: null, finish_reason: null }]);
    expect(carrier).toContain(`id: ${id}:${edit.attempt}.${edit.seq}.1`);
  });

  it("diffusing: every chunk carries the whole text so far, and the last one the answer", async () => {
    const chunks = await stream(hello, { diffusing: true });
    const shown = chunks
      .filter((chunk) => chunk.diffusion_meta?.diffusion_content)
      .map((chunk) => chunk.choices[0].delta.content);
    expect(shown).toEqual(["░░░░░░░", "H░░░░░░", "Hello ", "Hello ░░░░░░", "Hello w░░░░░", "Hello world"]);
    expect(chunks.at(-1)).toBe("[DONE]");
  });

  it("diffusing: drafts after the last block are gone at the end", async () => {
    const behind: Respond = ({ responseId }) => {
      const events = tell(plainScript(["Hello"]), responseId);
      const draft = events.find((event) => event.type === "draft")!;
      const last = events.findIndex(({ type }) => type === "commit");
      return [...events.slice(0, last), { ...draft, block: 1, content: ["junk"] }, ...events.slice(last)];
    };
    const chunks = await stream(behind, { diffusing: true });
    const shown = chunks.flatMap((chunk) => (chunk.diffusion_meta ? chunk.choices[0].delta.content : []));
    expect(shown.some((content) => content.endsWith("junk"))).toBe(true);
    expect(shown.at(-1)).toBe("Hello");
  });

  it("tool calls come out of the text, whole and streamed", async () => {
    const call: Respond = ({ responseId }) =>
      tell(plainScript(["Let me look.\n", weather.slice(0, 30), weather.slice(30)]), responseId);
    const { message, finish_reason } = (await ask(call, { tools })).choices[0];
    expect(message.content).toBe("Let me look.");
    expect(message.tool_calls).toMatchObject([
      { type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } },
    ]);
    expect(finish_reason).toBe("tool_calls");

    const chunks = await stream(call, { tools });
    expect(contentOf(chunks)).toBe("Let me look.");
    const deltas = chunks.flatMap((chunk) => chunk.choices?.[0]?.delta.tool_calls ?? []);
    expect(deltas).toMatchObject([
      { index: 0, type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } },
    ]);
    expect(deltas[0].id).toMatch(/^call_\w{1,35}$/);
    expect(chunks.at(-2).choices[0].finish_reason).toBe("tool_calls");
  });

  it("a completion that is only a call has no content, and without tools it is text", async () => {
    const call: Respond = ({ responseId }) => tell(plainScript([weather]), responseId);
    expect((await ask(call, { tools })).choices[0].message.content).toBeNull();
    expect((await ask(call, { tools, tool_choice: "none" })).choices[0].message).toMatchObject({ content: weather });
    expect((await ask(call, {})).choices[0]).toMatchObject({ message: { content: weather }, finish_reason: "stop" });
  });

  it("a call of a function that was not offered is text", async () => {
    const others = [{ type: "function", function: { name: "set_timer" } }];
    const call: Respond = ({ responseId }) => tell(plainScript([weather]), responseId);
    const { message, finish_reason } = (await ask(call, { tools: others })).choices[0];
    expect({ message, finish_reason }).toMatchObject({ message: { content: weather }, finish_reason: "stop" });
    expect(contentOf(await stream(call, { tools: others }))).toBe(weather);
  });

  it("parallel_tool_calls: false ends the answer after its first call, and changes nothing without tools", async () => {
    const twice: Respond = ({ responseId }) => tell(plainScript([`${weather}\n`, `${weather}\nDone.`]), responseId);
    const { message, finish_reason } = (await ask(twice, { tools, parallel_tool_calls: false })).choices[0];
    expect({ message, finish_reason }).toMatchObject({ message: { content: null }, finish_reason: "tool_calls" });
    expect(message.tool_calls).toHaveLength(1);
    const chunks = await stream(twice, { tools, parallel_tool_calls: false });
    expect(chunks.flatMap((chunk) => chunk.choices?.[0]?.delta.tool_calls ?? [])).toHaveLength(1);
    expect(contentOf(chunks)).toBe("");
    expect((await ask(hello, { parallel_tool_calls: false })).choices[0].message.content).toBe("Hello world");
  });

  it("a call that the token limit cuts is not shown", async () => {
    const cut: Respond = ({ responseId }) =>
      tell(plainScript(["Let me look.\n", weather.slice(0, 40)]), responseId).map((event) =>
        event.type === "done" ? { ...event, finish_reason: "length" } : event,
      );
    const { message, finish_reason } = (await ask(cut, { tools })).choices[0];
    expect({ content: message.content, finish_reason }).toEqual({ content: "Let me look.", finish_reason: "length" });
    expect(message.tool_calls).toBeUndefined();
    const chunks = await stream(cut, { tools });
    expect(contentOf(chunks)).toBe("Let me look.");
    expect(chunks.at(-2).choices[0].finish_reason).toBe("length");
  });

  it("results of tools reach the worker in the order of their calls", async () => {
    const call = (id: string, city: string) => ({
      id,
      type: "function",
      function: { name: "weather", arguments: city },
    });
    const conversation = [
      { role: "user", content: "Weather in Paris and Oslo?" },
      { role: "assistant", content: null, tool_calls: [call("a", '{"city":"Paris"}'), call("b", '{"city":"Oslo"}')] },
      { role: "tool", tool_call_id: "b", content: "-4 degrees" },
      { role: "tool", tool_call_id: "a", content: "21 degrees" },
    ];
    const { replica, response } = post(hello, { model: "synthetic", messages: conversation });
    expect((await response).status).toBe(200);
    expect(replica.requests[0]?.prompt).toMatchObject({
      messages: [{}, {}, { toolCallId: "a", content: "21 degrees" }, { toolCallId: "b", content: "-4 degrees" }],
    });
  });

  it("every parameter reaches the worker", async () => {
    const conversation = [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is " },
          { type: "text", text: "it?" },
        ],
        name: "ann",
      },
      {
        role: "assistant",
        tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c1", content: "rain" },
    ];
    const asked = {
      mode: "quality",
      threshold: 0.7,
      editing_threshold: 0.5,
      max_post_steps: 4,
      editing_window: 2,
      n: 2,
      max_completion_tokens: 9,
      min_tokens: 3,
      stop_token_ids: [7],
      logit_bias: { 5: -100, 6: 0.5 },
      penalty_lambda: 3,
      presence_penalty: 1,
      frequency_penalty: -0.5,
      logprobs: true,
      top_logprobs: 2,
    };
    const { replica, response } = post(hello, {
      model: "synthetic",
      messages: conversation,
      tools,
      stop: "END",
      ignore_eos: true,
      ...asked,
    });
    await response;
    expect(replica.requests[0]).toMatchObject({
      decoding: {
        ...{ mode: "quality", threshold: 0.7, editingThreshold: 0.5, maxPostSteps: 4 },
        ...{ editingWindow: 2, penaltyLambda: 3, presencePenalty: 1, frequencyPenalty: -0.5 },
      },
      choices: 2,
      maxTokens: 9,
      minTokens: 3,
      stopTokenIds: [7],
      logitBias: new Map([
        [5, -100],
        [6, 0.5],
      ]),
      logprobs: 2,
      stop: ["END"],
      ignoreEos: true,
      prompt: {
        kind: "chat",
        tools,
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "What is it?", name: "ann" },
          { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "weather", arguments: "{}" }] },
          { role: "tool", content: "rain", toolCallId: "c1" },
        ],
      },
    });
  });

  it("a response that fails before it begins is an HTTP error", async () => {
    const full = error("overloaded", "The worker is full.");
    const { response } = post(full, { model: "synthetic", messages, stream: true });
    expect((await response).status).toBe(429);
    expect(await (await response).json()).toEqual({
      error: { message: "The worker is full.", type: "rate_limit_error", param: null, code: "overloaded" },
    });
  });

  it("a stream that fails later ends with the error: no finish reason, no [DONE]", async () => {
    const lost: Respond = function* (request, signal) {
      yield* [...(hello(request, signal) as EditEvent[])].slice(0, 4);
      yield* error("unavailable", "The worker was lost.")(request, signal) as EditEvent[];
    };
    const chunks = await stream(lost, {});
    expect(contentOf(chunks)).toBe("Hello ");
    expect(chunks.at(-1)).toEqual({
      error: { message: "The worker was lost.", type: "server_error", param: null, code: "unavailable" },
    });
    expect(chunks.some((chunk) => chunk.choices?.[0]?.finish_reason)).toBe(false);
    expect((await ask(lost, {})).error.code).toBe("unavailable");
  });

  it("a stream that fails unexpectedly reports a generic error without the cause", async () => {
    const broken: Respond = function* (request, signal) {
      yield* [...(hello(request, signal) as EditEvent[])].slice(0, 4);
      throw new Error("secret path /etc/x");
    };
    const last = (await stream(broken, {})).at(-1);
    expect(last.error).toMatchObject({ code: "internal", type: "server_error" });
    expect(last.error.message).not.toContain("secret");
  });

  describe("a stream that waits in a queue", () => {
    const ask = async (respond: Respond, more: object = {}) => {
      const clock = {
        ...stoppedClock,
        sleep: (ms: number) => (ms === 3_000 ? Promise.resolve() : new Promise<void>(() => {})),
      };
      const app = scriptedEdge([scriptedReplica(respond)], { clock, heartbeatMs: 10_000 });
      const body = JSON.stringify({ model: "synthetic", messages, stream: true, ...more });
      const headers = { "content-type": "application/json" };
      const response = await app.request("/v1/chat/completions", { method: "POST", headers, body });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      const rest = async () => {
        let text = "";
        for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
        return text;
      };
      return { response, reader, rest };
    };

    it("gets its headers and a heartbeat, then its answer", async () => {
      const turn = Promise.withResolvers<void>();
      const { response, reader, rest } = await ask(async function* (request, signal) {
        await turn.promise;
        yield* hello(request, signal) as EditEvent[];
      });
      expect(response.status).toBe(200);
      // No server keeps it.
      expect(response.headers.has("x-response-id")).toBe(false);
      expect((await reader.read()).value).toBe(": keep-alive\n\n");
      turn.resolve();
      expect(await rest()).toContain("data: [DONE]");
    });

    it.each([true, false])("gets its places if it asks for them: %s", async (include_queue) => {
      const turn = Promise.withResolvers<void>();
      const waits: Respond = async function* (request, signal) {
        const place = { v: 1, response_id: request.responseId, attempt: 0, type: "queued" } as const;
        if (request.queuePlaces) yield* [4, 3].map((ahead, seq) => ({ ...place, seq, ahead }));
        await turn.promise;
        if (request.queuePlaces) yield { ...place, seq: 2, ahead: 1 };
        yield* hello(request, signal) as EditEvent[];
      };
      const { rest } = await ask(waits, { stream_options: { include_edits: true, include_queue } });
      turn.resolve();
      const lines = (await rest()).split("\n").filter((line) => line.startsWith("data: {"));
      const edits = lines.map((line) => (JSON.parse(line.slice(6)) as Json).edit).filter(Boolean);
      const places = edits.flatMap(({ type, ahead }) => (type === "queued" ? [ahead] : []));
      expect(places).toEqual(include_queue ? [4, 3, 1] : []);
      expect(edits.findIndex(({ type }) => type === "open")).toBe(places.length);
    });

    it("gets a later rejection as its last message", async () => {
      const turn = Promise.withResolvers<void>();
      const { rest } = await ask(async function* (request, signal) {
        await turn.promise;
        yield* error("overloaded", "The worker is full.")(request, signal) as EditEvent[];
      });
      turn.resolve();
      const text = await rest();
      expect(text).toContain('data: {"error":{"message":"The worker is full.","type":"rate_limit_error"');
      expect(text).not.toContain("[DONE]");
    });

    it("is cancelled when its client leaves", async () => {
      const cancelled = Promise.withResolvers<void>();
      const { reader } = await ask(async function* (request, signal) {
        signal.addEventListener("abort", () => cancelled.resolve());
        await cancelled.promise;
        yield* error("cancelled", "gone")(request, signal) as EditEvent[];
      });
      await reader.read();
      await reader.cancel();
      await cancelled.promise;
    });
  });

  it("a client that disconnects cancels the response", async () => {
    const cancelled = Promise.withResolvers<void>();
    const endless: Respond = async function* (request, signal) {
      signal.addEventListener("abort", () => cancelled.resolve());
      yield* [...(hello(request, signal) as EditEvent[])].slice(0, 4);
      await cancelled.promise;
    };
    const response = await post(endless, { model: "synthetic", messages, stream: true }).response;
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    await cancelled.promise;
  });
});

function error(code: "overloaded" | "unavailable" | "cancelled", message: string): Respond {
  return ({ responseId }) => [
    { v: 1, response_id: responseId, attempt: 1, seq: 99, type: "error", code, message, retryable: true },
  ];
}

describe("continue_final_message", () => {
  const user = { role: "user", content: "hi" };
  const start = { role: "assistant", content: "Well, " };

  it("sends the last message as the beginning of the answer", async () => {
    const replica = scriptedReplica(hello);
    const body = { model: "synthetic", messages: [user, start], continue_final_message: true };
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    for (const more of [{}, { add_generation_prompt: false }]) {
      const sent = { ...init, body: JSON.stringify({ ...body, ...more }) };
      const answer = (await (await scriptedEdge([replica]).request("/v1/chat/completions", sent)).json()) as Json;
      expect(answer.choices[0].message.content).toBe("Hello world");
      const prompt = { kind: "chat", messages: [user], tools: [], answerStart: "Well, " };
      expect(replica.requests.at(-1)!.prompt).toEqual(prompt);
    }
    const without = { ...init, body: JSON.stringify({ ...body, continue_final_message: false }) };
    await scriptedEdge([replica]).request("/v1/chat/completions", without);
    expect(replica.requests.at(-1)!.prompt).toEqual({ kind: "chat", messages: [user, start], tools: [] });
  });

  const continued = { messages: [user, start], continue_final_message: true };
  it.each([
    ["continue_final_message", { messages: [user], continue_final_message: true }],
    ["continue_final_message", { messages: [start], continue_final_message: true }],
    ["continue_final_message", { messages: [user, { ...start, content: "" }], continue_final_message: true }],
    ["add_generation_prompt", { ...continued, add_generation_prompt: true }],
    ["add_generation_prompt", { messages: [user], add_generation_prompt: false }],
    ["response_format", { ...continued, response_format: { type: "json_object" } }],
  ])("a wrong %s is refused by name", async (param, body) => {
    expect((await ask(hello, body)).error).toMatchObject({ code: "invalid_request", param });
  });
});
