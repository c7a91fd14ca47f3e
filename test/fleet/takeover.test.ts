/** A response survives its worker: another continues after the last committed block, with the same text. */
import { create, toBinary } from "@bufbuild/protobuf";
import { QueuedRequestSchema } from "@palimpsest/proto/fleet";
import { encodeRequest } from "@palimpsest/proto/request-codec";
import { describe, expect, it, vi } from "vitest";
import { classStream, plainQueue, readClaim, readLog, wakeSubject } from "../../fleet/src/index.ts";
import { fold } from "../support/events.ts";
import { aborted, textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { fleetRequest, type TestFleet } from "../support/fleet/fleet.ts";
import { healthy, listen, stuck, withFleet } from "../support/fleet/fleet-responses.ts";
import { patiently } from "../support/waiting.ts";

describe.concurrent("takeover", () => {
  it.each(["cut", "stall"] as const)("of a disconnected worker: %s", { timeout: 60_000 }, (loss) =>
    withFleet(async (fleet) => {
      const wire = await fleet.wire();
      const first = await fleet.worker(stuck().script, { replicaId: "first", url: wire.url });
      const { replicas } = await fleet.edge();
      const limits = { minTokens: 9, stopTokenIds: [7], logprobs: 2, sampling: { temperature: 0.5, seed: 11n } };
      const moved = {
        logitBias: new Map([
          [5, -100],
          [6, 0.5],
        ]),
        decoding: { penaltyLambda: 3 },
      };
      const response = listen(replicas, fleetRequest({ choices: 2, ...limits, ...moved }));
      await response.commits(4);
      wire[loss]();
      const second = await fleet.worker(healthy, { replicaId: "second" });
      const document = fold(await response.ended);
      expect(document.choices.map(({ text }) => text)).toEqual([textOf(0, 5), textOf(1, 5)]);
      expect(document).toMatchObject({ status: "ended", attempt: 2 });
      const [given] = first.engine.requests;
      expect(given).toMatchObject({
        ...{ attempt: 1, minTokens: 9, stopTokenIds: [7], logprobs: 2, sampling: { temperature: 0.5, seed: 11n } },
        logitBias: new Map([[5, -100], [6, 0.5]]), // biome-ignore format: a table
        decoding: { penaltyLambda: 3 },
      });
      const committed = [{ tokens: [0, 1] }, { tokens: [0, 1] }];
      expect(second.engine.requests).toEqual([{ ...given, attempt: 2, committed }]);
    }),
  );

  it("ignores a worker that counts as crashed and sends again", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const wire = await fleet.wire();
      const zombie = stuck();
      const first = await fleet.worker(zombie.script, { replicaId: "first", url: wire.url });
      const { replicas } = await fleet.edge();
      const request = fleetRequest();
      const response = listen(replicas, request);
      await response.commits(2);
      wire.stall();
      const successor = stuck();
      await fleet.worker(successor.script, { replicaId: "second" });
      await successor.reached;
      // Both are at block 2 now, and the disconnected worker sends first.
      wire.mend();
      zombie.goOn();
      await vi.waitFor(() => expect(first.engine.ended).toBe(1), patiently);
      successor.goOn();
      const document = fold(await response.ended);
      expect(document.choices[0]?.text).toBe(textOf(0, 5));
      const link = await fleet.link("reader");
      const log = await readLog(link.jsm, request.responseId);
      expect(log.filter(({ type }) => type === "commit").map(({ attempt }) => attempt)).toEqual([1, 1, 2, 2, 2]);
      await link[Symbol.asyncDispose]();
    }),
  );

  it("sends only the end if nothing else is missing", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const wire = await fleet.wire();
      await fleet.worker(
        async function* (signal, request) {
          for await (const event of healthy(signal, request)) {
            if (event.type === "done") return await aborted(signal);
            yield event;
          }
        },
        { url: wire.url },
      );
      const { replicas } = await fleet.edge();
      const response = listen(replicas, fleetRequest({ drafts: false }));
      await response.commits(5);
      wire.cut();
      const second = await fleet.worker(healthy);
      expect(fold(await response.ended)).toMatchObject({ status: "ended", choices: [{ finishReason: "stop" }] });
      expect(second.engine.requests).toMatchObject([{ committed: [{ finishReason: "stop" }] }]);
    }),
  );

  it("is not retried after two workers that began at the same block crashed", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const { replicas } = await fleet.edge();
      const breaks = writeBlocks({
        blocks: 5,
        before: async (block) => {
          if (block === 2) throw new Error("the engine broke");
        },
      });
      const first = await fleet.worker(breaks);
      await fleet.worker(breaks);
      const document = fold(await listen(replicas, fleetRequest()).ended);
      expect(document).toMatchObject({ status: "failed", error: { code: "poisoned", retryable: false } });
      expect(document.choices[0]?.text).toBe(textOf(0, 2));
      expect(document.error?.message).toMatch(/^2 workers crashed .* 2 committed blocks/);
      await first.worker.drain(0);
    }),
  );

  it("counts no disconnected worker as crashed", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const wires = [await fleet.wire(), await fleet.wire()];
      const held = [stuck(0), stuck(0)];
      const { replicas } = await fleet.edge();
      await fleet.worker(held[0]!.script, { url: wires[0]!.url });
      const request = fleetRequest();
      const response = listen(replicas, request);
      await held[0]!.reached;
      await fleet.worker(held[1]!.script, { url: wires[1]!.url });
      wires[0]!.stall();
      await held[1]!.reached;
      const reader = await fleet.link("reader");
      const claim = async () => (await readClaim(reader.buckets.responses, request.responseId))?.claim;
      expect(await claim()).toMatchObject({ attempt: 2, fruitlessAttempts: 2 });
      wires[0]!.mend();
      await vi.waitFor(
        async () => expect(await claim()).toMatchObject({ attempt: 2, fruitlessAttempts: 1 }),
        patiently,
      );
      held[0]!.goOn();
      wires[1]!.stall();
      const document = fold(await response.ended);
      expect(document).toMatchObject({ status: "ended", attempt: 3, choices: [{ text: textOf(0, 5) }] });
      wires[1]!.mend();
      await reader[Symbol.asyncDispose]();
    }),
  );

  it("gives disconnected workers time to refute that they crashed", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const wires = [await fleet.wire(), await fleet.wire()];
      const { replicas } = await fleet.edge();
      const request = fleetRequest();
      let response: ReturnType<typeof listen> | undefined;
      for (const wire of wires) {
        const held = stuck(0);
        await fleet.worker(held.script, { url: wire.url });
        response ??= listen(replicas, request);
        await held.reached;
        wire.stall();
      }
      const { engine } = await fleet.worker(healthy);
      const reader = await fleet.link("reader");
      const claim = async () => (await readClaim(reader.buckets.responses, request.responseId))?.claim;
      await vi.waitFor(
        async () => expect(await claim()).toMatchObject({ attempt: 3, fruitlessAttempts: 3 }),
        patiently,
      );
      expect(engine.requests).toEqual([]);
      for (const wire of wires) wire.mend();
      expect(fold(await response!.ended)).toMatchObject({
        status: "ended",
        attempt: 3,
        choices: [{ text: textOf(0, 5) }],
      });
      await reader[Symbol.asyncDispose]();
    }),
  );

  it("ends a cancelled response whose engine does not react", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const held = stuck(2, { deaf: true });
      await fleet.worker(held.script);
      const edge = await fleet.edge();
      const request = fleetRequest({ background: true });
      const response = listen(edge.replicas, request);
      await response.commits(2);
      await fleet.worker(healthy);
      await edge.responses.cancel(request.responseId);
      expect((await response.ended).at(-1)).toMatchObject({ type: "error", code: "cancelled", attempt: 2 });
      const waiting = async () =>
        expect((await edge.link.jsm.streams.info(classStream("scripted", "default"))).state.messages).toBe(0);
      await vi.waitFor(waiting, patiently);
      held.goOn();
    }),
  );

  it("continues a response whose request was delivered twice", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const held = stuck();
      const { engine } = await fleet.worker(held.script);
      const { replicas, link } = await fleet.edge();
      const request = fleetRequest();
      const response = listen(replicas, request);
      await held.reached;
      // The same request again, as after a lost acknowledgement.
      const queued = create(QueuedRequestSchema, {
        request: encodeRequest(request),
        deadlineMs: BigInt(Date.now() + 60_000),
      });
      await link.js.publish(plainQueue("scripted", "default").subject, toBinary(QueuedRequestSchema, queued));
      link.control.publish(wakeSubject("scripted"));
      await vi.waitFor(() => expect(engine.requests).toHaveLength(2), patiently);
      held.goOn();
      expect(fold(await response.ended)).toMatchObject({
        status: "ended",
        attempt: 2,
        choices: [{ text: textOf(0, 5) }],
      });
    }),
  );
});

