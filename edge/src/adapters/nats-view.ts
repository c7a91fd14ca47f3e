/** An edge's view of its fleet: the catalog of models, and the load of the replicas that are alive. */
import { fromBinary } from "@bufbuild/protobuf";
import {
  ALL_LOADS,
  ALL_PROMISES,
  type Link,
  MODEL_BUCKET,
  promisedSubject,
  REPLICA_BUCKET,
  readSubjects,
} from "@palimpsest/fleet";
import { capabilitySetsWithin, type ModelInfo } from "@palimpsest/proto";
import { type LoadReport, LoadReportSchema, ReplicaPresenceSchema } from "@palimpsest/proto/fleet";
import { GetModelResponseSchema } from "@palimpsest/proto/generate";
import { decodeModel } from "@palimpsest/proto/request-codec";
import { DrainRate } from "../admission/drain-rate.ts";
import { every } from "../clock.ts";
import type { Clock, EngineLoad, Log, ModelLoad } from "../ports.ts";

const REFRESH_MS = 2_000;
/** Replicas report twice a second. */
const SILENT_MS = 3_000;

export interface FleetViewOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
}

export class FleetView implements Disposable {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #open = new DisposableStack();
  readonly #drainRates = new Map<string, DrainRate>();
  /** The latest report of each replica. */
  readonly #reports = new Map<string, { report: LoadReport; receivedMs: number }>();
  /** Identifies this edge, so that it ignores its own broadcasts. */
  readonly #self = new TextEncoder().encode(crypto.randomUUID());
  #models = new Map<string, ModelInfo>();
  /** The models of the replicas that run, by replica: each states its own capabilities. */
  #replicas = new Map<string, ModelInfo>();

  constructor({ link, clock, log }: FleetViewOptions) {
    this.#link = link;
    this.#clock = clock;
    this.#log = log;
    const loads = link.control.subscribe(ALL_LOADS, {
      callback: (error, message) => void (error ?? this.#onReport(message.data)),
    });
    const promises = link.control.subscribe(ALL_PROMISES, {
      callback: (error, { subject, data }) => void (error ?? this.#onPromise(subject, data)),
    });
    this.#open.use(every(clock, REFRESH_MS, () => void this.refresh().catch(() => {})));
    this.#open.defer(() => {
      loads.unsubscribe();
      promises.unsubscribe();
    });
  }

  get models(): ReadonlyMap<string, ModelInfo> {
    return this.#models;
  }

