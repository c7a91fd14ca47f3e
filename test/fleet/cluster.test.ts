/** A fleet on a NATS cluster of three servers, whose streams have three copies, outlives the loss of any server. */

import { create } from "@bufbuild/protobuf";
import { ResponseRecordSchema } from "@palimpsest/proto/fleet";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { append, classStream, EDIT_STREAM, readLog, readRecord, writeRecord } from "../../fleet/src/index.ts";
import { fold } from "../support/events.ts";
import { textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { opening } from "../support/fakes/synthetic-response.ts";
import { fleetRequest, openTestFleet, type TestFleet } from "../support/fleet/fleet.ts";
import { type NatsCluster, openNatsCluster } from "../support/fleet/nats-cluster.ts";
import { forever, patiently } from "../support/waiting.ts";

let cluster: NatsCluster;
let fleet: TestFleet;
beforeAll(async () => {
  cluster = await openNatsCluster(3);
  fleet = await openTestFleet({ cluster, streamReplicas: 3 });
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

it("reads at once, from any server, what another program has written", { timeout: 60_000 }, async () => {
  const urls = [...cluster.servers.values()].map(({ url }) => url);
  const [writer, ...readers] = await Promise.all([urls[1]!, ...urls].map((url) => fleet.link("party", url)));
  const { js, jsm, buckets } = writer!;
  const missing: string[] = [];
  for (let i = 0; i < 60; i++) {
    const id = `read-${i}`;
    await writeRecord(buckets.responses, id, create(ResponseRecordSchema, { owner: "a" }));
    await append(js, jsm, { ...opening, v: 1, response_id: id, attempt: 1, seq: 1, model: "m", choices: 1 }, 2_000);
    const found = readers.map(async (link) => [
      await readRecord(link.buckets.responses, id),
      ...(await readLog(link.jsm, id)),
    ]);
    for (const one of await Promise.all(found)) if (one.length !== 2 || one.includes(undefined)) missing.push(id);
  }
  expect(missing).toEqual([]);
  await Promise.all([writer!, ...readers].map((link) => link[Symbol.asyncDispose]()));
});

it("keeps a running response, its log and its queue when the server that leads them is killed", {
  timeout: 120_000,
}, async () => {
  const gate = Promise.withResolvers<void>();
  await fleet.worker(writeBlocks({ blocks: 4, before: (block) => (block < 2 ? Promise.resolve() : gate.promise) }));
  const [edge, other] = [await fleet.edge(), await fleet.edge()];
  const { jsm } = edge.link;
  for (const stream of [
    EDIT_STREAM,
    classStream("scripted", "default"),
    "drafts",
    "KV_responses",
    "KV_replicas",
    "KV_models",
  ]) {
    const { config, cluster: peers } = await jsm.streams.info(stream);
    expect([stream, config.num_replicas, peers?.replicas?.length]).toEqual([stream, 3, 2]);
  }

  const request = fleetRequest();
  const events = Array.fromAsync(edge.replicas.generate(request, forever));
  const written = async () => (await readLog(jsm, request.responseId)).length;
  // open and two commits
  await vi.waitFor(async () => expect(await written()).toBe(3), patiently);
  const leader = (await jsm.streams.info(EDIT_STREAM)).cluster?.leader;
  await cluster.servers.get(leader!)!.stop();
  gate.resolve();
  const texts = (await events).filter((event) => event.type === "commit").map(({ text }) => text);
  expect(texts.join("")).toBe(textOf(0, 4));

  // The log is whole on the two servers that are left, and new requests are answered.
  const again = await Array.fromAsync(other.responses.watch(request.responseId, undefined, forever));
  expect(fold(again).choices.map(({ text }) => text)).toEqual([textOf(0, 4)]);
  const next = await Array.fromAsync(other.replicas.generate(fleetRequest(), forever));
  expect(next.at(-1)?.type).toBe("end");
});
