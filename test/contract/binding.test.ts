/** The contract between edge and workers, independent of the transport: the same tests over gRPC and over NATS. */
import { setTimeout as sleep } from "node:timers/promises";
import { CAPABILITIES, type EditEvent, errorEvent, failureOf, type GenerateRequest } from "@palimpsest/proto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openGrpcReplica } from "../../edge/src/adapters/grpc.ts";
import { createPlacement } from "../../edge/src/admission/placement.ts";
import { systemClock as edgeClock } from "../../edge/src/clock.ts";
import type { Replicas } from "../../edge/src/ports.ts";
import { systemClock } from "../../gpu-worker/src/clock.ts";
import { serveGrpc } from "../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../gpu-worker/src/transport/intake.ts";
import { fold } from "../support/events.ts";
import { aborted, textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { type Script, ScriptedEngine } from "../support/fakes/scripted-engine.ts";
import { silentLog } from "../support/fakes/scripted-replicas.ts";
import { fleetRequest, openTestFleet } from "../support/fleet/fleet.ts";
import { forever } from "../support/waiting.ts";

interface Served {
  readonly replicas: Replicas;
  readonly workers: readonly { engine: ScriptedEngine; drain(limitMs: number): Promise<void> }[];
}

interface BindingOptions {
  readonly deadlineMs: number;
  /** Of each worker; all by default. */
  readonly capabilities?: readonly (readonly string[])[];
}

/** Connects an edge to a worker for each script. */
type Binding = (scripts: readonly Script[], opened: AsyncDisposableStack, options: BindingOptions) => Promise<Served>;

const bindings: Record<string, Binding> = {
  async gRPC(scripts, opened, { deadlineMs, capabilities }) {
    const workers = [];
    const replicas = [];
    for (const [i, script] of scripts.entries()) {
      const engine = new ScriptedEngine(script, capabilities?.[i]);
      const intake = new Intake(engine, systemClock, { draftsPerSecond: 1000 });
      const server = opened.use(await serveGrpc(intake, { addresses: ["127.0.0.1:0"], clock: systemClock }));
      const replica = opened.use(openGrpcReplica(server.addresses[0]!, { log: silentLog }));
      await vi.waitFor(() => expect(replica.ready).toBe(true));
      workers.push({ engine, drain: (limitMs: number) => server.drain(limitMs) });
      replicas.push(replica);
    }
    return { replicas: createPlacement(replicas, { clock: edgeClock, limitMs: deadlineMs }), workers };
  },
  async NATS(scripts, opened, { deadlineMs, capabilities = [] }) {
    const fleet = opened.use(await openTestFleet());
    const workers = [];
    for (const [i, script] of scripts.entries()) {
      const { engine, worker } = await fleet.worker(script, capabilities[i] && { capabilities: capabilities[i] });
      workers.push({ engine, drain: (limitMs: number) => worker.drain(limitMs) });
    }
    return { replicas: (await fleet.edge({ deadlineMs })).replicas, workers };
  },
};

describe.each(Object.entries(bindings))("over %s", (transport, bind) => {
  let opened: AsyncDisposableStack;
  beforeEach(() => {
    opened = new AsyncDisposableStack();
  });
  afterEach(() => opened.disposeAsync());

  async function serve(
    scripts: Script | readonly Script[],
    { deadlineMs = 30_000, capabilities }: Partial<BindingOptions> = {},
  ) {
    const list = typeof scripts === "function" ? [scripts] : scripts;
    const { replicas, workers } = await bind(list, opened, { deadlineMs, ...(capabilities && { capabilities }) });
    const generate = (change: Partial<GenerateRequest> = {}, signal = forever) =>
      replicas.generate(fleetRequest(change), signal);
    const ask = (change: Partial<GenerateRequest> = {}, signal = forever) => Array.fromAsync(generate(change, signal));
    return { replicas, workers, engine: workers[0]!.engine, generate, ask };
  }

  it("returns every commit and the end, and passes the request's parameters to the engine", async () => {
    const { ask, engine } = await serve(writeBlocks({ blocks: 4 }));
    const asked: Partial<GenerateRequest> = {
      prompt: { kind: "chat", messages: [{ role: "user", content: "hé \ud83d\ude42" }], tools: [{ type: "function" }] },
      decoding: { mode: "quality", threshold: 0.7 },
      sampling: { temperature: 0.5, topK: 7, seed: 2n ** 63n },
      maxTokens: 64,
      stop: ["END"],
      ignoreEos: true,
      cacheScope: "tenant",
    };
    const document = fold(await ask(asked));
    expect(document).toMatchObject({ status: "ended", open: { model: "scripted", prompt_tokens: 3 } });
    expect(document.choices.map(({ text }) => text)).toEqual([textOf(0, 4)]);
    expect(engine.requests).toMatchObject([{ ...asked, attempt: 1, committed: [] }]);
  });

  it("asks a worker for a waiting response's place only where it waits at the worker, and if its client asks", async () => {
    const { ask, engine } = await serve(async function* (signal, request) {
      const { responseId: response_id, queuePlaces } = request;
      if (queuePlaces) yield { v: 1, response_id, attempt: 0, seq: 0, type: "queued", ahead: 3 };
      yield* writeBlocks({ blocks: 1 })(signal, request);
    });
    const events = await ask({ queuePlaces: true });
    const places = events.flatMap((event) => (event.type === "queued" && !event.approximate ? [event.ahead] : []));
    expect(places).toEqual(transport === "gRPC" ? [3] : []);
    expect(fold(events).status).toBe("ended");
    expect((await ask()).map(({ type }) => type)).not.toContain("queued");
    expect(engine.requests.map(({ queuePlaces }) => queuePlaces)).toEqual([places.length > 0 || undefined, undefined]);
  });

  it("lists the served models", async () => {
    const { replicas, ask, engine } = await serve(writeBlocks({ blocks: 1 }));
    expect(replicas.ready()).toBe(true);
    expect(replicas.models()).toEqual([engine.model]);
    await expect(ask({ model: "unknown" })).rejects.toMatchObject({ code: "model_not_found", param: "model" });
  });

  const json = { kind: "json-object", param: "response_format" } as const;
  const penalized = { decoding: { frequencyPenalty: 0.5 } };

  it("sends a request only to workers that can do what it needs", async () => {
    const script = writeBlocks({ blocks: 1 });
    const capabilities = [[], ["penalties", "continuation"], ["of tomorrow", ...CAPABILITIES]];
    const { ask, workers } = await serve([script, script, script], { capabilities });
    await Promise.all([...Array(6)].map(() => ask({ grammar: json })));
    await Promise.all([...Array(4)].map(() => ask({ grammar: json, ...penalized })));
    await Promise.all([...Array(6)].map(() => ask(penalized)));
    await Promise.all([...Array(6)].map(() => ask()));
    const requests = workers.map(({ engine }) => engine.requests);
    const count = (i: number, isSuch: (request: GenerateRequest) => unknown) => requests[i]!.filter(isSuch).length;
    expect([0, 1, 2].map((i) => count(i, ({ grammar }) => grammar))).toEqual([0, 0, 10]);
    expect(count(0, ({ decoding }) => decoding.frequencyPenalty)).toBe(0);
    expect(requests.flat()).toHaveLength(22);
    expect(requests[2]!.find(({ grammar }) => grammar)?.grammar).toEqual(json);
  });

  it("rejects a request that no worker can serve, by the name of its parameter, and serves others", async () => {
    const { ask } = await serve(writeBlocks({ blocks: 1 }), { capabilities: [[]] });
    await expect(ask({ grammar: json })).rejects.toMatchObject({
      code: "unavailable",
      param: "response_format",
      message: /^response_format: no worker that serves "scripted" has the capability "grammar"; update the workers/,
    });
    await expect(ask(penalized)).rejects.toMatchObject({ code: "unavailable", param: "frequency_penalty" });
    expect(fold(await ask())).toMatchObject({ status: "ended" });
  });

  it("continues a request with needs on a worker that can do them", async () => {
    const stuck = writeBlocks({
      blocks: 3,
      before: (block, { attempt }, signal) => (block < 1 || attempt > 1 ? Promise.resolve() : aborted(signal)),
    });
    const { generate, workers } = await serve([stuck, stuck, stuck], {
      capabilities: [[], CAPABILITIES, CAPABILITIES],
    });
    const events: EditEvent[] = [];
    for await (const event of generate({ grammar: json })) {
      events.push(event);
      if (event.type !== "commit" || event.block > 0) continue;
      void workers.find(({ engine }) => engine.requests.length > 0)?.drain(0);
    }
    expect(fold(events)).toMatchObject({ status: "ended", attempt: 2, choices: [{ text: textOf(0, 3) }] });
    expect(workers.map(({ engine }) => engine.requests.length)).toEqual([0, 1, 1]);
  });

  it("sends every choice of a response", async () => {
    const { ask } = await serve(writeBlocks({ blocks: 3 }));
    const { choices } = fold(await ask({ choices: 8 }));
    expect(choices.map(({ text, finishReason }) => ({ text, finishReason }))).toEqual(
      Array.from({ length: 8 }, (_, choice) => ({ text: textOf(choice, 3), finishReason: "stop" })),
    );
  });

  it("reports an invalid request with the parameter at fault", async () => {
    const { ask, engine } = await serve(writeBlocks({ blocks: 1 }));
    const [event, ...more] = await ask({ stop: [""] });
    expect(event).toMatchObject({ type: "error", code: "invalid_request", param: "stop[0]", retryable: false });
    expect(more).toEqual([]);
    expect(engine.requests).toEqual([]);
  });

  it("keeps the commits of a failed response", async () => {
    const { ask } = await serve(async function* (signal, request) {
      for await (const event of writeBlocks({ blocks: 4 })(signal, request)) {
        if (event.type === "commit" && event.block === 2) {
          return yield errorEvent(event, { code: "internal", message: "the model broke", retryable: false });
        }
        yield event;
      }
    });
    const document = fold(await ask());
    expect(document).toMatchObject({ status: "failed", error: { code: "internal", message: "the model broke" } });
    expect(document.choices[0]?.text).toBe(textOf(0, 2));
  });

  const endless = writeBlocks({
    blocks: 1000,
    before: (block, _, signal) => (block < 2 ? Promise.resolve() : aborted(signal)),
  });

  it("stops the engine when the request is cancelled, and reports the cancellation", async () => {
    const { engine, generate } = await serve(endless);
    const controller = new AbortController();
    let last: EditEvent | undefined;
    for await (const event of generate({}, controller.signal)) {
      last = event;
      if (event.type === "commit") controller.abort();
    }
    expect(last).toMatchObject({ type: "error", code: "cancelled", retryable: false });
    await vi.waitFor(() => expect(engine.ended).toBe(1));
  });

  it("stops the engine when the reader disconnects", async () => {
    const { engine, generate } = await serve(endless);
    for await (const event of generate()) if (event.type === "commit") break;
    await vi.waitFor(() => expect(engine.ended).toBe(1));
  });

  it("does not send a request that was already cancelled", async () => {
    const { engine, ask } = await serve(writeBlocks({ blocks: 1 }));
    expect(await ask({}, AbortSignal.abort())).toMatchObject([{ type: "error", code: "cancelled" }]);
    expect(engine.requests).toEqual([]);
  });

  it("fails a response that exceeds its time limit", async () => {
    const { engine, ask } = await serve(endless, { deadlineMs: 800 });
    expect((await ask()).at(-1)).toMatchObject({ type: "error", code: "deadline_exceeded" });
    // A worker on a busy machine may get the request too late to begin it.
    await vi.waitFor(() => expect(engine.ended).toBe(engine.requests.length));
  });

  it("drops only drafts for a slow reader, and delays no other reader", async () => {
    const blocks = 50;
    const { engine, generate, ask } = await serve(async function* (signal, request) {
      for await (const event of writeBlocks({ blocks })(signal, request)) {
        if (event.type !== "draft") yield event;
        else for (let rev = 0; rev < 100; rev++) yield { ...event, rev };
      }
    });
    const slow: EditEvent[] = [];
    const rested = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const event of generate()) {
        slow.push(event);
        await rested.promise;
      }
    })();
    await vi.waitFor(() => expect(engine.ended).toBe(1), { timeout: 10_000 });
    expect(fold(await ask()).choices[0]?.text).toBe(textOf(0, blocks));
    rested.resolve();
    await reading;
    expect(fold(slow)).toMatchObject({ status: "ended", choices: [{ text: textOf(0, blocks) }] });
    expect(slow.filter(({ type }) => type === "draft").length).toBeLessThan(blocks * 50);
  });

  it("continues with another worker after the last commit when a worker leaves within a response", async () => {
    const stuck = writeBlocks({
      blocks: 4,
      before: (block, { attempt }, signal) => (block < 2 || attempt > 1 ? Promise.resolve() : aborted(signal)),
    });
    const { generate, workers } = await serve([stuck, stuck]);
    const events: EditEvent[] = [];
    for await (const event of generate({ choices: 2 })) {
      events.push(event);
      if (events.filter(({ type }) => type === "commit").length !== 4 || event.type !== "commit") continue;
      const [having] = workers.filter(({ engine }) => engine.requests.length > 0);
      void having?.drain(0);
    }
    const document = fold(events);
    expect(document).toMatchObject({ status: "ended", attempt: 2 });
    expect(document.choices.map(({ text }) => text)).toEqual([textOf(0, 4), textOf(1, 4)]);
    const continued = workers.flatMap(({ engine }) => engine.requests).find(({ attempt }) => attempt === 2);
    expect(continued?.committed).toMatchObject([{ tokens: [0, 1] }, { tokens: [0, 1] }]);
    expect(events.filter(({ type }) => type === "commit")).toHaveLength(8);
  });

  /** Writes four blocks. The first attempts fail, each in its own way: a full worker at once, others over the given block. */
  const failing = (at: number, ...failures: readonly ("crash" | "unavailable" | "overloaded")[]): Script =>
    async function* (signal, request) {
      const failure = failures[request.attempt - 1];
      for await (const event of writeBlocks({ blocks: 4 })(signal, request)) {
        if (failure !== undefined && (failure === "overloaded" || (event.type === "commit" && event.block === at))) {
          if (failure === "crash") throw new Error("the engine broke");
          return yield errorEvent(event, failureOf(failure, failure));
        }
        yield event;
      }
    };
  const attemptsOf = (workers: Served["workers"]) =>
    workers.flatMap(({ engine }) => engine.requests.map(({ attempt }) => attempt)).toSorted();

  it("does not send a request to a third worker after two crashed over the same block", async () => {
    const script = failing(0, "crash", "crash");
    const { ask, workers } = await serve([script, script]);
    const document = fold(await ask());
    expect(document).toMatchObject({
      status: "failed",
      error: { code: "poisoned", retryable: false, message: /^2 workers crashed .* 0 committed blocks/ },
      choices: [{ text: "" }],
    });
    expect(attemptsOf(workers)).toEqual([1, 2]);
  });

  it("counts no worker as crashed that hands a response over, or lacks a rank", async () => {
    const script = failing(2, "unavailable", "crash", "unavailable", "unavailable");
    const { ask, workers } = await serve([script, script, script, script, script]);
    expect(fold(await ask())).toMatchObject({ status: "ended", attempt: 5, choices: [{ text: textOf(0, 4) }] });
    expect(attemptsOf(workers)).toEqual([1, 2, 3, 4, 5]);
  });

  it("waits for a free slot when the workers that could continue a response are full", async () => {
    const script = failing(2, "unavailable", "overloaded", "overloaded", "overloaded");
    const { ask } = await serve([script, script]);
    expect(fold(await ask())).toMatchObject({ status: "ended", attempt: 5, choices: [{ text: textOf(0, 4) }] });
  });

  it("fails no response when a worker drains: it is finished or taken over", async () => {
    const holds = Promise.withResolvers<void>();
    let begun = 0;
    const script = writeBlocks({
      blocks: 3,
      before: (block) => {
        if (block === 0) begun++;
        return holds.promise;
      },
    });
    const { ask, workers } = await serve([script, script]);
    const asked = Promise.all([ask(), ask(), ask(), ask()]);
    await vi.waitFor(() => expect(begun).toBe(4), { timeout: 10_000 });
    const drained = workers[0]!.drain(20_000);
    await sleep(50);
    holds.resolve();
    await drained;
    for (const events of await asked) expect(fold(events).choices[0]?.text).toBe(textOf(0, 3));
    expect(fold(await ask()).choices[0]?.text).toBe(textOf(0, 3));
  });
});
