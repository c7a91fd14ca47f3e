import { describe, expect, it } from "vitest";
import { scriptedReplica, syntheticModel } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { systemClock } from "../clock.ts";
import type { ClientRequest, Replica, Replicas } from "../ports.ts";
import { createPlacement as createPlacementWith } from "./placement.ts";

const { signal } = new AbortController();
const createPlacement = (replicas: readonly Replica[]) =>
  createPlacementWith(replicas, { clock: systemClock, limitMs: 60_000 });

describe("placement", () => {
  it("prefers the replica with the smallest share of its slots taken", async () => {
    const replicas = [replica("small", { capacity: 1 }), replica("large", { capacity: 3 })];
    const placement = createPlacement(replicas);
    for (let taken = 0; taken < 4; taken++) await begin(placement);
    expect(replicas.map(({ requests }) => requests.length)).toEqual([1, 3]);
  });

  it("a response whose reader stops, even twice, frees one slot", async () => {
    const replicas = [replica("a"), replica("b")];
    const placement = createPlacement(replicas);
    const first = await begin(placement);
    await first.return?.();
    await first.return?.();
    for (let taken = 0; taken < 2; taken++) await begin(placement);
    expect(replicas.map(({ requests }) => requests.length)).toEqual([2, 1]);
  });

  it("names the models that are served when one is not", async () => {
    await expect(begin(createPlacement([replica("a")]), "gpt-9")).rejects.toMatchObject({
      code: "model_not_found",
      param: "model",
      message: 'The model "gpt-9" is not served here. Served: "synthetic".',
    });
  });

  it("keeps a model listed while its replica is unreachable, and rejects its requests", async () => {
    const placement = createPlacement([scriptedReplica(() => [], { ready: false })]);
    expect(placement.models()).toEqual([syntheticModel]);
    expect(placement.ready()).toBe(false);
    await expect(begin(placement)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("does not deny a model while a replica has not reported its own", async () => {
    const unknown: Replica = { ...replica("b"), model: undefined, ready: false };
    const placement = createPlacement([replica("a"), unknown]);
    await expect(begin(placement, "gpt-9")).rejects.toMatchObject({ code: "unavailable" });
  });
});

function replica(replicaId: string, { capacity = 4 } = {}) {
  const respond = () => tell(plainScript(["Hello"]));
  return scriptedReplica(respond, { replicaId, model: { ...syntheticModel, capacity } });
}

/** Reads the first event only: the response keeps its slot. */
async function begin(placement: Replicas, model = "synthetic"): Promise<AsyncIterator<unknown>> {
  const events = placement
    .generate(
      { model, choices: 1, prompt: { kind: "text", text: "hi" }, decoding: {} } as unknown as ClientRequest,
      signal,
    )
    [Symbol.asyncIterator]();
  await events.next();
  return events;
}
