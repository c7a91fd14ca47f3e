/** Edge and worker on a real model, joined by real sockets in one process: what a test needs to look into both. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { openGrpcReplica } from "../../edge/src/adapters/grpc.ts";
import { createApp } from "../../edge/src/app.ts";
import { createPlacement } from "../../edge/src/placement.ts";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { openEngineThread } from "../../gpu-worker/src/engine-client.ts";
import type { EngineSettings } from "../../gpu-worker/src/open-engine.ts";
import { systemClock } from "../../gpu-worker/src/transport/clock.ts";
import { serveGrpc } from "../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../gpu-worker/src/transport/intake.ts";

/** The model package that ships. */
export const SHIPPED_PACKAGE = fileURLToPath(new URL("../../gpu-worker/models/demo", import.meta.url));

export interface System extends AsyncDisposable {
  /** Of the edge, without `/v1`. */
  readonly baseUrl: string;
  readonly engine: Engine;
}

/** Serves a package, the shipped one by default, until disposed. */
export async function openSystem(settings: Partial<EngineSettings> = {}): Promise<System> {
  await using opening = new AsyncDisposableStack();
  const engine = opening.use(await openEngineThread({ package: SHIPPED_PACKAGE, ...settings }));
  const intake = new Intake(engine, systemClock, { draftsPerSecond: 1000 });
  const worker = opening.use(await serveGrpc(intake, ["127.0.0.1:0"], systemClock));
  const log = { info: () => {}, warn: () => {}, error: console.error };
  const replica = opening.use(openGrpcReplica(worker.addresses[0] as string, { log, deadlineMs: 120_000 }));
  const draining = opening.adopt(new AbortController(), (controller) => controller.abort());
  const app = createApp({
    replicas: createPlacement([replica]),
    clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    log,
    keys: [],
    heartbeatMs: 10_000,
    draining: draining.signal,
  });
  const server = opening.adopt(serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }), (listening) => {
    listening.close();
    if ("closeAllConnections" in listening) listening.closeAllConnections();
  });
  if (!server.listening) await once(server, "listening");
  while (!replica.ready) await sleep(20);
  const opened = opening.move();
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, engine, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
