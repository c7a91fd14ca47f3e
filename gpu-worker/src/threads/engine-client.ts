/** The engine as the main thread sees it: opens engine-thread.ts and speaks to it by messages. */
import { type Transferable, Worker } from "node:worker_threads";
import type { EditEvent, GenerateRequest, ModelInfo } from "@palimpsest/proto";
import { AsyncQueue } from "@palimpsest/proto/async-queue";
import { isPastDeadline } from "../clock.ts";
import type { CachingEngine, EngineStats } from "../engine/engine.ts";
import { PackageError, unreachable } from "../errors.ts";
import type { EngineSettings } from "../program/open-engine.ts";
import type { FromEngine, ToEngine } from "./engine-messages.ts";
import { endThread } from "./stop-thread.ts";

/** Opens an engine in a thread of its own. @throws PackageError when the package cannot be used */
export function openEngineThread(settings: EngineSettings): Promise<CachingEngine> {
  const { links = [], askers = [] } = settings.leading ?? {};
  const transferList: Transferable[] = [...links, ...askers].map(({ port }) => port);
  const worker = new Worker(new URL("../program/engine-thread.ts", import.meta.url), {
    workerData: settings,
    transferList,
  });
  const { promise, resolve, reject } = Promise.withResolvers<CachingEngine>();
  worker.once("error", reject);
  worker.once("message", (message: FromEngine) => {
    if (message.kind === "ready") return resolve(new EngineClient(worker, message.model));
    const text = message.kind === "failed" ? message.message : `unexpected first message ${message.kind}`;
    const failedPackage = message.kind === "failed" && message.name === PackageError.name;
    reject(failedPackage ? new PackageError(text) : new Error(text));
    void worker.terminate();
  });
  return promise;
}

class EngineClient implements CachingEngine {
  readonly model: ModelInfo;
  readonly #worker: Worker;
  readonly #responses = new Map<number, AsyncQueue<EditEvent>>();
  readonly #stats = new Map<number, (stats: EngineStats) => void>();
  readonly #cached = new Map<number, (blocks: number) => void>();
  #lastId = 0;
  #ending = false;

  constructor(worker: Worker, model: ModelInfo) {
    this.model = model;
    this.#worker = worker;
    worker.on("message", (message: FromEngine) => this.#receive(message));
    // A thread that dies takes its sequences along; the process has nothing left to serve.
    worker.on("error", (error) => {
      throw new Error(`the engine's thread died: ${error.message}`, { cause: error });
    });
    worker.on("exit", (code) => {
      if (!this.#ending) throw new Error(`the engine's thread ended with code ${code}`);
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
      // A reader that leaves early wants no more of it.
      if (this.#responses.has(id)) this.#send({ kind: "abort", id, pastDeadline: false });
    }
  }

  stats(): Promise<EngineStats> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<EngineStats>();
    this.#stats.set(id, resolve);
    this.#send({ kind: "stats", id });
    return promise;
  }

  cachedBlocks(request: GenerateRequest): Promise<number> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#cached.set(id, resolve);
    this.#send({ kind: "cached", id, request });
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    await endThread(this.#worker);
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
      case "stats":
        this.#stats.get(message.id)?.(message.stats);
        this.#stats.delete(message.id);
        return;
      case "cached":
        this.#cached.get(message.id)?.(message.blocks);
        this.#cached.delete(message.id);
        return;
      case "ready":
      case "failed":
        return;
      default:
        unreachable(message);
    }
  }
}
