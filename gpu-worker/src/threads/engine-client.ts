/** An engine in another thread, as the main thread uses it: calls and events cross a MessagePort. */
import type { Worker } from "node:worker_threads";
import { type EditEvent, type GenerateRequest, type ModelInfo, unreachable } from "@palimpsest/proto";
import { AsyncQueue } from "@palimpsest/proto/async-queue";
import { isPastDeadline, within } from "../clock.ts";
import type { CheckedPrompt, EngineStats, PoolableEngine } from "../engine/engine.ts";
import type { SequenceObserver } from "../engine/sequence-reports.ts";
import { PackageError } from "../errors.ts";
import { PendingReplies } from "../parallel/pending-replies.ts";
import type { EngineReply, FromEngine, ToEngine } from "./engine-messages.ts";
import { endThread } from "./stop-thread.ts";

/** A thread that runs a graph for longer is reported as silent. */
const ANSWER_MS = 2_000;

/**
 * Resolves when the thread's engine is open; from then on the engine owns the thread.
 * @throws PackageError when the package cannot be used
 */
export function connectEngine(worker: Worker): Promise<PoolableEngine> {
  const { promise, resolve, reject } = Promise.withResolvers<PoolableEngine>();
  worker.once("error", reject);
  worker.once("message", (message: FromEngine) => {
    if (message.kind === "ready") return resolve(new EngineClient(worker, message));
    const text = message.kind === "failed" ? message.message : `unexpected first message ${message.kind}`;
    const isPackageError = message.kind === "failed" && message.name === PackageError.name;
    reject(isPackageError ? new PackageError(text) : new Error(text));
    void worker.terminate();
  });
  return promise;
}

class EngineClient implements PoolableEngine {
  readonly model: ModelInfo;
  readonly #worker: Worker;
  readonly #responses = new Map<number, AsyncQueue<EditEvent>>();
  readonly #replies = new PendingReplies<EngineReply>();
  #lastStats: EngineStats;
  /** Time of the question for statistics that the thread has not answered. */
  #unansweredMs: number | undefined;
  #observer: SequenceObserver = () => {};
  #lastId = 0;
  #ending = false;

  constructor(worker: Worker, { model, stats }: Extract<FromEngine, { kind: "ready" }>) {
    this.model = model;
    this.#lastStats = stats;
    this.#worker = worker;
    worker.on("message", (message: FromEngine) => this.#receive(message));
    // Without the thread its sequences are lost, and the process has nothing left to serve.
    worker.on("error", (error) => {
      throw new Error(`the engine's thread failed: ${error.message}`, { cause: error });
    });
    worker.on("exit", (code) => {
      if (!this.#ending) throw new Error(`the engine's thread exited with code ${code}`);
    });
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    const id = ++this.#lastId;
    const events = new AsyncQueue<EditEvent>();
    const abort = (): void => {
      this.#send({ kind: "abort", id, pastDeadline: isPastDeadline(signal) });
    };
    this.#responses.set(id, events);
    this.#send({ kind: "generate", id, request });
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      yield* events;
    } finally {
      signal.removeEventListener("abort", abort);
      // The reader left before the last event.
      if (this.#responses.has(id)) this.#send({ kind: "abort", id, pastDeadline: false });
    }
  }

  /** The thread's statistics; its last ones if it does not answer soon, because it runs a graph or hangs in it. */
  async stats(): Promise<EngineStats> {
    this.#unansweredMs ??= performance.now();
    const stats = await within(
      this.#ask<EngineStats>((id) => ({ kind: "stats", id })),
      ANSWER_MS,
    );
    if (stats === undefined) return { ...this.#lastStats, silentMs: performance.now() - this.#unansweredMs };
    this.#unansweredMs = undefined;
    this.#lastStats = stats;
    return stats;
  }

  observe(observer: SequenceObserver): void {
    this.#observer = observer;
  }

  probe(): Promise<string | undefined> {
    return this.#ask<string | undefined>((id) => ({ kind: "probe", id }));
  }

  checkPrompt(request: GenerateRequest): Promise<CheckedPrompt> {
    return this.#ask<CheckedPrompt>((id) => ({ kind: "check-prompt", id, request }));
  }

  cachedBlocks(keys: readonly string[]): Promise<number> {
    return this.#ask<number>((id) => ({ kind: "cached-blocks", id, keys }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    await endThread(this.#worker);
  }

  #ask<T extends EngineReply>(question: (id: number) => ToEngine): Promise<T> {
    return this.#replies.request((id) => this.#send(question(id))) as Promise<T>;
  }

  #send(message: ToEngine): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromEngine): void {
    switch (message.kind) {
      case "event":
        this.#responses.get(message.id)?.push(message.event);
        return;
      case "closed":
        this.#responses.get(message.id)?.close();
        this.#responses.delete(message.id);
        return;
      case "reply":
        this.#replies.resolve(message.id, message.reply);
        return;
      case "report":
        this.#observer(message.report);
        return;
      case "ready":
      case "failed":
        return;
      default:
        unreachable(message);
    }
  }
}
