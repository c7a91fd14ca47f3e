import { setTimeout as sleep } from "node:timers/promises";
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { afterEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../test/support/fakes/scripted-replicas.ts";
import { openScriptedWorker, type Responder } from "../../../test/support/fakes/scripted-worker.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { forever, until } from "../../../test/support/waiting.ts";
import type { ReplicaEvent } from "../ports.ts";
import { openGrpcReplica } from "./grpc.ts";

const request: GenerateRequest = {
  responseId: "chatcmpl-1",
  model: "synthetic",
  prompt: { kind: "chat", messages: [{ role: "user", content: "hi" }], tools: [{ type: "function" }] },
  decoding: { mode: "quality", threshold: 0.7 },
  maxTokens: 64,
  choices: 2,
  stop: ["END"],
  ignoreEos: true,
  drafts: true,
  attempt: 1,
  committed: [],
};

const hello = () => tell(plainScript(["Hello ", "world"]), "chatcmpl-1");
const begun = hello().slice(0, 4);

/** Sends the beginning of a response, then nothing until it is cancelled. */
const silent: Responder = async function* (_, signal) {
  yield* begun;
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
};

let open = new AsyncDisposableStack();
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
});

async function reach(respond: Responder, { limitMs = 50_000 } = {}) {
  const worker = open.use(await openScriptedWorker(respond));
  const replica = open.use(openGrpcReplica(worker.address, { log: silentLog }));
  await until(() => replica.ready);
  const generate = (signal = forever) => replica.generate(request, Date.now() + limitMs, signal);
  return { worker, replica, generate };
}

async function collect(events: AsyncIterable<ReplicaEvent>, each = (_: ReplicaEvent) => {}): Promise<ReplicaEvent[]> {
  const collected: ReplicaEvent[] = [];
  for await (const event of events) {
    collected.push(event);
    each(event);
  }
  return collected;
}

describe("a worker over gRPC", () => {
  it("is not ready while its health service is not serving", async () => {
    const { worker, replica } = await reach(hello);
    worker.setServing(false);
    await until(() => !replica.ready);
    worker.setServing(true);
    await until(() => replica.ready);
  });

  it("gets the whole request, and its events arrive unchanged", async () => {
    const { worker, generate } = await reach(hello);
    const events = await collect(generate());
    expect(events.map((event) => ({ ...event, token_ids: undefined }))).toEqual(
      hello().map((event) => ({ ...event, token_ids: undefined })),
    );
    expect(worker.requests[0]).toMatchObject({
      responseId: "chatcmpl-1",
      attempt: 1,
      model: "synthetic",
      prompt: { case: "chat", value: { messages: [{ role: "user", content: "hi" }], tools: ['{"type":"function"}'] } },
      decoding: { mode: 2, threshold: 0.7 },
      maxTokens: 64,
      choices: 2,
      stop: ["END"],
      ignoreEos: true,
      drafts: true,
      committed: [],
    });
  });

  it("reports its model", async () => {
    const { replica } = await reach(hello);
    expect(replica.model).toEqual({
      name: "synthetic",
      created: 1_700_000_000,
      blockLength: 32,
      maxContextTokens: 4096,
      chat: true,
      text: true,
      capacity: 4,
      capabilities: [],
    });
  });

  it("sees the cancellation, and the response ends as cancelled", async () => {
    const { worker, generate } = await reach(silent);
    const controller = new AbortController();
    const stopAt = (event: ReplicaEvent) => void (event.type === "commit" && controller.abort());
    const events = await collect(generate(controller.signal), stopAt);
    expect(events.at(-1)).toMatchObject({ type: "error", code: "cancelled", retryable: false, seq: 4 });
    await until(() => worker.cancelled.length === 1);
  });

  it("is cancelled when the reader leaves", async () => {
    const { worker, generate } = await reach(silent);
    for await (const _ of generate()) break;
    await until(() => worker.cancelled.length === 1);
  });

  it("does not get a request that is already cancelled", async () => {
    const { worker, generate } = await reach(hello);
    const events = await collect(generate(AbortSignal.abort()));
    expect(events).toMatchObject([{ type: "error", code: "cancelled", seq: 1 }]);
    expect(worker.requests).toEqual([]);
  });

  it("that crashes with a request is lost, and is reconnected after its restart", async () => {
    const { worker, replica, generate } = await reach(silent);
    const events = await collect(generate(), (event) => void (event.type === "commit" && worker.kill()));
    expect(events.slice(0, -1)).toHaveLength(begun.length);
    expect(events.at(-1)).toEqual({ type: "lost", crashed: true });

    await until(() => !replica.ready);
    // The request does not arrive, so it crashes no worker.
    expect(await collect(generate())).toEqual([{ type: "lost", crashed: false }]);
    expect(replica.model?.name).toBe("synthetic");
    open.use(await openScriptedWorker(hello, { address: worker.address, model: "successor" }));
    await until(() => replica.ready);
    expect(replica.model?.name).toBe("successor");
    expect((await collect(generate())).at(-1)?.type).toBe("end");
  });

  it("that exceeds the deadline is cancelled", async () => {
    const { worker, generate } = await reach(silent, { limitMs: 300 });
    const events = await collect(generate());
    expect(events.at(-1)).toMatchObject({ type: "error", code: "deadline_exceeded" });
    await until(() => worker.cancelled.length === 1);
  });

  it("that stops without a last event causes an internal error", async () => {
    const { generate } = await reach(() => begun);
    expect((await collect(generate())).at(-1)).toMatchObject({
      type: "error",
      code: "internal",
    });
  });

  it("writes no faster than the client reads", async () => {
    let written = 0;
    const flood: Responder = function* () {
      yield begun[0]!;
      const text = "x".repeat(10_000);
      for (written = 0; written < 2_000; written++) {
        yield { ...begun[1]!, type: "draft", rev: written, content: [text] } as EditEvent;
      }
      yield* hello().slice(1);
    };
    const { generate } = await reach(flood);
    const events = generate()[Symbol.asyncIterator]();
    await events.next();
    await sleep(200);
    expect(written).toBeLessThan(500);
    let last: ReplicaEvent | undefined;
    for (let item = await events.next(); !item.done; item = await events.next()) last = item.value;
    expect(last?.type).toBe("end");
  });
});
