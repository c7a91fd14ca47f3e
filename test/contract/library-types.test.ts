/**
 * Answers, chunks, events and errors of all endpoints have the forms that the client libraries' types say, by JSON Schemas made
 * of these types. /v1/responses and /v1/messages have no other field.
 */
import type { EditEvent } from "@palimpsest/proto";
import { CAPABILITIES } from "@palimpsest/proto";
import { beforeAll, describe, expect, it } from "vitest";
import type { EdgeDependencies } from "../../edge/src/dependencies.ts";
import { plainKeys } from "../support/fakes/api-keys.ts";
import {
  type Respond,
  type ScriptedReplica,
  scriptedEdge,
  scriptedReplica,
  syntheticModel,
} from "../support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";
import { generateSchemas, type LibrarySchemas, type TypeName } from "./library-schemas.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

let schemas: LibrarySchemas;
beforeAll(() => {
  schemas = generateSchemas();
});

const CLOSED: ReadonlySet<TypeName> = new Set([
  "Response",
  "ResponseStreamEvent",
  "ResponseItemList",
  "Message",
  "MessageStreamEvent",
  "MessageError",
  "ErrorObject",
]);
function check(name: TypeName, value: unknown): void {
  const faults = schemas.faultsOf(name, value, CLOSED.has(name));
  expect({ name, value, faults }).toEqual({ name, value, faults: [] });
}

const weather = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const blocks =
  (...texts: string[]): Respond =>
  ({ responseId, choices }) =>
    tell(plainScript(...Array.from({ length: choices }, () => texts)), responseId);
const changed = (respond: Respond, change: (event: EditEvent) => EditEvent): Respond =>
  function* (request, signal) {
    for (const event of respond(request, signal) as EditEvent[]) yield change(event);
  };
const hello = blocks("Hello ", "world");
const scored = { token: "Hi", bytes: [72, 105], logprob: -0.5 };
const withLogprobs = changed(blocks("Hi"), (event) =>
  event.type === "commit" ? { ...event, logprobs: [{ ...scored, step: 1, top_logprobs: [scored] }] } : event,
);
const cut = changed(hello, (event) => (event.type === "done" ? { ...event, finish_reason: "length" } : event));
const breaking: Respond = function* ({ responseId }) {
  yield* tell(plainScript(["Hello ", "world"]), responseId).slice(0, 4);
  const error = { type: "error", code: "internal", message: "it broke", retryable: true } as const;
  yield { v: 1, response_id: responseId, attempt: 1, seq: 9, ...error };
};
const parameters = { type: "object", properties: { city: { type: "string" } } };

function edgeOf(respond: Respond, given: Partial<EdgeDependencies> = {}) {
  const replica: ScriptedReplica = scriptedReplica(respond, {
    model: { ...syntheticModel, capabilities: CAPABILITIES },
  });
  const app = scriptedEdge([replica], given);
  return async (path: string, body?: object, headers: object = {}) => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    };
    return await app.request(path, body ? init : { headers: { ...headers } });
  };
}

/** The data of a stream's messages. */
async function dataOf(response: Response): Promise<Json[]> {
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
  return lines
    .map((line) => line.slice("data: ".length))
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data));
}

/** Answers of an endpoint by the forms that they can have. */
const requests: [string, Respond, object][] = [
  ["text", hello, {}],
  ["no text", blocks(), {}],
  ["a cut text", cut, {}],
  ["a call", blocks("Wait.\n", weather), { tools: true }],
  ["calls of a choice", blocks(weather, weather), { tools: true, parallel_tool_calls: true }],
];

describe("/v1/chat/completions", () => {
  const least = { model: "synthetic", messages: [{ role: "user", content: "hi" }] };
  const tools = [{ type: "function", function: { name: "weather", parameters } }];
  it.each([...requests, ["log-probabilities", withLogprobs, { logprobs: true, top_logprobs: 1 }] as const])(
    "%s, whole and streamed",
    async (_, respond, more: Json) => {
      const body = { ...least, ...more, ...(more.tools && { tools }), n: 2 };
      check("ChatCompletion", await (await edgeOf(respond)("/v1/chat/completions", body)).json());
      const options = { stream: true, stream_options: { include_usage: true, include_edits: true } };
      const chunks = await dataOf(await edgeOf(respond)("/v1/chat/completions", { ...body, ...options }));
      expect(chunks.length).toBeGreaterThan(4);
      for (const chunk of chunks) check("ChatCompletionChunk", chunk);
    },
  );

  it("an error within a stream", async () => {
    const chunks = await dataOf(await edgeOf(breaking)("/v1/chat/completions", { ...least, stream: true }));
    check("ErrorObject", chunks.at(-1).error);
  });
});

