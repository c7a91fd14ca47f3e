/**
 * Ends a thread that computes, by a message that it handles between two graphs. Terminating it while onnxruntime runs a graph
 * would crash the process.
 */
import type { Worker } from "node:worker_threads";
import { within } from "../clock.ts";

/** Has the thread exit. */
export interface End {
  readonly kind: "end";
}

/** A graph takes a second at most: a thread that needs longer hangs, and is terminated. */
const END_LIMIT_MS = 5_000;

/** Resolves when the thread has exited. */
export async function endThread(worker: Worker): Promise<void> {
  // It has exited already.
  if (worker.threadId < 0) return;
  // Not events.once, which rejects on "error": the thread's opener handles errors, and an exit follows them.
  const exited = new Promise<true>((resolve) => worker.once("exit", () => resolve(true)));
  worker.postMessage({ kind: "end" } satisfies End);
  if ((await within(exited, END_LIMIT_MS)) === undefined) await worker.terminate();
}
