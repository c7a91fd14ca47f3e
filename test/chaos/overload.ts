/** 5. Three times what a fleet can hold: refusals are fast and say when to come again, and what is taken is served. */
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "./crowd.ts";
import { follow, newStream } from "./load.ts";
import type { Row, ScenarioOptions } from "./scenarios.ts";

/** A refusal costs one question of the server. */
const FAST_MS = 1_000;

export interface OverloadOptions extends ScenarioOptions {
  /** Requests of a class that may wait or run. */
  readonly queueLimit: number;
}

export async function overload({ fleet, samples, random, queueLimit, say }: OverloadOptions): Promise<Row> {
  const urls = () => fleet.edges.map(({ url }) => url);
  const ask = (priority: string) => {
    const sample = random.pick(samples);
    return follow(urls, { ...sample, body: { ...sample.body, priority } }, newStream());
  };
  const alone = await Promise.all(Array.from({ length: 4 }, () => ask("default")));
  const refusals: { ms: number; retryAfterMs: number }[] = [];
  const full = Array.from({ length: queueLimit * 3 }, async () => {
    const { body, texts } = random.pick(samples);
    const begun = performance.now();
    const response = await fetch(`${random.pick(urls())}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...body, priority: "batch" }),
    });
    const json = (await response.json()) as { choices: { message: { content: string } }[] };
    if (response.status === 429) {
      const retryAfterMs = Number(response.headers.get("retry-after-ms"));
      refusals.push({ ms: performance.now() - begun, retryAfterMs });
      return "refused";
    }
    const same = json.choices?.map(({ message }) => message.content).join() === texts.join();
    return response.ok && same ? "answered" : `status ${response.status}`;
  });
  await sleep(500);
  const urgent = await Promise.all(Array.from({ length: 4 }, () => ask("interactive")));
  const urgentMs = percentile(
    urgent.map(({ firstEventMs }) => firstEventMs ?? Number.POSITIVE_INFINITY),
    0.5,
  );
  const outcomes = await Promise.all(full);
  const count = (what: string) => outcomes.filter((outcome) => outcome === what).length;
  const slowMs = percentile(
    refusals.map(({ ms }) => ms),
    0.99,
  );
  const said = refusals.every(({ retryAfterMs }) => retryAfterMs > 0 && retryAfterMs <= 60_000);
  const note =
    `${count("answered")} answered, ${count("refused")} refused within ${Math.round(slowMs)} ms (p99), ` +
    `retry-after-ms ${Math.round(
      percentile(
        refusals.map((it) => it.retryAfterMs),
        0.5,
      ),
    )} (p50); ` +
    `interactive began after ${Math.round(urgentMs)} ms`;
  say(note);
  return {
    scenario: "queue at three times its limit",
    streams: outcomes.length + urgent.length + alone.length,
    faults: 0,
    midBlock: undefined,
    takeovers: 0,
    claims: [],
    shown: [],
    resumes: 0,
    failed: outcomes.length - count("answered") - count("refused"),
    ok:
      count("answered") + count("refused") === outcomes.length &&
      count("refused") > 0 &&
      slowMs < FAST_MS * 10 &&
      said &&
      urgent.every(({ ok }) => ok),
    note,
  };
}
