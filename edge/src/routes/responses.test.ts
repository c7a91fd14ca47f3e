import type { EditEvent } from "@palimpsest/proto";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { plainKeys } from "../../../test/support/fakes/api-keys.ts";
import {
  type Respond,
  type ScriptedReplica,
  scriptedEdge,
  scriptedReplica,
  stoppedClock,
} from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import type { Responses } from "../ports.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

const weather = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const tools = [{ type: "function", name: "weather", parameters: { type: "object" } }];
const blocks =
  (...texts: string[]): Respond =>
  ({ responseId }) =>
    tell(plainScript(texts), responseId);
const changed = (respond: Respond, change: (event: EditEvent) => EditEvent): Respond =>
  function* (request, signal) {
    for (const event of respond(request, signal) as EditEvent[]) yield change(event);
  };
const cut = (respond: Respond) =>
  changed(respond, (event) => (event.type === "done" ? { ...event, finish_reason: "length" } : event));
const failing = (code: "internal" | "cancelled", after: number): Respond =>
  function* ({ responseId }) {
    const events = tell(plainScript(["Hello ", "world"]), responseId);
    yield* events.slice(0, after);
    const { attempt, seq } = events[after]!;
    yield { v: 1, response_id: responseId, attempt, seq, type: "error", code, message: "it broke", retryable: false };
  };

let replica: ScriptedReplica;
let respond: Respond;
let app: ReturnType<typeof scriptedEdge>;

beforeEach(() => {
  respond = blocks("Hello ", "world");
  replica = scriptedReplica((request, signal) => respond(request, signal));
  app = scriptedEdge([replica]);
});

const request = (path: string, method = "GET", headers: object = {}) =>
  app.request(`/v1/responses${path}`, { method, headers: { ...headers } });

function post(body: object, headers: object = {}) {
  return app.request("/v1/responses", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "synthetic", input: "hi", ...body }),
  });
}

const ask = async (body: object = {}): Promise<Json> => (await post(body)).json();
const read = async (path: string): Promise<Json> => (await request(path)).json();

function eventsIn(text: string): Json[] {
  return text
    .split("\n\n")
    .filter((message) => message !== "")
    .map((message) => {
      const [, name, data] = /^event: ([\w.]+)\ndata: (.*)$/.exec(message)!;
      expect(JSON.parse(data!).type).toBe(name);
      return JSON.parse(data!);
    });
}

const stream = async (body: object = {}) => eventsIn(await (await post({ ...body, stream: true })).text());
const typesOf = (events: Json[]) => events.map(({ type }) => type.replace("response.", ""));
const textOf = ({ output }: Json) => output.map(({ content = [] }) => content.map(({ text }: Json) => text).join(""));

/** The output that a stream's events add up to. */
function folded(events: readonly Json[]): Json[] {
  const output: Json[] = [];
  for (const { type, output_index: at, item, part, delta, text, arguments: given } of events) {
    if (type === "response.output_item.added") output[at] = structuredClone(item);
    if (type === "response.content_part.added") output[at].content.push(structuredClone(part));
    if (type === "response.output_text.delta") output[at].content[0].text += delta;
    if (type === "response.output_text.done") expect(output[at].content[0].text).toBe(text);
    if (type === "response.function_call_arguments.delta") output[at].arguments += delta;
    if (type === "response.function_call_arguments.done") expect(output[at].arguments).toBe(given);
    if (type === "response.output_item.done") {
      expect({ ...output[at], status: item.status }).toEqual(item);
      output[at] = item;
    }
  }
  return output;
}

