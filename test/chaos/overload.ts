/**
 * 5. Three times the load that a fleet can hold: rejections are fast and carry a Retry-After, accepted requests are
 * served at the usual speed, and urgent requests do not wait behind the others.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "./crowd.ts";
import { follow, newStream, type Result } from "./load.ts";
import type { Row, ScenarioOptions } from "./scenarios.ts";

/** A rejection costs a few requests to the server. */
const FAST_MS = 1_000;
/** Tolerated change of a median on a shared machine. */
const SAME_LATENCY = 1.5;
/** A client that honours Retry-After gets in at its first or second return. */
const RETURNS = 2;
const URGENT = 12;
const URGENT_EVERY_MS = 500;
/** Requests sent in sequence beside the simultaneous flood, while their class is full. */
const PROBES = 20;
const PROBE_EVERY_MS = 100;

export interface OverloadOptions extends ScenarioOptions {
  /** Requests of a class that may wait or run. */
  readonly queueLimit: number;
  /** Requests that run concurrently. */
  readonly slots: number;
}

interface Outcome extends Result {
  /** Duration and Retry-After of each rejection. */
  readonly refusals: readonly { ms: number; retryAfterMs: number }[];
}

export async function overload({ fleet, samples, random, queueLimit, slots }: OverloadOptions): Promise<Row> {
  const urls = () => fleet.edges.map(({ url }) => url);

  /** Retries as instructed until it is accepted. */
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

  // As many as run concurrently: the duration of an answer without waiting.
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
  // Rejected clients may return after the flood.
  const taken = batch.filter((it) => it.refusals.length === 0);
  const [calmMs, busyMs] = [median(alone, writingMs), median(taken, writingMs)];
  const waits = [interactive, normal, taken].map((them) => median(them, ({ firstEventMs }) => firstEventMs ?? 0));
  const bad = all.filter(({ ok }) => !ok);
  const checks = {
    "answers that are missing or wrong": bad.length === 0,
    "no request was rejected": refused.length > 0,
    // The flood is simultaneous, on a busy machine, and overlaps with the first of the sequential requests.
    "refusals are slow": refusedMs[0]! < FAST_MS && percentile(probes, 0.5) < FAST_MS,
    "a client that honoured Retry-After was rejected again": returns <= RETURNS,
    "answers take longer than without the flood": busyMs < calmMs * SAME_LATENCY,
    "classes do not hold": waits[0]! < waits[2]! && waits[1]! < waits[2]!,
  };
  const wrong = Object.entries(checks).flatMap(([what, holds]) => (holds ? [] : what));
  const notes = [
    `${refused.length} of ${batch.length} refused at first, within ${refusedMs.map(Math.round).join(" / ")} ms (p50 / p99)`,
    `${probes.length} that came one by one within ${[0.5, 0.99].map((share) => Math.round(percentile(probes, share))).join(" / ")} ms`,
    `Retry-After ${seconds(toldMs)} (p50), accepted at return ${returns} (p50)`,
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
    note: [...wrong, ...notes].join("; "),
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
