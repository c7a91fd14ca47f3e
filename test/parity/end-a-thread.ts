/**
 * Loaded into a worker program with `--import`: on SIGUSR2 the last engine thread that it started exits unexpectedly.
 */
import { isMainThread, type Worker } from "node:worker_threads";

if (isMainThread) {
  let last: Worker | undefined;
  process.on("worker", (worker) => {
    last = worker;
  });
  process.on("SIGUSR2", () => last?.postMessage({ kind: "end" }));
}
