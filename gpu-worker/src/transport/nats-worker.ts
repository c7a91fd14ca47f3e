/**
 * A worker of a fleet: pulls requests when it has free slots, keeps their deliveries, and hands running responses over when
 * it drains. It only connects out, and listens nowhere.
 */
import { fromBinary } from "@bufbuild/protobuf";
import { wakeSubject } from "@palimpsest/fleet";
import type { EditEvent } from "@palimpsest/proto";
import { Wakeup } from "@palimpsest/proto/async-queue";
import { type QueuedRequest, QueuedRequestSchema } from "@palimpsest/proto/fleet";
import { every, pause } from "../clock.ts";
import type { EngineStats } from "../engine/engine.ts";
import type { Intake } from "./intake.ts";
import type { ResponseContext } from "./nats-attempt.ts";
import { Presence, type PresenceOptions } from "./nats-presence.ts";
import { NatsQueues, type Pulled } from "./nats-queues.ts";
import { NatsResponse } from "./nats-response.ts";
import { STALE_MS } from "./nats-writer.ts";
import { lookDelayMs, POLL_MS, pullLimit, wakeDelayMs } from "./pull-order.ts";

/** Interval of heartbeats. Without one for 5 s, the server redelivers a request. */
const BEAT_MS = 1_000;

export interface NatsWorkerOptions extends PresenceOptions {
  readonly intake: Intake;
}

export interface NatsWorker extends AsyncDisposable {
  readonly replicaId: string;
  /** Pauses or resumes intake; it is on at first. Running responses continue. */
  setServing(serving: boolean): void;
  /** Stops intake, and hands each running response over at its next commit, or after `limitMs` without one. */
  drain(limitMs: number): Promise<void>;
}

/** Joins the fleet. @throws when the server does not answer */
export async function joinFleet(options: NatsWorkerOptions): Promise<NatsWorker> {
  const worker = new Worker(options);
  await worker.join();
  return worker;
}

class Worker implements NatsWorker {
  readonly replicaId: string;
  readonly #options: NatsWorkerOptions;
  readonly #context: ResponseContext;
  readonly #presence: Presence;
  readonly #queues: NatsQueues;
  readonly #running = new Map<NatsResponse, { subject: string; choices: number; ended: Promise<void> }>();
  readonly #open = new DisposableStack();
  #lastHeardMs: number;
  #heardSinceMs: number;
  #finished = 0;
  /** As of the last heartbeat. */
  #engine: EngineStats | undefined;
  #ignored = 0;
  #draining = false;
  #serving = true;
  /** Notified when the queue may have a request for this worker, or the worker room for one. */
  readonly #wakeup = new Wakeup();

