/** Every edge reports the load of the fleet's workers, and omits it if unknown. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
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
