/** A fleet that cannot be reached now, as routes see it: whatever is asked of it is 503, to be sent again. */
import { EdgeError } from "../errors.ts";
import type { Replicas, Responses } from "../ports.ts";

const RETRY_MS = 1_000;

export const away: { readonly replicas: Replicas; readonly responses: Responses } = {
  replicas: { models: unreachable, ready: () => false, generate: unreachable },
  responses: {
    isKnown: async () => unreachable(),
    watch: unreachable,
    cancel: async () => unreachable(),
    claimKey: async () => unreachable(),
    releaseKey: async () => unreachable(),
  },
};

function unreachable(): never {
  const message = "The fleet cannot be reached now; try again in a moment.";
  throw new EdgeError("unavailable", message, { retryAfterMs: RETRY_MS });
}
