/** A client that has lost its connection may come back: its response continues for a while without a reader. */
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import type { EditEvent } from "@palimpsest/proto";
import { QueuedRequestSchema } from "@palimpsest/proto/fleet";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { sseData } from "../../edge/client/sse.ts";
import { StopSignal } from "../../gpu-worker/src/transport/nats-stop-signal.ts";
import { fold } from "../support/events.ts";
import { aborted, textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { ManualClock } from "../support/fakes/manual-clock.ts";
import { appOf, openTestFleet, type TestFleet } from "../support/fleet/fleet.ts";
import { patiently } from "../support/waiting.ts";

/** More than the time between two signs of a reader. */
const GRACE_MS = 2_500;

let fleet: TestFleet;
let first: ReturnType<typeof appOf>;
let second: ReturnType<typeof appOf>;
let engine: Awaited<ReturnType<TestFleet["worker"]>>["engine"];
/** The engine waits for it before block 2. */
let gate: PromiseWithResolvers<void>;

beforeAll(async () => {
  fleet = await openTestFleet();
  ({ engine } = await fleet.worker(
    writeBlocks({
      blocks: 4,
      before: (block, _, signal) => (block < 2 ? Promise.resolve() : Promise.race([gate.promise, aborted(signal)])),
    }),
  ));
  first = appOf(await fleet.edge({ graceMs: GRACE_MS }));
  second = appOf(await fleet.edge({ graceMs: GRACE_MS }));
});
afterAll(() => fleet[Symbol.asyncDispose]());
beforeEach(() => {
  gate = Promise.withResolvers();
});

const body = JSON.stringify({ model: "scripted", messages: [{ role: "user", content: "hi" }], stream: true });

async function ask(app = first, headers: object = {}) {
  const sent = { "content-type": "application/json", ...headers };
  const response = await app.request("/v1/chat/completions", { method: "POST", headers: sent, body });
  return { response, id: response.headers.get("x-response-id")! };
}

/** Reads a plain stream until two blocks are committed. */
async function begun(headers: object = {}) {
  const { response, id } = await ask(first, headers);
  const reader = response.body!.getReader();
  let text = "";
  while (!text.includes(`id: ${id}:1.`) || !/^id: .*\.2$/m.test(text)) {
    text += new TextDecoder().decode((await reader.read()).value);
  }
  return { id, reader, lastId: [...text.matchAll(/^id: (.*)$/gm)].at(-1)![1]! };
}

async function watched(id: string, lastId?: string): Promise<EditEvent[]> {
  const headers = lastId === undefined ? {} : { "last-event-id": lastId };
  const response = await second.request(`/v1/streams/${id}`, { headers });
  const events: EditEvent[] = [];
  for await (const data of sseData(response.body!)) events.push(JSON.parse(data));
  return events;
}

it("a response continues while someone reads it, or has come back to it", { timeout: 30_000 }, async () => {
  const ended = engine.ended;
  const [returning, read, repeated] = await Promise.all([begun(), begun(), begun({ "idempotency-key": "twice" })]);
  const others = watched(read.id);
  for (const { reader } of [returning, read, repeated]) await reader.cancel();
  const rest = watched(returning.id, returning.lastId);
  const again = await ask(second, { "idempotency-key": "twice" });
  expect(again.id).toBe(repeated.id);
  await sleep(GRACE_MS + 500);
  expect(engine.ended).toBe(ended);
  gate.resolve();
  const commits = (await rest).filter(({ type }) => type === "commit");
  expect(commits).toMatchObject([{ block: 2 }, { block: 3 }]);
  expect((await rest).at(-1)?.type).toBe("end");
  expect(fold(await others)).toMatchObject({ status: "ended", choices: [{ text: textOf(0, 4) }] });
  expect(await again.response.text()).toContain("[DONE]");
});

it("a response that nobody comes back to is cancelled, and frees its key", { timeout: 30_000 }, async () => {
  const ended = engine.ended;
  const left = await begun({ "idempotency-key": "left" });
  const leftMs = performance.now();
  await left.reader.cancel();
  await vi.waitFor(() => expect(engine.ended).toBe(ended + 1), { ...patiently, timeout: 20_000 });
  expect(performance.now() - leftMs).toBeGreaterThan(GRACE_MS - 100);
  expect((await watched(left.id)).at(-1)).toMatchObject({ type: "error", code: "cancelled" });
  gate.resolve();
  const again = await ask(second, { "idempotency-key": "left" });
  expect(again.id).not.toBe(left.id);
  expect(await again.response.text()).toContain("[DONE]");
});

it("a worker waits for readers longer than an edge does that has lost one", () => {
  const clock = new ManualClock();
  const control = { subscribe: () => ({ unsubscribe() {} }) };
  const stopAfter = (graceMs: number): number => {
    const queued = create(QueuedRequestSchema, { graceMs, deadlineMs: BigInt(Date.now() + 600_000) });
    using stop = new StopSignal({ link: { control } as never, clock }, "r", queued);
    const startMs = clock.now();
    while (!stop.signal.aborted) {
      clock.advance(1_000);
      stop.beat(true);
    }
    return clock.now() - startMs;
  };
  expect([0, 3_000, 15_000].map(stopAfter)).toEqual([11_000, 11_000, 21_000]);
});