/** Stops the server, and restarts it without its files. */
async function forgetful({ server }: TestFleet): Promise<void> {
  await server.stop();
  await server.forget();
  await server.start();
}

describe.concurrent("a restarted server", () => {
  it("finds running and waiting streams", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const held = stuck();
      await fleet.worker(held.script);
      const { replicas } = await fleet.edge();
      const running = Array.from({ length: 4 }, () => listen(replicas, fleetRequest()));
      for (const { commits } of running) await commits(2);
      const waiting = listen(replicas, fleetRequest());
      await fleet.server.restart();
      held.goOn();
      for (const { ended } of [...running, waiting]) {
        expect(fold(await ended)).toMatchObject({ status: "ended", choices: [{ text: textOf(0, 5) }] });
      }
    }),
  );

  it("without its data, gets the logs again from their workers", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const held = stuck();
      await fleet.worker(held.script);
      const edge = await fleet.edge();
      const request = fleetRequest();
      const response = listen(edge.replicas, request);
      await response.commits(2);
      await forgetful(fleet);
      const reader = await fleet.link("reader");
      await vi.waitFor(async () => {
        const log = await readLog(reader.jsm, request.responseId);
        expect(log.map(({ type }) => type)).toEqual(["open", "commit", "commit"]);
      }, patiently);
      held.goOn();
      expect(fold(await response.ended)).toMatchObject({ status: "ended", choices: [{ text: textOf(0, 5) }] });
      await reader[Symbol.asyncDispose]();
    }),
  );

  it("without its data, also gets other workers' events from a worker", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const held = [stuck(2), stuck(4)];
      const first = await fleet.worker(held[0]!.script);
      const edge = await fleet.edge();
      const request = fleetRequest();
      const response = listen(edge.replicas, request);
      await response.commits(2);
      await fleet.worker(held[1]!.script);
      await first.worker.drain(0);
      await response.commits(4);
      await forgetful(fleet);
      const reader = await fleet.link("reader");
      await vi.waitFor(async () => {
        const log = await readLog(reader.jsm, request.responseId);
        expect(log.map(({ type, attempt }) => `${type} ${attempt}`)).toEqual([
          "open 1",
          ...["commit 1", "commit 1", "commit 2", "commit 2"],
        ]);
      }, patiently);
      await vi.waitFor(async () => expect(await edge.responses.isKnown(request.responseId, "")).toBe(true), patiently);
      held[1]!.goOn();
      expect(fold(await response.ended)).toMatchObject({ status: "ended", choices: [{ text: textOf(0, 5) }] });
      await reader[Symbol.asyncDispose]();
    }),
  );

  it("without its data, does not confuse a lost request with a new one", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const { worker } = await fleet.worker(healthy);
      const edge = await fleet.edge();
      await worker.drain(0);
      const client = new AbortController();
      const lost = fleetRequest();
      const reader = await fleet.link("reader");
      const queued = async () =>
        (await reader.jsm.direct.getMessage(classStream("scripted", "default"), { seq: 1 }))?.header.get("Nats-Msg-Id");
      // Sequence numbers restart at 1: the first request before and the first request after have the same number.
      const one = listen(edge.replicas, lost, client.signal);
      await vi.waitFor(async () => expect(await queued()).toBe(`${lost.responseId}.1`), patiently);
      await forgetful(fleet);
      await vi.waitFor(() => expect(edge.link.connected && reader.connected).toBe(true), patiently);
      const other = fleetRequest();
      const two = listen(edge.replicas, other);
      await vi.waitFor(async () => expect(await queued()).toBe(`${other.responseId}.1`), patiently);
      client.abort();
      await one.ended;
      await fleet.worker(healthy);
      expect(fold(await two.ended)).toMatchObject({ status: "ended", choices: [{ text: textOf(0, 5) }] });
      await reader[Symbol.asyncDispose]();
    }),
  );

  it("tells a worker which requests were cancelled while it was disconnected", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const wire = await fleet.wire();
      const held = stuck();
      const { engine } = await fleet.worker(held.script, { url: wire.url });
      const edge = await fleet.edge();
      const request = fleetRequest({ background: true });
      const response = listen(edge.replicas, request);
      await response.commits(2);
      wire.cut();
      await edge.responses.cancel(request.responseId);
      wire.mend();
      expect((await response.ended).at(-1)).toMatchObject({ type: "error", code: "cancelled" });
      expect(engine.ended).toBe(1);
    }),
  );

  it("without its data, fails responses that no worker can continue, as retryable", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const wire = await fleet.wire();
      const held = stuck();
      await fleet.worker(held.script, { url: wire.url });
      const { replicas } = await fleet.edge();
      const response = listen(replicas, fleetRequest());
      await response.commits(2);
      wire.cut();
      await forgetful(fleet);
      await fleet.worker(healthy);
      expect((await response.ended).at(-1)).toMatchObject({ type: "error", code: "unavailable", retryable: true });
    }),
  );
});
