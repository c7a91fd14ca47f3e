import type { GenerateRequest, Message } from "@palimpsest/proto";
import { describe, expect, it } from "vitest";
import { prefixOf, warmReplica } from "./warm-replica.ts";

const replicas = (count: number, running = 0) =>
  Array.from({ length: count }, (_, i) => ({ replicaId: `replica-${i}`, running, capacity: 8 }));
const prefixes = Array.from({ length: 600 }, (_, i) => `conversation ${i}`);

describe("the warm replica", () => {
  it("does not depend on the order of replicas, and spreads conversations evenly", () => {
    const chosen = prefixes.map((prefix) => warmReplica(prefix, replicas(3)));
    expect(prefixes.map((prefix) => warmReplica(prefix, replicas(3).reverse()))).toEqual(chosen);
    for (const { replicaId } of replicas(3)) {
      const share = chosen.filter((id) => id === replicaId).length / prefixes.length;
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.42);
    }
  });

  it("stays the same for conversations that a new replica does not take over", () => {
    const before = prefixes.map((prefix) => warmReplica(prefix, replicas(3)));
    const after = prefixes.map((prefix) => warmReplica(prefix, replicas(4)));
    expect(after.filter((id, i) => id !== before[i] && id !== "replica-3")).toEqual([]);
  });

  it("is skipped when it is above its share", () => {
    const [one, two, three] = replicas(3);
    const busy = prefixes.filter((prefix) => warmReplica(prefix, replicas(3)) === "replica-0");
    const loads = [{ ...one!, running: 6 }, two!, three!];
    for (const prefix of busy) expect(warmReplica(prefix, loads)).not.toBe("replica-0");
    expect(warmReplica("any", [])).toBeUndefined();
  });

  it("depends on model, tenant and beginning, not on later turns", () => {
    const request = (messages: Message[], given: Partial<GenerateRequest> = {}) =>
      prefixOf({ model: "m", prompt: { kind: "chat", messages, tools: [] }, ...given } as GenerateRequest);
    const first: Message[] = [
      { role: "system", content: "be brief" },
      { role: "user", content: "hi" },
    ];
    const later = [...first, { role: "assistant", content: "hello" }, { role: "user", content: "more" }];
    expect(request(later)).toBe(request(first));
    expect(request(first, { model: "n" })).not.toBe(request(first));
    expect(request(first, { cacheScope: "bob" })).not.toBe(request(first));
    expect(request([{ role: "user", content: "hi" }])).not.toBe(request(first));
  });
});
