/**
 * A fleet in virtual time. Placement (`warmReplica`), the order of pulls, Retry-After (`DrainRate`) and the autoscaler's signal
 * (`demandOf`) are the fleet's own code; queue, engines, messages and clients are models.
 */
import { demandOf } from "@palimpsest/edge/admission/demand";
import { DrainRate } from "@palimpsest/edge/admission/drain-rate";
import { prefixOf, type ReplicaLoad, warmReplica } from "@palimpsest/edge/admission/warm-replica";
import { ACK_WAIT_MS } from "@palimpsest/fleet";
import { POLL_MS, wakeDelayMs } from "@palimpsest/gpu-worker/transport/pull-order";
import type { GenerateRequest } from "@palimpsest/proto";
import { Autoscaler, type AutoscalerSettings } from "./autoscaler.ts";
import { IdleReplicas } from "./idle-replicas.ts";
import { Outcome } from "./outcome.ts";
import { Random } from "./random.ts";
import { Replica, type ReplicaContext, type ReplicaModel } from "./replica.ts";
import type { SimulatedRequest } from "./simulated-request.ts";
import type { TracedRequest } from "./trace.ts";
import { VirtualTime } from "./virtual-time.ts";
import { WorkQueue } from "./work-queue.ts";

export interface FleetModel extends ReplicaModel {
  readonly queueLimit: number;
  /** The longest a request waits for a worker. */
  readonly waitLimitMs: number;
  /** From the client to the queue, and from there to the workers as a notification. */
  readonly publishMs: number;
  /** From a pod's creation to its first look into the queue: any time between the two. */
  readonly startMs: readonly [least: number, most: number];
  readonly drainLimitMs: number;
}

export interface Scaling extends Omit<AutoscalerSettings, "threshold"> {
  /** The sequences for each replica, as a share of its slots. */
  readonly targetShare: number;
  readonly pollMs: number;
}

export interface SimulationOptions {
  readonly model: FleetModel;
  /** Absent: the replicas of the beginning stay. */
  readonly scaling?: Scaling;
  /** Replicas that serve at the beginning. */
  readonly replicas: number;
  readonly lengthMs: number;
  readonly zoneLostMs?: number | undefined;
  readonly seed: number;
}

const ZONES = 3;
/** Replicas report their load twice a second. */
const REPORT_MS = 500;
/** The longest time since a worker's last confirmation of its requests. */
const BEAT_MS = 1_000;
/** A request that found no worker counts as demand for this long. */
const UNMET_MS = 5 * 60_000;
/** An edge's advice to the client of such a request. */
const UNSERVED_RETRY_MS = 5_000;
/** A client sends a request again as often, as OpenAI's does by default. */
export const RETURNS = 2;
/** Kubernetes notices an unreachable node after 50 s, and deletes its pods 300 s later by default. */
const EVICTION_MS = 350_000;
/** Placement sees at most so many replicas, the same ones for the same conversation: it reads all of them for each request. */
const MAX_SEEN = 64;

export function simulate(requests: Iterable<TracedRequest>, options: SimulationOptions): Outcome {
  const fleet = new SimulatedFleet(options);
  fleet.run(requests[Symbol.iterator]());
  return fleet.outcome;
}

class SimulatedFleet {
  readonly outcome = new Outcome();
  readonly #options: SimulationOptions;
  readonly #time = new VirtualTime();
  readonly #random: Random;
  readonly #queue: WorkQueue<SimulatedRequest>;
  readonly #idle: IdleReplicas;
  readonly #context: ReplicaContext;
  /** All edges have the same samples, and tell each other what they promise. */
  readonly #drainRate = new DrainRate();
  readonly #autoscaler: Autoscaler | undefined;
  /** The pods of the Deployment, the oldest first. */
  readonly #pods: Replica[] = [];
  readonly #draining = new Set<Replica>();
  readonly #byId = new Map<string, Replica>();
  /** As of the latest reports. */
  #loads: readonly ReplicaLoad[] = [];
  #zones: readonly number[] = Array.from({ length: ZONES }, (_, zone) => zone);
  #started = 0;
  #requests = 0;
  #unmetUntilMs = 0;

