/**
 * Measures the cost that refused prompts of 3.9 MB have for the requests of others: a client sends short requests one after the other
 * to an edge with a worker of the shipped model, alone and beside another process that sends large prompts of one kind of text.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sseData } from "../../../edge/client/sse.ts";
import { exited, launch, leave, ready, SHIPPED_PACKAGE } from "../../../tools/serve/launch.ts";
import { freePort } from "../../../tools/serve/nats-server.ts";
import { KINDS } from "./texts.ts";

const MODEL = "palimpsest-demo";
const SENDER = fileURLToPath(new URL("sender.ts", import.meta.url));

interface Refusal {
  readonly status: number;
  readonly ms: number;
}

export async function benchLargePrompts(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { requests: { type: "string", default: "200" } } });
  const requests = Number(values.requests);
  await using opened = new AsyncDisposableStack();
  const url = await openServer(opened);
  await shortRequests(url, requests);
  console.log(
    `${requests} short requests one after the other, alone and beside prompts of 3.9 MB of one kind of text:\n`,
  );
  console.log("| beside | first event p50 ms | p99 ms | whole p50 ms | p99 ms | large prompts | status | p50 ms |");
  console.log("|---|---|---|---|---|---|---|---|");
  row("nothing", await shortRequests(url, requests), []);
  for (const kind of KINDS) {
    const refusals: Refusal[] = [];
    const sender = fork(SENDER, [url, MODEL, kind]);
    sender.on("message", (refusal: Refusal) => void refusals.push(refusal));
    // The first prompt makes the process's text and connection.
    await once(sender, "message");
    const times = await shortRequests(url, requests);
    sender.kill("SIGKILL");
    await exited(sender);
    row(kind, times, refusals);
  }
}

/** An edge and a worker over gRPC, in processes of their own. @returns where the edge answers */
async function openServer(opened: AsyncDisposableStack): Promise<string> {
  const [port, workerPort] = [String(await freePort()), await freePort()];
  const address = { WORKER_ADDRESS: `127.0.0.1:${workerPort}`, LOG_LEVEL: "error" };
  const worker = launch("worker", { ...address, MODEL_PACKAGE: SHIPPED_PACKAGE, MODEL_NAME: MODEL });
  opened.defer(() => leave(worker));
  const edge = launch("edge", { ...address, PORT: port });
  opened.defer(() => leave(edge));
  const base = `http://127.0.0.1:${port}`;
  if (!(await ready(base, () => edge.exitCode !== null || worker.exitCode !== null))) {
    throw new Error("the edge or its worker did not start; their messages are above");
  }
  return `${base}/v1/chat/completions`;
}

interface Times {
  readonly first: number[];
  readonly whole: number[];
}

async function shortRequests(url: string, count: number): Promise<Times> {
  const times: Times = { first: [], whole: [] };
  for (let i = 0; i < count; i++) {
    const messages = [{ role: "user", content: `Write a function that adds ${i} to a number.` }];
    const body = JSON.stringify({ model: MODEL, messages, max_tokens: 32, stream: true });
    const startMs = performance.now();
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!response.ok || !response.body) throw new Error(`a short request was answered with ${response.status}`);
    let events = 0;
    for await (const _ of sseData(response.body)) {
      if (events++ === 0) times.first.push(performance.now() - startMs);
    }
    times.whole.push(performance.now() - startMs);
  }
  return times;
}

function row(name: string, { first, whole }: Times, refusals: readonly Refusal[]): void {
  const statuses = [...new Set(refusals.map(({ status }) => status))].join(", ") || "-";
  const waits = refusals.map(({ ms }) => ms);
  const cells = [at(first, 0.5), at(first, 0.99), at(whole, 0.5), at(whole, 0.99), refusals.length, statuses];
  console.log(`| ${[name, ...cells, at(waits, 0.5)].join(" | ")} |`);
}

function at(times: readonly number[], share: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1) ?? "-";
}
