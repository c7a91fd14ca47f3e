/**
 * The engine's thread: onnxruntime blocks the thread it runs on, so sockets live on another one (engine-client.ts is that
 * end). onnxruntime lets messages in before each graph it runs, so an abort is seen within one denoise step.
 */
import { parentPort, workerData } from "node:worker_threads";
import { deadlineError } from "../clock.ts";
import type { CachingEngine } from "../engine/engine.ts";
import { unreachable } from "../errors.ts";
import type { FromEngine, ToEngine } from "../threads/engine-messages.ts";
import { type EngineSettings, openEngine } from "./open-engine.ts";

if (parentPort === null) throw new Error("engine-thread.ts runs as a worker thread; see engine-client.ts");
const port = parentPort;
const send = (message: FromEngine): void => port.postMessage(message);

try {
  serve(await openEngine(workerData as EngineSettings));
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  send({ kind: "failed", name, message });
}

function serve(engine: CachingEngine): void {
  const running = new Map<number, AbortController>();
  port.on("message", (message: ToEngine) => {
    switch (message.kind) {
      case "generate":
        void generate(message);
        return;
      case "abort": {
        running.get(message.id)?.abort(message.pastDeadline ? deadlineError() : undefined);
        return;
      }
      case "stats":
        void engine.stats().then((stats) => send({ kind: "stats", id: message.id, stats }));
        return;
      case "cached":
        void engine.cachedBlocks(message.request).then((blocks) => send({ kind: "cached", id: message.id, blocks }));
        return;
      case "end":
        // What runs is not waited for: who ends an engine has let go of it.
        void leave();
        return;
      default:
        unreachable(message);
    }
  });
  send({ kind: "ready", model: engine.model });

  async function leave(): Promise<never> {
    await engine[Symbol.asyncDispose]();
    process.exit();
  }

  async function generate({ id, request }: Extract<ToEngine, { kind: "generate" }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    for await (const event of engine.generate(request, controller.signal)) {
      send({ kind: "event", id, event });
    }
    running.delete(id);
    send({ kind: "closed", id });
  }
}