  constructor(options: SimulationOptions) {
    const { model, scaling, replicas, seed } = options;
    this.#options = options;
    this.#random = new Random(seed);
    this.#queue = new WorkQueue(model.queueLimit);
    this.#idle = new IdleReplicas(this.#random);
    const { capacity } = model;
    this.#autoscaler =
      scaling && new Autoscaler({ ...scaling, threshold: scaling.targetShare * capacity }, replicas, 0);
    this.#context = {
      ...{ time: this.#time, queue: this.#queue, idle: this.#idle, model },
      started: (request) => this.#begin(request),
      ended: (request) => this.#queue.acknowledge(request),
      returned: (request) => this.#redeliver(request, 0),
      left: (replica) => this.#forget(replica),
    };
  }

  run(requests: Iterator<TracedRequest>): void {
    const { scaling, replicas, lengthMs, zoneLostMs } = this.#options;
    while (this.#pods.length < replicas) this.#start().serve();
    const next = () => {
      const { value, done } = requests.next();
      if (done) return;
      this.#time.after(value.atMs - this.#time.nowMs, () => {
        const { atMs: sentMs, ...request } = value;
        this.#arrive({ ...request, number: this.#requests++, sentMs, returns: 0, hasStarted: false });
        next();
      });
    };
    next();
    this.#report();
    this.#time.every(REPORT_MS, () => this.#report());
    if (scaling) this.#time.every(scaling.pollMs, () => this.#scale());
    if (zoneLostMs !== undefined) this.#time.after(zoneLostMs, () => this.#loseZone(0));
    this.#time.run(lengthMs);
    for (const replica of [...this.#pods, ...this.#draining]) this.outcome.paid(this.#paidMs(replica));
    this.outcome.waiting = this.#queue.length;
  }

  #arrive(request: SimulatedRequest): void {
    const { model } = this.#options;
    if (!this.#queue.publish(request)) {
      this.outcome.rejected++;
      this.#comeBack(request, this.#drainRate.retryAfterMs(this.#time.nowMs));
      return;
    }
    this.#time.after(model.publishMs, () => this.#notify(request));
    this.#time.after(model.waitLimitMs, () => this.#giveUp(request));
  }

  /** Wakes the worker that the edge names, and the others later. */
  #notify(request: SimulatedRequest): void {
    const named = warmReplica(prefixOf(asRequest(request)), this.#seenBy(request)) ?? "";
    this.#byId.get(named)?.wake();
    this.#time.after(wakeDelayMs(named, ""), () => this.#wakeIdle());
  }

  /** Only those that find a request: the others would look in vain. */
  #wakeIdle(): void {
    for (const replica of this.#idle.first(this.#queue.length)) replica.wake();
  }

