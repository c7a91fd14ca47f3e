/** The other thread of a bare ping: sleeps in Atomics.wait, is busy for a while, and wakes the first. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { beBusy } from "../support/programs/plain-rank.ts";

/** Words on cache lines of their own, and a number of eight bytes. */
export const [ASKED, ANSWERED, TOOK_MS, PING_WORDS] = [0, 32, 32, 96] as const;

if (!isMainThread && workerData?.buffer instanceof SharedArrayBuffer) {
  const { buffer, rankMs } = workerData as { buffer: SharedArrayBuffer; rankMs: number };
  const [words, tookMs] = [new Int32Array(buffer), new Float64Array(buffer)];
  parentPort?.postMessage("ready");
  for (let seen = 0; ; seen++) {
    Atomics.wait(words, ASKED, seen);
    tookMs[TOOK_MS] = beBusy([rankMs, rankMs]);
    Atomics.store(words, ANSWERED, seen + 1);
    Atomics.notify(words, ANSWERED);
  }
}
