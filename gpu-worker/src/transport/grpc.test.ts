import { once } from "node:events";
import { link, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { decodeEvent, type EditEvent, type GenerateRequest, serviceDefinition } from "@palimpsest/proto";
import { GenerateService } from "@palimpsest/proto/generate";
import { encodeRequest } from "@palimpsest/proto/request-codec";
import { service as health } from "grpc-health-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fold } from "../../../test/support/events.ts";
import { request, type Script, ScriptedEngine } from "../../../test/support/fakes/scripted-engine.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { openRemoteEngine } from "../../../test/support/programs/remote-engine.ts";
import { systemClock } from "../clock.ts";
import { MAX_REQUEST_BYTES, serveGrpc } from "./grpc-server.ts";
import { EngineBroken, Intake } from "./intake.ts";

const unaborted = new AbortController().signal;
const told = tell(plainScript(["Hello ", "world"], ["你好"]));

let opened: AsyncDisposableStack;
let folder: string;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), "grpc-"));
});
afterEach(async () => {
  await opened.disposeAsync();
  await rm(folder, { recursive: true });
});

async function serve(script: Script, address = "127.0.0.1:0") {
  const engine = new ScriptedEngine(script);
  const intake = new Intake(engine, systemClock);
  const server = opened.use(await serveGrpc(intake, { addresses: [address], clock: systemClock }));
  const bound = server.addresses[0]!;
  const remote = opened.use(await openRemoteEngine(bound));
  const client = opened.adopt(new grpc.Client(bound, grpc.credentials.createInsecure()), (it) => it.close());
  const ask = (change: Partial<GenerateRequest> = {}, signal = unaborted) =>
    Array.fromAsync(remote.generate({ ...request, ...change }, signal));
  return { engine, intake, server, remote, client, ask };
}

/** A stream as any gRPC client would open it. */
function call(client: grpc.Client, options: grpc.CallOptions, serialize = methods.generate.requestSerialize) {
  const { path, responseDeserialize } = methods.generate;
  return client.makeServerStreamRequest(path, serialize, responseDeserialize, encodeRequest(request), options);
}
const methods = serviceDefinition(GenerateService);

async function* plain() {
  yield* told;
}

/** Never ends, and hears no abort. */
async function* deaf() {
  yield told[0]!;
  await new Promise(() => {});
}

/** Drafts until the signal aborts. */
async function* endless(signal: AbortSignal) {
  const [open, draft] = told as [EditEvent, EditEvent];
  yield open;
  for (let seq = 1; !signal.aborted; seq++, await sleep(1)) yield { ...draft, seq } as EditEvent;
}

/** More text than all buffers on the way hold. */
async function* flood() {
  const text = "x".repeat(100_000);
  const head = { v: 1, response_id: "r1", attempt: 1 } as const;
  yield told[0]!;
  for (let block = 0; block < 100; block++) {
    yield {
      ...head,
      seq: block + 1,
      type: "commit",
      choice: 0,
      block,
      text,
      start: block * text.length,
      length: text.length,
    } as const;
  }
  yield { ...told.at(-1)!, seq: 101 };
}

describe("a worker over gRPC", () => {
  it.each([
    ["TCP", () => "127.0.0.1:0"],
    ["a unix socket", () => `unix:${join(folder, "worker.sock")}`],
  ])("answers on %s as the engine does", async (_, address) => {
    const { engine, remote, ask } = await serve(plain, address());
    expect(remote.model).toEqual(engine.model);
    expect(fold(await ask())).toEqual(fold(told));
    expect(engine.requests).toEqual([request]);
  });

  it("stops the engine when the caller cancels, and says so", async () => {
    const { engine, remote } = await serve(endless);
    const controller = new AbortController();
    let last: EditEvent | undefined;
    for await (const event of remote.generate(request, controller.signal)) {
      last = event;
      if (event.type === "draft") controller.abort();
    }
    expect(last).toMatchObject({ type: "error", code: "cancelled", retryable: false });
    await vi.waitFor(() => expect(engine.ended).toBe(1));
  });

  it("stops the engine when the reader leaves", async () => {
    const { engine, remote } = await serve(endless);
    for await (const event of remote.generate(request, unaborted)) if (event.type === "draft") break;
    await vi.waitFor(() => expect(engine.ended).toBe(1));
  });

  it("stops the engine before the deadline of the call, in time to say why", async () => {
    const { engine, client } = await serve(endless);
    const responses = await call(client, { deadline: Date.now() + 500 }).toArray();
    expect(decodeEvent(responses.at(-1).event)).toMatchObject({ type: "error", code: "deadline_exceeded" });
    expect(engine.signals[0]?.reason).toMatchObject({ name: "TimeoutError" });
    expect(engine.ended).toBe(1);
  });

  it("ends with deadline_exceeded when the caller's time is over", async () => {
    const { ask } = await serve(endless);
    expect((await ask({}, AbortSignal.timeout(100))).at(-1)).toMatchObject({ code: "deadline_exceeded" });
  });

  it("does not let a slow reader delay another one, nor the engine", async () => {
    const { engine, remote, ask } = await serve(flood);
    const slow: EditEvent[] = [];
    const rested = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const event of remote.generate(request, unaborted)) {
        slow.push(event);
        await rested.promise;
      }
    })();
    await vi.waitFor(() => expect(engine.ended).toBe(1));
    expect(await ask()).toHaveLength(102);
    expect(slow).toHaveLength(1);
    rested.resolve();
    await reading;
    expect(slow.filter((event) => event.type === "commit")).toHaveLength(100);
  });

  it.each<[string, Partial<GenerateRequest>, object]>([
    ["a parameter", { stop: [""] }, { code: "invalid_request", param: "stop[0]", retryable: false }],
    ["its size", { prompt: { kind: "text", text: "x".repeat(MAX_REQUEST_BYTES) } }, { code: "invalid_request" }],
  ])("refuses a request for %s without asking the engine", async (_, change, error) => {
    const { engine, ask } = await serve(plain);
    expect(await ask(change)).toEqual([expect.objectContaining({ type: "error", ...error })]);
    expect(engine.requests).toEqual([]);
  });

  it("refuses another model by its name", async () => {
    const intake = new Intake(new ScriptedEngine(plain), systemClock);
    const events = await Array.fromAsync(intake.generate(encodeRequest({ ...request, model: "other" }), {}, unaborted));
    expect(events).toMatchObject([{ type: "error", code: "model_not_found", param: "model" }]);
  });

  it("survives bytes that are no request, and an engine that breaks", async () => {
    const { client, ask } = await serve(async function* () {
      yield told[0]!;
      throw new Error("the engine is broken");
    });
    const garbage = call(client, {}, () => Buffer.from([0xff, 0xff]));
    await expect(garbage.toArray()).rejects.toMatchObject({ code: grpc.status.INTERNAL });
    expect((await ask()).at(-1)).toMatchObject({ code: "unavailable", message: /the engine is broken/ });
    expect((await ask()).at(0)).toMatchObject({ type: "open" });
  });
});

