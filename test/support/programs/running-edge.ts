/** The edge on a real port, in front of workers' gRPC addresses. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { openGrpcReplica } from "../../../edge/src/adapters/grpc.ts";
import { systemClock } from "../../../edge/src/clock.ts";
import type { EdgeDependencies } from "../../../edge/src/dependencies.ts";
import { createHttpServer } from "../../../edge/src/entry/http-server.ts";
import { scriptedEdge, silentLog } from "../fakes/scripted-replicas.ts";
import { patiently, until } from "../waiting.ts";

export interface RunningEdge extends AsyncDisposable {
  /** Without `/v1`. */
  readonly baseUrl: string;
}

/** Serves the workers' models, once all are reachable. */
export async function openEdge(
  addresses: string | readonly string[],
  given: Partial<EdgeDependencies> = {},
): Promise<RunningEdge> {
  await using opening = new AsyncDisposableStack();
  const replicas = [addresses].flat().map((address) => opening.use(openGrpcReplica(address, { log: silentLog })));
  await until(() => replicas.every(({ ready }) => ready), patiently.timeout);
  const app = scriptedEdge(replicas, { clock: systemClock, heartbeatMs: 10_000, ...given });
  const server = createHttpServer(app.fetch).listen(0, "127.0.0.1");
  opening.defer(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const opened = opening.move();
  return { baseUrl: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
