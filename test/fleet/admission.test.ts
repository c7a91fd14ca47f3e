/** What is not taken is refused at once and says what to do; what waits is taken in the order of its class. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PRIORITIES, type Priority, queueStream, wantedStream } from "../../fleet/src/index.ts";
import { aborted, writeBlocks } from "../support/block-engine.ts";
import { appOf, fleetRequest, openTestFleet, type TestFleet } from "../support/fleet.ts";

const patiently = { timeout: 20_000, interval: 20 };
let fleet: TestFleet;
let gate: PromiseWithResolvers<void>;
beforeEach(async () => {
  gate = Promise.withResolvers();
  fleet = await openTestFleet({ queueLimit: 6, config: "max_payload: 65536" });
});
afterEach(() => fleet[Symbol.asyncDispose]());

const gated = writeBlocks({ blocks: 1, before: (_, __, signal) => Promise.race([gate.promise, aborted(signal)]) });
const gone = new AbortController();

type App = ReturnType<typeof appOf>;

function ask(app: App, body: object = {}, signal?: AbortSignal): Promise<Response> {
  return Promise.resolve(
    app.request("/v1/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "scripted", prompt: "hi", ...body }),
      ...(signal && { signal }),
    }),
  );
}

async function queued(priority: Priority): Promise<number> {
  const link = await fleet.link("reader");
  const info = await link.jsm.consumers.info(queueStream("scripted"), priority);
  await link[Symbol.asyncDispose]();
  return info.num_pending + info.num_ack_pending;
}

describe("a fleet's queue", () => {
  it("refuses what a full class cannot take, at once, and says when to come again", async () => {
    const { engine } = await fleet.worker(gated);
    const app = appOf(await fleet.edge());
    const asked = Array.from({ length: 6 }, () => ask(app, {}, gone.signal));
    await vi.waitFor(async () => expect(await queued("default")).toBe(6), patiently);
    const refused = await ask(app);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
    const waitMs = Number(refused.headers.get("retry-after-ms"));
    expect(waitMs).toBeGreaterThan(0);
    expect(Number(refused.headers.get("retry-after"))).toBe(Math.ceil(waitMs / 1000));
    // Another class has room of its own.
    const urgent = ask(app, { priority: "interactive" });
    gate.resolve();
    for (const answer of [...asked, urgent]) expect((await answer).status).toBe(200);
    expect(engine.requests).toHaveLength(7);
  });

  it("serves the most urgent class first, and lets the others have a share", async () => {
    const { engine } = await fleet.worker(gated);
    const { replicas, link } = await fleet.edge();
    await link.createModel("scripted");
    const signal = new AbortController().signal;
    const run = async (priority: Priority) => {
      await using lease = await replicas.lease("scripted", signal);
      await Array.fromAsync(
        lease.generate(fleetRequest({ priority, responseId: `${priority}-${Math.random()}`.replace(".", "") }), signal),
      );
    };
    // The slots are taken while the others arrive.
    const first = Array.from({ length: 4 }, () => run("default"));
    await vi.waitFor(() => expect(engine.requests).toHaveLength(4), patiently);
    const later = [...PRIORITIES].reverse().flatMap((priority) => [run(priority), run(priority)]);
    await vi.waitFor(async () => {
      expect(await queued("batch")).toBe(2);
      expect(await queued("interactive")).toBe(2);
    }, patiently);
    gate.resolve();
    await Promise.all([...first, ...later]);
    const order = engine.requests.slice(4).map(({ responseId }) => responseId.split("-")[0]);
    expect(order.indexOf("interactive")).toBeLessThan(order.indexOf("batch"));
    expect(order.sort()).toEqual(["batch", "batch", "default", "default", "interactive", "interactive"]);
  });

  it("brings the turns of a conversation to the worker that has seen its beginning", async () => {
    gate.resolve();
    const workers = [await fleet.worker(gated), await fleet.worker(gated)];
    const edges = [await fleet.edge(), await fleet.edge()];
    await vi.waitFor(
      () => expect(edges.every(({ view }) => view.loads("scripted").length === 2)).toBe(true),
      patiently,
    );
    let moved = 0;
    const homes = new Set<number>();
    for (let conversation = 0; conversation < 4; conversation++) {
      const counts: number[] = [];
      for (let turn = 0; turn < 3; turn++) {
        const before = workers.map(({ engine }) => engine.requests.length);
        await (await ask(appOf(edges[turn % 2]!), { prompt: `conversation ${conversation}` })).json();
        // Nobody answers faster; and the other worker looks 50 ms after each request, at what the first has left.
        await sleep(120);
        counts.push(workers.findIndex(({ engine }, i) => engine.requests.length > before[i]!));
      }
      homes.add(counts[0]!);
      moved += counts.filter((home) => home !== counts[0]).length;
    }
    // A worker that just happens to look takes what it finds.
    expect(moved).toBeLessThanOrEqual(2);
    expect(homes.size).toBe(2);
  });

  it("answers 503 for a model whose workers are gone when none comes in time, and leaves word for the autoscaler", async () => {
    const { worker } = await fleet.worker(gated);
    await worker.drain(0);
    const edge = await fleet.edge({ waitLimitMs: 300 });
    const app = appOf(edge);
    const response = await ask(app);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).not.toBeNull();
    expect(await (await app.request("/v1/models")).json()).toMatchObject({ data: [{ id: "scripted" }] });
    const wanted = await edge.link.jsm.consumers.info(wantedStream("scripted"), "scaler");
    expect(wanted.num_pending).toBe(1);
    expect(await queued("default")).toBe(0);
  });

  it("keeps a request for the worker that is being started for it", async () => {
    await (await fleet.worker(gated)).worker.drain(0);
    const app = appOf(await fleet.edge());
    const answer = ask(app);
    await vi.waitFor(async () => expect(await queued("default")).toBe(1), patiently);
    gate.resolve();
    await fleet.worker(gated);
    expect((await answer).status).toBe(200);
  });

  it("frees the place of a request whose client has left", async () => {
    await (await fleet.worker(gated)).worker.drain(0);
    const app = appOf(await fleet.edge());
    const client = new AbortController();
    const asked = ask(app, {}, client.signal).catch(() => {});
    await vi.waitFor(async () => expect(await queued("default")).toBe(1), patiently);
    client.abort();
    await vi.waitFor(async () => expect(await queued("default")).toBe(0), patiently);
    const { engine } = await fleet.worker(gated);
    await sleep(700);
    expect(engine.requests).toEqual([]);
    await asked;
  });

  it("takes no request that the server would not carry", async () => {
    await fleet.worker(gated);
    const app = appOf(await fleet.edge());
    const response = await ask(app, { prompt: "x".repeat(70_000) });
    expect(response.status).toBe(413);
    expect((await response.json()).error.message).toContain("the fleet takes 64512");
    gate.resolve();
    expect((await ask(app, { prompt: "x".repeat(60_000) })).status).toBe(200);
  });

  it("tells who is there, what they serve and how busy they are", async () => {
    const { link } = await fleet.worker(gated, { replicaId: "replica.1 *" });
    expect((await link.buckets.replicas.get("replica=2E1=20=2A"))?.length).toBeGreaterThan(0);
    expect((await link.buckets.models.get("scripted"))?.length).toBeGreaterThan(0);
  });

  it("passes over a worker that serves nothing for now, and comes to it when it serves again", async () => {
    const away = await fleet.worker(gated);
    const app = appOf(await fleet.edge());
    away.worker.setServing(false);
    const { engine, worker } = await fleet.worker(gated);
    gate.resolve();
    for (let i = 0; i < 4; i++) expect((await ask(app)).status).toBe(200);
    expect([away.engine.requests.length, engine.requests.length]).toEqual([0, 4]);
    await worker.drain(0);
    away.worker.setServing(true);
    expect((await ask(app)).status).toBe(200);
    expect(away.engine.requests).toHaveLength(1);
  });
});
