import { setTimeout } from "node:timers/promises";
import type { EditEvent } from "@palimpsest/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainKeys } from "../../../test/support/fakes/api-keys.ts";
import {
  type Respond,
  scriptedEdge,
  scriptedReplica,
  stoppedClock,
} from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, scripts, tell, textsOf } from "../../../test/support/fakes/synthetic-response.ts";
import { systemClock } from "../clock.ts";
import type { EdgeDependencies } from "../dependencies.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

const least = { model: "synthetic", max_tokens: 64, messages: [{ role: "user", content: "hi" }] };
const hello: Respond = ({ responseId }) => tell(plainScript(["Hello ", "world"]), responseId);
const weather = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const tools = [{ name: "weather", description: "The weather.", input_schema: { type: "object" } }];

const calling =
  (...blocks: string[]): Respond =>
  ({ responseId }) =>
    tell(plainScript(blocks), responseId);

interface Given extends Partial<EdgeDependencies> {
  headers?: Record<string, string>;
  path?: string;
}

async function post(respond: Respond, body: object, { headers, path = "/v1/messages", ...given }: Given = {}) {
  const replica = scriptedReplica(respond);
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ ...least, ...body }),
  };
  const response = await scriptedEdge([replica], given).request(path, init);
  return { replica, response };
}

async function ask(respond: Respond, body: object, given: Given = {}): Promise<Json> {
  return (await post(respond, body, given)).response.json();
}

/** The events of a stream. */
async function stream(respond: Respond, body: object, given: Given = {}): Promise<Json[]> {
  const text = await (await post(respond, { ...body, stream: true }, given)).response.text();
  return text
    .split("\n\n")
    .filter((message) => message !== "")
    .map((message) => {
      const [, name, data] = /^event: (\w+)\ndata: ([^\n]*)$/.exec(message)!;
      expect(JSON.parse(data!).type).toBe(name);
      return JSON.parse(data!);
    });
}

/** The message that a stream's events add up to. */
function folded(events: readonly Json[]): Json {
  const message = structuredClone(events[0].message);
  for (const { type, index, content_block, delta, usage } of events.slice(1)) {
    if (type === "content_block_start") message.content[index] = { ...content_block };
    if (delta?.type === "text_delta") message.content[index].text += delta.text;
    if (delta?.type === "input_json_delta") message.content[index].input = JSON.parse(delta.partial_json);
    if (type === "message_delta") Object.assign(message, delta, { usage: { ...message.usage, ...usage } });
  }
  return message;
}

const changed = (respond: Respond, change: (event: EditEvent) => EditEvent): Respond =>
  function* (request, signal) {
    for (const event of respond(request, signal) as EditEvent[]) yield change(event);
  };
const cut = (respond: Respond) =>
  changed(respond, (event) => (event.type === "done" ? { ...event, finish_reason: "length" } : event));

