import { describe, expect, it } from "vitest";
import { plainKeys } from "../../test/support/fakes/api-keys.ts";
import { scriptedEdge, scriptedReplica, stoppedClock } from "../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../test/support/fakes/synthetic-response.ts";
import { MAX_BODY_BYTES } from "./app.ts";
import type { EdgeDependencies } from "./dependencies.ts";
import { errorStatuses } from "./errors.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

const replica = scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId));
const chat = { model: "synthetic", messages: [{ role: "user", content: "hi" }] };

async function send(path: string, init: RequestInit = {}, given: Partial<EdgeDependencies> = {}) {
  const response = await scriptedEdge([replica], given).request(path, init);
  const body: Json = await response.json();
  return { status: response.status, headers: response.headers, body, error: body.error };
}

const post = (body: unknown, path = "/v1/chat/completions", headers: Record<string, string> = {}) =>
  send(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const calls = (id: string) => ({ id, type: "function", function: { name: "f", arguments: "{}" } });

it("without a tracer, a request's place in a trace is passed on as it came", async () => {
  const traced = scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId));
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const ask = (headers: Record<string, string>) =>
    scriptedEdge([traced]).request("/v1/chat/completions", {
      ...{ method: "POST", body: JSON.stringify(chat) },
      headers: { "content-type": "application/json", ...headers },
    });
  for (const headers of [{ traceparent, tracestate: "vendor=1" }, { traceparent: "00-no" }]) await ask(headers);
  expect(traced.requests.map(({ trace }) => trace)).toEqual([{ traceparent, tracestate: "vendor=1" }, undefined]);
});

