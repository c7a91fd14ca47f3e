/** Keys with limits on an edge without a fleet, as clients see them. */
import type { EditEvent } from "@palimpsest/proto";
import { describe, expect, it, vi } from "vitest";
import { describedKeys } from "../../../test/support/fakes/api-keys.ts";
import { aborted } from "../../../test/support/fakes/block-engine.ts";
import { scriptedEdge, scriptedReplica, syntheticModel } from "../../../test/support/fakes/scripted-replicas.ts";
import { opening, plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { systemClock } from "../clock.ts";
import type { KeyDescription } from "./key-description.ts";

const PATHS = {
  "/v1/chat/completions": { model: "synthetic", messages: [{ role: "user", content: "hi" }] },
  "/v1/completions": { model: "synthetic", prompt: "hi" },
  "/v1/messages": { model: "synthetic", max_tokens: 9, messages: [{ role: "user", content: "hi" }] },
  "/v1/responses": { model: "synthetic", input: "hi" },
};
type Path = keyof typeof PATHS;

/** An edge whose only key is `a`. Its responses have 9 tokens, unless another replica is given. */
function edge(limits: Partial<KeyDescription>, replica = scriptedReplica(({ responseId }) => hello(responseId))) {
  const keys = describedKeys({ id: "a", ...limits });
  const app = scriptedEdge([replica], { keys, clock: systemClock, heartbeatMs: 10_000 });
  const ask = (more: object = {}, path: Path = "/v1/chat/completions", headers: object = {}) =>
    app.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer a", ...headers },
      body: JSON.stringify({ ...PATHS[path], ...more }),
    });
  const get = (path: string) => app.request(path, { headers: { authorization: "Bearer a" } });
  return { ask, get, replica };
}

const hello = (responseId: string) => tell(plainScript(["Hello"]), responseId);

/** Commits of 32 tokens, each when the gate says so. */
function blocks(gate: (signal: AbortSignal) => Promise<unknown>) {
  return scriptedReplica(async function* ({ responseId }, signal) {
    let seq = 0;
    const head = () => ({ v: 1, response_id: responseId, attempt: 1, seq: seq++ }) as const;
    yield { ...head(), ...opening, choices: 1 } as EditEvent;
    for (let block = 0; !signal.aborted; block++) {
      await gate(signal);
      if (signal.aborted) break;
      const token_ids = Array.from({ length: 32 }, () => 1);
      yield { ...head(), type: "commit", choice: 0, block, text: "x", start: block, length: 1, token_ids };
    }
    yield { ...head(), type: "error", code: "cancelled", message: "cancelled", retryable: false };
  });
}

describe.each(Object.keys(PATHS) as Path[])("%s", (path) => {
  it("tells what is left, and answers 429 in its own form when nothing is", async () => {
    const { ask } = edge({ requests_per_minute: 2, tokens_per_minute: 1000 });
    const first = await ask({}, path);
    expect(first.status).toBe(200);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      "x-ratelimit-limit-requests": "2",
      "x-ratelimit-remaining-requests": "1",
      "x-ratelimit-reset-requests": "30s",
      "x-ratelimit-limit-tokens": "1000",
      "x-ratelimit-remaining-tokens": "1000",
      "x-ratelimit-reset-tokens": "0ms",
    });
    expect((await ask({}, path)).status).toBe(200);
    const refused = await ask({}, path);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect(Number(refused.headers.get("retry-after-ms"))).toBeGreaterThan(29_000);
    expect(refused.headers.get("retry-after")).toBe("30");
    const { error } = (await refused.json()) as { error: object };
    expect(error).toMatchObject({
      type: "rate_limit_error",
      message: expect.stringMatching(
        /^The API key's limit of 2 requests per minute is reached; try again in \d+ ms\.$/,
      ),
    });
  });

  it("refuses a model that the key may not use with 403", async () => {
    const { ask, replica } = edge({ models: ["other"], requests_per_minute: 5 });
    const answer = await ask({}, path);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { type: "permission_error" } });
    expect(replica.requests).toEqual([]);
  });
});

it("streams have the headers too", async () => {
  const { ask } = edge({ requests_per_minute: 2 });
  const answer = await ask({ stream: true });
  expect(answer.headers.get("x-ratelimit-remaining-requests")).toBe("1");
  expect(await answer.text()).toContain("[DONE]");
});

it("the headers can be read by pages of other origins", async () => {
  const { ask } = edge({ requests_per_minute: 2 });
  const exposed = (await ask()).headers.get("access-control-expose-headers");
  expect(exposed).toContain("x-ratelimit-remaining-tokens");
});

