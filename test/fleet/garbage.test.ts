/** Malformed messages on a fleet's subjects are logged, counted and skipped: no answer changes. */
import { fromBinary } from "@bufbuild/protobuf";
import { emptyDocument, reduce } from "@palimpsest/proto";
import { LoadReportSchema } from "@palimpsest/proto/fleet";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { sseData } from "../../edge/client/sse.ts";
import { claimSubject, loadSubject, PRIORITIES, plainQueue, wakeSubject } from "../../fleet/src/index.ts";
import { textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { appOf, openTestFleet } from "../support/fleet/fleet.ts";

it("fuzzed bytes on every subject change no answer, and are counted", { timeout: 60_000 }, async () => {
  await using fleet = await openTestFleet({ queueLimit: 1000 });
  await fleet.worker(writeBlocks({ blocks: 5 }), { replicaId: "replica" });
  const app = appOf(await fleet.edge());
  const enemy = await fleet.link("enemy");
  await enemy.createModel("scripted");
  let ignored = 0n;
  enemy.control.subscribe(loadSubject("replica"), {
    callback: (_, { data }) => {
      if (data[0] === 0xff) return;
      ignored = fromBinary(LoadReportSchema, data).ignoredMessages;
    },
  });
  let requests = 0n;
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...PRIORITIES), async (noise, priority) => {
      // No valid message begins with this byte.
      const bytes = Uint8Array.from([0xff, ...noise]);
      const body = JSON.stringify({ model: "scripted", prompt: "hi", stream: true });
      const headers = { "content-type": "application/json" };
      const response = await app.request("/v1/completions", { method: "POST", headers, body });
      const id = response.headers.get("x-response-id")!;
      const subjects = [
        ...[`edit.${id}.open`, `edit.${id}.0.3.commit`, `edit.${id}.0.4.commit`, `edit.${id}.end`, `edit.${id}.x`],
        ...[`draft.${id}.0.4`, `watch.${id}`, "$KV.models.x", "$KV.replicas.x", loadSubject("replica")],
        ...[loadSubject("x"), wakeSubject("scripted"), plainQueue("scripted", priority).subject],
      ];
      for (const subject of subjects) enemy.control.publish(subject, bytes);
      requests++;
      expect(await response.text()).toMatch(/data: \[DONE\]\n/);
      const stream = await app.request(`/v1/streams/${id}`);
      const events = await Array.fromAsync(sseData(stream.body!), (data) => JSON.parse(data));
      const { status, choices } = events.reduce(reduce, emptyDocument);
      expect({ status, text: choices[0].text }).toEqual({ status: "ended", text: textOf(0, 5) });
    }),
    { numRuns: 20 },
  );
  await vi.waitFor(() => expect(ignored).toBeGreaterThanOrEqual(requests), { timeout: 10_000 });
  await enemy[Symbol.asyncDispose]();
});

it("a response whose claim was overwritten with invalid bytes is taken over", { timeout: 60_000 }, async () => {
  await using fleet = await openTestFleet();
  const gate = Promise.withResolvers<void>();
  const held = writeBlocks({ blocks: 5, before: (block) => (block < 2 ? Promise.resolve() : gate.promise) });
  const { engine } = await fleet.worker(held);
  const app = appOf(await fleet.edge());
  const body = JSON.stringify({ model: "scripted", prompt: "hi", stream: true });
  const headers = { "content-type": "application/json", "idempotency-key": "k" };
  const response = await app.request("/v1/completions", { method: "POST", headers, body });
  const id = response.headers.get("x-response-id")!;
  const enemy = await fleet.link("enemy");
  await enemy.js.publish(claimSubject(id), Uint8Array.of(0xff));
  await vi.waitFor(() => expect(engine.requests).toHaveLength(2), { timeout: 20_000 });
  gate.resolve();
  expect(await response.text()).toMatch(/data: \[DONE\]\n/);
  const events = await Array.fromAsync(sseData((await app.request(`/v1/streams/${id}`)).body!), (it) => JSON.parse(it));
  expect(events.reduce(reduce, emptyDocument)).toMatchObject({ attempt: 2, choices: [{ text: textOf(0, 5) }] });

  // The records of the request and its key are unreadable: the request is unknown, and the key starts a new request.
  const [key] = await Array.fromAsync(await enemy.buckets.responses.keys("idempotency.*"));
  for (const name of [`record.${id}`, key!]) await enemy.buckets.responses.put(name, Uint8Array.of(0xff));
  expect((await app.request(`/v1/streams/${id}`)).status).toBe(404);
  const again = await app.request("/v1/completions", { method: "POST", headers, body });
  expect(again.headers.get("x-response-id")).not.toBe(id);
  await again.text();
  await enemy[Symbol.asyncDispose]();
});
