import { setTimeout as sleep } from "node:timers/promises";
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../../gpu-worker/src/clock.ts";
import { type GrpcServer, serveGrpc } from "../../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../../gpu-worker/src/transport/intake.ts";
import { request, type Script, ScriptedEngine } from "../../../test/support/fakes/scripted-engine.ts";
import { silentLog } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { forever, until } from "../../../test/support/waiting.ts";
import { openGrpcReplica } from "./grpc.ts";

const COMMITS = 500;

let opened = new AsyncDisposableStack();
afterEach(async () => {
  await opened.disposeAsync();
  opened = new AsyncDisposableStack();
});

async function serve(script: Script, address = "127.0.0.1:0") {
  const engine = new ScriptedEngine(script);
  const server: GrpcServer = opened.use(
    await serveGrpc(new Intake(engine, systemClock), { addresses: [address], clock: systemClock }),
  );
  return { engine, server };
}

async function reach(script: Script) {
  const { engine, server } = await serve(script);
  const replica = opened.use(openGrpcReplica(server.addresses[0]!, { log: silentLog }));
  await until(() => replica.ready);
  const generate = (change: Partial<GenerateRequest> = {}, signal = forever, limitMs = 50_000) =>
    replica.generate({ ...request, ...change }, Date.now() + limitMs, signal);
  const ask = (change: Partial<GenerateRequest> = {}) => Array.fromAsync(generate(change));
  return { engine, server, replica, generate, ask };
}

/** Many commits, as fast as they are taken. */
const flood: Script = async function* (_, { responseId }) {
  yield* tell(plainScript(Array.from({ length: COMMITS }, () => "text ")), responseId).filter(
    ({ type }) => type !== "draft",
  );
};

/** A commit, and then nothing until it is stopped. */
const silent: Script = async function* (signal, { responseId }) {
  yield* tell(plainScript(["Hello ", "world"]), responseId).slice(0, 4);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
};

it("many responses share the stream, and each gets its own events in their order", async () => {
  const { ask } = await reach(flood);
  const ids = Array.from({ length: 20 }, (_, i) => `r${i}`);
  const answers = await Promise.all(ids.map((responseId) => ask({ responseId })));
  for (const [i, events] of answers.entries()) {
    expect(events).toHaveLength(COMMITS + 3);
    expect(new Set(events.map((event) => (event as EditEvent).response_id))).toEqual(new Set([ids[i]]));
    const seqs = events.map((event) => (event as EditEvent).seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
});

it("a slow reader holds up no other, and gets all of its events", async () => {
  const { generate, ask } = await reach(flood);
  const slow = generate()[Symbol.asyncIterator]();
  await slow.next();
  expect(await ask({ responseId: "r2" })).toHaveLength(COMMITS + 3);
  let count = 1;
  while (!(await slow.next()).done) count++;
  expect(count).toBe(COMMITS + 3);
});

it("a reader that leaves and one that cancels stop the engine, and the stream goes on", async () => {
  const { engine, generate, ask } = await reach(silent);
  for await (const _ of generate()) break;
  await until(() => engine.ended === 1);
  const controller = new AbortController();
  const events = [];
  for await (const event of generate({}, controller.signal)) {
    events.push(event);
    if (event.type === "commit") controller.abort();
  }
  expect(events.at(-1)).toMatchObject({ type: "error", code: "cancelled", retryable: false, seq: 4 });
  await until(() => engine.ended === 2);
  expect((await Array.fromAsync(generate({}, AbortSignal.abort())))[0]).toMatchObject({ code: "cancelled" });
  expect(await ask({ model: "another" })).toMatchObject([{ type: "error", code: "model_not_found" }]);
  expect(engine.requests).toHaveLength(2);
});

it("a response whose time is over says so, and its engine stops", async () => {
  const { engine, generate } = await reach(silent);
  const events = await Array.fromAsync(generate({}, forever, 400));
  expect(events.at(-1)).toMatchObject({ type: "error", code: "deadline_exceeded" });
  expect(engine.signals[0]?.reason).toMatchObject({ name: "TimeoutError" });
});

it("a worker that breaks off is lost to all its responses, and the next ones open a stream to its successor", async () => {
  const { server, replica, generate, ask } = await reach(silent);
  const running = [generate({ responseId: "r1" }), generate({ responseId: "r2" })].map(async (events) => {
    const seen = [];
    for await (const event of events) {
      seen.push(event);
      // The second commit never comes.
      if (seen.length === 8) break;
      if (event.type === "commit") void server.drain(0);
    }
    return seen;
  });
  for (const seen of await Promise.all(running))
    expect(seen.at(-1)).toMatchObject({ type: "error", code: "unavailable" });
  await until(() => !replica.ready);
  expect(await ask()).toEqual([{ type: "lost", crashed: false }]);
  await serve(flood, server.addresses[0]!);
  await until(() => replica.ready);
  expect((await ask()).at(-1)?.type).toBe("end");
});

it("an engine that fails is lost to its response, as a crash", async () => {
  const { ask } = await reach(async function* (_, { responseId }) {
    yield* tell(plainScript(["Hello"]), responseId).slice(0, 1);
    await sleep(1);
    throw new Error("the device is gone");
  });
  expect((await ask()).at(-1)).toEqual({ type: "lost", crashed: true });
});
