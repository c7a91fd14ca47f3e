/**
 * The exchange of a layer's rows between two threads without a model: over shared memory, in messages, and beside them a bare
 * ping, two threads that wake each other with Atomics.wait and carry nothing. All take turns, so they see the same machine.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { constants, PerformanceObserver } from "node:perf_hooks";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { ExpertExchange, type RankLink, type RoutedRows } from "../../gpu-worker/src/parallel/exchange.ts";
import { ExchangeMemory, type ExchangeShape } from "../../gpu-worker/src/parallel/exchange-memory.ts";
import { beBusy, openPlainRank } from "../support/programs/plain-rank.ts";
import { ANSWERED, ASKED, PING_WORDS, TOOK_MS } from "./ping-thread.ts";

/** Each way runs a share of its exchanges in each, so that what else the machine does befalls all. */
const REPEATS = 10;
const WARM_UP = 100;

/** Milliseconds that the threads are busy with a layer, and other processes that take a core each. */
const loads = [
  { leaderMs: 0, rankMs: 0, others: 0 },
  { leaderMs: 0, rankMs: 0.5, others: 0 },
  { leaderMs: 0.7, rankMs: 0.5, others: 0 },
  { leaderMs: 0.5, rankMs: 0.7, others: 0 },
  { leaderMs: 0, rankMs: 3, others: 0 },
  { leaderMs: 0, rankMs: 0, others: availableParallelism() },
  { leaderMs: 0.5, rankMs: 0.7, others: availableParallelism() },
] as const;

type Load = (typeof loads)[number];

/** Milliseconds of a layer: all of it, the rank's computation, and all but the longer of both computations. */
export interface Exchanged {
  readonly allMs: number;
  readonly rankMs: number;
  readonly exchangeMs: number;
}

type Exchange = () => Promise<Exchanged>;

/** A layer that a leader exchanges with rank 1. */
export interface ExchangedLayer {
  readonly shape: ExchangeShape;
  readonly routed: RoutedRows;
  /** The ranks that hold each expert. */
  readonly holders: readonly (readonly number[])[];
}

export async function measureThreads(layer: ExchangedLayer, runs: number): Promise<void> {
  console.log("no experts: the exchange's own time, least / median / 90 %\n");
  console.log("| leader, rank compute | other busy processes | a bare ping | shared memory | messages |");
  console.log("|---|---|---|---|---|");
  const collections = new Map<string, number>();
  let exchanges = 0;
  for (const load of loads) {
    await using opened = new AsyncDisposableStack();
    for (let i = 0; i < load.others; i++) opened.use(await busyProcess());
    const ways = await openWays(layer, load, opened);
    const times = new Map([...ways.keys()].map((way): [string, number[]] => [way, []]));
    for (const exchange of ways.values()) for (let run = 0; run < WARM_UP; run++) await exchange();
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      for (const [way, exchange] of ways) {
        using major = countMajor();
        for (let run = 0; run < runs / REPEATS; run++) times.get(way)?.push((await exchange()).exchangeMs);
        collections.set(way, (collections.get(way) ?? 0) + (await major.count()));
      }
    }
    exchanges += runs;
    const cells = [...times.values()].map((took) => [0, 0.5, 0.9].map((share) => micro(took, share)).join(" / "));
    console.log(`| ${load.leaderMs} ms, ${load.rankMs} ms | ${load.others} | ${cells.join(" | ")} |`);
  }
  const counts = [...collections].map(([way, count]) => `${way} ${count}`).join(", ");
  console.log(`\nmicroseconds; mark-compact collections of the leader's thread in ${exchanges} exchanges: ${counts}\n`);
}

async function openWays(layer: ExchangedLayer, load: Load, opened: AsyncDisposableStack) {
  const memory = ExchangeMemory.create(layer.shape);
  const busyMs = [load.rankMs, load.rankMs] as const;
  const settings = { rank: 1, shape: layer.shape, busyMs };
  const shared = opened.use((await openPlainRank(settings, memory)).link);
  const messages = opened.use((await openPlainRank(settings)).link);
  return new Map<string, Exchange>([
    ["a bare ping", await openPing(load, opened)],
    ["shared memory", exchangeOver(shared, layer, load.leaderMs)],
    ["messages", exchangeOver(messages, layer, load.leaderMs)],
  ]);
}

/** Exchanges the layer with one rank as a forward does. @param leaderMs that the leader is busy meanwhile */
export function exchangeOver(link: RankLink, { shape, routed, holders }: ExchangedLayer, leaderMs = 0): Exchange {
  let rankMs = 0;
  const noting: RankLink = {
    rank: link.rank,
    ready: true,
    memory: link.memory,
    async run(routed, wanted) {
      const answer = await link.run(routed, wanted);
      rankMs = answer.computeMs;
      return answer;
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
  const exchange = new ExpertExchange(0, [noting], () => holders, shape);
  const shared = exchange.rowsMemory(routed.experts.length / shape.topK);
  shared?.set(routed.hidden);
  // The graph of a layer writes its rows there.
  const layer = { ...routed, hidden: shared ?? routed.hidden };
  const ownRows = new Float32Array(layer.hidden.length);
  return async () => {
    const startMs = performance.now();
    using _turn = await exchange.turn();
    using pending = exchange.dispatch(layer);
    const ownMs = beBusy([leaderMs, leaderMs]);
    await pending.combine(pending.ownSlot ?? ownRows);
    const allMs = performance.now() - startMs;
    return { allMs, rankMs, exchangeMs: allMs - Math.max(ownMs, rankMs) };
  };
}

async function openPing({ leaderMs, rankMs }: Load, opened: AsyncDisposableStack): Promise<Exchange> {
  const buffer = new SharedArrayBuffer(PING_WORDS * Int32Array.BYTES_PER_ELEMENT);
  const [words, tookMs] = [new Int32Array(buffer), new Float64Array(buffer)];
  const worker = new Worker(new URL("./ping-thread.ts", import.meta.url), { workerData: { buffer, rankMs } });
  opened.defer(async () => void (await worker.terminate()));
  await once(worker, "message");
  return async () => {
    const startMs = performance.now();
    const asked = Atomics.add(words, ASKED, 1) + 1;
    Atomics.notify(words, ASKED);
    const ownMs = beBusy([leaderMs, leaderMs]);
    Atomics.wait(words, ANSWERED, asked - 1);
    const [allMs, rankMs] = [performance.now() - startMs, tookMs[TOOK_MS] as number];
    return { allMs, rankMs, exchangeMs: allMs - Math.max(ownMs, rankMs) };
  };
}

/** A process that takes a core. */
async function busyProcess(): Promise<Disposable> {
  const child: ChildProcess = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  await setTimeout(200);
  return { [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

/** Counts mark-compact collections of this thread from now on. */
function countMajor(): Disposable & { count(): Promise<number> } {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as readonly { readonly detail: { readonly kind: number } }[]) {
      if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) count++;
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return {
    async count() {
      // Entries arrive in a later turn of the event loop.
      for (let turn = 0; turn < 3; turn++) await setImmediate();
      return count;
    },
    [Symbol.dispose]: () => observer.disconnect(),
  };
}

function micro(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (1000 * (sorted[Math.floor(share * (sorted.length - 1))] as number)).toFixed(0);
}
