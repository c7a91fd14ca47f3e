/**
 * The engine's thread; threads/engine-client.ts is the main thread's end. onnxruntime blocks the thread that it runs on, but
 * lets messages in before each graph, so an abort is seen within one denoise step.
 */
import { parentPort, workerData } from "node:worker_threads";
import { unreachable } from "@palimpsest/proto";
import { deadlineError } from "../clock.ts";
import type { EngineStats, PoolableEngine } from "../engine/engine.ts";
import type { EngineReply, FromEngine, ToEngine } from "../threads/engine-messages.ts";
import { type EngineSettings, openEngine } from "./open-engine.ts";

if (parentPort === null) throw new Error("engine-thread.ts must run as a worker thread; use open-engine-thread.ts");
const port = parentPort;
const send = (message: FromEngine): void => port.postMessage(message);

try {
  const engine = await openEngine(workerData as EngineSettings);
  serve(engine, await engine.stats());
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  send({ kind: "failed", name, message });
}

function serve(engine: PoolableEngine, stats: EngineStats): void {
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
        void reply(message.id, engine.stats());
        return;
      case "probe":
        void reply(message.id, engine.probe());
        return;
      case "check-prompt":
        void reply(message.id, engine.checkPrompt(message.request));
        return;
      case "cached-blocks":
        void reply(message.id, engine.cachedBlocks(message.keys));
        return;
      case "end":
        // Running requests are not awaited: their reader has left.
        void exit();
        return;
      default:
        unreachable(message);
    }
  });
  engine.observe((report) => send({ kind: "report", report }));
  send({ kind: "ready", model: engine.model, stats });

  async function reply(id: number, answer: Promise<EngineReply>): Promise<void> {
    send({ kind: "reply", id, reply: await answer });
  }

  async function exit(): Promise<never> {
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
