/** Opens the grammar thread of an engine. */
import { Worker } from "node:worker_threads";
import { GrammarClient, type GrammarThreadLimits } from "../threads/grammar-client.ts";
import type { GrammarThreadData } from "./grammar-thread.ts";

/** The thread starts with its first sequence. */
export function openGrammars(data: GrammarThreadData, limits?: GrammarThreadLimits): GrammarClient {
  const thread = new URL("./grammar-thread.ts", import.meta.url);
  return new GrammarClient(() => new Worker(thread, { workerData: data, stderr: false }), limits);
}
