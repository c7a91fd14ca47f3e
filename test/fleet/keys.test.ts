/**
 * API keys of a fleet, as their operator and clients see them: made by the command line in a real nats-server, held to their
 * limits by edges on Node and workerd, over all of them together.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sseData } from "../../edge/client/sse.ts";
import { admit, usageIn } from "../../edge/src/keys/usage.ts";
import { exited, launch, ready } from "../../tools/serve/launch.ts";
import { freePort } from "../../tools/serve/nats-server.ts";
import { openServerlessEdge } from "../e2e/serverless-edge.ts";
import type { Script } from "../support/fakes/scripted-engine.ts";
import { opening, usage } from "../support/fakes/synthetic-response.ts";
import { openTestFleet, type TestFleet } from "../support/fleet/fleet.ts";
import { runKeys } from "../support/programs/keys-command.ts";
import { patiently } from "../support/waiting.ts";

const BLOCK = 32;
const START_MS = Date.UTC(2026, 10, 30);

const settings = { API_KEYS_IN_NATS: "true", LOG_LEVEL: "warn", DISCONNECT_GRACE_MS: "3000" };

const opened = new AsyncDisposableStack();
let fleet: TestFleet;
let edges: { url: string; kill(): void }[];

/** Blocks of 32 tokens, 100 ms each, until somebody stops it; one block for a prompt that says so. */
const write: Script = async function* (signal, { responseId, attempt, prompt }) {
  let seq = 0;
  const head = () => ({ v: 1, response_id: responseId, attempt, seq: seq++ }) as const;
  yield { ...head(), ...opening, model: "scripted", choices: 1 };
  const isShort = JSON.stringify(prompt).includes("short");
  for (let block = 0; !signal.aborted; block++) {
    if (!isShort) await sleep(100);
    const commit = { type: "commit", choice: 0, block, text: "x", start: block, length: 1 } as const;
    const token_ids = Array.from({ length: BLOCK }, () => 1);
    yield { ...head(), ...commit, token_ids, ...(isShort && { finish_reason: "stop" as const }) };
    if (!isShort) continue;
    yield { ...head(), type: "done", choice: 0, finish_reason: "stop" };
    yield { ...head(), type: "end", usage: { ...usage, completion_tokens: BLOCK } };
    return;
  }
};

async function startEdge() {
  const port = String(await freePort());
  const program = launch("edge", { PORT: port, NATS_URL: fleet.server.url, ...settings });
  const kill = () => program.kill("SIGKILL");
  opened.defer(async () => {
    kill();
    await exited(program);
  });
  const url = `http://127.0.0.1:${port}`;
  expect(await ready(url, () => program.exitCode !== null)).toBe(true);
  return { url, kill };
}

beforeAll(async () => {
  const port = await freePort();
  const config = `websocket {\n  listen: "127.0.0.1:${port}"\n  no_tls: true\n}\n`;
  fleet = opened.use(await openTestFleet({ config }));
  await fleet.worker(write);
  const serverless = openServerlessEdge({ NATS_URL: `ws://127.0.0.1:${port}`, EDGES: "1", ...settings });
  const [first, second, third] = await Promise.all([startEdge(), startEdge(), serverless]);
  opened.use(third);
  edges = [first, second, { url: third.baseUrl, kill: () => {} }];
});
afterAll(() => opened.disposeAsync());

/** Runs `palimpsest keys` on the fleet's NATS. @returns what it prints */
const keys = (...args: string[]) => runKeys(...args, "--nats", fleet.server.url);

/** Creates a key. @returns its secret, once both edges know it */
async function create(id: string, ...flags: string[]): Promise<string> {
  const secret = await keys("create", id, ...flags);
  for (const edge of edges)
    await vi.waitFor(async () => expect(await modelsStatus(edge.url, secret)).toBe(200), patiently);
  return secret;
}

