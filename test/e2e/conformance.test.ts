/** The rules of docs/edit-events.md against our edges, which keep all of them, and against servers that each break one. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { openEngineThread } from "../../gpu-worker/src/program/open-engine-thread.ts";
import { conformance, SERVER_RULES } from "../../tools/conformance/conformance.ts";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { type OpenBed, onWorkerd, overGrpc, overNats } from "../support/programs/engine-beds.ts";

/** Its answer has three blocks. */
const prompt =
  "Write a function that takes a list of numbers, keeps only the odd numbers, doubles each one and returns the largest.";
const opened = new AsyncDisposableStack();
let engine: Engine;

beforeAll(async () => {
  engine = opened.use(await openEngineThread({ package: SHIPPED_PACKAGE }));
});
afterAll(() => opened.disposeAsync());

const STORED = ["replay", "resume", "cancel", "idempotency"];
const beds: [string, OpenBed, readonly string[]][] = [
  ["Node over gRPC", overGrpc, STORED],
  ["Node over NATS", overNats, []],
  ["workerd over NATS", onWorkerd, []],
];

it.each(beds)("an edge on %s keeps every rule", async (_, open, notTried) => {
  await using bed = new AsyncDisposableStack();
  const reports = await Array.fromAsync(conformance({ baseUrl: await open(engine, bed), prompt }));
  expect(reports.flatMap(({ rule, faults }) => faults.map((fault) => `${rule}: ${fault}`))).toEqual([]);
  expect(reports.flatMap((report) => (report.notTried === undefined ? [] : [report.rule]))).toEqual(notTried);
});

/** Answers in place of a server, which `next` asks. */
type Wrong = (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>;

/** Ignores a parameter. */
const without =
  (field: string): Wrong =>
  async (request, next) => {
    if (request.method !== "POST") return next(request);
    const body = await request.json();
    delete body[field];
    return next(new Request(request, { body: JSON.stringify(body) }));
  };

const ignoresKey: Wrong = (request, next) => {
  const headers = new Headers(request.headers);
  headers.delete("idempotency-key");
  return next(new Request(request, { headers }));
};

const ignoresPosition: Wrong = (request, next) => next(new Request(request.url.replace(/[?]after=.*/, ""), request));

const ignoresDelete: Wrong = async (request, next) =>
  request.method === "DELETE" ? new Response(null, { status: 204 }) : next(request);

/** Changes each line of the answers to a method. */
const changed =
  (method: "GET" | "POST", change: (line: string) => string): Wrong =>
  async (request, next) => {
    const response = await next(request);
    if (request.method !== method || !response.body) return response;
    let rest = "";
    const lines = new TransformStream<string, string>({
      transform(text, controller) {
        const complete = (rest + text).split("\n");
        rest = complete.pop() ?? "";
        for (const line of complete) controller.enqueue(`${change(line)}\n`);
      },
      flush: (controller) => controller.enqueue(change(rest)),
    });
    const decoder = new TextDecoderStream() as TransformStream<Uint8Array, string>;
    const body = response.body.pipeThrough(decoder).pipeThrough(lines).pipeThrough(new TextEncoderStream());
    return new Response(body, { status: response.status, headers: response.headers });
  };

const firstCommit = /^data: .*"type":"commit","choice":0,"block":0/;

const wrongs: [string, string, Wrong][] = [
  ["chunks", "ends without [DONE]", changed("POST", (line) => line.replace("data: [DONE]", ""))],
  ["chunks", "leaves deltas out", changed("POST", (line) => line.replace('"delta":{"content"', '"delta":{"text"'))],
  ["quiet", "sends events unasked", changed("POST", (line) => line.replace(/^data: [{]/, 'data: {"edit":null,'))],
  [
    "whole",
    "answers otherwise without a stream",
    changed("POST", (line) => line.replace('"content":"f', '"content":"F')),
  ],
  ["choices", "ignores n", without("n")],
  ["stop-string", "ignores stop strings", without("stop")],
  ["token-limit", "ignores max_tokens", without("max_tokens")],
  ["window", "ignores editing_window", without("editing_window")],
  ["grammar", "ignores response_format", without("response_format")],
  ["refusal", "ignores a wrong temperature", without("temperature")],
  ["refusal", "names no parameter", changed("POST", (line) => line.replace('"param":"', '"parameter":"'))],
  ["replay", "leaves a commit out", changed("GET", (line) => (firstCommit.test(line) ? ": nothing" : line))],
  ["resume", "begins at the beginning", ignoresPosition],
  ["cancel", "goes on after a DELETE", ignoresDelete],
  ["idempotency", "ignores the key", ignoresKey],
];

describe("a wrong server", () => {
  let right: string;
  beforeAll(async () => {
    right = await overNats(engine, opened);
  });

  it.each(wrongs)("breaks %s: it %s", async (rule, _, wrong) => {
    const next = (request: Request) => {
      const { pathname, search } = new URL(request.url);
      return fetch(right + pathname + search, {
        method: request.method,
        headers: request.headers,
        signal: request.signal,
        ...(request.body && { body: request.body, duplex: "half" }),
      } as RequestInit);
    };
    await using server = await openServer((request) => wrong(request, next));
    const trial = { baseUrl: server.url, model: engine.model.name, prompt, received() {} };
    const tried = SERVER_RULES.find((one) => one.rule === rule)!.try(trial);
    expect(await Array.fromAsync(tried)).not.toEqual([]);
  });
});

async function openServer(fetch: (request: Request) => Promise<Response>) {
  const http = serve({ fetch, hostname: "127.0.0.1", port: 0 }) as Server;
  if (!http.listening) await once(http, "listening");
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}
