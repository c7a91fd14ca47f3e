/** The edge as a Node program: composes the app from its adapters, listens, and drains when told to stop. */
import { once } from "node:events";
import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { pino } from "pino";
import { buildPlayground } from "../../playground/build.ts";
import { openGrpcReplica } from "../adapters/grpc.ts";
import { createApp } from "../app.ts";
import { createPlacement } from "../placement.ts";
import { type Config, parseConfig } from "./config.ts";

/** How often a draining edge looks for connections that have nothing left to say. */
const SWEEP_MS = 100;

if (import.meta.main) {
  let config: Config;
  try {
    config = parseConfig(process.env);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
  await run(config);
}

async function run(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel, base: { service: "edge" } });
  const draining = new AbortController();
  const replicas = config.workers.map((address) =>
    openGrpcReplica(address, { log, deadlineMs: config.requestLimitMs }),
  );
  const app = createApp({
    replicas: createPlacement(replicas),
    clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    log,
    keys: config.keys,
    heartbeatMs: config.heartbeatMs,
    draining: draining.signal,
    playground: await buildPlayground(),
  });

  const server = serve({ fetch: app.fetch, hostname: config.host, port: config.port }, ({ address, port }) => {
    log.info(
      { url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`, workers: config.workers },
      "listening",
    );
  }) as Server;
  server.on("error", (error) => {
    log.error({ err: error }, `cannot listen on ${config.host}:${config.port}`);
    process.exit(1);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void drain(signal));

  /** Takes no new connection, lets streams finish up to the limit, then cuts what is left. */
  async function drain(signal: string): Promise<void> {
    log.info({ signal }, "draining");
    draining.abort();
    const closed = once(server, "close");
    server.close();
    // A connection whose stream has just finished would be kept open for its client's next request.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    const limit = setTimeout(() => {
      log.warn({ limit_ms: config.drainLimitMs }, "streams were cut: they took longer than the drain limit");
      server.closeAllConnections();
    }, config.drainLimitMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(limit);
    for (const replica of replicas) replica[Symbol.dispose]();
    log.info({}, "stopped");
  }
}