  #seenBy({ number }: SimulatedRequest): readonly ReplicaLoad[] {
    const loads = this.#loads;
    if (loads.length <= MAX_SEEN) return loads;
    const from = (number * 7_919) % loads.length;
    const seen = loads.slice(from, from + MAX_SEEN);
    return seen.concat(loads.slice(0, MAX_SEEN - seen.length));
  }

  #begin(request: SimulatedRequest): void {
    if (request.hasStarted) return;
    request.hasStarted = true;
    this.outcome.started(request.tenant, this.#time.nowMs - request.sentMs);
  }

  #giveUp(request: SimulatedRequest): void {
    if (request.hasStarted || !this.#queue.remove(request)) return;
    this.#unmetUntilMs = this.#time.nowMs + UNMET_MS;
    this.outcome.unserved++;
    this.#comeBack(request, UNSERVED_RETRY_MS);
  }

  #comeBack(request: SimulatedRequest, retryAfterMs: number): void {
    if (request.returns === RETURNS) {
      this.outcome.failed++;
      return;
    }
    const again = { ...request, returns: request.returns + 1 };
    this.#time.after(retryAfterMs, () => this.#arrive(again));
  }

  /** @param afterMs time after which the server redelivers it: no worker is told */
  #redeliver(request: SimulatedRequest, afterMs: number): void {
    this.#time.after(afterMs, () => {
      this.#queue.redeliver(request);
      // A worker that returned it tells the others; else the first of them to poll finds it.
      this.#time.after(afterMs === 0 ? 0 : POLL_MS / (this.#idle.size + 1), () => this.#wakeIdle());
    });
  }

  #report(): void {
    const { nowMs } = this.#time;
    const { capacity } = this.#options.model;
    const loads: ReplicaLoad[] = [];
    for (const replica of this.#pods) {
      if (replica.state !== "serving") continue;
      const { replicaId, used: running, finished } = replica;
      loads.push({ replicaId, running, capacity });
      this.#drainRate.observe(replicaId, finished, running, nowMs);
    }
    this.#loads = loads;
    this.outcome.observe(nowMs, { demand: this.#demand(), serving: loads.length, pods: this.#pods.length });
  }

  #demand(): number {
    const unmet = this.#time.nowMs < this.#unmetUntilMs ? 1 : 0;
    // Each response is one sequence.
    return demandOf({ running: 0, responses: 0 }, { queued: this.#queue.depths, unmet });
  }

  #scale(): void {
    const wanted = this.#autoscaler!.poll(this.#demand(), this.#time.nowMs);
    while (this.#pods.length < wanted) {
      const replica = this.#start();
      const [least, most] = this.#options.model.startMs;
      this.#time.after(this.#random.between(least, most), () => replica.serve());
    }
    // Kubernetes removes pods that are not ready first, then the youngest.
    const excess = this.#pods.length - wanted;
    if (excess <= 0) return;
    const rank = ({ state }: Replica) => (state === "serving" ? 1 : 0);
    const leaving = this.#pods
      .toReversed()
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, excess);
    for (const replica of leaving) this.#stop(replica);
  }

  #start(): Replica {
    const number = this.#started++;
    const zone = this.#zones[number % this.#zones.length]!;
    const replica = new Replica(this.#context, { number, zone, turn: Math.floor(this.#random.next() * 1_000) });
    this.#pods.push(replica);
    this.#byId.set(replica.replicaId, replica);
    return replica;
  }

  #stop(replica: Replica): void {
    this.#pods.splice(this.#pods.indexOf(replica), 1);
    // A replica that has nothing to hand over leaves at once.
    this.#draining.add(replica);
    if (replica.state === "lost") this.#forget(replica);
    else replica.drain(this.#options.model.drainLimitMs);
  }

  #forget(replica: Replica): void {
    this.#draining.delete(replica);
    this.#byId.delete(replica.replicaId);
    this.outcome.paid(this.#paidMs(replica));
  }

  #paidMs({ createdMs }: Replica): number {
    return this.#time.nowMs - createdMs;
  }

  /** Its pods still count as replicas until Kubernetes deletes them. Others then start in the remaining zones. */
  #loseZone(lost: number): void {
    this.#zones = this.#zones.filter((zone) => zone !== lost);
    const pods = this.#pods.filter(({ zone }) => zone === lost);
    for (const replica of pods) {
      const redeliveredMs = ACK_WAIT_MS - this.#random.next() * BEAT_MS;
      for (const request of replica.lose()) this.#redeliver(request, redeliveredMs);
    }
    this.#time.after(EVICTION_MS, () => {
      for (const replica of pods) {
        if (this.#pods.includes(replica)) this.#stop(replica);
      }
    });
  }
}

/** As the edge has it. */
function asRequest({ tenant, number }: SimulatedRequest): GenerateRequest {
  const prompt = { kind: "text", text: `${number}` } as const;
  const rest = { responseId: "", decoding: {}, choices: 1, stop: [], ignoreEos: false, drafts: true, attempt: 1 };
  return { model: "simulated", cacheScope: tenant, prompt, committed: [], ...rest };
}
