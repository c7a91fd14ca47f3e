/** Says to a fleet that a replica is there, what it serves and how busy it is. It knows no requests. */

import { create, toBinary } from "@bufbuild/protobuf";
import { type Link, type LinkLog, loadSubject, tokenOf } from "@palimpsest/fleet";
import type { ModelInfo } from "@palimpsest/proto";
import { type LoadReport, LoadReportSchema, ReplicaPresenceSchema } from "@palimpsest/proto/fleet";
import { GetModelResponseSchema } from "@palimpsest/proto/generate";
import { encodeModel } from "@palimpsest/proto/request-codec";
import { type Clock, every } from "../clock.ts";

const LOAD_MS = 500;
const PRESENCE_MS = 2_000;

export interface PresenceOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: LinkLog;
  readonly replicaId: string;
  /** Of this program. */
  readonly version: string;
}

export type Load = Pick<LoadReport, "running" | "responses" | "finishedResponses" | "ignoredMessages">;

export class Presence {
  readonly #options: PresenceOptions;
  readonly #model: ModelInfo;
  readonly #load: () => Load;
  readonly #told = new DisposableStack();
  #leaving = false;

  constructor(options: PresenceOptions, model: ModelInfo, load: () => Load) {
    this.#options = options;
    this.#model = model;
    this.#load = load;
  }

  /** Resolves when it is known; from then on it is told again and again. @throws when the server does not answer */
  async begin(): Promise<void> {
    const { clock, log } = this.#options;
    const failed = (error: unknown) => log.warn({ err: error }, "NATS does not answer");
    await this.announce();
    this.#told.use(every(clock, LOAD_MS, async () => this.#report(), failed));
    this.#told.use(every(clock, PRESENCE_MS, () => this.#announceReplica(), failed));
  }

  /** Says who is there and what it serves. @throws when the server does not answer */
  async announce(): Promise<void> {
    const bytes = toBinary(GetModelResponseSchema, encodeModel(this.#model));
    await this.#options.link.buckets.models.put(tokenOf(this.#model.name), bytes);
    await this.#announceReplica();
  }

  /** Says that it takes nothing more. How busy it is goes on being told until `end`. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#report();
    const { link, replicaId } = this.#options;
    // It would go by itself, a little later.
    await link.buckets.replicas.delete(tokenOf(replicaId)).catch(() => {});
  }

  end(): void {
    this.#told.dispose();
  }

  async #announceReplica(): Promise<void> {
    const { link, replicaId, version } = this.#options;
    if (!link.connected || this.#leaving) return;
    const presence = create(ReplicaPresenceSchema, { replicaId, model: encodeModel(this.#model), version });
    await link.buckets.replicas.put(tokenOf(replicaId), toBinary(ReplicaPresenceSchema, presence));
  }

  #report(): void {
    const { link, replicaId } = this.#options;
    const { name: model, capacity } = this.#model;
    const report = create(LoadReportSchema, { replicaId, model, capacity, draining: this.#leaving, ...this.#load() });
    link.tell(loadSubject(replicaId), toBinary(LoadReportSchema, report));
  }
}
