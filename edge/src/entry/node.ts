/** The edge as a Node program: composes the app from its adapters, listens, and drains when told to stop. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { dialNats, type NatsSettings } from "@palimpsest/fleet/connection";
import { pino } from "pino";
import { buildPlayground } from "../../playground/build.ts";
import { openGrpcReplica } from "../adapters/grpc.ts";
import { createPlacement } from "../admission/placement.ts";
import { createApp } from "../app.ts";
import { systemClock } from "../clock.ts";
import type { Log, ModelLoad, Replicas, Responses } from "../ports.ts";
import { type Config, parseConfig } from "./config.ts";
import { joinFleet } from "./fleet.ts";

/** Longer than load balancers and clients keep an idle connection (60 s): who sends on one that just closed gets an error. */
const KEEP_ALIVE_MS = 75_000;
/** How soon a connection is closed that has become idle while the edge drains. */
const SWEEP_MS = 100;

try {
  await run(parseConfig(process.env));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

/** Resolves when the server listens. @throws Error when it cannot */
async function run(config: Config): Promise<void> {
  const { host, port, drainLimitMs } = config;
  const playground = await buildPlayground();
  const log = pino({ level: config.logLevel, base: { service: "edge" } });
  const draining = new AbortController();
  const backend = config.nats ? await openFleet(config, config.nats, log) : openWorkers(config, log);
  const { replicas, responses, running } = backend;
  const app = createApp({
    replicas,
    ...(responses && { responses }),
    ...(running && { running }),
    clock: systemClock,
    log,
    keys: config.keys,
    heartbeatMs: config.heartbeatMs,
    draining: draining.signal,
    playground,
  });

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, getRequestListener(app.fetch));
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    await backend.close();
    throw new Error(`cannot listen on ${host}:${port} (${(cause as Error).message}); set HOST and PORT`, { cause });
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void drain(signal));
  log.info({ url: urlOf(server.address() as AddressInfo), ...backend.about }, "listening");

  /** Takes no new connection, lets streams finish up to the limit, then cuts what is left. */
  async function drain(signal: string): Promise<void> {
    log.info({ signal }, "draining");
    draining.abort();
    const closed = once(server, "close");
    server.close();
    // A connection whose stream has just finished would be kept open for its client's next request.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    const limit = setTimeout(() => {
      log.warn({ limit_ms: drainLimitMs }, "streams were cut: they took longer than the drain limit");
      backend.leave();
      server.closeAllConnections();
    }, drainLimitMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(limit);
    await backend.close();
    log.info({}, "stopped");
  }
}

/** Who answers requests, and how to part from them. */
interface Backend {
  readonly replicas: Replicas;
  readonly responses?: Responses;
  readonly running?: () => readonly ModelLoad[];
  /** For the log. */
  readonly about: object;
  /** What runs is not cancelled when its connection is cut: its client may come back elsewhere. */
  leave(): void;
  close(): Promise<void>;
}

function openWorkers({ workers, requestLimitMs }: Config, log: Log): Backend {
  const replicas = workers.map((address) => openGrpcReplica(address, { log, deadlineMs: requestLimitMs }));
  return {
    replicas: createPlacement(replicas),
    about: { workers },
    leave() {},
    async close() {
      for (const replica of replicas) replica[Symbol.dispose]();
    },
  };
}

async function openFleet(config: Config, nats: NatsSettings, log: Log): Promise<Backend> {
  const joined = await joinFleet(dialNats(nats), config, log);
  const { fleet, link } = joined;
  return {
    replicas: fleet.replicas,
    responses: fleet.responses,
    running: () => fleet.running(),
    about: { nats: link.control.getServer() },
    leave: () => fleet.leave(),
    close: async () => joined[Symbol.asyncDispose](),
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
