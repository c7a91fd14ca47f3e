/** One trace without a gap: from the client through the edge, both workers of a response, its blocks and their exchanges. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { convertGolden, type GoldenPackage } from "../support/models/golden.ts";
import { BINDINGS, CLIENT, traceTakeover } from "../support/programs/traced-takeover.ts";

let golden: GoldenPackage;
beforeAll(async () => {
  golden = await convertGolden("demo-21", { quantization: "none", ranks: 2 });
}, 60_000);
afterAll(() => golden[Symbol.asyncDispose]());

it.each(BINDINGS)("over %s, with a takeover in the middle", { timeout: 120_000 }, async (binding) => {
  const { spans, responseId, blocks } = await traceTakeover(binding, golden.folder);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([CLIENT.traceId]));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const roots = spans.filter(({ parentSpanId }) => !byId.has(parentSpanId ?? ""));
  expect(roots).toMatchObject([{ name: "chat demo", instance: "edge", parentSpanId: CLIENT.spanId, ok: true }]);
  const [root] = roots as [(typeof roots)[number]];
  expect(root.attributes).toMatchObject({ "gen_ai.response.id": responseId, "palimpsest.attempts": 2 });
  expect(root.events).toEqual(["attempt 1", "first draft", "first commit", "attempt 2"]);

  const named = (name: string) => spans.filter((span) => span.name === name);
  const [first, second] = [...named("attempt 1"), ...named("attempt 2")];
  expect([first?.instance, second?.instance].toSorted()).toEqual(["worker-1", "worker-2"]);
  expect(named("queue")).toHaveLength(binding === "NATS" ? 1 : 0);
  expect(named("prefill")).toHaveLength(2);

  const [before, after] = [first, second].map((attempt) => {
    const committed = spans.filter(({ parentSpanId, name }) => {
      return parentSpanId === attempt?.spanId && name.startsWith("block ");
    });
    for (const [i, { startMs, endMs, spanId }] of committed.entries()) {
      expect(Math.abs(startMs - (committed[i - 1]?.endMs ?? startMs))).toBeLessThan(1);
      expect(startMs).toBeGreaterThanOrEqual(root.startMs);
      expect(endMs).toBeLessThanOrEqual(root.endMs);
      const exchanges = spans.filter((span) => span.parentSpanId === spanId);
      expect(exchanges).toMatchObject([{ name: "exchange", attributes: { "palimpsest.rank": 1 } }]);
    }
    return committed.map(({ attributes }) => Number(attributes["palimpsest.block"]));
  }) as [number[], number[]];
  // The first worker may have committed a block that it could not deliver any more.
  expect(after[0]).toBeGreaterThanOrEqual(3);
  expect([...before.slice(0, after[0]), ...after]).toEqual(Array.from({ length: blocks }, (_, i) => i));
});
