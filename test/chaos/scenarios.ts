/** The faults for a fleet under load, and the required results. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { claimSubject } from "../../fleet/src/index.ts";
import type { Random } from "../../tools/simulate/random.ts";
import { hearClaims, notTakenOver } from "./claims.ts";
import { Crowd } from "./crowd.ts";
import type { Result, Sample } from "./load.ts";
import type { Processes, WorkerProgram } from "./processes.ts";

export interface ScenarioOptions {
  readonly fleet: Processes;
  readonly samples: readonly Sample[];
  readonly random: Random;
  /** Concurrent streams. */
  readonly streams: number;
  readonly faults: number;
  say(line: string): void;
}

/** A line of the summary. */
export interface Row {
  readonly scenario: string;
  readonly streams: number;
  readonly faults: number;
  /** Number of streams hit within a block; the run is valid if two thirds were. */
  readonly midBlock: number | undefined;
  readonly takeovers: number;
  /** From the last sign of life to another worker's claim. */
  readonly claims: readonly number[];
  /** From one event to the next at the client. */
  readonly shown: readonly number[];
  readonly resumes: number;
  readonly failed: number;
  readonly ok: boolean;
  readonly note: string;
}

export type Scenario = (options: ScenarioOptions) => Promise<Row>;

/** Longer than the 5 s after which a silent worker's requests are redelivered. */
const OUTAGE_MS = 7_000;
/** Duration of the noise. */
const NOISE_MS = 10_000;

const LOSSES = ["kill", "freeze", "cut", "stall"] as const;
type Loss = (typeof LOSSES)[number];

/** 1. Workers are killed, frozen and disconnected. */
export const workersLost: Scenario = async (options) => {
  const { fleet, random, faults, say } = options;
  const crowd = crowdOf(options);
  await using link = await hearClaims(fleet.server, crowd);
  const left: string[] = [];
  await warm(crowd, options);
  for (let i = 0; i < faults; i++) {
    const kind = random.pick(LOSSES);
    const worker = random.pick(fleet.workers);
    await sleep(random.between(500, 3_000));
    await missable(worker, crowd, kind);
    const effect = crowd.fault(`${kind} ${worker.name}`, worker.life, kind === "kill");
    await lose(worker, kind);
    left.push(...(await notTakenOver(crowd, link)));
    const slowest = (Math.max(0, ...effect.claims) / 1000).toFixed(1);
    const taken = `${effect.claims.length} taken over within ${slowest} s, ${effect.midBlock} of them in mid-block`;
    say(`${i + 1}/${faults} ${effect.name}: ${taken}`);
  }
  await crowd.end();
  const row = rowOf("workers killed, frozen, cut off", crowd, (result) => result.ok);
  return { ...row, ok: row.ok && left.length === 0, note: [row.note, ...left].filter(Boolean).join("; ") };
};

/**
 * Waits until the worker has a response in progress, so that its loss has an effect. Before a kill it also waits until
 * none of them is in a block during which its last worker was killed: a response that crashes two workers in a row
 * counts as the cause and fails, which is right unless workers are killed every few seconds.
 */
async function missable(worker: WorkerProgram, crowd: Crowd, kind: Loss): Promise<void> {
  for (;;) {
    const { midBlock, bereaved } = crowd.writtenBy(worker.life);
    if (midBlock > 0 && (kind !== "kill" || bereaved === 0)) return;
    await sleep(20);
  }
}

async function lose(worker: WorkerProgram, kind: Loss): Promise<void> {
  switch (kind) {
    case "kill":
      worker.kill("SIGKILL");
      await sleep(500);
      return worker.start();
    case "freeze":
      worker.kill("SIGSTOP");
      await sleep(OUTAGE_MS);
      worker.kill("SIGCONT");
      return;
    case "cut":
      worker.wire.cut();
      await sleep(OUTAGE_MS);
      worker.wire.mend();
      return;
    case "stall":
      worker.wire.stall();
      await sleep(OUTAGE_MS);
      worker.wire.mend();
      return;
  }
}

/** 2. Edges are killed: their clients reconnect to other edges with Last-Event-ID. */
export const edgesLost: Scenario = async (options) => {
  const { fleet, random, faults, say } = options;
  const crowd = crowdOf(options);
  await warm(crowd, options);
  for (let i = 0; i < Math.ceil(faults / 3); i++) {
    await sleep(random.between(1_000, 4_000));
    const edge = random.pick(fleet.edges);
    crowd.fault(`kill ${edge.name}`);
    edge.kill("SIGKILL");
    await sleep(random.between(1_000, 3_000));
    await edge.start();
    say(`${i + 1} ${edge.name} killed`);
  }
  await crowd.end();
  return rowOf("edges killed", crowd, (result) => result.ok);
};

