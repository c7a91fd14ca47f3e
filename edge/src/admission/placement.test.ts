import { describe, expect, test } from "vitest";
import { scriptedReplica, syntheticModel } from "../../../test/support/fakes/scripted-replicas.ts";
import type { GenerateRequest, Lease, Replica } from "../ports.ts";
import { createPlacement } from "./placement.ts";

const { signal } = new AbortController();

describe("placement", () => {
  test("prefers the replica with the smallest share of its slots taken", async () => {
    const replicas = [idle("small", { capacity: 1 }), idle("large", { capacity: 3 })];
    const placement = createPlacement(replicas);
    for (let taken = 0; taken < 4; taken++) await use(await placement.lease("synthetic", signal));
    expect(replicas.map(({ requests }) => requests.length)).toEqual([1, 3]);
  });

  test("a lease that is given back, even twice, frees one slot", async () => {
    const replicas = [idle("a"), idle("b")];
    const placement = createPlacement(replicas);
    const first = await placement.lease("synthetic", signal);
    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    for (let taken = 0; taken < 2; taken++) await use(await placement.lease("synthetic", signal));
    expect(replicas.map(({ requests }) => requests.length)).toEqual([1, 1]);
  });

  test("says which models are served when one is not", async () => {
    await expect(createPlacement([idle("a")]).lease("gpt-9", signal)).rejects.toMatchObject({
      code: "model_not_found",
      param: "model",
      message: 'The model "gpt-9" is not served here. Served: "synthetic".',
    });
  });

  test("keeps a model listed while its replica is away, and says so when it is asked for", async () => {
    const placement = createPlacement([scriptedReplica(() => [], { ready: false })]);
    expect(placement.models()).toEqual([syntheticModel]);
    expect(placement.ready()).toBe(false);
    await expect(placement.lease("synthetic", signal)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("does not deny a model while a replica has not said what it serves", async () => {
    const unknown: Replica = { ...idle("b"), model: undefined, ready: false };
    const placement = createPlacement([idle("a"), unknown]);
    await expect(placement.lease("gpt-9", signal)).rejects.toMatchObject({ code: "unavailable" });
  });
});

function idle(replicaId: string, { capacity = 4 } = {}) {
  return scriptedReplica(() => [], { replicaId, model: { ...syntheticModel, capacity } });
}

async function use(lease: Lease): Promise<void> {
  for await (const _ of lease.generate({} as GenerateRequest, signal));
}