it.each([
  ["text", hello, {}],
  ["several prompts with an echo", hello, { prompt: ["a", "b"], n: 2, echo: true }],
  ["log-probabilities", withLogprobs, { logprobs: 1 }],
])("/v1/completions: %s, whole and streamed", async (_, respond, more) => {
  const body = { model: "synthetic", prompt: "hi", ...more };
  check("Completion", await (await edgeOf(respond)("/v1/completions", body)).json());
  const chunks = await dataOf(await edgeOf(respond)("/v1/completions", { ...body, stream: true }));
  // The type is that of a whole completion, in which each choice has its reason.
  const ended = ({ choices, ...chunk }: Json) => ({
    ...chunk,
    choices: choices.map((choice: Json) => ({ ...choice, finish_reason: choice.finish_reason ?? "stop" })),
  });
  for (const chunk of chunks) check("Completion", ended(chunk));
});

describe("/v1/responses", () => {
  const least = { model: "synthetic", input: "hi", user: "me", metadata: { a: "b" } };
  const tools = [{ type: "function", name: "weather", parameters, strict: true }];
  const logprobs = { include: ["message.output_text.logprobs"], top_logprobs: 1 };
  it.each([
    ...requests,
    ["log-probabilities", withLogprobs, logprobs] as const,
    ["a form", hello, { text: { format: { type: "json_schema", name: "a", schema: parameters } } }] as const,
    ["a forced call", blocks(weather), { tools: true, tool_choice: { type: "function", name: "weather" } }] as const,
    ["a failure", breaking, {}] as const,
  ])("%s, whole, streamed and read again", async (name, respond, more: Json) => {
    const body = { ...least, ...more, ...(more.tools && { tools }) };
    const send = edgeOf(respond);
    const events = await dataOf(await send("/v1/responses", { ...body, stream: true }));
    expect(events.length).toBeGreaterThan(4);
    for (const event of events) check("ResponseStreamEvent", event);
    const { id } = events[0].response;
    check("Response", await (await send(`/v1/responses/${id}`)).json());
    check("ResponseItemList", await (await send(`/v1/responses/${id}/input_items`)).json());
    if (name !== "a failure") check("Response", await (await send("/v1/responses", body)).json());
  });

  it("the items of an input", async () => {
    const send = edgeOf(hello);
    const call = { type: "function_call", call_id: "a", name: "f", arguments: "{}" };
    const input = [
      { role: "developer", content: "a" },
      { role: "user", content: [{ type: "input_text", text: "b" }] },
      { role: "assistant", content: "c" },
      call,
      { type: "function_call_output", call_id: "a", output: [{ type: "input_text", text: "d" }] },
    ];
    const { id } = (await (await send("/v1/responses", { ...least, input })).json()) as Json;
    const list = (await (await send(`/v1/responses/${id}/input_items`)).json()) as Json;
    expect(list.data).toHaveLength(5);
    check("ResponseItemList", list);
  });

  it("an error before the first event", async () => {
    const late: Respond = function* ({ responseId }) {
      const failure = { code: "overloaded", message: "full", retryable: true } as const;
      yield { v: 1, response_id: responseId, attempt: 1, seq: 0, type: "error", ...failure };
    };
    const response = await edgeOf(late)("/v1/responses", { ...least, stream: true });
    expect(response.status).toBe(429);
    check("ErrorObject", ((await response.json()) as Json).error);
  });
});

describe("/v1/messages", () => {
  const least = { model: "synthetic", max_tokens: 64, messages: [{ role: "user", content: "hi" }] };
  const tools = [{ name: "weather", input_schema: parameters }];
  it.each(requests)("%s, whole and streamed", async (_, respond, more: Json) => {
    const body = { ...least, ...(more.tools && { tools }) };
    check("Message", await (await edgeOf(respond)("/v1/messages", body)).json());
    const events = await dataOf(await edgeOf(respond)("/v1/messages", { ...body, stream: true }));
    for (const event of events) check("MessageStreamEvent", event);
  });

  it("errors, within a stream too", async () => {
    check("MessageError", await (await edgeOf(hello)("/v1/messages", { ...least, top_k: "x" })).json());
    const events = await dataOf(await edgeOf(breaking)("/v1/messages", { ...least, stream: true }));
    check("MessageError", events.at(-1));
  });
});

it("/v1/models", async () => {
  const list = (await (await edgeOf(hello)("/v1/models")).json()) as Json;
  for (const model of list.data) check("Model", model);
  check("Model", await (await edgeOf(hello)("/v1/models/synthetic")).json());
});

it.each([
  [400, "/v1/chat/completions", { model: "synthetic" }, {}],
  [401, "/v1/models", undefined, {}],
  [404, "/v1/models/other", undefined, { authorization: "Bearer key" }],
  [404, "/v1/nothing", undefined, { authorization: "Bearer key" }],
  [405, "/v1/responses", undefined, { authorization: "Bearer key" }],
  [413, "/v1/completions", { prompt: "x".repeat(5 * 2 ** 20) }, { authorization: "Bearer key" }],
  [415, "/v1/completions", {}, { authorization: "Bearer key", "content-encoding": "gzip" }],
])("the error of a %i at %s", async (status, path, body, headers) => {
  const keys = status === 400 ? {} : { keys: plainKeys("key") };
  const response = await edgeOf(hello, keys)(path, body, headers);
  expect(response.status).toBe(status);
  check("ErrorObject", ((await response.json()) as Json).error);
});
