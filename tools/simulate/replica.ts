/**
 * A simulated worker: it looks into the queue by the worker's own rules (pull-order.ts), and its engine is a model. The time of the
 * messages between them is a model, too.
 */
import type { Priority, Queue } from "@palimpsest/fleet";
import { TokenCounters } from "@palimpsest/gpu-worker/token-counters";
import { type Bucket, lookDelayMs, pullLimit, queuesInOrder } from "@palimpsest/gpu-worker/transport/pull-order";
import { EngineModel, type Pace } from "./engine-model.ts";
import type { IdleReplicas } from "./idle-replicas.ts";
import type { SimulatedRequest } from "./simulated-request.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { WorkQueue } from "./work-queue.ts";

/** A replica and its path to the queue. */
export interface ReplicaModel extends Pace {
  /** Sequences that run at once. */
  readonly capacity: number;
  /** A question to the queue: which parts of it are in use, and a pull from one of them. */
  readonly pullMs: number;
  /** From the pull to the engine: log and claim are read, the claim is written. */
  readonly claimMs: number;
  /** From the engine's last forward until the slot is free: the last events are written. */
  readonly finishMs: number;
}

export interface ReplicaContext {
  readonly time: VirtualTime;
  readonly queue: WorkQueue<SimulatedRequest>;
  readonly idle: IdleReplicas;
  readonly model: ReplicaModel;
  /** A request has reached the engine. */
  readonly started: (request: SimulatedRequest) => void;
  readonly ended: (request: SimulatedRequest) => void;
  /** A request that another replica is to continue. */
  readonly returned: (request: SimulatedRequest) => void;
  /** The replica has none left, and leaves. */
  readonly left: (replica: Replica) => void;
}

const BLOCK_TOKENS = 32;

/** A request that was pulled and has not ended. */
interface Held {
  readonly queue: Queue;
  /** Blocks that its bucket was charged for. */
  charged: number;
}

export class Replica {
  readonly replicaId: string;
  readonly zone: number;
  readonly createdMs: number;
  readonly #context: ReplicaContext;
  readonly #engine: EngineModel<SimulatedRequest>;
  readonly #held = new Map<SimulatedRequest, Held>();
  readonly #served: Readonly<Record<Priority, TokenCounters<Bucket>>> = {
    ...{ interactive: new TokenCounters(), default: new TokenCounters(), batch: new TokenCounters() },
  };
  #state: "starting" | "serving" | "draining" | "lost" | "gone" = "starting";
  #finished = 0;
  #turn: number;
  #isLooking = false;

  constructor(context: ReplicaContext, { number, zone, turn }: { number: number; zone: number; turn: number }) {
    this.replicaId = `replica-${number}`;
    this.zone = zone;
    this.createdMs = context.time.nowMs;
    this.#context = context;
    this.#turn = turn;
    this.#engine = new EngineModel(context.time, context.model, (request, blocks) => this.#leave(request, blocks));
  }

  get state() {
    return this.#state;
  }

  get used(): number {
    return this.#held.size;
  }

  /** Responses since its start. */
  get finished(): number {
    return this.#finished;
  }

  serve(): void {
    if (this.#state !== "starting") return;
    this.#state = "serving";
    this.#context.idle.add(this);
    this.wake();
  }

  /** The queue may have a request. */
  wake(): void {
    const { time, idle, model } = this.#context;
    if (this.#state !== "serving" || this.#isLooking || this.used >= model.capacity) return;
    idle.delete(this);
    this.#isLooking = true;
    time.after(lookDelayMs(this.used, model.capacity), () => this.#look());
  }

  /** Takes no more, and hands each response over at its next commit; after `limitMs`, all of them. */
  drain(limitMs: number): void {
    const { idle, time } = this.#context;
    if (this.#state !== "serving" && this.#state !== "starting") return;
    this.#state = "draining";
    idle.delete(this);
    this.#engine.handOver();
    if (this.used === 0) this.#go();
    else
      time.after(limitMs, () => {
        if (this.#state === "draining") this.#engine.stop();
      });
  }

  /** Ends without a word. @returns its requests */
  lose(): SimulatedRequest[] {
    const { idle } = this.#context;
    idle.delete(this);
    this.#state = "lost";
    this.#engine.stop();
    const lost = [...this.#held.keys()];
    this.#held.clear();
    return lost;
  }

  #look(): void {
    const { time, queue, idle, model } = this.#context;
    this.#isLooking = false;
    const free = model.capacity - this.used;
    if (this.#state !== "serving" || free === 0) return;
    if (queue.length > 0) {
      this.#charge();
      let looks = 1;
      const inUse = queue.inUse((one) => this.#runningOf(one));
      for (const one of queuesInOrder(inUse, this.#served, this.#turn++)) {
        looks++;
        const requests = queue.pull(one, pullLimit(free));
        if (requests.length === 0) continue;
        for (const request of requests) this.#take(request, one, looks * model.pullMs);
        this.#isLooking = true;
        time.after(looks * model.pullMs + lookDelayMs(this.used, model.capacity), () => this.#look());
        return;
      }
    }
    idle.add(this);
  }

  #runningOf(queue: Queue): number {
    let running = 0;
    for (const held of this.#held.values()) if (held.queue === queue) running++;
    return running;
  }

  /** Charges buckets for what was committed since. */
  #charge(): void {
    for (const [request, blocks] of this.#engine.committed()) this.#chargeFor(request, blocks);
  }

  #chargeFor(request: SimulatedRequest, blocks: number): void {
    const held = this.#held.get(request);
    if (held === undefined) return;
    const { priority, bucket } = held.queue;
    this.#served[priority].charge(bucket, (blocks - held.charged) * BLOCK_TOKENS);
    held.charged = blocks;
  }

  #take(request: SimulatedRequest, queue: Queue, pulledMs: number): void {
    const { time, model, started } = this.#context;
    this.#held.set(request, { queue, charged: 0 });
    // The first block counts at once.
    this.#served[queue.priority].choose(queue.bucket, BLOCK_TOKENS);
    time.after(pulledMs + model.claimMs, () => {
      if (!this.#held.has(request)) return;
      if (this.#state === "draining") this.#leave(request, 0);
      else {
        started(request);
        this.#engine.add(request);
      }
    });
  }

  /** A request has left the engine. */
  #leave(request: SimulatedRequest, blocks: number): void {
    const { time, model, ended, returned } = this.#context;
    this.#chargeFor(request, blocks);
    request.blocks -= blocks;
    if (this.#state === "lost") return;
    if (request.blocks > 0) {
      this.#release(request);
      returned(request);
      return;
    }
    time.after(model.finishMs, () => {
      if (!this.#held.has(request)) return;
      this.#finished++;
      this.#release(request);
      ended(request);
    });
  }

  #release(request: SimulatedRequest): void {
    this.#held.delete(request);
    if (this.#state === "draining" && this.used === 0) this.#go();
    else this.wake();
  }

  #go(): void {
    this.#state = "gone";
    this.#context.left(this);
  }
}
