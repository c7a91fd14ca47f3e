import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { EditEvent } from "@palimpsest/proto";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type Respond,
  scriptedEdge,
  scriptedReplica,
  stoppedClock,
} from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { until } from "../../../test/support/waiting.ts";
import { MAX_BODY_BYTES } from "../app.ts";
import { systemClock } from "../clock.ts";
import { createHttpServer } from "./http-server.ts";

let server: Server;
let port: number;
/** The second half of each response waits for this. */
let goOn: PromiseWithResolvers<void>;
let cancelled = 0;

const respond: Respond = async function* ({ responseId }, signal) {
  const events = tell(plainScript(["Hello ", "world"]), responseId) as EditEvent[];
  signal.addEventListener("abort", () => cancelled++);
  yield* events.slice(0, 4);
  await Promise.race([goOn.promise, once(signal, "abort")]);
  yield* events.slice(4);
};

beforeEach(async () => {
  goOn = Promise.withResolvers();
  cancelled = 0;
  server = createHttpServer(
    scriptedEdge([scriptedReplica(respond)], { clock: { ...stoppedClock, sleep: systemClock.sleep } }).fetch,
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const chat = (stream: boolean) =>
  JSON.stringify({ model: "synthetic", stream, messages: [{ role: "user", content: "hi" }] });

function post(body: string, version = "1.1", ...headers: string[]): string {
  const own = version === "1.1" ? ["Host: x"] : [];
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const head = [
    `POST /v1/chat/completions HTTP/${version}`,
    ...own,
    "Content-Type: application/json",
    length,
    ...headers,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Writes, and leaves the client's side open or not. */
async function send(request: string, { half = false } = {}): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  if (half) socket.end(request);
  else socket.write(request);
  return socket;
}

it.each([
  ["Connection: close", post(chat(true), "1.1", "Connection: close"), /^HTTP\/1.1 200 [\s\S]*connection: close/i],
  ["HTTP/1.0", post(chat(true), "1.0"), /^HTTP\/1.1 200 (?![\s\S]*transfer-encoding)/],
])("a stream to a client with %s ends with the connection", async (_, request, head) => {
  goOn.resolve();
  const answer = await text(await send(request));
  expect(answer).toMatch(head);
  expect(answer).toContain("data: [DONE]");
});

it("events that are ready together leave in one write", async () => {
  goOn.resolve();
  const answer = await text(await send(post(chat(true), "1.1", "Connection: close")));
  expect(answer.match(/^data: /gm)).toHaveLength(5);
  // Each write is a chunk of the body, and the last chunk is empty.
  expect(answer.match(/^[0-9a-f]+\r$/gm)).toHaveLength(2);
});

it.each([true, false])("a client that closes its side after its request is answered, streaming: %s", async (stream) => {
  const socket = await send(post(chat(stream)), { half: true });
  const answer = text(socket);
  await sleep(100);
  goOn.resolve();
  expect(await answer).toMatch(stream ? /data: \[DONE\]/ : /HTTP\/1.1 102 [\s\S]*HTTP\/1.1 200 [\s\S]*Hello world/);
  expect(cancelled).toBe(0);
});

it.each([
  [true, "1.1"],
  [false, "1.1"],
  [false, "1.0"],
] as const)("a client that is gone cancels its response, streaming: %s, HTTP/%s", async (stream, version) => {
  const socket = await send(post(chat(stream), version));
  await sleep(50);
  expect(cancelled).toBe(0);
  socket.destroy();
  await until(() => cancelled === 1, 2_000);
});

it.each([
  ["HTTP/1.1 without Host", "GET /healthz HTTP/1.1\r\n\r\n", /^HTTP\/1.1 400 [\s\S]*no Host header/],
  [
    "headers that are too large",
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
    /^HTTP\/1.1 431 [\s\S]*16 KiB/,
  ],
  ["no HTTP at all", "hello\r\n\r\n", /^HTTP\/1.1 400 [\s\S]*not valid HTTP/],
])("%s is an error in OpenAI's form", async (_, request, answer) => {
  const said = await text(await send(request));
  expect(said).toMatch(answer);
  expect(JSON.parse(said.slice(said.indexOf("\r\n\r\n")))).toMatchObject({ error: { code: "invalid_request" } });
});

it("HTTP/1.0 needs no Host", async () => {
  expect(await text(await send("GET /healthz HTTP/1.0\r\n\r\n"))).toMatch(/^HTTP\/1.1 200 /);
});

it("a body that is too large is a 413 to every client, and the connection is closed", async () => {
  const url = `http://127.0.0.1:${port}`;
  const headers = { "content-type": "application/json" };
  for (let i = 0; i < 5; i++) {
    const body = "x".repeat(MAX_BODY_BYTES + 300_000);
    const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
    expect([response.status, response.headers.get("connection")]).toEqual([413, "close"]);
    expect(await response.json()).toMatchObject({ error: { code: "payload_too_large" } });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  }
  // Undici asks for it, and Node's types do not know it.
  const half = { duplex: "half" };
  const chunked = new Blob(["x".repeat(MAX_BODY_BYTES + 1)]).stream();
  const response = await fetch(`${url}/v1/completions`, { method: "POST", headers, body: chunked, ...half });
  expect(response.status).toBe(413);
});

it("a large body that is rejected for another reason is read, and the connection goes on", async () => {
  const body = "x".repeat(MAX_BODY_BYTES);
  const socket = await send(`POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  expect(await text(socket)).toMatch(/^HTTP\/1.1 404 [\s\S]*HTTP\/1.1 200 /);
});

it("an encoded body is a 415 that names the encoding", async () => {
  const said = await text(await send(post("gzipped", "1.1", "Content-Encoding: gzip", "Connection: close")));
  expect(said).toMatch(/^HTTP\/1.1 415 [\s\S]*Content-Encoding \\"gzip\\"/);
});
