/**
 * 5. Three times what a fleet can hold: refusals are fast and say when to come again, what is taken is served as fast as
 * ever, and the urgent do not wait behind the rest.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "./crowd.ts";
import { follow, newStream, type Result } from "./load.ts";
import type { Row, ScenarioOptions } from "./scenarios.ts";

/** A refusal costs a few questions of the server. */
const FAST_MS = 1_000;
/** What a machine that is shared does to a median. */
const SAME_LATENCY = 1.5;
/** Who comes when told finds a place, or the next time. */
const RETURNS = 2;
const URGENT = 12;
const URGENT_EVERY_MS = 500;
/** Beside the flood, which comes all at once: requests one by one, to whom a full class says no. */
const PROBES = 20;
const PROBE_EVERY_MS = 100;

export interface OverloadOptions extends ScenarioOptions {
  /** Requests of a class that may wait or run. */
  readonly queueLimit: number;
  /** Requests that run at once. */
  readonly slots: number;
}

interface Outcome extends Result {
  /** How long each refusal took, and when it said to come again. */
  readonly refusals: readonly { ms: number; retryAfterMs: number }[];
}

export async function overload({ fleet, samples, random, queueLimit, slots }: OverloadOptions): Promise<Row> {
  const urls = () => fleet.edges.map(({ url }) => url);

  /** Comes again when it is told to, until it is taken. */
  const ask = async (priority: string): Promise<Outcome> => {
    const { body, texts } = random.pick(samples);
    const refusals: { ms: number; retryAfterMs: number }[] = [];
    for (;;) {
      const begun = performance.now();
      const result = await follow(urls, { body: { ...body, priority }, texts }, newStream());
      if (result.code !== "overloaded") return { ...result, refusals };
      const retryAfterMs = result.retryAfterMs ?? Number.NaN;
      refusals.push({ ms: performance.now() - begun, retryAfterMs });
      if (!(retryAfterMs > 0)) return { ...result, refusals };
      await sleep(retryAfterMs);
    }
  };

  // As many as run at once: what an answer takes when nobody waits.
  const alone = await Promise.all(Array.from({ length: slots }, () => ask("batch")));
  const flood = Array.from({ length: queueLimit * 3 }, () => ask("batch"));
  const urgent = Array.from({ length: URGENT }, async (_, i) => {
    await sleep((i + 1) * URGENT_EVERY_MS);
    return Promise.all([ask("interactive"), ask("default")]);
  });
  const single = Array.from({ length: PROBES }, async (_, i) => {
    await sleep((i + 1) * PROBE_EVERY_MS);
    const { body, texts } = random.pick(samples);
    return follow(urls, { body: { ...body, priority: "batch" }, texts }, newStream());
  });
  const pairs = await Promise.all(urgent);
  const [interactive, normal] = [pairs.map(([it]) => it), pairs.map(([, it]) => it)];
  const batch = await Promise.all(flood);
  const probes = (await Promise.all(single)).flatMap(({ code, endMs }) => (code === "overloaded" ? endMs : []));

  const all = [...alone, ...batch, ...interactive, ...normal];
  const refusals = batch.flatMap((it) => it.refusals);
  const refused = batch.filter((it) => it.refusals.length > 0);
  const refusedMs = [0.5, 0.99].map((share) =>
    percentile(
      refusals.map(({ ms }) => ms),
      share,
    ),
  );
  const toldMs = percentile(
    refusals.map(({ retryAfterMs }) => retryAfterMs),
    0.5,
  );
  const returns = percentile(
    refused.map((it) => it.refusals.length),
    0.5,
  );
  // Who was refused may come back when the flood is over.
  const taken = batch.filter((it) => it.refusals.length === 0);
  const [calmMs, busyMs] = [median(alone, writingMs), median(taken, writingMs)];
  const waits = [interactive, normal, taken].map((them) => median(them, ({ firstEventMs }) => firstEventMs ?? 0));
  const bad = all.filter(({ ok }) => !ok);
  const checks = {
    "answers that are missing or wrong": bad.length === 0,
    "nobody was refused": refused.length > 0,
    // The flood comes all at once, on a machine that computes, and the first of those that come one by one are beside it.
    "refusals are slow": refusedMs[0]! < FAST_MS && percentile(probes, 0.5) < FAST_MS,
    "who came when told was refused again": returns <= RETURNS,
    "answers take longer than without the flood": busyMs < calmMs * SAME_LATENCY,
    "classes do not hold": waits[0]! < waits[2]! && waits[1]! < waits[2]!,
  };
  const wrong = Object.entries(checks).flatMap(([what, holds]) => (holds ? [] : what));
  const told = [
    `${refused.length} of ${batch.length} refused at first, within ${refusedMs.map(Math.round).join(" / ")} ms (p50 / p99)`,
    `${probes.length} that came one by one within ${[0.5, 0.99].map((share) => Math.round(percentile(probes, share))).join(" / ")} ms`,
    `told to come in ${seconds(toldMs)} (p50), and taken at the ${returns}. return (p50)`,
    `written in ${seconds(busyMs)}, ${seconds(calmMs)} without the flood (p50)`,
    `first event of interactive, default, batch after ${waits.map(seconds).join(", ")} (p50)`,
  ];
  return {
    scenario: "queue at three times its limit",
    streams: all.length,
    faults: 0,
    midBlock: undefined,
    takeovers: 0,
    claims: [],
    shown: [],
    resumes: 0,
    failed: bad.length,
    ok: wrong.length === 0,
    note: [...wrong, ...told].join("; "),
  };
}

/** From the first event to the last. */
function writingMs({ firstEventMs, endMs }: Result): number {
  return endMs - (firstEventMs ?? endMs);
}

function median(results: readonly Result[], of: (result: Result) => number): number {
  return percentile(results.map(of), 0.5);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
