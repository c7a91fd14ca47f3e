/** A fleet rejects excess requests immediately with advice, and serves waiting requests in the order of their class. */
import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { QueuedRequestSchema } from "@palimpsest/proto/fleet";
import { encodeRequest } from "@palimpsest/proto/request-codec";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  classStream,
  PRIORITIES,
  type Priority,
  plainQueue,
  plainStream,
  wakeSubject,
  wantedStream,
} from "../../fleet/src/index.ts";
import { aborted, writeBlocks } from "../support/fakes/block-engine.ts";
import { ManualClock } from "../support/fakes/manual-clock.ts";
import { appOf, fleetRequest, openTestFleet, type TestFleet } from "../support/fleet/fleet.ts";
import { patiently } from "../support/waiting.ts";

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
  const { state } = await link.jsm.streams.info(classStream("scripted", priority));
  await link[Symbol.asyncDispose]();
  return state.messages;
}

describe("a fleet's queue", () => {
  it("rejects the requests that a full class cannot take, immediately and with a Retry-After", async () => {
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
    // Another class has its own limit.
    const urgent = ask(app, { priority: "interactive" });
    gate.resolve();
    for (const answer of [...asked, urgent]) expect((await answer).status).toBe(200);
    expect(engine.requests).toHaveLength(7);
  });

  it("promises each freed slot to one client only, whichever edge rejects", async () => {
    await fleet.worker(gated);
    const edges = [await fleet.edge(), await fleet.edge()] as const;
    const [first, second] = edges.map((edge) => appOf(edge)) as [App, App];
    const asked = Array.from({ length: 6 }, () => ask(first, {}, gone.signal));
    await vi.waitFor(async () => expect(await queued("default")).toBe(6), patiently);
    const waitMs = async (app: App) => Number((await ask(app)).headers.get("retry-after-ms"));
    const begunMs = performance.now();
    for (let i = 0; i < 5; i++) await waitMs(first);
    // After this flush, each edge has received the other's earlier messages.
    for (const { link } of edges) await link.control.flush();
    const heard = await waitMs(second);
    // No request has finished yet: each of the six slots is assumed to need 2 s, of which some have passed.
    expect(heard + performance.now() - begunMs).toBeGreaterThanOrEqual(12_000);
    expect(heard).toBeLessThanOrEqual(12_000);
    gate.resolve();
    await Promise.all(asked);
  });

  it("serves the most urgent class first, and gives the others a share", async () => {
    const { engine } = await fleet.worker(gated);
    const { replicas, link } = await fleet.edge();
    await link.createModel("scripted");
    const signal = new AbortController().signal;
    const run = async (priority: Priority) => {
      const responseId = `${priority}-${Math.random()}`.replace(".", "");
      await Array.fromAsync(replicas.generate(fleetRequest({ priority, responseId }), signal));
    };
    // The slots are occupied while the others arrive.
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
    // Every eighth poll begins with the lowest class, and so may a poll of these six.
    expect(order.lastIndexOf("interactive")).toBeLessThan(order.lastIndexOf("batch"));
    expect(order.sort()).toEqual(["batch", "batch", "default", "default", "interactive", "interactive"]);
  });

  it("selects the same worker for all turns of a conversation, at any edge", async () => {
    gate.resolve();
    const [one, two] = [await fleet.worker(gated), await fleet.worker(gated)];
    const edges = [await fleet.edge(), await fleet.edge()] as const;
    const known = () => expect(edges.map(({ view }) => view.loads("scripted").length)).toEqual([2, 2]);
    const named: string[] = [];
    const reader = await fleet.link("reader");
    reader.control.subscribe(wakeSubject("scripted"), { callback: (_, message) => void named.push(message.string()) });
    await reader.control.flush();
    const homes: string[] = [];
    for (const prompt of ["a", "b", "c", "d", "e", "f"]) {
      for (const edge of edges) {
        await vi.waitFor(known, patiently);
        await (await ask(appOf(edge), { prompt })).json();
      }
      await vi.waitFor(() => expect(named.length).toBe(2), patiently);
      const [first, second] = named.splice(0);
      expect(second).toBe(first);
      homes.push(first!);
    }
    expect(new Set(homes)).toEqual(new Set([one.worker.replicaId, two.worker.replicaId]));
    await reader[Symbol.asyncDispose]();
  });

  it("offers a request to its preferred worker first, and then to any", async () => {
    gate.resolve();
    // Both poll once at the start; after that their clocks stop.
    const reader = await fleet.link("reader");
    let looks = 0;
    const asked = `$JS.API.STREAM.INFO.${plainStream("scripted")}`;
    reader.control.subscribe(asked, { callback: () => void looks++ });
    await reader.control.flush();
    const clocks = [new ManualClock(), new ManualClock()] as const;
    const named = await fleet.worker(gated, { clock: clocks[0], replicaId: "named" });
    const other = await fleet.worker(gated, { clock: clocks[1], replicaId: "other" });
    await vi.waitFor(() => expect(looks).toBe(2), patiently);
    const { link } = named;
    const queue = async (wake: string) => {
      const request = encodeRequest(fleetRequest());
      const queued = create(QueuedRequestSchema, { request, deadlineMs: BigInt(Date.now() + 60_000) });
      await link.js.publish(plainQueue("scripted", "default").subject, toBinary(QueuedRequestSchema, queued));
      link.control.publish(wakeSubject("scripted"), wake);
      for (const { control } of [named.link, other.link]) await control.flush();
    };
    await queue("named");
    await vi.waitFor(() => expect(named.engine.ended).toBe(1), patiently);
    expect(other.engine.requests).toEqual([]);
    // The preferred worker has left.
    await queue("gone");
    expect([named, other].map(({ engine }) => engine.requests.length)).toEqual([1, 0]);
    clocks[1].advance(50);
    await vi.waitFor(() => expect(other.engine.ended).toBe(1), patiently);
    await reader[Symbol.asyncDispose]();
  });

  it("answers 503 if no worker of the model starts in time, and records unmet demand for the autoscaler", async () => {
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

  it("keeps a request for a worker that is starting", async () => {
    await (await fleet.worker(gated)).worker.drain(0);
    const app = appOf(await fleet.edge());
    const answer = ask(app);
    await vi.waitFor(async () => expect(await queued("default")).toBe(1), patiently);
    gate.resolve();
    await fleet.worker(gated);
    expect((await answer).status).toBe(200);
  });

  it("frees the slot of a request whose client disconnected", async () => {
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

  it("rejects a request above the server's message limit", async () => {
    await fleet.worker(gated);
    const app = appOf(await fleet.edge());
    const response = await ask(app, { prompt: "x".repeat(70_000) });
    expect(response.status).toBe(413);
    expect((await response.json()).error.message).toContain("the fleet accepts 64512");
    gate.resolve();
    expect((await ask(app, { prompt: "x".repeat(60_000) })).status).toBe(200);
  });

  it("lists the workers with their model and load", async () => {
    const { link } = await fleet.worker(gated, { replicaId: "replica.1 *" });
    expect((await link.buckets.replicas.get("replica=2E1=20=2A"))?.length).toBeGreaterThan(0);
    expect((await link.buckets.models.get("scripted"))?.length).toBeGreaterThan(0);
  });

  it("skips a worker that is not serving, and uses it again once it serves", async () => {
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
