/**
 * `npm run bench -- scale`: from zero workers to one and back, with streams that wait for it, and the same while nats-server
 * restarts. Prints the parts of the wake time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import { MODEL, openScaledFleet, type ScaledFleet, type ScaledWorker } from "../support/fleet/scaled-fleet.ts";
import { until } from "../support/waiting.ts";

const STREAMS = 12;
const CAPACITY = 16;
/** As in the chart, but for the target and the times until replicas are removed. */
const AUTOSCALER = {
  ...{ pollMs: 5_000, threshold: CAPACITY, activationThreshold: 0, minReplicas: 0, maxReplicas: 4 },
  ...{ cooldownMs: 10_000, scaleDownWindowMs: 5_000, syncMs: 15_000 },
};
const LIMIT_MS = 120_000;
/** The server is killed so long after the requests: they wait, and the autoscaler may have asked for a worker. */
const RESTART_AFTER_MS = 2_000;

export async function benchScale(): Promise<void> {
  await using fleet = await openScaledFleet(AUTOSCALER);
  const expected = await ask(fleet);
  for (const restarts of [false, true]) {
    await until(() => fleet.running === 0, LIMIT_MS);
    await allEnded(fleet);
    console.log(restarts ? "\n0 -> 1 -> 0, with nats-server killed and restarted meanwhile\n" : "0 -> 1 -> 0\n");
    await cycle(fleet, expected.text, restarts);
  }
  await until(() => fleet.running === 0, LIMIT_MS);
  await allEnded(fleet);
}

/** An idle worker that was asked to leave ends with 0. */
async function allEnded({ workers }: ScaledFleet): Promise<void> {
  const codes = await Promise.all(workers.map(({ ended }) => ended));
  if (codes.some((code) => code !== 0)) throw new Error(`workers ended with ${codes.join(", ")}`);
}

async function cycle(fleet: ScaledFleet, expected: string, restarts: boolean): Promise<void> {
  const before = fleet.workers.length;
  const askedMs = Date.now();
  const asked = Array.from({ length: STREAMS }, () => ask(fleet));
  if (restarts) {
    await sleep(RESTART_AFTER_MS);
    await fleet.server.restart("SIGKILL");
  }
  const answers = await Promise.all(asked);
  const lost = answers.filter(({ text }) => text !== expected);
  const heartbeats = answers.map((answer) => answer.heartbeats);
  const woken = fleet.workers.slice(before);
  const firstMs = Math.min(...answers.map(({ draftMs }) => draftMs));
  const rows = [
    ["streams", `${STREAMS}, ${lost.length} lost or with another text`],
    ["heartbeats of a stream until its worker", `${Math.min(...heartbeats)} to ${Math.max(...heartbeats)}`],
    ["workers started", `${woken.length}`],
    ...parts(woken[0] as ScaledWorker, askedMs, firstMs),
  ];
  for (const [name, value] of rows) console.log(`${name?.padEnd(50)}${value}`);
  if (lost.length > 0) process.exitCode = 1;
}

function parts({ startedMs, steps }: ScaledWorker, askedMs: number, firstMs: number): [string, string][] {
  const marks: [string, number][] = [
    ["request to the autoscaler's start of a worker", startedMs],
    ["to the loaded program", steps.get("opening the model") ?? Number.NaN],
    ["to the opened model: weights, sessions, tokenizer", steps.get("opened the model") ?? Number.NaN],
    ["to the end of the first forward", steps.get("ran the first forward") ?? Number.NaN],
    ["to the fleet", steps.get("serving a fleet") ?? Number.NaN],
    ["to the first draft at a client", firstMs],
  ];
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const named = marks.map(([name, ms], i): [string, string] => [name, seconds(ms - (marks[i - 1]?.[1] ?? askedMs))]);
  return [...named, ["start of the worker to the first draft", seconds(firstMs - startedMs)]];
}

interface Answer {
  readonly text: string;
  /** Before the first draft. */
  readonly heartbeats: number;
  /** Unix milliseconds of the first draft. */
  readonly draftMs: number;
}

/** A stream over one connection. */
async function ask({ url }: ScaledFleet): Promise<Answer> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: MODEL,
      messages: [{ role: "user", content: "Write a function that adds two numbers." }],
      ...{ max_tokens: 64, ignore_eos: true, stream: true, stream_options: { include_edits: true } },
    }),
  });
  let [document, heartbeats, draftMs] = [emptyDocument, 0, Number.POSITIVE_INFINITY];
  const decoder = new TextDecoderStream() as TransformStream<Uint8Array, string>;
  let rest = "";
  for await (const text of (response.body as ReadableStream<Uint8Array>).pipeThrough(decoder)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith(":") && document.open === undefined) heartbeats++;
      if (!line.startsWith("data: {")) continue;
      const { edit, error } = JSON.parse(line.slice("data: ".length)) as { edit?: EditEvent; error?: Error };
      if (error) return { text: error.message, heartbeats, draftMs };
      if (edit?.type === "draft") draftMs = Math.min(draftMs, Date.now());
      if (edit) document = reduce(document, edit);
    }
  }
  return { text: document.choices.map((choice) => choice.text).join(), heartbeats, draftMs };
}