describe("POST /v1/messages", () => {
  it("answers whole", async () => {
    const answer = await ask(hello, {});
    expect(answer).toMatchObject({
      type: "message",
      role: "assistant",
      model: "synthetic",
      content: [{ type: "text", text: "Hello world" }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 9, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
    });
    expect(answer.id).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  it("streams commits as text deltas of one block, and the usage last", async () => {
    const events = await stream(hello, {});
    expect(events.map(({ type }) => type)).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(events[0].message).toMatchObject({ content: [], stop_reason: null, usage: { input_tokens: 3 } });
    expect(events.slice(2, 4).map(({ delta }) => delta.text)).toEqual(["Hello ", "world"]);
    expect(events[5]).toMatchObject({ delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } });
  });

  it("counts cached prompt tokens apart", async () => {
    const cached = changed(hello, (event) =>
      event.type === "end" ? { ...event, usage: { ...event.usage, cached_tokens: 2 } } : event,
    );
    const usage = { input_tokens: 1, cache_read_input_tokens: 2 };
    expect(await ask(cached, {})).toMatchObject({ usage });
    expect(folded(await stream(cached, {}))).toMatchObject({ usage });
  });

  it("the events of a stream add up to the message that is not streamed", async () => {
    const piece = fc.constantFrom("Let me look.\n", weather, `${weather}\n`, " ", "🙂 ok", "<tool_call>", "");
    const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    const toolChoice = { type: "auto", disable_parallel_tool_use: true };
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        fc.boolean(),
        async (text, size, one, more) => {
          const blocks = text.match(new RegExp(`.{1,${size}}`, "gsu")) ?? [];
          const respond = more ? calling(...blocks) : cut(calling(...blocks));
          const body = { tools, ...(one && { tool_choice: toolChoice }) };
          const [whole, streamed] = [await ask(respond, body), folded(await stream(respond, body))];
          const withoutIds = (message: Json) =>
            JSON.parse(JSON.stringify(message).replace(/(msg|toolu)_[0-9a-f]{32}/g, ""));
          expect(withoutIds(streamed)).toEqual(withoutIds(whole));
          expect(whole.content.every((block: Json) => block.type === "tool_use" || block.text !== "")).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("whatever happens to the workers, the text is that of the commits", async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const one = { ...script, choices: script.choices.slice(0, 1) };
        const message = folded(await stream(({ responseId }) => tell(one, responseId), {}));
        expect(message.content.map(({ text }: Json) => text).join("")).toBe(textsOf(one)[0]);
      }),
      { numRuns: 50 },
    );
  });

  it("calls of tools are blocks of their own, between those of text", async () => {
    const respond = calling("Let me look.\n", weather.slice(0, 30), `${weather.slice(30)}\n${weather}`, "\nDone.");
    const call = { type: "tool_use", name: "weather", input: { city: "Oslo" } };
    const expected = {
      content: [{ type: "text", text: "Let me look." }, call, call, { type: "text", text: "Done." }],
      stop_reason: "tool_use",
    };
    const answer = await ask(respond, { tools });
    expect(answer).toMatchObject(expected);
    expect(answer.content[1].id).toMatch(/^toolu_[0-9a-f]{32}_0$/);
    expect(answer.content[2].id).not.toBe(answer.content[1].id);
    const events = await stream(respond, { tools });
    expect(folded(events)).toMatchObject(expected);
    const start = events.find(({ content_block }) => content_block?.type === "tool_use");
    expect(start.content_block.input).toEqual({});
  });

  it("an input keeps digits that JavaScript's numbers do not have", async () => {
    const call = '<tool_call>{"name": "weather", "arguments": {"at": 12345678901234567890}}</tool_call>';
    const { response } = await post(calling(call), { tools });
    expect(await response.text()).toContain('"input":{"at":12345678901234567890}');
  });

  it("with tool_choice none a call is text, with disable_parallel_tool_use the answer ends with its first", async () => {
    const twice = calling(`${weather}\n${weather}\nDone.`);
    const none = await ask(calling(weather), { tools, tool_choice: { type: "none" } });
    expect(none).toMatchObject({ content: [{ type: "text", text: weather }], stop_reason: "end_turn" });
    const tool_choice = { type: "auto", disable_parallel_tool_use: true };
    const { content, stop_reason } = await ask(twice, { tools, tool_choice });
    expect([content.length, content[0].type, stop_reason]).toEqual([1, "tool_use", "tool_use"]);
  });

  it("tells why an answer ended: its limit, a stop sequence and which", async () => {
    const stopped = changed(hello, (event) =>
      event.type === "commit" && event.text === "world" ? { ...event, finish_reason: "stop", stop: "END" } : event,
    );
    const expected = { stop_reason: "stop_sequence", stop_sequence: "END" };
    expect(await ask(stopped, { stop_sequences: ["x", "END"] })).toMatchObject(expected);
    expect(folded(await stream(stopped, { stop_sequences: ["x", "END"] }))).toMatchObject(expected);
    expect(await ask(cut(hello), {})).toMatchObject({ stop_reason: "max_tokens", stop_sequence: null });
    expect(folded(await stream(cut(hello), {}))).toMatchObject({ stop_reason: "max_tokens" });
  });

  it("an empty answer has no block", async () => {
    expect((await ask(calling(), {})).content).toEqual([]);
    expect((await stream(calling(), {})).map(({ type }) => type)).toEqual([
      "message_start",
      "message_delta",
      "message_stop",
    ]);
  });

  it("the whole request reaches the worker", async () => {
    const { replica } = await post(hello, {
      system: [
        { type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } },
        { type: "text", text: "In French." },
      ],
      messages: [
        { role: "user", content: "Weather in Paris and Oslo?" },
        {
          role: "assistant",
          content: [
            { type: "text", text: "Let me look." },
            { type: "tool_use", id: "a", name: "weather", input: { city: "Paris" } },
            { type: "tool_use", id: "b", name: "weather", input: { city: "Oslo" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "b", content: [{ type: "text", text: "-4 degrees" }] },
            { type: "tool_result", tool_use_id: "a", content: "no such city", is_error: true },
            { type: "text", text: "And " },
            { type: "text", text: "Rome?" },
          ],
        },
      ],
      tools,
      stop_sequences: ["END", "x"],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 20,
      metadata: { user_id: "ann" },
      thinking: { type: "disabled" },
      mode: "quality",
      threshold: 0.6,
    });
    const call = (id: string, city: string) => ({ id, name: "weather", arguments: JSON.stringify({ city }) });
    expect(replica.requests[0]).toMatchObject({
      prompt: {
        kind: "chat",
        messages: [
          { role: "system", content: "Be brief.\n\nIn French." },
          { role: "user", content: "Weather in Paris and Oslo?" },
          { role: "assistant", content: "Let me look.", toolCalls: [call("a", "Paris"), call("b", "Oslo")] },
          { role: "tool", toolCallId: "a", content: "Error: no such city" },
          { role: "tool", toolCallId: "b", content: "-4 degrees" },
          { role: "user", content: "And Rome?" },
        ],
        tools: [
          {
            type: "function",
            function: { name: "weather", description: "The weather.", parameters: { type: "object" } },
          },
        ],
      },
      maxTokens: 64,
      stop: ["END", "x"],
      sampling: { temperature: 0.5, topP: 0.9, topK: 20 },
      decoding: { mode: "quality", threshold: 0.6 },
      choices: 1,
      drafts: false,
    });
    expect(replica.requests[0]?.prompt).not.toHaveProperty("messages[0].path");
  });

  const call = (id: string) => ({ type: "tool_use", id, name: "weather", input: {} });
  const result = (id: string) => ({ type: "tool_result", tool_use_id: id, content: "rain" });
  const after = (...content: object[]) => ({
    messages: [least.messages[0], { role: "assistant", content: [{ type: "text", text: "a" }, call("a")] }].concat({
      role: "user",
      content,
    } as never),
  });
  const said = (...content: object[]) => ({ messages: [{ role: "user", content }] });

  it.each([
    ["max_tokens", { max_tokens: undefined }],
    ["max_tokens", { max_tokens: 0 }],
    ["messages", { messages: [] }],
    ["messages[0].role", { messages: [{ role: "robot", content: "hi" }] }],
    ["messages[0].content", { messages: [{ role: "user" }] }],
    ["messages[0].content[0].type", said({ type: "image", source: {} })],
    ["messages[0].content[0].type", said({ type: "document", source: {} })],
    ["messages[0].content[0].type", said(call("a"))],
    ["messages[0].content[0].type", said({ text: "no type" })],
    ["messages[0].content[0].tool_use_id", said(result("a"))],
    ["messages[0].content[0].type", { messages: [{ role: "assistant", content: [{ type: "thinking" }] }] }],
    ["messages", { messages: [least.messages[0], { role: "assistant", content: "" }] }],
    ["messages", { messages: [{ role: "assistant", content: "It is" }] }],
    ["messages[1].content[1]", after({ type: "text", text: "no result" })],
    ["messages[1].content[1]", after({ type: "text", text: "first" }, result("a"))],
    ["messages[2].content[1].tool_use_id", after(result("a"), result("a"))],
    ["messages[2].content[0].tool_use_id", after(result("b"), result("a"))],
    ["messages[2].content[0].content[0].type", after({ ...result("a"), content: [{ type: "image" }] })],
    ["system[0].type", { system: [{ type: "image" }] }],
    ["tools[0].type", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    ["tools[0].name", { tools: [{ ...tools[0], name: "no spaces" }] }],
    ["tools[0].input_schema", { tools: [{ name: "weather" }] }],
    ["tools[0].strict", { tools: [{ ...tools[0], strict: 1 }] }],
    ["tool_choice.type", { tools, tool_choice: { type: "required" } }],
    ["thinking.type", { thinking: { type: "enabled", budget_tokens: 1024 } }],
    ["output_config.format.type", { output_config: { format: { type: "json_object" } } }],
    ["mcp_servers", { mcp_servers: [{ type: "url", url: "https://a.example", name: "a" }] }],
    ["container", { container: "c" }],
    ["stop_sequences[0]", { stop_sequences: [""] }],
    ["stop", { stop: ["END"] }],
    ["n", { n: 2 }],
    ["temperature", { temperature: 3 }],
    ["top_k", { top_k: 0.5 }],
    ["guided_json", { guided_json: 1 }],
  ])("a wrong %s is a 400 that begins with its name: %j", async (name, wrong) => {
    const { response } = await post(hello, wrong);
    expect(response.status).toBe(400);
    const { type, error, request_id } = (await response.json()) as Json;
    expect([type, error.type]).toEqual(["error", "invalid_request_error"]);
    expect(error.message.split(": ")[0]).toBe(name);
    expect(request_id).toBe(response.headers.get("request-id"));
  });

  it.each([
    [{ thinking: { type: "disabled" } }],
    [{ output_config: { effort: "low" } }],
    [{ service_tier: "auto", speed: "fast", cache_control: { type: "ephemeral" } }],
    [{ tools: [{ ...tools[0], type: "custom", strict: false, cache_control: null, eager_input_streaming: true }] }],
    [{ system: [], stop_sequences: [], top_k: 0, top_p: 0, n: 1 }],
    [{ messages: [least.messages[0], { role: "system", content: "Be brief." }] }],
  ])("accepts %j", async (more) => {
    expect((await post(hello, more)).response.status).toBe(200);
  });

  it("knows two versions of the API", async () => {
    const versioned = (version: string) => post(hello, {}, { headers: { "anthropic-version": version } });
    for (const known of ["2023-06-01", "2026-10-21"]) expect((await versioned(known)).response.status).toBe(200);
    const { response } = await versioned("2023-01-01");
    expect(response.status).toBe(400);
    expect((await response.json()) as Json).toMatchObject({
      error: { message: expect.stringMatching(/^anthropic-version: must be 2023-06-01 or 2026-10-21/) },
    });
  });
});

describe("errors of /v1/messages are in Anthropic's form", () => {
  const failing =
    (code: "overloaded" | "unavailable" | "deadline_exceeded" | "invalid_request", param?: string): Respond =>
    ({ responseId }) => [
      {
        ...{ v: 1, response_id: responseId, attempt: 1, seq: 99, type: "error", code, retryable: true },
        message: `${param ?? "It"}: failed`,
        ...(param && { param }),
      } as EditEvent,
    ];

  it.each([
    ["a full worker", 529, "overloaded_error", failing("overloaded"), {}],
    ["a lost worker", 503, "api_error", failing("unavailable"), {}],
    ["a request that takes too long", 504, "timeout_error", failing("deadline_exceeded"), {}],
    ["another model", 404, "not_found_error", hello, { body: { model: "claude" } }],
    ["no key", 401, "authentication_error", hello, { keys: plainKeys("a") }],
    ["a wrong key", 401, "authentication_error", hello, { keys: plainKeys("a"), headers: { "x-api-key": "b" } }],
    ["a wrong path", 404, "not_found_error", hello, { path: "/v1/messages/batches" }],
    ["counting tokens", 404, "not_found_error", hello, { path: "/v1/messages/count_tokens" }],
    ["a large body", 413, "request_too_large", hello, { body: { system: "x".repeat(5_000_000) } }],
    ["another content type", 400, "invalid_request_error", hello, { headers: { "content-type": "text/plain" } }],
  ])("%s is %i %s", async (_, status, type, respond, { body = {}, ...given }: Given & { body?: object }) => {
    const { response } = await post(respond, body, given);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/json");
    const requestId = response.headers.get("request-id");
    const message = expect.stringMatching(/\w/);
    expect(await response.json()).toEqual({ type: "error", error: { type, message }, request_id: requestId });
    expect(requestId).toBe(response.headers.get("x-request-id"));
  });

  it("a wrong method names the right one, and a final error says that it is", async () => {
    const response = await scriptedEdge([]).request("/v1/messages");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
    expect((await post(failing("deadline_exceeded"), {})).response.headers.get("x-should-retry")).toBe("false");
  });

  it("a message that the worker rejects is named by its place in the client's body", async () => {
    const call = { type: "tool_use", id: "a", name: "weather", input: {} };
    const messages = [
      least.messages[0],
      { role: "assistant", content: [call] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "a" }] },
    ];
    const messageOf = async (param: string) =>
      (await ask(failing("invalid_request", param), { system: "Be brief.", messages })).error.message;
    expect(await messageOf("messages[0]")).toBe("system: failed");
    expect(await messageOf("messages[1].content")).toBe("messages[0].content: failed");
    expect(await messageOf("messages[3]")).toBe("messages[2].content[0]: failed");
    expect(await messageOf("max_tokens")).toBe("max_tokens: failed");
  });

  it("so is one that a queued stream hears of behind its headers", async () => {
    const late = Promise.withResolvers<void>();
    let sleeps = 0;
    const clock = {
      ...stoppedClock,
      // Only the first is over: the wait for the first event.
      async sleep(ms: number, signal: AbortSignal) {
        if (++sleeps > 1) late.resolve();
        if (sleeps > 1) await stoppedClock.sleep(ms, signal);
      },
    };
    const rejected: Respond = async function* (request, signal) {
      await late.promise;
      yield* failing("invalid_request", "messages[0]")(request, signal) as EditEvent[];
    };
    const events = await stream(rejected, { system: "Be brief." }, { clock });
    expect(events[0]).toEqual({ type: "ping" });
    const error = { type: "invalid_request_error", message: "system: failed" };
    expect(events.at(-1)).toEqual({ type: "error", error, request_id: null });
  });

  it("an error within a stream is its last event, and has no cause", async () => {
    const lost: Respond = function* (request, signal) {
      yield* [...(hello(request, signal) as EditEvent[])].slice(0, 4);
      yield* failing("unavailable")(request, signal) as EditEvent[];
    };
    const events = await stream(lost, {});
    expect(events.at(-1)).toEqual({
      type: "error",
      error: { type: "api_error", message: "It: failed" },
      request_id: null,
    });
    expect(events.some(({ type }) => type === "message_delta")).toBe(false);
    const broken: Respond = function* (request, signal) {
      yield* [...(hello(request, signal) as EditEvent[])].slice(0, 4);
      throw new Error("secret path /etc/x");
    };
    const last = (await stream(broken, {})).at(-1);
    expect(last).toMatchObject({ type: "error", error: { type: "api_error" } });
    expect(last.error.message).not.toContain("secret");
  });
});

