/** Opens an engine in a thread of its own: onnxruntime blocks the thread that it runs on. */
import { type Transferable, Worker } from "node:worker_threads";
import type { PoolableEngine } from "../engine/engine.ts";
import { connectEngine } from "../threads/engine-client.ts";
import type { EngineSettings } from "./open-engine.ts";

/** @throws PackageError when the package cannot be used */
export function openEngineThread(settings: EngineSettings): Promise<PoolableEngine> {
  const { links = [], askers = [] } = settings.leading ?? {};
  const transferList: Transferable[] = [...links, ...askers].map(({ port }) => port);
  const thread = new URL("./engine-thread.ts", import.meta.url);
  return connectEngine(new Worker(thread, { workerData: settings, transferList }));
}
