/** The edge as a Node program: composes the app from its adapters, listens, and drains on SIGTERM or SIGINT. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dialNats, type NatsSettings } from "@palimpsest/fleet/connection";
import { openTracing } from "@palimpsest/tracing/open";
import { pino } from "pino";
import about from "../../package.json" with { type: "json" };
import { buildPlayground } from "../../playground/build.ts";
import { openGrpcReplica } from "../adapters/grpc.ts";
import { watchKeyFile } from "../adapters/key-file.ts";
import { createMemoryStore } from "../adapters/memory-store.ts";
import { createMemoryUsage } from "../adapters/memory-usage.ts";
import { createPlacement } from "../admission/placement.ts";
import { withRetryAfter } from "../admission/retry-after.ts";
import { withWaitLimit } from "../admission/wait-limit.ts";
import { createApp } from "../app.ts";
import { systemClock } from "../clock.ts";
import type { EdgeDependencies } from "../dependencies.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { Log, ModelLoad, Replicas, ResponseStore, Responses, UsageStore } from "../ports.ts";
import { type Config, parseConfig } from "./config.ts";
import { joinFleet } from "./fleet.ts";
import { createHttpServer } from "./http-server.ts";
import { openKeyRing } from "./settings.ts";

/** Interval at which a draining edge closes idle connections. */
const SWEEP_MS = 100;
/** Time after which a process that has closed everything and has not ended says what it has forgotten. */
const END_LIMIT_MS = 1_000;

try {
  await run(parseConfig(process.env));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

/** Resolves when the server listens. @throws Error when it cannot listen, or cannot join the fleet */
async function run(config: Config): Promise<void> {
  const { host, port, metricsPort, drainLimitMs } = config;
  const playground = await buildPlayground();
  const log = pino({ level: config.logLevel, base: { service: "edge" } });
  const draining = new AbortController();
  const keys = await openKeyRing(config, { clock: systemClock, hasOthers: config.keyFile !== undefined });
  using opening = new DisposableStack();
  if (keys && config.keyFile !== undefined) {
    opening.use(await watchKeyFile(config.keyFile, { ring: keys, clock: systemClock, log }));
  }
  const backend = config.nats ? await openFleet(config, config.nats, log, keys) : openWorkers(config, log);
  const { replicas, responses, store, usage, running } = backend;
  const metricsServer = metricsPort === undefined || !running ? undefined : createMetricsServer();
  const tracing = await openTracing(config.tracing, { name: "palimpsest-edge", version: about.version });
  const app = createApp({
    replicas,
    store,
    ...(responses && { responses }),
    ...(running && { running }),
    ...(metricsServer && { serveMetrics: metricsServer.serve }),
    ...(tracing && { tracer: tracing.tracer }),
    clock: systemClock,
    log,
    ...(keys && { keys }),
    usage,
    heartbeatMs: config.heartbeatMs,
    draining: draining.signal,
    playground,
  });

  const server = createHttpServer(app.fetch);
  try {
    await listen(server, host, port, "PORT");
    if (metricsServer) await listen(metricsServer.server, host, metricsPort!, "METRICS_PORT");
  } catch (error) {
    server.close();
    await backend.close();
    throw error;
  }
  const opened = opening.move();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void drain(signal));
  const metrics = metricsServer && { metrics: urlOf(metricsServer.server.address() as AddressInfo) };
  log.info({ url: urlOf(server.address() as AddressInfo), ...metrics, ...backend.about }, "listening");

  /** Stops accepting connections, lets streams finish up to the limit, then closes the rest. */
  async function drain(signal: string): Promise<void> {
    log.info({ signal }, "draining");
    draining.abort();
    const closed = once(server, "close");
    server.close();
    // Otherwise a connection stays open for its client's next request after its stream has finished.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    const limit = setTimeout(() => {
      log.warn({ limit_ms: drainLimitMs }, "closed the remaining streams at the drain limit");
      backend.detach();
      server.closeAllConnections();
    }, drainLimitMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(limit);
    metricsServer?.server.close();
    metricsServer?.server.closeAllConnections();
    await backend.close();
    opened.dispose();
    await tracing?.[Symbol.asyncDispose]();
    log.info({}, "stopped");
    setTimeout(
      () => log.warn({ open: process.getActiveResourcesInfo() }, "cannot end: resources are open"),
      END_LIMIT_MS,
    ).unref();
  }
}

/** @throws Error that names the variable of the port */
async function listen(server: Server, host: string, port: number, variable: string): Promise<void> {
  server.listen(port, host);
  await once(server, "listening").catch((cause: Error) => {
    throw new Error(`cannot listen on ${host}:${port} (${cause.message}); set another HOST or ${variable}`, { cause });
  });
}

/** A server of its own for /metrics. */
function createMetricsServer() {
  let fetch = (_: Request): Response | Promise<Response> => new Response(null, { status: 404 });
  const server = createHttpServer((request) => fetch(request));
  const serve: NonNullable<EdgeDependencies["serveMetrics"]> = (page) => {
    fetch = page;
  };
  return { server, serve };
}

/** The workers or the fleet that the edge serves. */
interface Backend {
  readonly replicas: Replicas;
  readonly responses?: Responses;
  readonly store: ResponseStore;
  readonly usage: UsageStore;
  readonly running?: () => Promise<readonly ModelLoad[]>;
  /** Fields of the log line about listening. */
  readonly about: object;
  /** From now on, closing a connection does not cancel its response: its client may resume at another edge. */
  detach(): void;
  close(): Promise<void>;
}

function openWorkers({ workers, workerTls: tls, requestLimitMs, waitLimitMs, stored }: Config, log: Log): Backend {
  const replicas = workers.map((address) => openGrpcReplica(address, { log, tls }));
  const placement = createPlacement(replicas, { clock: systemClock, limitMs: requestLimitMs });
  return {
    replicas: withRetryAfter(withWaitLimit(placement, { clock: systemClock, limitMs: waitLimitMs }), systemClock),
    store: createMemoryStore({ clock: systemClock, ...stored }),
    usage: createMemoryUsage(),
    // An edge without a fleet knows no more of its workers than what it sends them.
    running: async () => [],
    about: { workers },
    detach() {},
    async close() {
      for (const replica of replicas) replica[Symbol.dispose]();
    },
  };
}

async function openFleet(config: Config, nats: NatsSettings, log: Log, keys: KeyRing | undefined): Promise<Backend> {
  const joined = await joinFleet(dialNats(nats), config, log, keys);
  const { fleet, link } = joined;
  return {
    replicas: fleet.replicas,
    responses: fleet.responses,
    store: fleet.store,
    usage: fleet.usage,
    running: () => fleet.running(),
    about: { nats: link.control.getServer() },
    detach: () => fleet.detach(),
    close: async () => joined[Symbol.asyncDispose](),
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
