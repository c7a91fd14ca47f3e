/** Opens the grammars of an engine: their converter, and the thread that matches them. */
import { Worker } from "node:worker_threads";
import type { GrammarSource } from "@palimpsest/proto";
import { WorkerError } from "../errors.ts";
import { GrammarError } from "../grammar/grammar-error.ts";
import { type GrammarText, grammarText } from "../grammar/grammar-source.ts";
import { GrammarClient, type GrammarThreadLimits } from "../threads/grammar-client.ts";
import type { GrammarThreadData } from "./grammar-thread.ts";

/** The thread starts with its first sequence. */
export function openGrammars(data: GrammarThreadData, limits?: GrammarThreadLimits): GrammarClient {
  const thread = new URL("./grammar-thread.ts", import.meta.url);
  return new GrammarClient(() => new Worker(thread, { workerData: data, stderr: false }), convert, limits);
}

function convert({ param, ...form }: GrammarSource): GrammarText {
  try {
    return grammarText(form);
  } catch (cause) {
    if (!(cause instanceof GrammarError)) throw cause;
    const fault = cause.param ?? param;
    throw new WorkerError("invalid_request", `${fault}: ${cause.message}`, { param: fault, cause });
  }
}
