/** Which replica takes a request, and the lease on it. It knows no network: adapters bring the replicas. */
import { EdgeError } from "./errors.ts";
import type { Lease, Model, Replica, Replicas } from "./ports.ts";

/** Places each request on the replica with the smallest share of its slots taken by this edge. */
export function createPlacement(replicas: readonly Replica[]): Replicas {
  const leases = new Map<Replica, number>();
  const load = (replica: Replica) => (leases.get(replica) ?? 0) / Math.max(replica.model?.capacity ?? 1, 1);

  return {
    models: () => [...new Map(replicas.flatMap(({ model }) => (model ? [[model.name, model]] : []))).values()],
    ready: () => replicas.some((replica) => replica.ready),
    async lease(model) {
      const replica = place(replicas, model, load);
      leases.set(replica, (leases.get(replica) ?? 0) + 1);
      return leaseOn(replica, () => leases.set(replica, leases.get(replica)! - 1));
    },
  };
}

function place(replicas: readonly Replica[], model: string, load: (replica: Replica) => number): Replica {
  const able = replicas.filter((replica) => replica.ready && replica.model?.name === model);
  const [first, ...others] = able;
  if (!first) throw unplaced(replicas, model);
  return others.reduce((best, replica) => (load(replica) < load(best) ? replica : best), first);
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

function leaseOn(replica: Replica, giveBack: () => void): Lease {
  let held = true;
  return {
    generate: (request, signal) => replica.generate(request, signal),
    async [Symbol.asyncDispose]() {
      if (held) giveBack();
      held = false;
    },
  };
}
