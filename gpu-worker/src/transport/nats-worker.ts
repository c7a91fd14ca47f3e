/**
 * A worker of a fleet: pulls requests when it has room, keeps its deliveries, and hands over what runs when it leaves. It
 * dials out and listens nowhere; it knows no engine.
 */
import { fromBinary } from "@bufbuild/protobuf";
import { type Delivery, PRIORITIES, type Priority, pull, queueStream, wakeSubject } from "@palimpsest/fleet";
import { Wakeup } from "@palimpsest/proto/async-queue";
import { type QueuedRequest, QueuedRequestSchema } from "@palimpsest/proto/fleet";
import { every, pause } from "../clock.ts";
import type { Intake } from "./intake.ts";
import type { ResponseContext } from "./nats-attempt.ts";
import { Presence, type PresenceOptions } from "./nats-presence.ts";
import { NatsResponse } from "./nats-response.ts";
import { STALE_MS } from "./nats-writer.ts";

/** Deliveries are lost after 5 s without one. */
const BEAT_MS = 1_000;
/** What was given back, or lost by its worker, wakes nobody: it is looked for. */
const POLL_MS = 500;
const PULL_TIMEOUT_MS = 2_000;
/** How long the busiest worker lets others look first: an idle one takes what a busy one would have to run beside others. */
const SPREAD_MS = 25;
/** How long a request is left to the worker that is named with it. */
const AFFINITY_MS = 50;
/** A look takes at most this part of the free slots: what waits is shared among workers, and taken in few looks. */
const SHARES = 8;
/** Of so many looks into the queue, one begins with each lower class, so that the higher ones cannot starve it. */
const TURNS = 8;

export interface NatsWorkerOptions extends PresenceOptions {
  readonly intake: Intake;
}

export interface NatsWorker extends AsyncDisposable {
  readonly replicaId: string;
  /** Whether it takes requests from now on; it does at first. What runs is let run. */
  setServing(serving: boolean): void;
  /** Takes no more requests, hands over what runs at its next commit, or after `limitMs` where it stands. */
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
  readonly #running = new Map<NatsResponse, { choices: number; over: Promise<void> }>();
  readonly #open = new DisposableStack();
  #lastHeardMs: number;
  #heardSinceMs: number;
  #finished = 0;
  #ignored = 0;
  #turn = 0;
  #leaving = false;
  #serving = true;
  /** Notified when the queue may have a request for this worker, or the worker room for one. */
  readonly #wakeup = new Wakeup();