  /** Reads the catalog and the replicas that run. @throws when NATS does not respond */
  async refresh(): Promise<void> {
    if (!this.#link.connected) return;
    const messages = await readSubjects(this.#link.jsm, `KV_${MODEL_BUCKET}`, `$KV.${MODEL_BUCKET}.>`);
    const models = messages.flatMap((bytes) => this.#parseModel(bytes) ?? []);
    this.#models = new Map(models.map((model) => [model.name, model]));
    const running = await readSubjects(this.#link.jsm, `KV_${REPLICA_BUCKET}`, `$KV.${REPLICA_BUCKET}.>`);
    this.#replicas = new Map(running.map((bytes) => this.#parsePresence(bytes)).filter((one) => one !== undefined));
  }

  /** The capabilities of each replica of the model that runs, as far as it looks into queues for them. */
  capabilities(model: string): (readonly string[])[] {
    const serving = [...this.#replicas.values()].filter(({ name }) => name === model);
    return serving.map(({ capabilities }) => capabilitySetsWithin(capabilities).flat());
  }

  /** False if a worker of the release before runs, or was the last one to: it takes requests from plain queues only. */
  haveBuckets(model: string): boolean {
    const running = this.capabilities(model);
    const last = this.#models.get(model)?.capabilities ?? [];
    const served = running.length > 0 ? running : [capabilitySetsWithin(last).flat()];
    return served.every((capabilities) => capabilities.length > 0);
  }

  /** True if the replica reported within the last 3 s. */
  isAlive(replicaId: string): boolean {
    return this.#clock.monotonic() - (this.#reports.get(replicaId)?.receivedMs ?? Number.NEGATIVE_INFINITY) < SILENT_MS;
  }

  /** The load of each replica of the model that accepts requests with these needs. */
  loads(model: string, needs: readonly string[] = []): LoadReport[] {
    return this.#alive().filter((report) => {
      const { capabilities = [] } = this.#replicas.get(report.replicaId) ?? {};
      return report.model === model && !report.draining && needs.every((need) => capabilities.includes(need));
    });
  }

  /** The load of each model, draining replicas included. Empty while NATS is unreachable. */
  running(): ModelLoad[] {
    if (!this.#link.connected) return [];
    const alive = this.#alive();
    return [...this.#models.keys()].map((model) => {
      const reports = alive.filter((report) => report.model === model);
      const sum = (count: "running" | "responses") => reports.reduce((total, report) => total + report[count], 0);
      return { model, running: sum("running"), responses: sum("responses"), engines: reports.flatMap(engineOf) };
    });
  }

  /** Retry-After for a rejected request. Edges coordinate, so that each freed slot is promised once. */
  retryAfterMs(model: string): number {
    this.#link.tell(promisedSubject(model), this.#self);
    return this.#drainRate(model).retryAfterMs(this.#clock.monotonic());
  }

  [Symbol.dispose](): void {
    this.#open.dispose();
  }

  #alive(): LoadReport[] {
    return [...this.#reports.values()].flatMap(({ report }) => (this.isAlive(report.replicaId) ? report : []));
  }

  #drainRate(model: string): DrainRate {
    let rate = this.#drainRates.get(model);
    if (rate === undefined) {
      rate = new DrainRate();
      this.#drainRates.set(model, rate);
    }
    return rate;
  }

  #onPromise(subject: string, edge: Uint8Array): void {
    if (edge.length === this.#self.length && edge.every((byte, i) => byte === this.#self[i])) return;
    for (const model of this.#models.keys()) {
      if (promisedSubject(model) === subject) this.#drainRate(model).promise(this.#clock.monotonic());
    }
  }

  #onReport(bytes: Uint8Array): void {
    const now = this.#clock.monotonic();
    try {
      const report = fromBinary(LoadReportSchema, bytes);
      const { replicaId, model, finishedResponses, running } = report;
      this.#reports.set(replicaId, { report, receivedMs: now });
      for (const [other, { receivedMs }] of this.#reports)
        if (now - receivedMs > SILENT_MS) this.#reports.delete(other);
      if (this.#models.has(model)) this.#drainRate(model).observe(replicaId, Number(finishedResponses), running, now);
    } catch (error) {
      this.#log.warn({ err: error }, "ignored an unreadable load report");
    }
  }

  #parsePresence(bytes: Uint8Array): [replicaId: string, model: ModelInfo] | undefined {
    // The marker of a replica that has left.
    if (bytes.length === 0) return undefined;
    try {
      const { replicaId, model } = fromBinary(ReplicaPresenceSchema, bytes);
      return model && [replicaId, decodeModel(model)];
    } catch (error) {
      this.#log.warn({ err: error }, "ignored an unreadable replica");
      return undefined;
    }
  }

  #parseModel(bytes: Uint8Array): ModelInfo | undefined {
    try {
      const model = decodeModel(fromBinary(GetModelResponseSchema, bytes));
      return model.name === "" ? undefined : model;
    } catch (error) {
      this.#log.warn({ err: error }, "ignored an unreadable catalog entry");
      return undefined;
    }
  }
}

function engineOf({ replicaId, engine }: LoadReport): EngineLoad[] {
  if (engine === undefined) return [];
  const { pagesInUse, pagesCached, pagesTotal, draftToCommitMs, rankWaits } = engine;
  const [preemptions, blocks] = [Number(engine.preemptions), Number(engine.blocks)];
  return [{ replicaId, pagesInUse, pagesCached, pagesTotal, preemptions, blocks, draftToCommitMs, rankWaits }];
}
