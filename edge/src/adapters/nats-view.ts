/** What one edge knows of the fleet: the models that were ever served, and which replicas are heard of now. */

import { fromBinary } from "@bufbuild/protobuf";
import { ALL_LOADS, ALL_PROMISES, type Link, MODEL_BUCKET, promisedSubject, readSubjects } from "@palimpsest/fleet";
import type { ModelInfo } from "@palimpsest/proto";
import { type LoadReport, LoadReportSchema } from "@palimpsest/proto/fleet";
import { GetModelResponseSchema } from "@palimpsest/proto/generate";
import { decodeModel } from "@palimpsest/proto/request-codec";
import { DrainRate } from "../admission/drain-rate.ts";
import type { Log, ModelLoad } from "../ports.ts";

const REFRESH_MS = 2_000;
/** Replicas report twice a second. */
const SILENT_MS = 3_000;

export class FleetView implements Disposable {
  readonly #link: Link;
  readonly #log: Log;
  readonly #open = new DisposableStack();
  readonly #drains = new Map<string, DrainRate>();
  /** What each replica said last, and when. */
  readonly #loads = new Map<string, { report: LoadReport; heardMs: number }>();
  /** Tells this edge's promises from those of others. */
  readonly #self = new TextEncoder().encode(crypto.randomUUID());
  #models = new Map<string, ModelInfo>();

  constructor(link: Link, log: Log) {
    this.#link = link;
    this.#log = log;
    const loads = link.control.subscribe(ALL_LOADS, {
      callback: (error, message) => void (error ?? this.#report(message.data)),
    });
    const promises = link.control.subscribe(ALL_PROMISES, {
      callback: (error, { subject, data }) => void (error ?? this.#promised(subject, data)),
    });
    const refreshing = setInterval(() => void this.refresh().catch(() => {}), REFRESH_MS);
    this.#open.defer(() => {
      loads.unsubscribe();
      promises.unsubscribe();
      clearInterval(refreshing);
    });
  }

  get models(): ReadonlyMap<string, ModelInfo> {
    return this.#models;
  }

  /** @throws when the server does not answer */
  async refresh(): Promise<void> {
    if (!this.#link.connected) return;
    const messages = await readSubjects(this.#link.jsm, `KV_${MODEL_BUCKET}`, `$KV.${MODEL_BUCKET}.>`);
    const models = messages.flatMap((bytes) => this.#model(bytes) ?? []);
    this.#models = new Map(models.map((model) => [model.name, model]));
  }

  isAlive(replicaId: string): boolean {
    return performance.now() - (this.#loads.get(replicaId)?.heardMs ?? Number.NEGATIVE_INFINITY) < SILENT_MS;
  }

  /** Replicas of a model that take requests, and how busy they are. */
  loads(model: string): LoadReport[] {
    const now = performance.now();
    return [...this.#loads.values()].flatMap(({ report, heardMs }) =>
      now - heardMs < SILENT_MS && report.model === model && !report.draining ? report : [],
    );
  }

  /** What runs, by model, on replicas that are leaving too; no model at all while nobody can be heard. */
  running(): ModelLoad[] {
    if (!this.#link.connected) return [];
    const alive = [...this.#loads.values()].filter(({ report }) => this.isAlive(report.replicaId));
    return [...this.#models.keys()].map((model) => {
      const reports = alive.flatMap(({ report }) => (report.model === model ? report : []));
      const sum = (count: "running" | "responses") => reports.reduce((total, report) => total + report[count], 0);
      return { model, running: sum("running"), responses: sum("responses") };
    });
  }

  /** When one who is refused should come again; all edges together give each place once. */
  retryAfterMs(model: string): number {
    this.#link.tell(promisedSubject(model), this.#self);
    return this.#drainRate(model).retryAfterMs(performance.now());
  }

  #promised(subject: string, edge: Uint8Array): void {
    if (edge.length === this.#self.length && edge.every((byte, i) => byte === this.#self[i])) return;
    for (const model of this.#models.keys()) {
      if (promisedSubject(model) === subject) this.#drainRate(model).promise(performance.now());
    }
  }

  #drainRate(model: string): DrainRate {
    let rate = this.#drains.get(model);
    if (rate === undefined) {
      rate = new DrainRate();
      this.#drains.set(model, rate);
    }
    return rate;
  }

  [Symbol.dispose](): void {
    this.#open.dispose();
  }

  #model(bytes: Uint8Array): ModelInfo | undefined {
    try {
      const model = decodeModel(fromBinary(GetModelResponseSchema, bytes));
      return model.name === "" ? undefined : model;
    } catch (error) {
      this.#log.warn({ err: error }, "an entry of the catalog that cannot be read was ignored");
      return undefined;
    }
  }

  #report(bytes: Uint8Array): void {
    const now = performance.now();
    try {
      const report = fromBinary(LoadReportSchema, bytes);
      const { replicaId, model, finishedResponses, running } = report;
      this.#loads.set(replicaId, { report, heardMs: now });
      for (const [other, { heardMs }] of this.#loads) if (now - heardMs > SILENT_MS) this.#loads.delete(other);
      if (this.#models.has(model)) this.#drainRate(model).observe(replicaId, Number(finishedResponses), running, now);
    } catch (error) {
      this.#log.warn({ err: error }, "a load report that cannot be read was ignored");
    }
  }
}