  constructor(options: NatsWorkerOptions) {
    this.replicaId = options.replicaId;
    this.#options = options;
    this.#lastHeardMs = options.clock.now();
    this.#heardSinceMs = this.#lastHeardMs;
    this.#context = { ...options, lastHeard: () => this.#lastHeardMs, heardSince: () => this.#heardSinceMs };
    this.#presence = new Presence(options, options.intake.model, () => ({
      running: this.#used,
      responses: this.#running.size,
      finishedResponses: BigInt(this.#finished),
      ignoredMessages: BigInt(this.#ignored),
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
    const wakes = link.control.subscribe(wakeSubject(this.#model), { callback: (_, { data }) => this.#hear(data) });
    this.#open.defer(() => wakes.unsubscribe());
    this.#open.use(link.onRecovered(() => void this.#recover()));
    const failed = (error: unknown) => log.warn({ err: error }, "NATS does not answer");
    this.#open.use(every(clock, BEAT_MS, () => this.#beat(), failed));
    void this.#pullAll();
  }

  setServing(serving: boolean): void {
    this.#serving = serving;
    this.#look();
  }

  async drain(limitMs: number): Promise<void> {
    if (!this.#leaving) {
      this.#leaving = true;
      for (const response of this.#running.keys()) response.handOver();
      using _limit = this.#options.clock.timer(limitMs, () => {
        for (const response of this.#running.keys()) response.quit();
      });
      this.#look();
      await Promise.all([this.#presence.leave(), ...[...this.#running.values()].map(({ over }) => over)]);
    }
    this.#open.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain(0);
  }

  async #pullAll(): Promise<void> {
    const { link, clock, intake } = this.#options;
    while (!this.#leaving) {
      if (this.#used > 0) await pause(clock, (SPREAD_MS * this.#used) / intake.model.capacity);
      const deliveries = this.#free > 0 && link.connected ? await this.#next() : [];
      for (const delivery of deliveries) this.#start(delivery);
      if (deliveries.length === 0) await this.#somethingNew();
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

  async #next(): Promise<Delivery[]> {
    const { link, log } = this.#options;
    this.#wakeup.reset();
    for (const priority of classOrder(this.#turn++)) {
      if (this.#free === 0) return [];
      try {
        const { control, inboxPrefix } = link;
        const stream = queueStream(this.#model);
        const limit = Math.ceil(this.#free / SHARES);
        const queue = { stream, consumer: priority };
        const deliveries = await pull({ control, inboxPrefix, ...queue, limit, timeoutMs: PULL_TIMEOUT_MS });
        if (deliveries.length > 0) return deliveries;
      } catch (error) {
        log.warn({ err: error }, "the queue does not answer");
        return [];
      }
    }
    return [];
  }

  #start(delivery: Delivery): void {
    const queued = this.#parse(delivery.data);
    if (queued?.request === undefined) {
      // Nobody can ever read it.
      delivery.ack();
      return;
    }
    if (this.#leaving) {
      delivery.giveBack();
      return;
    }
    for (const running of this.#running.keys()) {
      if (running.responseId === queued.request.responseId) running.abandon();
    }
    const response = new NatsResponse(this.#context, delivery, queued, queued.request);
    const over = response.run().then((ended) => {
      this.#running.delete(response);
      if (ended) this.#finished++;
      // What was given back is for others at once.
      else this.#options.link.tell(wakeSubject(this.#model));
      this.#look();
    });
    this.#running.set(response, { choices: Math.max(1, queued.request.choices), over });
  }

  #parse(bytes: Uint8Array): QueuedRequest | undefined {
    try {
      return fromBinary(QueuedRequestSchema, bytes);
    } catch (error) {
      this.#ignored++;
      this.#options.log.warn({ err: error, ignored: this.#ignored }, "a request that cannot be read was dropped");
      return undefined;
    }
  }

  /** Keeps deliveries, however long the server takes to answer. Only when it has answered is it known to have heard. */
  async #beat(): Promise<void> {
    const { link, clock } = this.#options;
    for (const response of this.#running.keys()) response.beat();
    if (!link.connected) return;
    const sentMs = clock.now();
    const heard = () => {
      if (clock.now() - this.#lastHeardMs > STALE_MS) this.#heardSinceMs = clock.now();
      this.#lastHeardMs = sentMs;
    };
    // What cuts it off is told by the link.
    link.control.flush().then(heard, () => {});
  }

  async #recover(): Promise<void> {
    await this.#presence.announce().catch(() => {});
    for (const response of this.#running.keys()) await response.recover();
    this.#look();
  }

  /** A request has come, and an edge says who has probably seen its beginning before: that one looks first. */
  #hear(named: Uint8Array): void {
    const name = new TextDecoder().decode(named);
    if (name === "" || name === this.replicaId) this.#look();
    else this.#options.clock.timer(AFFINITY_MS, () => this.#look());
  }

  #look(): void {
    this.#wakeup.notify();
  }

  async #somethingNew(): Promise<void> {
    if (this.#free === 0) this.#wakeup.reset();
    using _poll = this.#options.clock.timer(POLL_MS, () => this.#wakeup.notify());
    await this.#wakeup.wait();
    this.#wakeup.reset();
  }
}

/** The classes in the order in which a free slot looks at them. */
function classOrder(turn: number): readonly Priority[] {
  const first = turn % TURNS;
  const preferred = first === TURNS - 1 ? "batch" : first === TURNS / 2 - 1 ? "default" : "interactive";
  return [preferred, ...PRIORITIES.filter((priority) => priority !== preferred)];
}