describe("an invalid request is rejected with the parameter at fault", () => {
  const image = [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }];
  it.each([
    ["model", { model: undefined }],
    ["messages", { messages: [] }],
    ["messages[0].role", { messages: [{ role: "robot", content: "hi" }] }],
    ["messages[0].content", { messages: [{ role: "user" }] }],
    ["messages[0].content[0].type", { messages: image }],
    ["messages[0].content", { messages: [{ role: "assistant" }] }],
    ["messages[0].tool_call_id", { messages: [{ role: "tool", content: "x" }] }],
    ["messages[0].tool_call_id", { messages: [{ role: "tool", content: "x", tool_call_id: "a" }] }],
    ["messages[0].tool_calls[0]", { messages: [{ role: "assistant", tool_calls: [calls("a")] }, chat.messages[0]] }],
    ["temperature", { temperature: 3 }],
    ["n", { n: 9 }],
    ["n", { n: 1.5 }],
    ["max_tokens", { max_tokens: 0 }],
    ["max_completion_tokens", { max_completion_tokens: "ten" }],
    ["stop", { stop: ["a", "b", "c", "d", "e"] }],
    ["stop[0]", { stop: [""] }],
    ["mode", { mode: "turbo" }],
    ["threshold", { threshold: 1.5 }],
    ["editing_threshold", { editing_threshold: -1 }],
    ["max_post_steps", { max_post_steps: 0.5 }],
    ["editing_window", { editing_window: 0 }],
    ["editing_window", { editing_window: 9 }],
    ["logprobs", { logprobs: 3 }],
    ["top_logprobs", { logprobs: true, top_logprobs: 21 }],
    ["top_logprobs", { top_logprobs: 2 }],
    ["diffusing", { diffusing: true, logprobs: true }],
    ["logit_bias.5", { logit_bias: { "5": 101 } }],
    ["logit_bias.cat", { logit_bias: { cat: 1 } }],
    ["logit_bias", { logit_bias: Object.fromEntries(Array.from({ length: 1025 }, (_, token) => [token, 1])) }],
    ["min_tokens", { min_tokens: -1 }],
    ["stop_token_ids", { stop_token_ids: 5 }],
    ["stop_token_ids[1]", { stop_token_ids: [5, -1] }],
    ["penalty_lambda", { penalty_lambda: 101 }],
    ["presence_penalty", { presence_penalty: 2.5 }],
    ["frequency_penalty", { frequency_penalty: -3 }],
    ["response_format.type", { response_format: { type: "grammar" } }],
    ["tool_choice", { tool_choice: "required" }],
    ["tools[0].type", { tools: [{ type: "web_search" }] }],
    ["tools[0].function.name", { tools: [{ type: "function", function: { name: "no spaces" } }] }],
    ["functions", { functions: [{ name: "f" }] }],
    ["guided_json", { guided_json: [] }],
    ["top_k", { top_k: -2 }],
    ["top_p", { top_p: -0.1 }],
    ["seed", { seed: 2 ** 64 }],
    ["seed", { seed: 1.5 }],
    ["diffusing", { diffusing: true, tools: [{ type: "function", function: { name: "f" } }] }],
    ["stream_options.include_edits", { stream_options: { include_edits: "yes" } }],
  ])("a wrong %s is a 400 that names it", async (param, wrong) => {
    const { status, error } = await post({ ...chat, ...wrong });
    expect({ status, ...error }).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      param,
      code: "invalid_request",
    });
    expect(error.message).toContain(param);
  });

  it.each([
    ["prompt[1]", { prompt: [1, -2] }],
    ["echo", { prompt: [1], echo: true }],
    ["best_of", { prompt: "x", best_of: 3 }],
    ["logprobs", { prompt: "x", logprobs: 21 }],
    ["logprobs", { prompt: "x", logprobs: true }],
  ])("a wrong %s of a plain completion is a 400 that names it", async (param, body) => {
    const { status, error } = await post({ model: "synthetic", ...body }, "/v1/completions");
    expect({ status, param: error.param }).toEqual({ status: 400, param });
  });

  it.each([
    ["stop: Too big", { stop: ["a", "b", "c", "d", "e"] }],
    ["stop: expected string or array", { stop: 1 }],
    ["messages[0].content: expected string or array", { messages: [{ role: "user", content: 1 }] }],
    ["logit_bias.hello: a key must be a token id", { logit_bias: { hello: 1 } }],
    ["logit_bias.4294967296: a key must be a token id", { logit_bias: { 4294967296: 1 } }],
  ])("the message begins with %s", async (message, wrong) => {
    const { status, error } = await post({ ...chat, ...wrong });
    expect({ status, message: error.message.slice(0, message.length) }).toEqual({ status: 400, message });
  });

  it("the message says what to do", async () => {
    const { error } = await post({ ...chat, repetition_penalty: 1.1 });
    expect(error.message).toBe(
      "repetition_penalty: not supported; use presence_penalty or frequency_penalty: leave it out",
    );
  });
});

it.each([
  ["tools[0]", '"tools": [{"type": "function", "function": {"name": "f", "parameters": {"a": DEEP}}}]'],
  ["messages[0].content", '"messages": [{"role": "user", "content": DEEP}]'],
  ["response_format.type", '"response_format": {"type": DEEP}'],
  ["logit_bias", '"logit_bias": DEEP'],
  ["stop", '"stop": DEEP'],
  ["guided_json", '"guided_json": DEEP'],
  [undefined, '"metadata": DEEP'],
])("lists inside each other, however many, in %s are no failure of the server", async (param, field) => {
  for (const levels of [5_000, 100_000]) {
    const given = field.replace("DEEP", "[".repeat(levels) + "]".repeat(levels));
    const headers = { "idempotency-key": "k" };
    const body = `${JSON.stringify(chat).slice(0, -1)}, ${given}}`;
    const { status, error } = await post(body, "/v1/chat/completions", headers);
    expect({ status, param: error?.param?.slice(0, param?.length) }).toEqual({ status: param ? 400 : 200, param });
  }
});

