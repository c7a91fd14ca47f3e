/** An edge without a network: replicas whose responses a test writes, and the edge's dependencies. */
import { CAPABILITIES, type GenerateRequest, type ModelInfo } from "@palimpsest/proto";
import { createMemoryStore } from "../../../edge/src/adapters/memory-store.ts";
import { createMemoryUsage } from "../../../edge/src/adapters/memory-usage.ts";
import { createPlacement } from "../../../edge/src/admission/placement.ts";
import { createApp } from "../../../edge/src/app.ts";
import type { EdgeDependencies } from "../../../edge/src/dependencies.ts";
import type { Clock, Log, Replica, ReplicaEvent } from "../../../edge/src/ports.ts";

export const syntheticModel: ModelInfo = {
  name: "synthetic",
  created: 1_700_000_000,
  blockLength: 32,
  maxContextTokens: 4096,
  chat: true,
  text: true,
  capacity: 4,
  capabilities: CAPABILITIES,
};

export type Respond = (
  request: GenerateRequest,
  signal: AbortSignal,
) => Iterable<ReplicaEvent> | AsyncIterable<ReplicaEvent>;

export interface ScriptedReplica extends Replica {
  /** Requests in order of arrival. */
  readonly requests: GenerateRequest[];
}

export function scriptedReplica(respond: Respond, given: Partial<Replica> = {}): ScriptedReplica {
  const requests: GenerateRequest[] = [];
  return {
    replicaId: "scripted",
    model: syntheticModel,
    ready: true,
    requests,
    async *generate(request, _, signal) {
      requests.push(request);
      yield* respond(request, signal);
    },
    ...given,
  };
}

/** A clock that never moves: sleeps last until they are aborted. */
export const stoppedClock: Clock = {
  now: () => 1_700_000_000_000,
  monotonic: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
};

export const silentLog: Log = { info() {}, warn() {}, error() {} };

/** The app over these replicas, with other dependencies replaced as needed. */
export function scriptedEdge(replicas: readonly Replica[], given: Partial<EdgeDependencies> = {}) {
  return createApp({
    replicas: createPlacement(replicas, { clock: given.clock ?? stoppedClock, limitMs: 120_000 }),
    store: createMemoryStore({ clock: stoppedClock, ageMs: 60_000, maxBytes: 2 ** 20 }),
    clock: stoppedClock,
    log: silentLog,
    usage: createMemoryUsage(),
    heartbeatMs: 1_000,
    draining: new AbortController().signal,
    ...given,
  });
}
