/** Announces a replica to the fleet: its model, and how busy it is. */

import { create, toBinary } from "@bufbuild/protobuf";
import { type Link, type LinkLog, loadSubject, tokenOf } from "@palimpsest/fleet";
import type { ModelInfo } from "@palimpsest/proto";
import {
  EngineCountersSchema,
  type LoadReport,
  LoadReportSchema,
  RankWaitSchema,
  ReplicaPresenceSchema,
} from "@palimpsest/proto/fleet";
import { GetModelResponseSchema } from "@palimpsest/proto/generate";
import { encodeModel } from "@palimpsest/proto/request-codec";
import { type Clock, every } from "../clock.ts";
import type { EngineStats } from "../engine/engine.ts";

const LOAD_MS = 500;
const PRESENCE_MS = 2_000;

export interface PresenceOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: LinkLog;
  readonly replicaId: string;
  /** Of the worker program. */
  readonly version: string;
}

export type Load = Pick<LoadReport, "running" | "responses" | "finishedResponses" | "ignoredMessages"> & {
  readonly engine: EngineStats | undefined;
};

export class Presence {
  readonly #options: PresenceOptions;
  readonly #model: ModelInfo;
  readonly #load: () => Load;
  readonly #timers = new DisposableStack();
  #accepting = true;

  constructor(options: PresenceOptions, model: ModelInfo, load: () => Load) {
    this.#options = options;
    this.#model = model;
    this.#load = load;
  }

  /** Announces the replica, and from then on repeats it. @throws when the server does not answer */
  async begin(): Promise<void> {
    const { clock, log } = this.#options;
    const failed = (error: unknown) => log.warn({ err: error }, "failed to announce this replica");
    await this.announce();
    this.#timers.use(every(clock, LOAD_MS, async () => this.#report(), failed));
    this.#timers.use(every(clock, PRESENCE_MS, () => this.#announceReplica(), failed));
  }

  /** Announces model and replica. @throws when the server does not answer */
  async announce(): Promise<void> {
    const bytes = toBinary(GetModelResponseSchema, encodeModel(this.#model));
    await this.#options.link.buckets.models.put(tokenOf(this.#model.name), bytes);
    await this.#announceReplica();
  }

  /** Announces whether the replica takes requests. Load reports continue until `end`. */
  async setAccepting(accepting: boolean): Promise<void> {
    if (accepting === this.#accepting) return;
    this.#accepting = accepting;
    this.#report();
    // If this fails, it is repeated.
    if (accepting) return this.#announceReplica().catch(() => {});
    const { link, replicaId } = this.#options;
    // If this fails, the entry expires a little later.
    await link.buckets.replicas.delete(tokenOf(replicaId)).catch(() => {});
  }

  end(): void {
    this.#timers.dispose();
  }

  async #announceReplica(): Promise<void> {
    const { link, replicaId, version } = this.#options;
    if (!link.connected || !this.#accepting) return;
    const presence = create(ReplicaPresenceSchema, { replicaId, model: encodeModel(this.#model), version });
    await link.buckets.replicas.put(tokenOf(replicaId), toBinary(ReplicaPresenceSchema, presence));
  }

  #report(): void {
    const { link, replicaId } = this.#options;
    const { name: model, capacity } = this.#model;
    const { engine, ...load } = this.#load();
    const counters = engine && { engine: countersOf(engine) };
    const report = create(LoadReportSchema, {
      replicaId,
      model,
      capacity,
      draining: !this.#accepting,
      ...load,
      ...counters,
    });
    link.tell(loadSubject(replicaId), toBinary(LoadReportSchema, report));
  }
}

function countersOf({ pagesInUse, pagesCached, pagesTotal, ...stats }: EngineStats) {
  return create(EngineCountersSchema, {
    ...{ pagesInUse, pagesCached, pagesTotal },
    preemptions: BigInt(stats.preemptions),
    blocks: BigInt(stats.committedBlocks),
    draftToCommitMs: stats.draftToCommitMs,
    rankWaits: stats.rankWaits.map(({ rank, ms }) => create(RankWaitSchema, { rank, ms })),
  });
}
