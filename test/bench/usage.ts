/**
 * What it costs to hold an API key to its limits: admissions and counted commits by compare-and-set on one record of a real
 * nats-server, at one edge alone and at three edges that share the key.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { admit, count, release, usageIn } from "../../edge/src/keys/usage.ts";
import type { UsageStore } from "../../edge/src/ports.ts";
import { openTestFleet } from "../support/fleet/fleet.ts";

const LIMITS = { requestsPerMinute: 1e9, tokensPerMinute: 1e9, tokensPerMonth: 1e12, concurrent: 4096 };
const ROUNDS_MS = 3_000;
/** Commits of a response, and the time between them. */
const COMMITS = 8;
const COMMIT_MS = 20;

export async function benchUsage(): Promise<void> {
  await using fleet = await openTestFleet();
  const edges = await Promise.all([1, 2, 3].map(async () => (await fleet.edge()).usage));
  console.log("Time of an admission and of a counted commit, each a write of the key's record or a share of one:\n");
  console.log(
    "| edges | responses at once at each | responses/s | admission p50 ms | p99 ms | count p50 ms | p99 ms |",
  );
  console.log("|---|---|---|---|---|---|---|");
  for (const [sharing, clients] of [
    [1, 1],
    [1, 32],
    [3, 1],
    [3, 32],
  ] as const) {
    await measure(edges.slice(0, sharing), clients, `key-${sharing}-${clients}`);
  }
}

async function measure(edges: readonly UsageStore[], clients: number, keyId: string): Promise<void> {
  const admissions: number[] = [];
  const counts: number[] = [];
  const startMs = performance.now();
  const client = async (usage: UsageStore, name: string) => {
    for (let i = 0; performance.now() - startMs < ROUNDS_MS; i++) {
      const responseId = `${name}-${i}`;
      admissions.push(
        await timed(() =>
          update(usage, keyId, (before) => admit(before, LIMITS, { responseId, parts: 1 }, Date.now())),
        ),
      );
      for (let commit = 1; commit <= COMMITS; commit++) {
        await sleep(COMMIT_MS);
        const counted = { responseId, tokens: 32 * commit };
        counts.push(await timed(() => update(usage, keyId, (before) => count(before, LIMITS, counted, Date.now()))));
      }
      const ended = { responseId, tokens: 32 * COMMITS };
      await update(usage, keyId, (before) => release(before, LIMITS, ended, Date.now()));
    }
  };
  await Promise.all(
    edges.flatMap((usage, edge) => Array.from({ length: clients }, (_, i) => client(usage, `${edge}-${i}`))),
  );
  const perSecond = admissions.length / ((performance.now() - startMs) / 1000);
  const cells = [edges.length, clients, perSecond.toFixed(0), ...quantiles(admissions), ...quantiles(counts)];
  console.log(`| ${cells.join(" | ")} |`);
}

type Usage = ReturnType<typeof usageIn>;

async function update<T>(usage: UsageStore, keyId: string, change: (usage: Usage) => { usage: Usage; result: T }) {
  return await usage.update(keyId, (value) => {
    const changed = change(usageIn(value));
    return [changed.usage, changed.result];
  });
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}

function quantiles(values: readonly number[]): string[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.5, 0.99].map((share) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2));
}