describe("POST /v1/responses", () => {
  it("answers whole, in OpenAI's form and no other field", async () => {
    const answer = await ask({ instructions: "Be brief.", metadata: { a: "b" }, max_output_tokens: 9 });
    expect(answer).toMatchObject({
      object: "response",
      status: "completed",
      model: "synthetic",
      instructions: "Be brief.",
      metadata: { a: "b" },
      output: [
        {
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "Hello world", annotations: [] }],
        },
      ],
      usage: { input_tokens: 3, output_tokens: 9, total_tokens: 12 },
    });
    expect(answer.id).toMatch(/^resp_[0-9a-f]{32}$/);
    expect(JSON.stringify(answer)).not.toContain("palimpsest");
    expect(replica.requests[0]).toMatchObject({
      maxTokens: 9,
      prompt: {
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "hi" },
        ],
      },
    });
  });

  it("streams commits as deltas of one text, numbered from 0", async () => {
    const events = await stream();
    expect(typesOf(events)).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    expect(events[0].response).toMatchObject({ status: "in_progress", output: [] });
    expect(events[0].response).not.toHaveProperty("usage");
    expect(events.at(-1).response).toMatchObject({ status: "completed", output: [{ status: "completed" }] });
  });

  it("streams a call with its arguments, and the text around it as items of their own", async () => {
    respond = blocks("One moment.\n", weather);
    let now = stoppedClock.now();
    app = scriptedEdge([replica], { clock: { ...stoppedClock, now: () => now } });
    const events = await stream({ tools });
    now += 60_000;
    expect(typesOf(events).slice(8)).toEqual([
      "output_item.added",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "output_item.done",
      "completed",
    ]);
    expect(events.at(-1).response.output).toMatchObject([
      { type: "message", status: "completed" },
      { type: "function_call", name: "weather", arguments: '{"city":"Oslo"}', status: "completed" },
    ]);
  });

  it("the events of a stream add up to the response that is not streamed", async () => {
    const piece = fc.constantFrom("Let me look.\n", weather, `${weather}\n`, " ", "🙂 ok", "<tool_call>", "");
    const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (text, size, isCut) => {
        const whole = blocks(...(text.match(new RegExp(`.{1,${size}}`, "gsu")) ?? []));
        respond = isCut ? cut(whole) : whole;
        const events = await stream({ tools });
        const last = events.at(-1).response;
        expect(folded(events)).toEqual(last.output);
        const answer = await ask({ tools });
        const withoutIds = (response: Json) =>
          JSON.stringify(response)
            .replaceAll(response.id.slice("resp_".length), "")
            .replaceAll(/call_\w+_/g, "");
        expect(withoutIds(last)).toBe(withoutIds(answer));
      }),
      { numRuns: 60 },
    );
  });

  it("an answer that the limit cuts is incomplete", async () => {
    respond = cut(respond);
    const incomplete = {
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      completed_at: null,
    };
    expect(await ask()).toMatchObject({ ...incomplete, output: [{ status: "incomplete" }] });
    const events = await stream();
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: incomplete });
  });

  it("an empty answer is a message without text", async () => {
    respond = blocks();
    expect(textOf(await ask())).toEqual([""]);
    expect(typesOf(await stream())).not.toContain("output_text.delta");
  });

  it("adds log-probabilities to deltas and texts if the body includes them", async () => {
    const scored = { token: "Hi", bytes: [72, 105], logprob: -0.5 };
    respond = changed(blocks("Hi"), (event) =>
      event.type === "commit" ? { ...event, logprobs: [{ ...scored, step: 1, top_logprobs: [scored] }] } : event,
    );
    const include = ["message.output_text.logprobs"];
    const events = await stream({ include, top_logprobs: 1 });
    const short = { token: "Hi", logprob: -0.5 };
    expect(events.find(({ type }) => type === "response.output_text.delta").logprobs).toEqual([
      { ...short, top_logprobs: [short] },
    ]);
    expect(events.at(-1).response.output[0].content[0].logprobs).toEqual([{ ...scored, top_logprobs: [scored] }]);
    expect(replica.requests[0]).toMatchObject({ logprobs: 1 });
  });

  it("a failure within the stream is its last event, with what was written", async () => {
    respond = failing("internal", 4);
    const events = await stream();
    expect(events.at(-1)).toMatchObject({
      type: "response.failed",
      response: {
        status: "failed",
        error: { code: "server_error", message: "it broke" },
        output: [{ status: "incomplete", content: [{ text: "Hello " }] }],
      },
    });
    const { id } = events[0].response;
    expect(await read(`/${id}`)).toEqual(events.at(-1).response);
  });

  it("a failure before the first event is an HTTP error, and nothing is stored", async () => {
    let id: string | undefined;
    respond = (given, signal) => {
      id = given.responseId;
      return failing("internal", 0)(given, signal);
    };
    expect((await post({ stream: true })).status).toBe(500);
    expect(id).toMatch(/^resp_/);
    expect((await request(`/${id}`)).status).toBe(404);
  });

  it.each([
    [{ input: [] }, "input"],
    [{ input: [{ role: "user", content: [{ type: "input_image", image_url: "x" }] }] }, "input[0].content[0].type"],
    [{ input: [{ type: "reasoning", id: "rs_1", summary: [] }] }, "input[0].type"],
    [{ input: [{ type: "function_call_output", call_id: "a", output: "" }] }, "input[0].call_id"],
    [{ input: [{ type: "function_call", call_id: "a", name: "f", arguments: "{}" }] }, "input[0].call_id"],
    [{ input: [{ type: "item_reference", id: "msg_1" }] }, "input[0].id"],
    [{ previous_response_id: "resp_1" }, "previous_response_id"],
    [{ background: true, store: false }, "background"],
    [{ background: true }, "background"],
    [{ max_tokens: 4 }, "max_tokens"],
    [{ messages: [] }, "messages"],
    [{ n: 2 }, "n"],
    [{ tools: [{ type: "web_search" }] }, "tools[0].type"],
    [{ tool_choice: "required" }, "tool_choice"],
    [{ tools, tool_choice: { type: "function", name: "time" } }, "tool_choice.name"],
    [{ tools, tool_choice: { type: "web_search" } }, "tool_choice.type"],
    [{ text: { format: { type: "yaml" } } }, "text.format.type"],
    [{ text: { format: { type: "json_object" } }, regex: "a" }, "regex"],
    [{ text: { format: { type: "json_object" } }, ignore_eos: true }, "ignore_eos"],
    [{ text: { verbosity: "low" } }, "text.verbosity"],
    [{ truncation: "auto" }, "truncation"],
    [{ conversation: "conv_1" }, "conversation"],
    [{ top_logprobs: 2 }, "top_logprobs"],
    [{ include: ["message.output_text.logprobs"], tools }, "include"],
    [{ metadata: { a: 1 } }, "metadata.a"],
  ])("%j is refused by name", async (body, param) => {
    const response = await post(body);
    expect([400, 404]).toContain(response.status);
    expect(await response.json()).toMatchObject({ error: { param } });
    expect(replica.requests).toEqual([]);
  });

  it("binds the answer by text.format, strict functions and tool_choice as a chat completion does", async () => {
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const format = { type: "json_schema", name: "city", schema, strict: true };
    expect((await ask({ text: { format } })).text.format).toEqual(format);
    expect(replica.requests.at(-1)!.grammar).toMatchObject({ kind: "json-schema", schema: JSON.stringify(schema) });
    respond = blocks(weather);
    const choice = { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "weather" }] };
    expect(await ask({ tools, tool_choice: choice })).toMatchObject({ tool_choice: choice });
    const functions = [{ name: "weather", strict: false }];
    expect(replica.requests.at(-1)!.grammar).toMatchObject({ kind: "tool-calls", functions });
    await ask({ tools: [{ ...tools[0], strict: true }] });
    expect(replica.requests.at(-1)!.grammar).toMatchObject({ functions: [{ strict: true }], answer: { kind: "text" } });
  });

  it("reports the worker's place of a message as the client's", async () => {
    respond = function* ({ responseId }) {
      const failure = { code: "invalid_request", message: "messages[2]: is not shown", param: "messages[2]" } as const;
      yield { v: 1, response_id: responseId, attempt: 1, seq: 0, type: "error", retryable: false, ...failure };
    };
    const input = [
      { role: "user", content: "a" },
      { role: "developer", content: "b" },
    ];
    const response = await post({ input, instructions: "c" });
    expect(await response.json()).toMatchObject({ error: { param: "input[1]", message: "input[1]: is not shown" } });
  });
});

