/**
 * The deployed bundle of the serverless edge, in real workerd, with a real nats-server and real workers. The slow parts
 * are a takeover and starting programs.
 */
import type { ChildProcess } from "node:child_process";
import { type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import Anthropic from "@anthropic-ai/sdk";
import { nkeys } from "@nats-io/nats-core";
import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sseData } from "../../edge/client/sse.ts";
import { dialNats, natsEnvironment } from "../../fleet/src/connection.ts";
import { decode, Link, readClaim } from "../../fleet/src/index.ts";
import { exited, launch, SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { freePort, openNatsServer } from "../../tools/serve/nats-server.ts";
import { silentLog } from "../support/fakes/scripted-replicas.ts";
import { patiently, until } from "../support/waiting.ts";
import { openServerlessEdge, type ServerlessEdge } from "./serverless-edge.ts";

const opened = new AsyncDisposableStack();
/** The edge connects with a key, all others with a password. */
const key = nkeys.createUser();
const others = { NATS_USER: "worker", NATS_PASSWORD: "secret" };
const users = `authorization {
  users: [
    { nkey: "${key.getPublicKey()}" }
    { user: "worker", password: "secret" }
  ]
}`;
const webSocket = (port: number) => `websocket {\n  listen: "127.0.0.1:${port}"\n  no_tls: true\n}\n`;

let natsUrl: string;
let edge: ServerlessEdge;
const workers = new Map<string, ChildProcess>();
/** Observes the fleet's messages. */
let spy: Link;

function launchWorker(replicaId: string): void {
  const own = { REPLICA_ID: replicaId, DRAFTS_PER_SECOND: "1000" };
  const child = launch("worker", {
    MODEL_PACKAGE: SHIPPED_PACKAGE,
    NATS_URL: natsUrl,
    LOG_LEVEL: "warn",
    ...others,
    ...own,
  });
  opened.defer(async () => {
    child.kill("SIGKILL");
    await exited(child);
  });
  workers.set(replicaId, child);
}

beforeAll(async () => {
  const port = await freePort();
  const server = opened.use(await openNatsServer({ config: webSocket(port) + users }));
  natsUrl = server.url;
  for (const replicaId of ["first", "second"]) launchWorker(replicaId);
  const seed = new TextDecoder().decode(key.getSeed());
  const variables = {
    NATS_URL: `ws://127.0.0.1:${port}`,
    NATS_NKEY_SEED: seed,
    EDGES: "2",
    DISCONNECT_GRACE_MS: "0",
    ALLOW_NO_API_KEYS: "true",
  };
  edge = opened.use(await openServerlessEdge(variables));
  const dial = dialNats(natsEnvironment.parse({ NATS_URL: natsUrl, ...others }));
  spy = opened.use(await Link.open({ dial, name: "spy", log: silentLog, queueLimit: 64 }));
  // A joining edge serves the models that it finds in the catalog.
  await until(async () => (await spy.buckets.models.get("palimpsest-demo")) !== null, patiently.timeout);
});
afterAll(() => opened.disposeAsync());

const ask = (content: string, more: object = {}) => ({
  model: "palimpsest-demo",
  messages: [{ role: "user", content }],
  max_tokens: 96,
  ignore_eos: true,
  ...more,
});
const edits = { stream: true, stream_options: { include_edits: true } };
const SUM = "Write a JavaScript function that takes a list of numbers and returns the sum of the even numbers.";
const prompts = [
  SUM,
  "Write a function that returns the odd numbers of a list, sorted in descending order.",
  'Reply with a JSON object with the keys "name" and "age": Tom is 31.',
  "Hello! 🙂",
];

function post(body: object, at = edge): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${at.baseUrl}/v1/chat/completions`, { method: "POST", headers, body: JSON.stringify(body) });
}

async function textOf(body: object): Promise<string | undefined> {
  const response = await post(body);
  expect(response.status).toBe(200);
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content;
}

/** The edit events of a stream of chunks or of events. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<EditEvent> {
  for await (const data of sseData(body)) {
    const parsed = data === "[DONE]" ? {} : (JSON.parse(data) as { edit?: EditEvent } | EditEvent);
    if ("type" in parsed) yield parsed;
    else if (parsed.edit) yield parsed.edit;
  }
}

/** A client whose connection can be broken: workerd notices immediately. */
function connect(body: object) {
  const headers = { "content-type": "application/json" };
  const outgoing = request(`${edge.baseUrl}/v1/chat/completions`, { method: "POST", headers });
  const answer = new Promise<IncomingMessage>((resolve) => outgoing.once("response", resolve));
  outgoing.on("error", () => {});
  outgoing.end(JSON.stringify(body));
  return { answer, leave: () => outgoing.socket?.resetAndDestroy() };
}

/** Reads until `count` commits have arrived. */
async function readCommits(answer: IncomingMessage, count: number): Promise<EditEvent[]> {
  const events: EditEvent[] = [];
  const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
  for await (const event of eventsOf(body)) {
    events.push(event);
    if (events.filter(({ type }) => type === "commit").length === count) break;
  }
  return events;
}

it("lists the models, and serves the page", async () => {
  const models = await (await fetch(`${edge.baseUrl}/v1/models`)).json();
  expect(models).toMatchObject({ data: [{ id: "palimpsest-demo", block_length: 32 }] });
  const page = await fetch(edge.baseUrl);
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect(await page.text()).toContain("playground.js");
  expect(await (await fetch(`${edge.baseUrl}/playground.js`)).text()).toContain("/v1/chat/completions");
});

it("answers whole and streamed with edits alike, in sequence and in parallel", async () => {
  const requests = prompts.map((content) => ask(content));
  const whole: (string | undefined)[] = [];
  for (const body of requests) whole.push(await textOf(body));
  expect(new Set(whole).size).toBe(requests.length);
  const streamed = requests.map(async (body) => {
    const events = await Array.fromAsync(eventsOf((await post({ ...body, ...edits })).body!));
    expect(events.some(({ type }) => type === "draft")).toBe(true);
    return events.reduce(reduce, emptyDocument).choices[0]?.text;
  });
  expect(await Promise.all([...streamed, ...requests.map(textOf)])).toEqual([...whole, ...whole]);
});

it("answers in Anthropic's form, whole and streamed, and names the stop sequence", async () => {
  const client = new Anthropic({ baseURL: edge.baseUrl, apiKey: "none", maxRetries: 0 });
  const request = {
    model: "palimpsest-demo",
    max_tokens: 96,
    messages: [{ role: "user" as const, content: SUM }],
  };
  const text = await textOf({ ...request, ignore_eos: false });
  const whole = await client.messages.create(request);
  expect(whole.content).toMatchObject([{ type: "text", text }]);
  const streamed = await client.messages.stream(request).finalMessage();
  expect(streamed.content).toMatchObject([{ type: "text", text }]);
  const stopped = await client.messages.create({ ...request, stop_sequences: ["no such text", "return"] });
  expect(stopped).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "return" });
  expect(stopped.content).toMatchObject([{ text: text?.slice(0, text.indexOf("return")) }]);
});

it("stores, streams again and continues responses of /v1/responses", async () => {
  const client = new OpenAI({ baseURL: `${edge.baseUrl}/v1`, apiKey: "none", maxRetries: 0 });
  const request = { model: "palimpsest-demo", input: SUM, max_output_tokens: 96 };
  const whole = await client.responses.create(request);
  expect(whole.output_text).toBe(await textOf(ask(SUM, { ignore_eos: false })));
  const streamed = await client.responses.stream(request).finalResponse();
  expect(streamed.output_text).toBe(whole.output_text);
  const again = await client.responses.stream({ response_id: whole.id }).finalResponse();
  expect(again.output_text).toBe(whole.output_text);
  const next = await client.responses.create({ ...request, previous_response_id: whole.id });
  expect(next.usage!.input_tokens).toBeGreaterThan(whole.usage!.input_tokens);
  await client.responses.delete(whole.id);
  await expect(client.responses.retrieve(whole.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
});

it.each([
  ["before its answer has begun", {}],
  ["in the middle of a stream", edits],
])("cancels what a client asked for that leaves %s", async (_, form) => {
  const [cancels, ends] = [spy.data.subscribe("cancel.*", { max: 1 }), spy.data.subscribe("edit.*.error", { max: 1 })];
  await spy.data.flush();
  const { answer, leave } = connect(ask("Hello!", { max_tokens: 1900, ...form }));
  if (form === edits) await readCommits(await answer, 2);
  else {
    const [begun] = await Array.fromAsync(spy.data.subscribe("edit.*.0.0.commit", { max: 1 }));
    expect(begun).toBeDefined();
  }
  leave();
  // The edge sends the cancel itself instead of leaving it to the lease, which would expire after 10 s.
  expect(await Array.fromAsync(cancels)).toHaveLength(1);
  const [end] = await Array.fromAsync(ends);
  expect(decode(end!.data)).toMatchObject({ type: "error", code: "cancelled" });
});

it("sends the rest of a stream to a client that reconnects with Last-Event-ID", async () => {
  const text = await textOf(ask(SUM, { max_tokens: 512 }));
  const { answer, leave } = connect(ask(SUM, { max_tokens: 512, background: true, ...edits }));
  const events = await readCommits(await answer, 2);
  leave();
  const { response_id, attempt, seq } = events.at(-1)!;
  const headers = { "last-event-id": `${response_id}:${attempt}.${seq}` };
  const rest = await fetch(`${edge.baseUrl}/v1/streams/${response_id}`, { headers });
  for await (const event of eventsOf(rest.body!)) events.push(event);
  const blocks = events.flatMap((event) => (event.type === "commit" ? event.block : []));
  expect(blocks).toEqual(blocks.map((_, i) => i));
  expect(events.reduce(reduce, emptyDocument)).toMatchObject({ status: "ended", choices: [{ text }] });
});

it("continues a stream whose worker is killed with another worker, with the same text", async () => {
  const text = await textOf(ask(SUM, { max_tokens: 512 }));
  const response = await post(ask(SUM, { max_tokens: 512, ...edits }));
  let document = emptyDocument;
  for await (const event of eventsOf(response.body!)) {
    document = reduce(document, event);
    if (event.type === "commit" && event.block === 2 && event.attempt === 1) {
      const held = await readClaim(spy.buckets.responses, event.response_id);
      workers.get(held!.claim.replicaId)!.kill("SIGKILL");
    }
  }
  expect(document).toMatchObject({ status: "ended", attempt: 2, choices: [{ text }] });
});

it("answers 503 with Retry-After while NATS is unreachable, and recovers", async () => {
  const port = await freePort();
  await using alone = await openServerlessEdge({
    NATS_URL: `ws://127.0.0.1:${port}`,
    EDGES: "1",
    LOG_LEVEL: "silent",
    ALLOW_NO_API_KEYS: "true",
  });
  const get = (path: string) => fetch(alone.baseUrl + path, { headers: { origin: "https://elsewhere.example" } });
  for (const refused of [await get("/v1/models"), await post(ask(SUM), alone), await get("/v1/streams/chatcmpl-1")]) {
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after-ms")).toBe("1000");
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    expect(await refused.json()).toMatchObject({ error: { code: "unavailable", type: "server_error" } });
  }
  expect([(await get("/healthz")).status, (await get("/readyz")).status]).toEqual([200, 503]);
  await using server = await openNatsServer({ config: webSocket(port) });
  const served = async () => expect((await get("/v1/models")).status).toBe(200);
  await vi.waitFor(served, { timeout: 20_000, interval: 100 });
  expect(await (await get("/v1/models")).json()).toEqual({ object: "list", data: [] });
  await server.restart();
  // Only the server knows that there is none.
  expect((await get("/v1/streams/chatcmpl-1")).status).toBe(404);
});
