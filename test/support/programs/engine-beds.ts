/** An engine behind a running edge, in each of the ways in which the two can meet. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { openNatsFleet } from "../../../edge/src/adapters/nats-fleet.ts";
import { systemClock as edgeClock } from "../../../edge/src/clock.ts";
import { createHttpServer } from "../../../edge/src/entry/http-server.ts";
import { dialNats, natsEnvironment } from "../../../fleet/src/connection.ts";
import { Link } from "../../../fleet/src/link.ts";
import { systemClock } from "../../../gpu-worker/src/clock.ts";
import type { Engine } from "../../../gpu-worker/src/engine/engine.ts";
import { serveGrpc } from "../../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../../gpu-worker/src/transport/intake.ts";
import { joinFleet } from "../../../gpu-worker/src/transport/nats-worker.ts";
import { freePort, openNatsServer } from "../../../tools/serve/nats-server.ts";
import { openServerlessEdge } from "../../e2e/serverless-edge.ts";
import { silentLog } from "../fakes/scripted-replicas.ts";
import { appOf } from "../fleet/fleet.ts";
import { patiently, until } from "../waiting.ts";
import { openEdge } from "./running-edge.ts";

/** @returns the edge's URL without `/v1` */
export type OpenBed = (engine: Engine, opened: AsyncDisposableStack) => Promise<string>;

export const overGrpc: OpenBed = async (engine, opened) => {
  const intake = new Intake(engine, systemClock, { draftsPerSecond: 1000 });
  const worker = opened.use(await serveGrpc(intake, { addresses: ["127.0.0.1:0"], clock: systemClock }));
  return opened.use(await openEdge(worker.addresses[0] as string)).baseUrl;
};

export const overNats: OpenBed = async (engine, opened) => {
  const server = opened.use(await openNatsServer({}));
  await join(engine, server.url, opened);
  const link = opened.use(await openLink("edge", server.url));
  const stored = { ageMs: 60_000, maxBytes: 8 * 2 ** 20 };
  const limits = { deadlineMs: 60_000, waitLimitMs: 20_000, graceMs: 0, stored };
  const fleet = opened.use(await openNatsFleet({ link, clock: edgeClock, log: silentLog, ...limits }));
  const http = createHttpServer(appOf(fleet).fetch).listen(0, "127.0.0.1");
  opened.defer(async () => {
    const closed = once(http, "close");
    http.close();
    http.closeAllConnections();
    await closed;
  });
  await once(http, "listening");
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
};

export const onWorkerd: OpenBed = async (engine, opened) => {
  const port = await freePort();
  const config = `websocket {\n  listen: "127.0.0.1:${port}"\n  no_tls: true\n}\n`;
  const server = opened.use(await openNatsServer({ config }));
  const link = await join(engine, server.url, opened);
  await until(async () => (await link.buckets.models.get(engine.model.name)) !== null, patiently.timeout);
  return opened.use(
    await openServerlessEdge({ NATS_URL: `ws://127.0.0.1:${port}`, EDGES: "1", ALLOW_NO_API_KEYS: "true" }),
  ).baseUrl;
};

async function join(engine: Engine, url: string, opened: AsyncDisposableStack): Promise<Link> {
  const intake = new Intake(engine, systemClock, { draftsPerSecond: 1000 });
  const link = opened.use(await openLink("worker", url));
  const options = { link, intake, clock: systemClock, log: silentLog, replicaId: "worker", version: "test" };
  opened.use(await joinFleet(options));
  return link;
}

function openLink(name: string, url: string): Promise<Link> {
  const dial = dialNats(natsEnvironment.parse({ NATS_URL: url }));
  return Link.open({ dial, name, log: silentLog, queueLimit: 64 });
}
