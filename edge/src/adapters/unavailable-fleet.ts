/** A fleet that is unreachable: every request gets 503 with Retry-After. */
import { EdgeError } from "../errors.ts";
import type { Replicas, ResponseStore, Responses, UsageStore } from "../ports.ts";

const RETRY_MS = 1_000;

interface Fleet {
  readonly replicas: Replicas;
  readonly responses: Responses;
  readonly store: ResponseStore;
  readonly usage: UsageStore;
}

export const unavailableFleet: Fleet = {
  replicas: { models: unreachable, ready: () => false, generate: unreachable },
  responses: {
    isKnown: async () => unreachable(),
    read: async () => unreachable(),
    watch: unreachable,
    cancel: async () => unreachable(),
    claimKey: async () => unreachable(),
    releaseKey: async () => unreachable(),
  },
  store: {
    read: async () => unreachable(),
    create: async () => unreachable(),
    replace: async () => unreachable(),
    delete: async () => unreachable(),
  },
  usage: { update: async () => unreachable() },
};

function unreachable(): never {
  const message = "The fleet is unreachable; retry later.";
  throw new EdgeError("unavailable", message, { retryAfterMs: RETRY_MS });
}
