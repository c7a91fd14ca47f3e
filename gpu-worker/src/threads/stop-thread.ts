/**
 * How a thread that computes is ended: by its own hand, when a message gets in between two graphs. Terminated while
 * onnxruntime runs one, it would take the process down with it.
 */
import type { Worker } from "node:worker_threads";

/** The thread is to exit. */
export interface End {
  readonly kind: "end";
}

/** A graph takes a second at most: this thread hangs. */
const END_LIMIT_MS = 5_000;

/** Resolves when the thread is gone. */
export async function endThread(worker: Worker): Promise<void> {
  // It is gone already.
  if (worker.threadId < 0) return;
  // Not events.once: an error is for whoever opened the thread, and an exit follows it.
  const exited = new Promise((resolve) => worker.once("exit", resolve));
  worker.postMessage({ kind: "end" } satisfies End);
  const late = setTimeout(() => void worker.terminate(), END_LIMIT_MS);
  await exited;
  clearTimeout(late);
}
