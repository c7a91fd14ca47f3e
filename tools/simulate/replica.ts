/**
 * A simulated worker: it looks into the queue by the worker's own rules (pull-order.ts), and its engine is a model. The time of the
 * messages between them is a model, too.
 */
import { classOrder, lookDelayMs, pullLimit } from "@palimpsest/gpu-worker/transport/pull-order";
import { CAPABILITY_SETS } from "@palimpsest/proto";
import { EngineModel, type Pace } from "./engine-model.ts";
import type { IdleReplicas } from "./idle-replicas.ts";
import type { SimulatedRequest } from "./simulated-request.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { WorkQueue } from "./work-queue.ts";

/** A replica and its path to the queue. */
export interface ReplicaModel extends Pace {
  /** Sequences that run at once. */
  readonly capacity: number;
  /** A look into one of the queue's consumers. */
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

export class Replica {
  readonly replicaId: string;
  readonly zone: number;
  readonly createdMs: number;
  readonly #context: ReplicaContext;
  readonly #engine: EngineModel<SimulatedRequest>;
  /** Requests that were pulled and have not ended. */
  readonly #held = new Set<SimulatedRequest>();
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
    const lost = [...this.#held];
    this.#held.clear();
    return lost;
  }

  #look(): void {
    const { time, queue, idle, model } = this.#context;
    this.#isLooking = false;
    const free = model.capacity - this.used;
    if (this.#state !== "serving" || free === 0) return;
    let looks = 1;
    if (queue.length > 0) {
      for (const priority of classOrder(this.#turn++)) {
        const requests = queue.pull(priority, pullLimit(free));
        for (const request of requests) this.#take(request, looks * model.pullMs);
        if (requests.length > 0) {
          this.#isLooking = true;
          const againMs = looks * model.pullMs + lookDelayMs(this.used, model.capacity);
          time.after(againMs, () => this.#look());
          return;
        }
        looks += CAPABILITY_SETS.length;
      }
    }
    idle.add(this);
  }

  #take(request: SimulatedRequest, pulledMs: number): void {
    const { time, model, started } = this.#context;
    this.#held.add(request);
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
