/** A leader that waits for its rank. Slow: it outlasts the waits between failed attempts. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import type { RankLink, RoutedRows } from "../parallel/exchange.ts";
import { openGrpcRank } from "./grpc-rank.ts";
import type { ExchangeTerms } from "./rank-codec.ts";
import { serveRank } from "./rank-server.ts";

const terms: ExchangeTerms = { packageDigest: "ab".repeat(32), planDigest: "ef".repeat(32), ranks: 3, rank: 2 };
const types = { sent: "f32", held: "f32" } as const;
const rows: RoutedRows = {
  layer: 1,
  hidden: Float32Array.of(1, 2),
  experts: new BigInt64Array(1),
  weights: new Float32Array(1),
};
const doubled = Float32Array.of(2, 4);
const rank: RankLink = {
  rank: 2,
  ready: true,
  run: async () => ({ partial: doubled, computeMs: 1 }),
  async [Symbol.asyncDispose]() {},
};

it("a rank that starts after its leader is reached, over one connection", async () => {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "rank-"));
  opened.defer(() => rm(folder, { recursive: true }));
  const address = `unix:${join(folder, "rank.sock")}`;
  const thirdFailure = Promise.withResolvers<void>();
  const reasons: string[] = [];
  const waiting = openGrpcRank({ address, terms, types }, (reason) => {
    reasons.push(reason);
    if (reasons.length === 3) thirdFailure.resolve();
  });
  await thirdFailure.promise;
  let connections = 0;
  const countConnection = () => connections++;
  subscribe("net.server.socket", countConnection);
  opened.defer(() => void unsubscribe("net.server.socket", countConnection));
  opened.use(await serveRank({ link: rank, terms, held: "f32", addresses: [address], clock: systemClock }));
  const link = opened.use(await waiting);
  expect(await link.run(rows)).toEqual({ partial: doubled, computeMs: 1 });
  // Longer than any of the failed attempts would have waited before the next.
  await sleep(1_500);
  expect(connections).toBe(1);
  expect(reasons.at(-1)).toMatch(/ENOENT|ECONNREFUSED/);
});
