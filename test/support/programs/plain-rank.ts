/** A rank in a thread whose experts are plain loops, or nothing: to test and to measure the exchange alone. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { RankLink, RoutedRows, Rows } from "../../../gpu-worker/src/parallel/exchange.ts";
import type {
  ExchangeMemory,
  ExchangeShape,
  SharedExchange,
} from "../../../gpu-worker/src/parallel/exchange-memory.ts";
import { SharedLink } from "../../../gpu-worker/src/parallel/shared-link.ts";
import { PortLink } from "../../../gpu-worker/src/threads/rank-port.ts";
import { endThread } from "../../../gpu-worker/src/threads/stop-thread.ts";

/** Layers at which a plain rank fails, and does not answer. */
export const FAILING_LAYER = 1000;
export const HANGING_LAYER = 1001;

export interface PlainRank {
  readonly rank: number;
  readonly shape: ExchangeShape;
  /** Absent: no sums are computed. */
  readonly sums?: boolean;
  /** Milliseconds that the rank is busy with each layer, drawn between the two. */
  readonly busyMs?: readonly [number, number];
  /** Longest sleep of a rank that has nothing to do. */
  readonly sliceMs?: number;
  /** Absent: rows travel as messages. */
  readonly exchange?: SharedExchange;
}

/** The link, and its thread for tests that end it. */
export async function openPlainRank(
  settings: Omit<PlainRank, "exchange">,
  memory?: ExchangeMemory,
): Promise<{ link: RankLink; worker: Worker }> {
  const { rank } = settings;
  memory?.line(rank).reset();
  const workerData: PlainRank = { ...settings, ...(memory && { exchange: memory.shared }) };
  const worker = new Worker(new URL("./plain-rank-thread.ts", import.meta.url), { workerData });
  const close = () => endThread(worker);
  const link = memory === undefined ? new PortLink(rank, worker, close) : new SharedLink(rank, memory, close);
  worker.on("exit", (code) => link.end(new Error(`its thread exited with code ${code}`)));
  await once(worker, "message");
  return { link, worker };
}

/** Expert e multiplies a row by e + 1. Exact in f32 for small whole numbers. */
export function putPlainSums(routed: Omit<RoutedRows, "layer">, topK: number, sums: Rows): void {
  const { hidden, experts, weights } = routed;
  const hiddenSize = (hidden.length / experts.length) * topK;
  for (let i = 0; i < hidden.length; i++) {
    const row = Math.trunc(i / hiddenSize);
    let sum = 0;
    for (let choice = row * topK; choice < (row + 1) * topK; choice++) {
      sum += (weights[choice] as number) * (hidden[i] as number) * (Number(experts[choice]) + 1);
    }
    sums[i] = sum;
  }
}

/** Busy for a time between the two, which the scheduler may lengthen. @returns what it took */
export function beBusy([least, most]: readonly [number, number]): number {
  const startMs = performance.now();
  const untilMs = startMs + least + Math.random() * (most - least);
  let nowMs = startMs;
  while (nowMs < untilMs) nowMs = performance.now();
  return nowMs - startMs;
}