describe("parameters that do not change the answer", () => {
  const neutral = { temperature: 0, top_p: 0.9, seed: 7, presence_penalty: 0, frequency_penalty: 0, logprobs: false };
  const others = {
    logit_bias: {},
    response_format: { type: "text" },
    user: "ann",
    metadata: {},
    store: false,
    nonsense: 1,
  };
  const absent = {
    n: null,
    stop: null,
    temperature: null,
    max_tokens: null,
    tools: null,
    stream: null,
    stream_options: null,
  };
  it.each([{ ...neutral, ...others }, absent])("%j are accepted", async (harmless) => {
    expect((await post({ ...chat, ...harmless })).status).toBe(200);
  });
});

describe("the app", () => {
  it.each([
    ["unknown_url", 404, "/v1/embeddings", {}],
    ["method_not_allowed", 405, "/v1/chat/completions", {}],
    ["model_not_found", 404, "/v1/models/gpt-9", {}],
    ["unsupported_content_type", 400, "/v1/chat/completions", { method: "POST", body: "{}" }],
    [
      "invalid_request",
      400,
      "/v1/chat/completions",
      { method: "POST", body: "{", headers: { "content-type": "application/json" } },
    ],
    ["payload_too_large", 413, "/v1/completions", { method: "POST", body: "x".repeat(MAX_BODY_BYTES + 1) }],
  ])("answers %s in OpenAI's form", async (code, status, path, init) => {
    const answer = await send(path, init);
    expect(answer).toMatchObject({ status, error: { code, type: "invalid_request_error", param: null } });
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("lists the methods of a path", async () => {
    expect((await send("/v1/chat/completions")).headers.get("allow")).toBe("POST");
  });

  it("requires a key on the API when keys are configured", async () => {
    const keys = { keys: plainKeys("first", "second") };
    const authorized = (key: string) => send("/v1/models", { headers: { authorization: `Bearer ${key}` } }, keys);
    expect(await send("/v1/models", {}, keys)).toMatchObject({ status: 401, error: { code: "invalid_api_key" } });
    expect(await authorized("third")).toMatchObject({ status: 401, error: { code: "invalid_api_key" } });
    expect(await authorized("second")).toMatchObject({ status: 200 });
    expect(await send("/readyz", {}, keys)).toMatchObject({ status: 200 });
    const preflight = {
      method: "OPTIONS",
      headers: { origin: "http://a.example", "access-control-request-method": "POST" },
    };
    expect((await scriptedEdge([replica], keys).request("/v1/chat/completions", preflight)).status).toBe(204);
  });

  it.each([
    ["", "no API key"],
    ["first", "no API key"],
    ["Basic first", "no API key"],
    ["Bearer", "no API key"],
    ["Bearer third", "not valid"],
    ["Bearer first second", "no API key"],
  ])("answers the header %j with 401", async (authorization, message) => {
    const answer = await send("/v1/models", { headers: { authorization } }, { keys: plainKeys("first", "second") });
    expect(answer).toMatchObject({ status: 401, error: { type: "authentication_error" } });
    expect(answer.error.message).toContain(message);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("gives a key one tenant, however its scheme is spelled", async () => {
    const seen = scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId));
    for (const authorization of ["Bearer first", "bearer first", "BEARER  first", "Bearer first "]) {
      const headers = { "content-type": "application/json", authorization };
      const init = { method: "POST", headers, body: JSON.stringify(chat) };
      const app = scriptedEdge([seen], { keys: plainKeys("first", "second") });
      expect((await app.request("/v1/chat/completions", init)).status).toBe(200);
    }
    expect(new Set(seen.requests.map(({ cacheScope }) => cacheScope)).size).toBe(1);
  });

  it("gives workers a tenant id per key that does not reveal the key, and none without keys", async () => {
    const seen = scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId));
    const ask = async (key: string, ...keys: string[]): Promise<string | undefined> => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
      const init = { method: "POST", headers, body: JSON.stringify(chat) };
      expect(
        (
          await scriptedEdge([seen], keys.length > 0 ? { keys: plainKeys(...keys) } : {}).request(
            "/v1/chat/completions",
            init,
          )
        ).status,
      ).toBe(200);
      return seen.requests.at(-1)?.cacheScope;
    };
    const [first, again, second] = [
      await ask("first", "first", "second"),
      await ask("first", "first", "second"),
      await ask("second", "first", "second"),
    ];
    expect(first).toBe(again);
    expect(first).not.toBe(second);
    expect(first).not.toContain("first");
    expect(await ask("first")).toBeUndefined();
  });

  it("lists models, and describes one whose name has a slash", async () => {
    const { body } = await send("/v1/models");
    expect(body).toMatchObject({ object: "list", data: [{ id: "synthetic", object: "model", block_length: 32 }] });
    const slashed = scriptedReplica(() => [], { model: { ...replica.model!, name: "org/model" } });
    const response = await scriptedEdge([slashed]).request(`/v1/models/${encodeURIComponent("org/model")}`);
    expect(await response.json()).toMatchObject({ id: "org/model" });
  });

  it("is ready while a replica is, and until it drains", async () => {
    const draining = new AbortController();
    const given = { draining: draining.signal };
    expect(await send("/readyz", {}, given)).toMatchObject({ status: 200, body: { status: "ready" } });
    draining.abort();
    expect(await send("/readyz", {}, given)).toMatchObject({ status: 503, body: { status: "draining" } });
    expect(await send("/healthz", {}, given)).toMatchObject({ status: 200 });
    const away = await scriptedEdge([scriptedReplica(() => [], { ready: false })]).request("/readyz");
    expect(away.status).toBe(503);
  });

  it("hides an unexpected failure from the client and logs it", async () => {
    const logged: object[] = [];
    const log = { info() {}, warn() {}, error: (fields: object) => void logged.push(fields) };
    const broken = scriptedReplica(() => {
      throw new Error("secret path /etc/x");
    });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(chat) };
    const response = await scriptedEdge([broken], { log }).request("/v1/chat/completions", init);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(logged).toMatchObject([{ err: { message: "secret path /etc/x" } }]);
  });

  it("continues a prompt of text or token ids", async () => {
    const { body } = await post({ model: "synthetic", prompt: "say hello" }, "/v1/completions");
    expect(body).toMatchObject({
      object: "text_completion",
      choices: [{ index: 0, text: "Hello", finish_reason: "stop" }],
    });
    await post({ model: "synthetic", prompt: [1, 2, 3] }, "/v1/completions");
    // A list of one prompt, as many clients send it.
    await post({ model: "synthetic", prompt: ["say hello"] }, "/v1/completions");
    await post({ model: "synthetic", prompt: [[1, 2, 3]] }, "/v1/completions");
    expect(replica.requests.slice(-4).map(({ prompt }) => prompt)).toEqual([
      { kind: "text", text: "say hello" },
      { kind: "tokens", tokens: [1, 2, 3] },
      { kind: "text", text: "say hello" },
      { kind: "tokens", tokens: [1, 2, 3] },
    ]);
  });

  it.each([
    [{ top_p: 0 }, undefined],
    [{ top_k: 0 }, { temperature: 1 }],
    [{ top_k: -1 }, { temperature: 1 }],
    [
      { top_p: 1, top_k: 5 },
      { temperature: 1, topP: 1, topK: 5 },
    ],
  ])("sampling with %j is %o", async (given, sampling) => {
    expect((await post({ ...chat, temperature: 1, ...given })).status).toBe(200);
    const { sampling: sent } = replica.requests.at(-1)!;
    // Without a seed, the edge chooses one.
    expect(sent && { ...sent, seed: undefined }).toEqual(sampling && { ...sampling, seed: undefined });
  });

  it.each([
    [7, 7n],
    [2 ** 53 + 2, 2n ** 53n + 2n],
    [-1, 2n ** 64n - 1n],
  ])("seed %d reaches the worker", async (seed, bits) => {
    expect((await post({ ...chat, temperature: 1, seed })).status).toBe(200);
    expect(replica.requests.at(-1)?.sampling?.seed).toBe(bits);
  });

  it("streams a plain completion with its edit events on request", async () => {
    const request = { model: "synthetic", prompt: "x", stream: true, stream_options: { include_edits: true } };
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(request) };
    const text = await (await scriptedEdge([replica]).request("/v1/completions", init)).text();
    const chunks: Json[] = text.match(/(?<=^data: )\{.*$/gm)!.map((data) => JSON.parse(data));
    expect(chunks.map((chunk) => chunk.choices[0].text).join("")).toBe("Hello");
    expect(chunks.flatMap((chunk) => chunk.edit?.type ?? [])).toEqual([
      "open",
      "draft",
      "draft",
      "commit",
      "done",
      "end",
    ]);
    expect(text).toContain("data: [DONE]");
  });

  it.each([true, false])("tells its own time and the worker's, streamed: %s", async (stream) => {
    let nowMs = 0;
    const clock = { ...stoppedClock, monotonic: () => nowMs };
    const slow = scriptedReplica(({ responseId }) => {
      nowMs += 50;
      return tell(plainScript(["Hello"]), responseId);
    });
    const ask = (body: object) =>
      scriptedEdge([slow], { clock }).request("/v1/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await ask({ ...chat, stream })).headers.get("server-timing")).toBe("edge;dur=0.00, worker;dur=50.00");
    expect((await ask({ ...chat, n: 9 })).headers.get("server-timing")).toBeNull();
  });

  it("describes itself in /openapi.json", async () => {
    const { body } = await send("/openapi.json");
    expect(Object.keys(body.paths)).toEqual([
      "/v1/chat/completions",
      "/v1/completions",
      "/v1/messages",
      "/v1/responses",
      "/v1/responses/{id}",
      "/v1/responses/{id}/cancel",
      "/v1/responses/{id}/input_items",
      "/v1/models",
      "/v1/models/{id}",
    ]);
    // Every status that an error of a completion can have.
    const statuses = Object.keys(body.paths["/v1/chat/completions"].post.responses).map(Number);
    expect(new Set(statuses)).toEqual(new Set([200, ...errorStatuses]));
    // There, 429 is for the limits of a key alone.
    const inAnthropicsForm = [...errorStatuses, 529];
    const ofMessages = Object.keys(body.paths["/v1/messages"].post.responses).map(Number);
    expect(new Set(ofMessages)).toEqual(new Set([200, ...inAnthropicsForm]));
    expect(body.paths["/v1/completions"].post.parameters).toMatchObject([{ in: "header", name: "idempotency-key" }]);
  });
});

describe("GET /metrics", () => {
  const given = { running: async () => [{ model: "synthetic", running: 1, responses: 1 }] };

  it("needs a key where the API does", async () => {
    const keys = { keys: plainKeys("first") };
    const get = (headers: Record<string, string>, more: Partial<EdgeDependencies>) =>
      scriptedEdge([replica], { ...given, ...more }).request("/metrics", { headers });
    expect((await get({}, keys)).status).toBe(401);
    expect((await get({ authorization: "Bearer first" }, keys)).status).toBe(200);
    expect(await (await get({}, {})).text()).toContain('palimpsest_running_sequences{model="synthetic"} 1');
  });

  it("is only where it is served apart, without a key", async () => {
    let apart: ((request: Request) => Response | Promise<Response>) | undefined;
    const serveMetrics: EdgeDependencies["serveMetrics"] = (page) => {
      apart = page;
    };
    const app = scriptedEdge([replica], { ...given, keys: plainKeys("first"), serveMetrics });
    expect((await app.request("/metrics", { headers: { authorization: "Bearer first" } })).status).toBe(404);
    expect(await (await apart!(new Request("http://a/metrics"))).text()).toContain("palimpsest_running_sequences");
  });
});
