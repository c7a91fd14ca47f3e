/** Runs the edge program as its users do: it answers, waits, and drains. */
import { type ChildProcess, spawn } from "node:child_process";
import { on, once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openScriptedWorker, type Responder, type ScriptedWorker } from "../support/fakes/scripted-worker.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";
import { patiently, until } from "../support/waiting.ts";

const PROGRAM = fileURLToPath(new URL("../../edge/src/entry/node.ts", import.meta.url));

let worker: ScriptedWorker;
let edge: ChildProcess | undefined;
/** Lets a response in progress finish. */
let goOn: PromiseWithResolvers<void>;

const answer: Responder = async function* ({ responseId }, signal) {
  const events = tell(plainScript(["Hello ", "world"]), responseId);
  yield* events.slice(0, 4);
  await Promise.race([goOn.promise, once(signal, "abort")]);
  if (!signal.aborted) yield* events.slice(4);
};

beforeEach(async () => {
  goOn = Promise.withResolvers();
  worker = await openScriptedWorker(answer);
});
afterEach(async () => {
  edge?.kill("SIGKILL");
  await worker[Symbol.asyncDispose]();
});

/** Starts the program and waits until it is ready. */
async function start(env: Record<string, string> = {}, onLine = (_: string) => {}) {
  const settings = { PORT: "0", WORKER_ADDRESS: worker.address, ...env };
  edge = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(edge.stdout!).on("line", onLine);
  for await (const [line] of on(lines, "line")) {
    const { url } = JSON.parse(line) as { url?: string };
    if (!url) continue;
    await until(async () => (await fetch(`${url}/readyz`)).ok, patiently.timeout);
    return { edge, url };
  }
  throw new Error("the edge did not start");
}

function ask(url: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "synthetic", messages: [{ role: "user", content: "hi" }], ...body }),
    ...(signal && { signal }),
  });
}

/** Reads until the stream contains this text. */
async function readTo(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  const decoder = new TextDecoder();
  let read = "";
  while (!read.includes(text)) {
    const { done, value } = await reader.read();
    if (done) return read;
    read += decoder.decode(value, { stream: true });
  }
  return read;
}

describe("the edge program", () => {
  it("on SIGTERM finishes its streams, accepts no new ones, and exits 0", async () => {
    // Longer than the test may take: an edge that waits for the limit, though its streams have ended, fails the test.
    const { edge, url } = await start({ DRAIN_LIMIT_MS: "600000" });
    const reader = (await ask(url, { stream: true })).body!.getReader();
    await readTo(reader, "Hello ");
    const exited = once(edge, "exit");
    edge.kill("SIGTERM");
    const refusesConnections = () =>
      fetch(`${url}/healthz`, { headers: { connection: "close" } }).then(
        () => false,
        () => true,
      );
    await until(refusesConnections, patiently.timeout);
    goOn.resolve();
    expect(await readTo(reader, "[DONE]")).toContain("world");
    expect(await exited).toEqual([0, null]);
  });

  it("closes all that it has opened before it ends", async () => {
    const open: string[] = [];
    const onLine = (line: string) => line.includes('"open":') && open.push(line);
    const { edge, url } = await start({ HEARTBEAT_MS: "50" }, onLine);
    goOn.resolve();
    await (await ask(url, { stream: true })).text();
    await ask(url, { max_tokens: 0 });
    await fetch(`${url}/v1/models`, { method: "HEAD" });
    const exited = once(edge, "exit");
    edge.kill("SIGTERM");
    const stoppedMs = performance.now();
    expect(await exited).toEqual([0, null]);
    // The program lists what is open a second after it has closed everything.
    expect(open).toEqual([]);
    expect(performance.now() - stoppedMs).toBeLessThan(10_000);
  });

  it("cuts streams that exceed the drain limit, and cancels them at the worker", async () => {
    const { edge, url } = await start({ DRAIN_LIMIT_MS: "200" });
    const reader = (await ask(url, { stream: true })).body!.getReader();
    await readTo(reader, "Hello ");
    const exited = once(edge, "exit");
    edge.kill("SIGINT");
    await expect(readTo(reader, "[DONE]")).rejects.toThrow();
    expect(await exited).toEqual([0, null]);
    await until(() => worker.cancelled.length > 0, patiently.timeout);
  });

  it.each([true, false])("a client that disconnects stops the worker, streaming: %s", async (stream) => {
    const { url } = await start();
    const client = new AbortController();
    const asked = ask(url, { stream }, client.signal);
    if (stream) await readTo((await asked).body!.getReader(), "Hello ");
    await until(() => worker.requests.length > 0, patiently.timeout);
    client.abort();
    await asked.catch(() => {});
    await until(() => worker.cancelled.length > 0, patiently.timeout);
  });

  it("sends heartbeats during silence, and passes on text that is not well-formed", async () => {
    const { url } = await start({ HEARTBEAT_MS: "50" });
    const messages = [{ role: "user", content: "half of a pair: \ud83d" }];
    const reader = (await ask(url, { stream: true, messages })).body!.getReader();
    await readTo(reader, ": keep-alive");
    goOn.resolve();
    await readTo(reader, "[DONE]");
    expect(worker.requests[0]?.prompt.value).toMatchObject({ messages: [{ content: "half of a pair: \ufffd" }] });
  });

  it("serves the playground with its script, and keeps connections open longer than a load balancer does", async () => {
    const { url } = await start();
    const page = await fetch(url);
    expect(page.headers.get("keep-alive")).toBe("timeout=75");
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    const script = /src="([^"]+)"/.exec(await page.text())![1]!;
    expect((await fetch(new URL(script, url))).headers.get("content-type")).toContain("javascript");
  });

  it("rejects invalid settings", async () => {
    edge = spawn(process.execPath, [PROGRAM], { env: { PORT: "http" }, stdio: ["ignore", "ignore", "pipe"] });
    const [said, [code]] = await Promise.all([edge.stderr!.toArray(), once(edge, "exit")]);
    expect(code).toBe(2);
    expect(said.join("")).toContain("PORT: ");
  });
});
