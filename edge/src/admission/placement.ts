/** Chooses the replica for each request and counts the slots that this edge uses. Adapters bring the replicas. */
import { type GenerateRequest, type ModelInfo, missingCapability } from "@palimpsest/proto";
import { EdgeError, modelNotFound } from "../errors.ts";
import type { Clock, Replica, Replicas } from "../ports.ts";
import { withTakeover } from "../stream/takeover.ts";
import { incapable, missingOf } from "./capable.ts";

export interface PlacementOptions {
  readonly clock: Clock;
  /** The longest a response may take. */
  readonly limitMs: number;
}

/**
 * Places each request on the replica with the smallest share of its slots used by this edge. If that replica is lost,
 * leaves or is full, the response continues on another one. A response holds one slot until its last event, or until its reader stops.
 */
export function createPlacement(replicas: readonly Replica[], { clock, limitMs }: PlacementOptions): Replicas {
  const used = new Map<Replica, number>();
  const load = (replica: Replica) => (used.get(replica) ?? 0) / Math.max(replica.model?.capacity ?? 1, 1);

  return {
    models: () => [...new Map(replicas.flatMap(({ model }) => (model ? [[model.name, model]] : []))).values()],
    ready: () => replicas.some((replica) => replica.ready),
    async *generate(request, signal) {
      const tried: Replica[] = [];
      let current: Replica | undefined;
      const release = () => {
        if (current) used.set(current, used.get(current)! - 1);
        current = undefined;
      };
      /** Moves the slot to a replica that was not tried in this round. */
      const next = () => {
        release();
        current = place(replicas, request, tried, load);
        if (current === undefined) return undefined;
        tried.push(current);
        used.set(current, (used.get(current) ?? 0) + 1);
        return current;
      };
      const restart = (except?: Replica) => void tried.splice(0, tried.length, ...(except ? [except] : []));
      const first = next();
      if (first === undefined) throw unplaced(replicas, request);
      try {
        const successors = { next, restart };
        yield* withTakeover(request, { first, successors, clock, deadlineMs: clock.now() + limitMs }, signal);
      } finally {
        release();
      }
    },
  };
}

function place(
  replicas: readonly Replica[],
  request: GenerateRequest,
  tried: readonly Replica[],
  load: (replica: Replica) => number,
): Replica | undefined {
  return replicas
    .filter((replica) => replica.ready && canServe(replica, request) && !tried.includes(replica))
    .reduce<Replica | undefined>((best, replica) => (best && load(best) <= load(replica) ? best : replica), undefined);
}

function canServe({ model }: Replica, request: GenerateRequest): boolean {
  return model?.name === request.model && missingCapability(request, model.capabilities) === undefined;
}

function unplaced(replicas: readonly Replica[], request: GenerateRequest): EdgeError {
  const { model } = request;
  const known = replicas.flatMap((replica): ModelInfo[] => (replica.model ? [replica.model] : []));
  const serving = known.filter(({ name }) => name === model);
  const missing = missingOf(
    request,
    serving.map(({ capabilities }) => capabilities),
  );
  if (missing !== undefined) return incapable(request, missing);
  if (serving.length > 0) {
    return new EdgeError("unavailable", `Every worker that serves "${model}" is unreachable or draining; retry later.`);
  }
  // A worker that was never reached may serve any model.
  if (known.length < replicas.length) {
    return new EdgeError(
      "unavailable",
      `No reachable worker serves "${model}", but some are unreachable; retry later.`,
    );
  }
  return modelNotFound(model, new Set(known.map(({ name }) => name)), "model");
}