describe("items", () => {
  const call = { type: "function_call", call_id: "a", name: "weather", arguments: '{"city":"Oslo"}' };
  const output = { type: "function_call_output", call_id: "a", output: "rain" };
  const messagesOf = () => (replica.requests.at(-1)!.prompt as Json).messages;

  it("calls join the assistant's message before them, and outputs follow in the order of the calls", async () => {
    await ask({
      tools,
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "Oslo and " },
            { type: "input_text", text: "Rome?" },
          ],
        },
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "Wait.", annotations: [] }] },
        call,
        { ...call, call_id: "b" },
        { ...output, call_id: "b", output: [{ type: "input_text", text: "sun" }] },
        output,
        { role: "developer", content: "Be brief." },
      ],
    });
    const of = (id: string) => ({ id, name: "weather", arguments: '{"city":"Oslo"}' });
    expect(messagesOf()).toEqual([
      { role: "user", content: "Oslo and Rome?" },
      { role: "assistant", content: "Wait.", toolCalls: [of("a"), of("b")] },
      { role: "tool", content: "rain", toolCallId: "a" },
      { role: "tool", content: "sun", toolCallId: "b" },
      { role: "developer", content: "Be brief." },
    ]);
  });

  it("a response continues another by its id, or by references to its items", async () => {
    respond = blocks("Wait.\n", weather);
    const first = await ask({ tools, instructions: "Not carried over." });
    const [message, made] = first.output;
    respond = blocks("Rain.");
    const result = { ...output, call_id: made.call_id };
    const byId = await ask({ tools, previous_response_id: first.id, input: [result] });
    const expected = [
      { role: "user", content: "hi" },
      {
        role: "assistant",
        content: "Wait.",
        toolCalls: [{ id: made.call_id, name: "weather", arguments: '{"city":"Oslo"}' }],
      },
      { role: "tool", content: "rain", toolCallId: made.call_id },
    ];
    expect(messagesOf()).toEqual(expected);
    expect(byId.previous_response_id).toBe(first.id);
    const references = [message, made].map(({ id }) => ({ type: "item_reference", id }));
    await ask({ tools, input: [{ role: "user", content: "hi" }, ...references, result] });
    expect(messagesOf()).toEqual(expected);
    await ask({ previous_response_id: byId.id, input: "And tomorrow?" });
    expect(messagesOf()).toEqual([
      ...expected,
      { role: "assistant", content: "Rain." },
      { role: "user", content: "And tomorrow?" },
    ]);
    const noResult = await post({ previous_response_id: first.id, input: "hi" });
    expect(await noResult.json()).toMatchObject({ error: { param: "previous_response_id" } });
  });

  it("are listed by page, the last first, without those of the previous response", async () => {
    const first = await ask();
    const input = ["a", "b", "c"].map((content) => ({ role: "user", content }));
    const { id } = await ask({ previous_response_id: first.id, input });
    const page = await read(`/${id}/input_items?limit=2`);
    expect(page).toMatchObject({ object: "list", has_more: true });
    expect(page.data.map(({ content }: Json) => content[0].text)).toEqual(["c", "b"]);
    const rest = await read(`/${id}/input_items?limit=2&after=${page.last_id}`);
    expect(rest.data).toMatchObject([{ type: "message", role: "user", content: [{ type: "input_text", text: "a" }] }]);
    expect(rest.has_more).toBe(false);
    expect((await read(`/${id}/input_items?order=asc`)).data[0].content[0].text).toBe("a");
    expect((await request(`/${id}/input_items?after=nobody`)).status).toBe(400);
    expect((await request(`/${id}/input_items?limit=0`)).status).toBe(400);
  });
});

