/** Every edge reports the load of the fleet's workers, and omits it if unknown. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { EngineStats } from "../../gpu-worker/src/engine/engine.ts";
import { aborted, writeBlocks } from "../support/fakes/block-engine.ts";
import { appOf, fleetRequest, openTestFleet, type TestFleet } from "../support/fleet/fleet.ts";
import { patiently } from "../support/waiting.ts";

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openTestFleet();
});
afterEach(() => fleet[Symbol.asyncDispose]());

it("counts running sequences over all workers, even at an edge that sent none of them requests", async () => {
  const gate = Promise.withResolvers<void>();
  const gated = writeBlocks({ blocks: 1, before: (_, __, signal) => Promise.race([gate.promise, aborted(signal)]) });
  await fleet.worker(gated);
  await fleet.worker(gated);
  const wire = await fleet.wire();
  const [asker, reader] = [await fleet.edge(), await fleet.edge({ url: wire.url })];
  const app = appOf(reader, { running: () => reader.running() });
  const samples = async () => (await (await app.request("/metrics")).text()).match(/^palimpsest_running_.*$/gm);
  const runs = (sequences: number, responses: number) =>
    vi.waitFor(
      async () =>
        expect(await samples()).toEqual([
          `palimpsest_running_sequences{model="scripted"} ${sequences}`,
          `palimpsest_running_responses{model="scripted"} ${responses}`,
        ]),
      patiently,
    );
  await runs(0, 0);

  const { signal } = new AbortController();
  const answers = [1, 2].map((choices) => Array.fromAsync(asker.replicas.generate(fleetRequest({ choices }), signal)));
  await runs(3, 2);
  gate.resolve();
  await Promise.all(answers);
  await runs(0, 0);

  wire.cut();
  await vi.waitFor(async () => expect(await samples()).toBe(null), patiently);
  wire.mend();
  await runs(0, 0);
});

it("counts the requests of each class, with and without capabilities, and the sequences that they need", async () => {
  const gate = Promise.withResolvers<void>();
  const gated = writeBlocks({ blocks: 1, before: (_, __, signal) => Promise.race([gate.promise, aborted(signal)]) });
  const { worker } = await fleet.worker(gated, { capabilities: ["penalties", "continuation"] });
  const edge = await fleet.edge({ waitLimitMs: 4_000 });
  const app = appOf(edge, { running: () => edge.running() });
  const page = async () => (await app.request("/metrics")).text();
  const shows = (expected: Readonly<Record<string, number>>) =>
    vi.waitFor(async () => {
      const lines = [...(await page()).matchAll(/^palimpsest_(\w+)\{model="scripted"(?:,priority="(\w+)")?\} (.*)$/gm)];
      const samples = Object.fromEntries(lines.map(([, name, priority, value]) => [priority ?? name, Number(value)]));
      expect(samples).toMatchObject(expected);
    }, patiently);
  const idle = { interactive: 0, default: 0, batch: 0, unmet_requests: 0, demand_sequences: 0 };
  await shows(idle);

  const { signal } = new AbortController();
  const ask = (change: object) => Array.fromAsync(edge.replicas.generate(fleetRequest(change), signal));
  const running = [ask({ priority: "batch", choices: 3 }), ask({ decoding: { presencePenalty: 1 } })];
  await shows({ ...idle, batch: 1, default: 1, running_sequences: 4, demand_sequences: 4 });
  worker.setServing(false);
  const waiting = ask({ priority: "interactive" }).catch((error: Error) => error);
  await shows({ ...idle, interactive: 1, batch: 1, default: 1, demand_sequences: 5 });
  expect(await waiting).toMatchObject({ code: "unavailable" });
  gate.resolve();
  await Promise.all(running);
  await shows({ ...idle, unmet_requests: 1, demand_sequences: 1 });
});

it("leaves out the queue's metrics while it cannot read the queue, rather than report 0", async () => {
  await fleet.worker(writeBlocks({ blocks: 1 }));
  const edge = await fleet.edge();
  const app = appOf(edge, { running: () => edge.running() });
  const page = async () => (await app.request("/metrics")).text();
  await vi.waitFor(async () => expect(await page()).toContain("palimpsest_demand_sequences{"), patiently);
  await edge.link.jsm.streams.delete("wanted-scripted");
  await vi.waitFor(async () => {
    expect(await page()).not.toContain("palimpsest_demand_sequences{");
    expect(await page()).toContain('palimpsest_running_sequences{model="scripted"} 0');
  }, patiently);
});

it("tells the pages, blocks and waits of each replica that tells them", async () => {
  await fleet.worker(writeBlocks({ blocks: 1 }), { replicaId: "silent" });
  const { engine } = await fleet.worker(writeBlocks({ blocks: 1 }), { replicaId: "telling" });
  const counts = { pagesInUse: 3, pagesCached: 4, pagesTotal: 16, preemptions: 2, committedBlocks: 9 };
  const waits = { draftToCommitMs: 1_500, rankWaits: [{ rank: 1, ms: 250 }] };
  engine.stats = async () => ({ ...counts, ...waits }) as unknown as EngineStats;
  const edge = await fleet.edge();
  const app = appOf(edge, { running: () => edge.running() });
  await vi.waitFor(async () => {
    const page = await (await app.request("/metrics")).text();
    expect(page.match(/^.*replica="\w+".*$/gm)).toEqual([
      'palimpsest_kv_pages{model="scripted",replica="telling",state="used"} 3',
      'palimpsest_kv_pages{model="scripted",replica="telling",state="cached"} 4',
      'palimpsest_kv_pages{model="scripted",replica="telling",state="free"} 9',
      'palimpsest_replica_preemptions_total{model="scripted",replica="telling"} 2',
      'palimpsest_replica_blocks_total{model="scripted",replica="telling"} 9',
      'palimpsest_replica_draft_to_commit_seconds_total{model="scripted",replica="telling"} 1.5',
      'palimpsest_exchange_wait_seconds_total{model="scripted",replica="telling",rank="1"} 0.25',
    ]);
  }, patiently);
});