async function modelsStatus(url: string, secret: string): Promise<number> {
  return (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${secret}` } })).status;
}

function ask(url: string, secret: string, content: string, more: object = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
    body: JSON.stringify({ model: "scripted", messages: [{ role: "user", content }], ...more }),
  });
}

it("a key works at every edge from its creation to its revocation, and its rotated secret beside the former one", async () => {
  const first = await create("life", "--tenant", "t");
  const second = await keys("rotate", "life", "--overlap", "1h");
  for (const { url } of edges) {
    await vi.waitFor(async () => expect(await modelsStatus(url, second)).toBe(200), patiently);
    expect(await modelsStatus(url, first)).toBe(200);
  }
  expect(await keys("list")).toBe("life  tenant t  2 secrets");
  await expect(keys("create", "life")).rejects.toThrow('the key "life" exists');
  await keys("revoke", "life");
  for (const { url } of edges) {
    await vi.waitFor(async () => expect(await modelsStatus(url, second)).toBe(401), patiently);
    expect(await modelsStatus(url, first)).toBe(401);
  }
  expect(await keys("list")).toBe("");
  await expect(keys("revoke", "life")).rejects.toThrow('there is no key "life"');
});

it("requests per minute are those of all edges together", async () => {
  const secret = await create("requests", "--requests-per-minute", "20");
  const startMs = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => ask(edges[i % edges.length]!.url, secret, "short")),
  );
  const admitted = answers.filter(({ status }) => status === 200).length;
  const refilled = ((performance.now() - startMs) * 20) / 60_000;
  expect(admitted).toBeGreaterThanOrEqual(20);
  expect(admitted).toBeLessThanOrEqual(20 + refilled);
  for (const { status, headers } of answers) {
    expect(headers.get("x-ratelimit-limit-requests")).toBe("20");
    if (status === 429) expect(Number(headers.get("retry-after-ms"))).toBeGreaterThan(0);
  }
});

it("a request whose admission was written and never confirmed counts once", async () => {
  const { usage: counters, link } = await fleet.edge();
  const limits = { requestsPerMinute: 2 };
  const admitOne = (responseId: string) =>
    counters.update("lost", (value) => {
      const { usage: after, result } = admit(usageIn(value), limits, { responseId, parts: 1 }, START_MS);
      return [after, result];
    });
  expect((await admitOne("a")).standing.requests?.remaining).toBe(1);
  const { usage: bucket } = await link.keyBuckets();
  const write = bucket.update.bind(bucket);
  vi.spyOn(bucket, "update").mockImplementationOnce(async (...change) => {
    await write(...change);
    throw new Error("the confirmation is lost");
  });
  expect(await admitOne("b")).toMatchObject({ standing: { requests: { remaining: 0 } } });
  expect((await bucket.get("lost"))?.json()).toMatchObject({ requests: { used: 2 } });
  expect((await admitOne("c")).refusedBy).toBe("requests");
});

/** Reads a stream to its end, and adds the blocks that arrive. @returns its last message */
async function read(response: Response, blocks: Set<number>): Promise<string> {
  let last = "";
  for await (const data of sseData(response.body!)) {
    last = data;
    const event = JSON.parse(data) as { type?: string; block: number; edit?: { type: string; block: number } };
    const { type, block } = event.edit ?? event;
    if (type === "commit") blocks.add(block);
  }
  return last;
}

it("tokens per minute are those of all edges, and of responses whose edge is killed", { timeout: 60_000 }, async () => {
  const limit = 3000;
  const secret = await create("tokens", "--tokens-per-minute", String(limit));
  const startMs = performance.now();
  const authorization = { authorization: `Bearer ${secret}` };
  const streamed = { stream: true, stream_options: { include_edits: true } };
  const streams = await Promise.all(
    [0, 1, 0, 1].map(async (edge) => {
      const response = await ask(edges[edge]!.url, secret, "long", streamed);
      expect(response.status).toBe(200);
      const blocks = new Set<number>();
      const end = read(response, blocks).catch(async () => {
        const id = response.headers.get("x-response-id");
        return await read(await fetch(`${edges[0]!.url}/v1/streams/${id}`, { headers: authorization }), blocks);
      });
      return { blocks, end };
    }),
  );
  const received = () => streams.reduce((sum, { blocks }) => sum + blocks.size * BLOCK, 0);
  await vi.waitFor(() => expect(received()).toBeGreaterThan(limit / 3), patiently);
  edges.shift()!.kill();
  const last = await Promise.all(streams.map(({ end }) => end));
  const refilled = ((performance.now() - startMs) * limit) / 60_000;
  for (const data of last) expect(data).toContain("rate_limit_exceeded");
  expect(received()).toBeGreaterThan(limit);
  expect(received()).toBeLessThanOrEqual((limit + refilled) * 1.1 + streams.length * BLOCK);
  const refused = await ask(edges[0]!.url, secret, "short");
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
});

it("responses at once are counted over all edges, and those of a killed edge are given back", {
  timeout: 60_000,
}, async () => {
  const secret = await create("concurrent", "--concurrent", "2");
  const streams = await Promise.all(edges.map(({ url }) => ask(url, secret, "long", { stream: true })));
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  for (const { url } of edges) expect((await ask(url, secret, "short")).status).toBe(429);
  edges[0]!.kill();
  await streams[0]!.body!.cancel().catch(() => {});
  await vi.waitFor(async () => expect((await ask(edges[1]!.url, secret, "short")).status).toBe(200), {
    timeout: 40_000,
    interval: 500,
  });
  await streams[1]!.body!.cancel();
});