/** 3. The server is killed and restarted. */
export const serverLost: Scenario = async (options) => {
  const { fleet, random, faults, say } = options;
  const crowd = crowdOf(options);
  await warm(crowd, options);
  for (let i = 0; i < Math.max(1, Math.floor(faults / 6)); i++) {
    await sleep(random.between(2_000, 6_000));
    crowd.fault("restart nats-server");
    await fleet.server.restart("SIGKILL");
    await sleep(5_000);
    say(`${i + 1} nats-server restarted`);
  }
  await crowd.end();
  return rowOf("nats-server restarted", crowd, (result) => result.ok || result.retryable === true);
};

/** 4. Every worker and every edge is drained in turn and restarted. */
export const rollingRestart: Scenario = async (options) => {
  const { fleet, say } = options;
  const crowd = crowdOf(options);
  await warm(crowd, options);
  const exits: string[] = [];
  for (const program of [...fleet.workers, ...fleet.edges]) {
    crowd.fault(`restart ${program.name}`);
    const { code, ms } = await program.leave();
    if (code !== 0 || ms > 30_000) exits.push(`${program.name} left with ${code} after ${Math.round(ms)} ms`);
    say(`${program.name} left with ${code} after ${Math.round(ms)} ms`);
    await program.start();
    await sleep(1_000);
  }
  await crowd.end();
  const row = rowOf("rolling restart", crowd, (result) => result.ok);
  return { ...row, ok: row.ok && exits.length === 0, note: [row.note, ...exits].filter(Boolean).join("; ") };
};

/** 6. Random bytes are sent to every subject during normal operation. */
export const garbage: Scenario = async (options) => {
  const { fleet, random, streams, samples } = options;
  const crowd = crowdOf(options);
  crowd.grow(Math.min(streams, 50));
  await using connection = await connect({ servers: fleet.server.url });
  const model = samples[0]!.body.model as string;
  let sent = 0;
  for (const end = Date.now() + NOISE_MS; Date.now() < end; await sleep(5)) {
    const ids = crowd.streams.flatMap(({ document }) => document.open?.response_id ?? []);
    const id = ids.length > 0 ? random.pick(ids) : "r";
    const noise = Uint8Array.from({ length: Math.floor(random.between(0, 300)) }, () => random.next() * 256);
    const subject = random.pick([
      ...[`edit.${id}.0.${Math.floor(random.between(0, 9))}.commit`, `edit.${id}.open`, `edit.${id}.0.done`],
      ...[`edit.${id}.end`, `edit.${id}.error`, `edit.${id}.x`, `draft.${id}.0.0`, `watch.${id}`, "load.x"],
      ...[`wake.${model}`, `wanted.${model}`, `queue.${model}.interactive`, `queue.${model}.default`],
      ...[`queue.${model}.batch`, "$KV.models.x", "$KV.replicas.x", "$KV.responses.record.x"],
      // An unreadable claim counts as missing: its response is taken over, as after a crash of its worker.
      ...(random.next() < 0.02 ? [claimSubject(id)] : []),
    ]);
    connection.publish(subject, Uint8Array.from([0xff, ...noise]));
    sent++;
  }
  await crowd.end();
  const ignored = [...fleet.edges, ...fleet.workers].map((program) => `${program.name} ${program.ignored}`);
  const row = rowOf("noise on every subject", crowd, (result) => result.ok);
  const heard = [fleet.edges, fleet.workers].every((side) => side.some(({ ignored }) => ignored > 0));
  const note = `${sent} messages of noise, logged as ignored: ${ignored.join(", ")}`;
  return { ...row, ok: row.ok && heard, note: [row.note, note].filter(Boolean).join("; ") };
};

export function crowdOf({ fleet, samples, random }: ScenarioOptions): Crowd {
  return new Crowd(() => fleet.edges.map(({ url }) => url), samples, random);
}

/** Waits until most streams have begun. */
async function warm(crowd: Crowd, { streams }: ScenarioOptions): Promise<void> {
  crowd.grow(streams);
  const writing = () => crowd.streams.filter(({ midBlock }) => midBlock).length;
  while (writing() < streams / 2) await sleep(50);
}

export function rowOf(scenario: string, crowd: Crowd, isFine: (result: Result) => boolean): Row {
  const { results, effects } = crowd;
  const takeovers = effects.flatMap((effect) => effect.takeovers);
  const bad = results.filter((result) => !isFine(result));
  const midBlock = effects.filter((effect) => effect.midBlock > 0).length;
  const counts = new Map<string, number>();
  for (const { code, problem } of bad) {
    const what = code === undefined || code === "internal" ? `${code}: ${problem}`.slice(0, 160) : code;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const problems = [...counts].slice(0, 5).map(([what, count]) => `${count} x ${what}`);
  return {
    scenario,
    streams: results.length,
    faults: effects.length,
    midBlock,
    takeovers: takeovers.length,
    claims: effects.flatMap((effect) => effect.claims),
    shown: takeovers,
    resumes: results.reduce((sum, { connections }) => sum + connections - 1, 0),
    failed: results.filter(({ ok }) => !ok).length,
    ok: bad.length === 0,
    note: problems.join("; "),
  };
}
