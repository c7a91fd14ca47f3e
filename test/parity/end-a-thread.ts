/** Loaded into a worker program with `--import`: on SIGUSR2 the last engine's thread that it has started leaves, unasked. */
import { isMainThread, type Worker } from "node:worker_threads";

if (isMainThread) {
  let last: Worker | undefined;
  process.on("worker", (worker) => {
    last = worker;
  });
  process.on("SIGUSR2", () => last?.postMessage({ kind: "end" }));
}
