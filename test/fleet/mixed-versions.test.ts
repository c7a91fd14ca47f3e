/**
 * A fleet in which programs of the previous release run beside those of this one. Its messages are those of this release
 * without the fields that are new: a worker that states no capabilities, an edge that knows one queue for a model.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it, vi } from "vitest";
import { classStream, plainQueue, plainStream, readLog, wakeSubject, writeRecord } from "../../fleet/src/index.ts";
import {
  QueuedRequestSchema,
  ReplicaPresenceSchema,
  ResponseRecordSchema,
} from "../../proto/gen/palimpsest/v1/fleet_pb.js";
import { encodeRequest } from "../../proto/src/request-codec.ts";
import { fold } from "../support/events.ts";
import { textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { fleetRequest, openTestFleet } from "../support/fleet/fleet.ts";
import { forever } from "../support/waiting.ts";

const grammar = { kind: "json-object", param: "response_format" } as const;

describe("a worker of the previous release", () => {
  it("takes plain requests, while those that need more wait for a worker that can, and leave when none comes", async () => {
    await using fleet = await openTestFleet();
    const previous = await fleet.worker(writeBlocks({ blocks: 2 }), { capabilities: [] });
    const [presence] = await Array.fromAsync(await previous.link.buckets.replicas.keys());
    const entry = await previous.link.buckets.replicas.get(presence!);
    expect(fromBinary(ReplicaPresenceSchema, entry!.value).model?.capabilities).toEqual([]);
    const able = await fleet.worker(writeBlocks({ blocks: 2 }));
    const { replicas, link, view } = await fleet.edge({ waitLimitMs: 300 });
    const ask = (change: object) => Array.fromAsync(replicas.generate(fleetRequest(change), forever));
    const patient = await fleet.edge();
    const answer = async (change: object) =>
      fold(await Array.fromAsync(patient.replicas.generate(fleetRequest(change), forever))).choices[0]?.text;
    expect(await answer({ grammar })).toBe(textOf(0, 2));
    // The able one leaves, and is still known for a moment: the request waits in vain.
    await able.worker.drain(0);
    await expect(ask({ grammar })).rejects.toMatchObject({ code: "unavailable" });
    expect((await link.jsm.streams.info(classStream("scripted", "default"))).state.messages).toBe(0);
    await view.refresh();
    await expect(ask({ grammar })).rejects.toThrow('has the capability "grammar"');
    expect(await answer({})).toBe(textOf(0, 2));
    expect(previous.engine.requests).toHaveLength(1);
  });
});

describe("an edge of the previous release", () => {
  it("has its requests served by a worker of this one, and cancelled at an edge of this one", async () => {
    await using fleet = await openTestFleet();
    const { worker } = await fleet.worker(writeBlocks({ blocks: 2 }));
    const { responses, link } = await fleet.edge();
    const publish = async () => {
      const request = fleetRequest();
      const deadlineMs = BigInt(Date.now() + 60_000);
      const queued = create(QueuedRequestSchema, { request: encodeRequest(request), deadlineMs });
      const options = { msgID: `${request.responseId}.1` };
      const subject = plainQueue("scripted", "default").subject;
      const { seq } = await link.js.publish(subject, toBinary(QueuedRequestSchema, queued), options);
      const record = create(ResponseRecordSchema, { model: "scripted", queueSequence: BigInt(seq), deadlineMs });
      await writeRecord(link.buckets.responses, request.responseId, record);
      link.tell(wakeSubject("scripted"));
      return request.responseId;
    };
    const served = await publish();
    await vi.waitFor(async () => expect((await readLog(link.jsm, served)).at(-1)?.type).toBe("end"), 5_000);
    await worker.drain(0);
    const waiting = await publish();
    await responses.cancel(waiting);
    expect((await link.jsm.streams.info(plainStream("scripted"))).state.messages).toBe(0);
    expect((await Array.fromAsync(responses.watch(waiting, undefined, forever))).at(-1)).toMatchObject({
      type: "error",
      code: "cancelled",
    });
  });
});
