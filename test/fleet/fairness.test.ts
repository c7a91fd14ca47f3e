/** Keys of one class share a fleet's workers: a key with many requests does not keep another's waiting behind all of them. */

import type { EditEvent } from "@palimpsest/proto";
import { describe, expect, it, vi } from "vitest";
import { BUCKETS, bucketOf, classStream, plainStream } from "../../fleet/src/index.ts";
import { fold } from "../support/events.ts";
import { aborted, writeBlocks } from "../support/fakes/block-engine.ts";
import { fleetRequest, openTestFleet } from "../support/fleet/fleet.ts";
import { forever, patiently } from "../support/waiting.ts";

/** Names of tenants whose buckets differ. */
function tenants(count: number): string[] {
  const byBucket = new Map<number, string>();
  for (let i = 0; byBucket.size < count; i++) byBucket.set(bucketOf(`tenant ${i}`), `tenant ${i}`);
  return [...byBucket.values()];
}

/** A fleet of two workers of four slots, whose responses wait for the gate, and in which requests are noted as they start. */
async function openGatedFleet(gate: Promise<void>) {
  const fleet = await openTestFleet();
  const started: string[] = [];
  const script = writeBlocks({
    blocks: 2,
    before: (block, { cacheScope = "" }, signal) => {
      if (block === 0) started.push(cacheScope);
      return Promise.race([gate, aborted(signal)]);
    },
  });
  const workers = [await fleet.worker(script), await fleet.worker(script)];
  const { replicas, link } = await fleet.edge();
  const ask = (cacheScope: string) => Array.fromAsync(replicas.generate(fleetRequest({ cacheScope }), forever));
  const queued = async () => (await link.jsm.streams.info(classStream("scripted", "default"))).state.messages;
  return {
    fleet,
    started,
    workers,
    link,
    replicas,
    ask,
    queued,
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

describe("keys of one class", () => {
  it("are served in turn by two workers, when one key has 50 requests waiting", { timeout: 60_000 }, async () => {
    const gate = Promise.withResolvers<void>();
    await using opened = await openGatedFleet(gate.promise);
    const { started, ask, queued, link } = opened;
    const [hot, other] = tenants(2) as [string, string];
    const many = Array.from({ length: 50 }, () => ask(hot));
    await vi.waitFor(async () => expect([started.length, await queued()]).toEqual([8, 50]), patiently);
    const few = Array.from({ length: 6 }, () => ask(other));
    await vi.waitFor(async () => expect(await queued()).toBe(56), patiently);
    gate.resolve();
    await Promise.all([...many, ...few]);
    const before = started.lastIndexOf(other);
    // The eight that ran, and one of each key in turn. Each worker counts for itself and may be one turn off for each slot.
    expect(started.slice(0, before).filter((tenant) => tenant === hot).length).toBeLessThanOrEqual(8 + 6 + 8);
    expect(started).toHaveLength(56);
    expect((await link.jsm.streams.info(plainStream("scripted"))).state.last_seq).toBe(0);
  });

  it("have as many consumers as buckets, however many keys there are", { timeout: 60_000 }, async () => {
    await using opened = await openGatedFleet(Promise.resolve());
    const { ask, link, queued } = opened;
    const keys = Array.from({ length: 2 * BUCKETS }, (_, i) => `key ${i}`);
    for (let i = 0; i < keys.length; i += BUCKETS) await Promise.all(keys.slice(i, i + BUCKETS).map(ask));
    const { state, config } = await link.jsm.streams.info(classStream("scripted", "default"));
    expect(state.consumer_count).toBe(new Set(keys.map(bucketOf)).size);
    expect(config.max_msgs).toBe(64);
    await vi.waitFor(async () => expect(await queued()).toBe(0), patiently);
  });

  it("learn their requests' places in the queue, which sink as others are served", { timeout: 60_000 }, async () => {
    const gate = Promise.withResolvers<void>();
    await using opened = await openGatedFleet(gate.promise);
    const { started, ask, queued, replicas } = opened;
    const [hot, other] = tenants(2) as [string, string];
    const many = Array.from({ length: 14 }, () => ask(hot));
    await vi.waitFor(async () => expect([started.length, await queued()]).toEqual([8, 14]), patiently);
    const follow = (cacheScope: string) => {
      const events: EditEvent[] = [];
      const request = fleetRequest({ cacheScope, queuePlaces: true });
      const ended = (async () => {
        for await (const event of replicas.generate(request, forever)) events.push(event);
      })();
      return { events, ended };
    };
    const firstOf = ({ events }: { events: readonly EditEvent[] }, ahead: number) =>
      vi.waitFor(
        () => expect(events[0]).toMatchObject({ type: "queued", attempt: 0, ahead, approximate: true }),
        patiently,
      );
    // Six of the hot key wait. Nobody has looked into the other key's queue, so that its place is not known yet.
    const last = follow(hot);
    await firstOf(last, 6);
    const few = follow(other);
    gate.resolve();
    await Promise.all([...many, last.ended, few.ended]);
    for (const { events } of [last, few]) {
      const types = events.map(({ type }) => type);
      expect(types.lastIndexOf("queued")).toBeLessThan(types.indexOf("open"));
      expect(fold(events).status).toBe("ended");
    }
  });
});