describe("keys of /v1/messages", () => {
  const keys = plainKeys("first", "second");
  const scopeOf = async (headers: Record<string, string>) => {
    const { replica, response } = await post(hello, {}, { keys, headers });
    expect(response.status).toBe(200);
    return replica.requests[0]?.cacheScope;
  };

  it("x-api-key and a bearer token of one key are one tenant, however the scheme is spelled", async () => {
    const scopes = [
      await scopeOf({ "x-api-key": "first" }),
      await scopeOf({ authorization: "Bearer first" }),
      await scopeOf({ authorization: "bearer  first" }),
      await scopeOf({ authorization: "Bearer first", "x-api-key": "second" }),
    ];
    expect(new Set(scopes).size).toBe(1);
    expect(scopes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(await scopeOf({ "x-api-key": "second" })).not.toBe(scopes[0]);
  });
});

it("an idle stream gets pings", async () => {
  const idle: Respond = async function* (request, signal) {
    const events = hello(request, signal) as EditEvent[];
    yield events[0]!;
    await setTimeout(300);
    yield* events.slice(1);
  };
  const clock = { ...stoppedClock, sleep: systemClock.sleep };
  const types = (await stream(idle, {}, { clock, heartbeatMs: 80 })).map(({ type }) => type);
  expect(types.slice(0, 2)).toEqual(["message_start", "ping"]);
  expect(types.at(-1)).toBe("message_stop");
});

it("a last message of the assistant is continued: the answer is what follows it", async () => {
  const messages = [...least.messages, { role: "assistant", content: [{ type: "text", text: "Well, " }] }];
  const { replica, response } = await post(hello, { messages });
  expect((await response.json()).content).toEqual([{ type: "text", text: "Hello world", citations: null }]);
  expect(replica.requests[0]!.prompt).toEqual({
    kind: "chat",
    messages: [{ role: "user", content: "hi" }],
    tools: [],
    answerStart: "Well, ",
  });
});