describe("a worker's unix socket", () => {
  it("is taken from a worker that was killed, and from no other", async () => {
    const [path, left] = [join(folder, "worker.sock"), join(folder, "left.sock")];
    const before = createServer().listen(path);
    await once(before, "listening");
    await expect(serve(plain, `unix:${path}`)).rejects.toThrow(`cannot listen on unix:${path}`);
    await link(path, left);
    before.close();
    await serve(plain, `unix:${left}`);
  });
});

describe("a worker of two addresses", () => {
  it("listens on neither when one is taken", async () => {
    const [path, free] = [join(folder, "taken.sock"), join(folder, "free.sock")];
    const before = createServer().listen(path);
    await once(before, "listening");
    const intake = new Intake(new ScriptedEngine(plain), systemClock);
    await expect(
      serveGrpc(intake, { addresses: [`unix:${free}`, `unix:${path}`], clock: systemClock }),
    ).rejects.toThrow("taken.sock");
    const socket = connect(free);
    await expect(once(socket, "connect")).rejects.toThrow(/ECONNREFUSED|ENOENT/);
    before.close();
  });
});

describe("a worker that drains", () => {
  it("finishes running responses, rejects new ones, reports NOT_SERVING, and closes", async () => {
    const finish = Promise.withResolvers<void>();
    const { engine, server, client, ask } = await serve(async function* () {
      yield told[0]!;
      await finish.promise;
      yield* told.slice(1);
    });
    expect(await check(client)).toBe("SERVING");
    const running = ask();
    await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
    const drained = server.drain(60_000);
    expect(await check(client)).toBe("NOT_SERVING");
    expect(await ask()).toMatchObject([{ type: "error", code: "unavailable", retryable: true }]);
    finish.resolve();
    expect(fold(await running)).toEqual(fold(told));
    await drained;
    await expect(check(client)).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
  });

  it("ends what exceeds the drain limit with a retryable error", async () => {
    const { engine, server, ask } = await serve(endless);
    const running = ask();
    await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
    await server.drain(50);
    expect((await running).at(-1)).toMatchObject({ type: "error", code: "unavailable", retryable: true });
  });

  it("does not wait for readers that never read, nor for health watchers", async () => {
    const { server, client, engine } = await serve(flood);
    const { path, requestSerialize, responseDeserialize } = health.Watch!;
    const watch = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: "" });
    watch.on("error", () => {});
    await once(watch, "readable");
    const stalled = call(client, {});
    stalled.on("error", () => {});
    await vi.waitFor(() => expect(engine.ended).toBe(1));
    await server.drain(60_000);
  });
});

it("a worker whose engine hangs breaks off its streams without an event, as a crash would, and accepts others", async () => {
  const { engine, intake, ask } = await serve(deaf);
  const running = ask();
  await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
  intake.breakOff(new EngineBroken("a forward hangs"));
  expect((await running).at(-1)).toMatchObject({
    code: "unavailable",
    message: "the worker was lost: 2 UNKNOWN: a forward hangs",
  });
  const next = ask();
  await vi.waitFor(() => expect(engine.requests).toHaveLength(2));
  intake.breakOff(new EngineBroken("another forward hangs"));
  expect((await next).at(-1)).toMatchObject({ message: expect.stringContaining("another forward hangs") });
});

function check(client: grpc.Client): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = health.Check!;
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: "" }, (error, reply) =>
      error ? reject(error) : resolve((reply as { status: string }).status),
    ),
  );
}
