/**
 * An edge and two workers of two ranks each, as programs that export spans, and a response that changes its worker in the
 * middle: the worker that runs it is drained after some blocks.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@palimpsest/client";
import { dialNats, natsEnvironment } from "../../../fleet/src/connection.ts";
import { Link, readSubjects } from "../../../fleet/src/index.ts";
import { leave, ready } from "../../../tools/serve/launch.ts";
import { freePort, openNatsServer } from "../../../tools/serve/nats-server.ts";
import { silentLog } from "../fakes/scripted-replicas.ts";
import { until } from "../waiting.ts";
import { type CollectedSpan, openSpanCollector } from "./span-collector.ts";

export const BINDINGS = ["gRPC", "NATS"] as const;

/** The client's place in a trace. */
export const CLIENT = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" } as const;

const MODEL = "demo";

const START_LIMIT_MS = 60_000;
/** Blocks that the first worker commits, at least. */
const BLOCKS_BEFORE = 3;

export interface TracedTakeover {
  /** Of all programs, which have ended. */
  readonly spans: readonly CollectedSpan[];
  readonly responseId: string;
  readonly blocks: number;
}

/** @param model folder of a package of two ranks, with a tokenizer */
export async function traceTakeover(binding: (typeof BINDINGS)[number], model: string): Promise<TracedTakeover> {
  await using opened = new AsyncDisposableStack();
  const collector = opened.use(await openSpanCollector());
  const folder = await mkdtemp(join(tmpdir(), "traced-"));
  opened.defer(() => rm(folder, { recursive: true }));
  const nats = binding === "NATS" ? opened.use(await openNatsServer()) : undefined;
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "200" };
  const running = new Map<string, ChildProcess>();
  const launch = (name: string, program: string, env: Readonly<Record<string, string>>) => {
    const path = fileURLToPath(new URL(`../../../${program}`, import.meta.url));
    const joined = nats && { NATS_URL: nats.url };
    const variables = { ...process.env, LOG_LEVEL: "warn", ...tracing, ...joined, ...env };
    const child = spawn(process.execPath, [path], { env: variables, stdio: "inherit" });
    opened.defer(() => void child.kill("SIGKILL"));
    running.set(name, child);
  };

  const sockets = ["worker-1", "worker-2"].map((name) => `unix:${join(folder, name)}`);
  for (const [i, WORKER_ADDRESS] of sockets.entries()) {
    const named = { MODEL_PACKAGE: model, MODEL_NAME: MODEL };
    // Over gRPC, a drained worker would finish the response. Over NATS, it hands over at the next commit.
    const own = { REPLICA_ID: `worker-${i + 1}`, ...named, DRAIN_LIMIT_MS: nats ? "20000" : "50" };
    launch(own.REPLICA_ID, "gpu-worker/src/main.ts", { ...own, ...(!nats && { WORKER_ADDRESS }) });
  }
  const link = nats && opened.use(await openLink(nats.url));
  const started = link
    ? async () => (await readSubjects(link.jsm, "KV_replicas", "$KV.replicas.>")).length === 2
    : async () => (await readdir(folder)).length === 2;
  await until(started, START_LIMIT_MS);
  const port = String(await freePort());
  const attributes = { OTEL_RESOURCE_ATTRIBUTES: "service.instance.id=edge" };
  const workers: Record<string, string> = nats ? {} : { WORKER_ADDRESSES: sockets.join() };
  launch("edge", "edge/src/entry/node.ts", { PORT: port, ...attributes, ...workers });
  const baseUrl = `http://127.0.0.1:${port}`;
  await ready(baseUrl, () => false);

  const traceparent = `00-${CLIENT.traceId}-${CLIENT.spanId}-01`;
  const traced: typeof fetch = (url, init) =>
    fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), traceparent } });
  const client = createClient({ baseUrl, fetch: traced });
  const messages = [{ role: "user" as const, content: "Write a function that sorts a list of numbers." }];
  let [responseId, blocks] = ["", 0];
  let left: Promise<void> | undefined;
  for await (const event of client.edits({ model: MODEL, messages, ignore_eos: true, max_tokens: 256 })) {
    responseId = event.response_id;
    if (event.type === "error") throw new Error(event.message);
    if (event.type !== "commit") continue;
    blocks++;
    const { instance = "" } = collector.spans.find(({ name }) => name === "attempt 1") ?? {};
    const worker = running.get(instance);
    if (blocks >= BLOCKS_BEFORE && worker !== undefined) left ??= leave(worker);
  }
  await left;
  await Promise.all([...running.values()].map((child) => (child.exitCode === null ? leave(child) : undefined)));
  return { spans: [...collector.spans], responseId, blocks };
}

function openLink(url: string): Promise<Link> {
  const dial = dialNats(natsEnvironment.parse({ NATS_URL: url }));
  return Link.open({ dial, name: "traced", log: silentLog, queueLimit: 1024 });
}
