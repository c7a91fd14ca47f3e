/** Which replica takes a request, and the lease on it. It knows no network: adapters bring the replicas. */
import { EdgeError } from "../errors.ts";
import type { Model, Replica, Replicas } from "../ports.ts";
import { withTakeover } from "../stream/takeover.ts";

/**
 * Places each request on the replica with the smallest share of its slots taken by this edge, and on another one where that
 * is lost.
 */
export function createPlacement(replicas: readonly Replica[]): Replicas {
  const leases = new Map<Replica, number>();
  const load = (replica: Replica) => (leases.get(replica) ?? 0) / Math.max(replica.model?.capacity ?? 1, 1);

  return {
    models: () => [...new Map(replicas.flatMap(({ model }) => (model ? [[model.name, model]] : []))).values()],
    ready: () => replicas.some((replica) => replica.ready),
    async lease(model) {
      const tried: Replica[] = [];
      let held: Replica | undefined;
      const giveBack = () => {
        if (held) leases.set(held, leases.get(held)! - 1);
        held = undefined;
      };
      /** The slot moves to another replica. */
      const next = () => {
        giveBack();
        held = place(replicas, model, tried, load);
        if (held === undefined) return undefined;
        tried.push(held);
        leases.set(held, (leases.get(held) ?? 0) + 1);
        return held;
      };
      const first = next();
      if (first === undefined) throw unplaced(replicas, model);
      return {
        generate: (request, signal) => withTakeover(request, signal, first, next),
        async [Symbol.asyncDispose]() {
          giveBack();
        },
      };
    },
  };
}

function place(
  replicas: readonly Replica[],
  model: string,
  tried: readonly Replica[],
  load: (replica: Replica) => number,
): Replica | undefined {
  return replicas
    .filter((replica) => replica.ready && replica.model?.name === model && !tried.includes(replica))
    .reduce<Replica | undefined>((best, replica) => (best && load(best) <= load(replica) ? best : replica), undefined);
}

function unplaced(replicas: readonly Replica[], model: string): EdgeError {
  const known = replicas.flatMap((replica): Model[] => (replica.model ? [replica.model] : []));
  if (known.some(({ name }) => name === model)) {
    return new EdgeError("unavailable", `No worker that serves "${model}" can be reached now; try again in a moment.`);
  }
  // A worker that was never reached may serve anything.
  if (known.length < replicas.length) {
    return new EdgeError("unavailable", "No worker has said yet that it serves this model; try again in a moment.");
  }
  const names = [...new Set(known.map(({ name }) => `"${name}"`))].join(", ");
  const message = `The model "${model}" is not served here. Served: ${names || "none"}.`;
  return new EdgeError("model_not_found", message, { param: "model" });
}