  constructor(options: NatsWorkerOptions) {
    this.replicaId = options.replicaId;
    this.#options = options;
    this.#lastHeardMs = options.clock.now();
    this.#heardSinceMs = this.#lastHeardMs;
    this.#context = { ...options, lastHeard: () => this.#lastHeardMs, heardSince: () => this.#heardSinceMs };
    this.#queues = new NatsQueues(options.link, options.intake.model);
    this.#presence = new Presence(options, options.intake.model, () => ({
      running: this.#used,
      responses: this.#running.size,
      finishedResponses: BigInt(this.#finished),
      ignoredMessages: BigInt(this.#ignored),
      engine: this.#engine,
    }));
  }

  get #model(): string {
    return this.#options.intake.model.name;
  }

  async join(): Promise<void> {
    const { link, clock, log } = this.#options;
    await link.createModel(this.#model);
    await this.#presence.begin();
    this.#open.defer(() => this.#presence.end());
    const wakes = link.control.subscribe(wakeSubject(this.#model), { callback: (_, { data }) => this.#onQueued(data) });
    this.#open.defer(() => wakes.unsubscribe());
    this.#open.use(link.onRecovered(() => void this.#recover()));
    const failed = (error: unknown) => log.warn({ err: error }, "NATS is unreachable");
    this.#open.use(every(clock, BEAT_MS, () => this.#beat(), failed));
    void this.#pullAll();
  }

  setServing(serving: boolean): void {
    this.#serving = serving;
    void this.#presence.setAccepting(serving && !this.#draining);
    this.#wake();
  }

  async drain(limitMs: number): Promise<void> {
    if (!this.#draining) {
      this.#draining = true;
      for (const response of this.#running.keys()) response.handOver();
      using _limit = this.#options.clock.timer(limitMs, () => {
        for (const response of this.#running.keys()) response.quit();
      });
      this.#wake();
      await Promise.all([this.#presence.setAccepting(false), ...[...this.#running.values()].map(({ ended }) => ended)]);
    }
    this.#open.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain(0);
  }

  async #pullAll(): Promise<void> {
    const { link, clock, intake } = this.#options;
    while (!this.#draining) {
      if (this.#used > 0) await pause(clock, lookDelayMs(this.#used, intake.model.capacity));
      const pulled = this.#free > 0 && link.connected ? await this.#next() : [];
      for (const one of pulled) this.#start(one);
      if (pulled.length === 0) await this.#waitForWork();
    }
  }

  get #used(): number {
    let used = 0;
    for (const { choices } of this.#running.values()) used += choices;
    return used;
  }

  get #free(): number {
    return this.#serving ? this.#options.intake.model.capacity - this.#used : 0;
  }

  async #next(): Promise<Pulled[]> {
    this.#wakeup.reset();
    try {
      const limit = () => pullLimit(this.#free);
      return await this.#queues.next(limit, (subject) => this.#runningOf(subject));
    } catch (error) {
      this.#options.log.warn({ err: error }, "failed to pull from the queue");
      return [];
    }
  }

  /** Requests of a queue's subject that run here. */
  #runningOf(subject: string): number {
    return [...this.#running.values()].filter((one) => one.subject === subject).length;
  }

  #start({ delivery, queue }: Pulled): void {
    const queued = this.#parse(delivery.data);
    if (queued?.request === undefined) {
      // No worker can parse it.
      delivery.ack();
      return;
    }
    if (this.#draining) {
      delivery.giveBack();
      return;
    }
    for (const running of this.#running.keys()) {
      if (running.responseId === queued.request.responseId) running.abandon();
    }
    const onEvent = (event: EditEvent) => this.#queues.count(queue, event);
    const response = new NatsResponse(this.#context, { delivery, queued, request: queued.request, onEvent });
    const ended = response.run().then((wroteEnd) => {
      this.#running.delete(response);
      if (wroteEnd) this.#finished++;
      // The request was redelivered: notify the other workers.
      else this.#options.link.tell(wakeSubject(this.#model));
      this.#wake();
    });
    const { subject } = queue;
    this.#running.set(response, { subject, choices: Math.max(1, queued.request.choices), ended });
  }

  #parse(bytes: Uint8Array): QueuedRequest | undefined {
    try {
      return fromBinary(QueuedRequestSchema, bytes);
    } catch (error) {
      this.#ignored++;
      this.#options.log.warn({ err: error, ignored: this.#ignored }, "dropped a request that cannot be parsed");
      return undefined;
    }
  }

  /** Keeps deliveries, and measures for how long the server has not confirmed that it hears this worker. */
  async #beat(): Promise<void> {
    const { link, clock, intake } = this.#options;
    for (const response of this.#running.keys()) response.beat();
    const told = (stats: EngineStats) => {
      this.#engine = stats;
    };
    // A hanging engine is the watch's to notice.
    intake.stats().then(told, () => {});
    if (!link.connected) return;
    const sentMs = clock.now();
    const heard = () => {
      if (clock.now() - this.#lastHeardMs > STALE_MS) this.#heardSinceMs = clock.now();
      this.#lastHeardMs = sentMs;
    };
    // A lost connection is reported by the link.
    link.control.flush().then(heard, () => {});
  }

  async #recover(): Promise<void> {
    this.#queues.recover();
    await this.#presence.announce().catch(() => {});
    for (const response of this.#running.keys()) await response.recover();
    this.#wake();
  }

  /** A request was queued. Its edge names the worker that probably has its prompt cached, which pulls first. */
  #onQueued(workerName: Uint8Array): void {
    const delayMs = wakeDelayMs(new TextDecoder().decode(workerName), this.replicaId);
    if (delayMs === 0) this.#wake();
    else this.#options.clock.timer(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#wakeup.notify();
  }

  async #waitForWork(): Promise<void> {
    if (this.#free === 0) this.#wakeup.reset();
    using _poll = this.#options.clock.timer(POLL_MS, () => this.#wakeup.notify());
    await this.#wakeup.wait();
    this.#wakeup.reset();
  }
}
