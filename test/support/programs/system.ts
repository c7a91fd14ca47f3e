/** Edge and worker on a real model, connected by real sockets in one process, so that a test can inspect both. */

import type { EdgeDependencies } from "../../../edge/src/dependencies.ts";
import { systemClock } from "../../../gpu-worker/src/clock.ts";
import type { Engine } from "../../../gpu-worker/src/engine/engine.ts";
import type { EngineSettings } from "../../../gpu-worker/src/program/open-engine.ts";
import { openEngineThread } from "../../../gpu-worker/src/program/open-engine-thread.ts";
import { serveGrpc } from "../../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../../gpu-worker/src/transport/intake.ts";
import { SHIPPED_PACKAGE } from "../../../tools/serve/launch.ts";
import { openEdge } from "./running-edge.ts";

export interface System extends AsyncDisposable {
  /** URL of the edge, without `/v1`. */
  readonly baseUrl: string;
  readonly engine: Engine;
}

/** Serves a package, the shipped one by default, until disposed. */
export async function openSystem(
  settings: Partial<EngineSettings> = {},
  edge: Partial<EdgeDependencies> = {},
): Promise<System> {
  await using opening = new AsyncDisposableStack();
  const engine = opening.use(await openEngineThread({ package: SHIPPED_PACKAGE, ...settings }));
  const intake = new Intake(engine, systemClock, { draftsPerSecond: 1000 });
  const worker = opening.use(await serveGrpc(intake, { addresses: ["127.0.0.1:0"], clock: systemClock }));
  const { baseUrl } = opening.use(await openEdge(worker.addresses[0] as string, edge));
  const opened = opening.move();
  return { baseUrl, engine, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