it("a key's models are those that it lists", async () => {
  const { get } = edge({ models: ["other"] });
  expect(await (await get("/v1/models")).json()).toEqual({ object: "list", data: [] });
  const one = await get("/v1/models/synthetic");
  expect(one.status).toBe(403);
  expect(await one.json()).toMatchObject({ error: { code: "model_not_allowed", param: "model" } });
  const { ask } = edge({ models: ["synthetic"] });
  expect((await ask()).status).toBe(200);
});

it("a key's class is what it gets, and the highest that it may ask for", async () => {
  const { ask, replica } = edge({ priority: "default" });
  await ask();
  await ask({ priority: "batch" });
  expect(replica.requests).toMatchObject([{ priority: "default" }, { priority: "batch" }]);
  const answer = await ask({ priority: "interactive" });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ error: { code: "priority_not_allowed", param: "priority" } });
});

it("tokens are counted as usage counts them", async () => {
  const { ask } = edge({ tokens_per_minute: 20 });
  await ask();
  await vi.waitFor(async () => {
    const answer = await ask();
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining("20 tokens per minute") } });
  });
});

it("a stream ends in an error, and stops its worker, at most a block after its limit and a tenth", async () => {
  const replica = blocks(() => new Promise((resolve) => setTimeout(resolve, 2)));
  const { ask } = edge({ tokens_per_minute: 320 }, replica);
  const text = await (await ask({ stream: true })).text();
  expect(text.match(/"content":"x"/g)!.length).toBeLessThanOrEqual(12);
  expect(text.match(/"content":"x"/g)!.length).toBeGreaterThanOrEqual(11);
  const [, last] = /data: (.*)\n\n$/.exec(text)!;
  expect(JSON.parse(last!)).toMatchObject({ error: { code: "rate_limit_exceeded", type: "rate_limit_error" } });
});

it("a month's tokens end a stream, and the next request with a code that clients do not retry", async () => {
  const replica = blocks(() => new Promise((resolve) => setTimeout(resolve, 2)));
  const { ask } = edge({ tokens_per_month: 64 }, replica);
  const text = await (await ask({ stream: true })).text();
  expect(text).toContain('"code":"insufficient_quota"');
  const next = await ask();
  expect(next.status).toBe(429);
  expect(next.headers.get("x-should-retry")).toBe("false");
  expect(await next.json()).toMatchObject({ error: { code: "insufficient_quota", type: "insufficient_quota" } });
});

it("responses at once are limited, a list's prompts each, and free their places when clients leave", async () => {
  const { ask } = edge({ concurrent: 2 }, blocks(aborted));
  const first = await ask({ stream: true });
  const many = await ask({ prompt: ["a", "b"] }, "/v1/completions");
  expect(many.status).toBe(429);
  expect(many.headers.get("retry-after-ms")).toBe("1000");
  const tooMany = await ask({ prompt: ["a", "b", "c"] }, "/v1/completions");
  expect(tooMany.status).toBe(400);
  const second = await ask({ stream: true });
  expect((await ask()).status).toBe(429);
  await first.body!.cancel();
  await vi.waitFor(async () => expect((await ask({ stream: true })).status).toBe(200));
  await second.body!.cancel();
});

it("logs no secret", async () => {
  const logged: unknown[] = [];
  const write = (...line: unknown[]) => void logged.push(line);
  const log = { info: write, warn: write, error: write };
  const keys = describedKeys({ id: "known-secret", requests_per_minute: 1 });
  const app = scriptedEdge([scriptedReplica(({ responseId }) => hello(responseId))], { keys, log, clock: systemClock });
  for (const authorization of [
    "Bearer known-secret",
    "Bearer known-secret",
    "Bearer wrong-secret",
    "Basic bad-secret",
  ]) {
    const headers = { "content-type": "application/json", authorization };
    await app.request("/v1/completions", { method: "POST", headers, body: JSON.stringify(PATHS["/v1/completions"]) });
  }
  expect(logged).toHaveLength(4);
  expect(JSON.stringify(logged)).not.toContain("secret");
});

it("an invalid body counts for nothing", async () => {
  const { ask } = edge({ requests_per_minute: 1 });
  expect((await ask({ temperature: 9 })).status).toBe(400);
  expect((await ask()).status).toBe(200);
});

it("a request that no worker takes frees its place", async () => {
  const { ask } = edge(
    { concurrent: 1 },
    scriptedReplica(() => [], { ready: false, model: syntheticModel }),
  );
  expect((await ask()).status).toBe(503);
  await vi.waitFor(async () => expect((await ask()).status).toBe(503));
});