describe("a stored response", () => {
  it("is read again, as it was answered", async () => {
    const answer = await ask();
    expect(await read(`/${answer.id}`)).toEqual(answer);
    const events = await stream();
    expect(await read(`/${events[0].response.id}`)).toEqual(events.at(-1).response);
  });

  it("is streamed again with the same events and numbers, from the beginning or after any", async () => {
    respond = blocks("One moment.\n", weather);
    let now = stoppedClock.now();
    app = scriptedEdge([replica], { clock: { ...stoppedClock, now: () => now } });
    const events = await stream({ tools });
    now += 60_000;
    const { id } = events[0].response;
    const again = async (query: string) => eventsIn(await (await request(`/${id}?stream=true${query}`)).text());
    expect(await again("")).toEqual(events);
    for (const after of [0, 4, events.length - 1])
      expect(await again(`&starting_after=${after}`)).toEqual(events.slice(after + 1));
    expect((await request(`/${id}?stream=true&starting_after=-1`)).status).toBe(400);
  });

  it("is gone once it is deleted", async () => {
    const { id } = await ask();
    expect(await (await request(`/${id}`, "DELETE")).json()).toEqual({ id, object: "response", deleted: true });
    for (const [path, method] of [
      ["", "GET"],
      ["", "DELETE"],
      ["/input_items", "GET"],
      ["/cancel", "POST"],
    ] as const)
      expect((await request(`/${id}${path}`, method)).status).toBe(404);
    expect(await ask({ previous_response_id: id })).toMatchObject({ error: { code: "previous_response_not_found" } });
  });

  it("is not kept with store: false", async () => {
    const answer = await ask({ store: false });
    expect(answer).toMatchObject({ status: "completed" });
    expect((await request(`/${answer.id}`)).status).toBe(404);
  });

  it("is not cancelled unless it runs in the background", async () => {
    const { id } = await ask();
    expect((await request(`/${id}/cancel`, "POST")).status).toBe(400);
  });

  it("is another key's business only", async () => {
    app = scriptedEdge([replica], { keys: plainKeys("alice", "bob") });
    const as = (key: string) => ({ authorization: `Bearer ${key}` });
    const answer = (await (await post({}, as("alice"))).json()) as Json;
    expect((await request(`/${answer.id}`, "GET", as("alice"))).status).toBe(200);
    for (const method of ["GET", "DELETE"]) {
      expect((await request(`/${answer.id}`, method, as("bob"))).status).toBe(404);
      expect((await request(`/${answer.id}`, method)).status).toBe(401);
    }
    const stolen = await post({ previous_response_id: answer.id }, as("bob"));
    expect(stolen.status).toBe(400);
  });

  it("that waits in a queue of a fleet is queued, in its answer and when it is read", async () => {
    const responses: Responses = {
      read: async () => [],
      isKnown: async () => true,
      async *watch() {},
      cancel: async () => {},
      claimKey: async () => undefined,
      releaseKey: async () => {},
    };
    const impatient = { ...stoppedClock, sleep: async () => {} };
    app = scriptedEdge([replica], { responses, clock: impatient, draining: AbortSignal.abort() });
    respond = async function* () {
      await new Promise(() => {});
    };
    const answer = await ask({ background: true });
    expect(answer).toMatchObject({ status: "queued", background: true, output: [] });
    expect(await read(`/${answer.id}`)).toEqual(answer);
  });

  it("of a client that left is cancelled, with what was written", async () => {
    const left = new AbortController();
    respond = async function* (given, signal) {
      yield* tell(plainScript(["Hello ", "world"]), given.responseId).slice(0, 4);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    };
    const response = await app.request("/v1/responses", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "synthetic", input: "hi", stream: true }),
      signal: left.signal,
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value: created } = await reader.read();
    const { id } = eventsIn(created!)[0].response;
    expect(await read(`/${id}`)).toMatchObject({ status: "in_progress" });
    await reader.cancel();
    left.abort();
    await expect.poll(() => read(`/${id}`)).toMatchObject({ status: "cancelled", output: [{ status: "incomplete" }] });
  });
});
