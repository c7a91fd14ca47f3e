/** The edge as a Node program: composes the app from its adapters, listens, and drains when told to stop. */
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { pino } from "pino";
import { buildPlayground } from "../../playground/build.ts";
import { openGrpcReplica } from "../adapters/grpc.ts";
import { createApp } from "../app.ts";
import { createPlacement } from "../placement.ts";
import { type Config, parseConfig } from "./config.ts";

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
  });
  server.on("error", (error) => {
    log.error({ err: error }, `cannot listen on ${config.host}:${config.port}`);
    process.exit(1);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void drain(signal));

  /** Takes no new connection, lets streams finish up to the limit, then cuts what is left. */
  async function drain(signal: string): Promise<void> {
    log.info({ signal }, "draining");
    draining.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const limit = new AbortController();
    const late = sleep(config.drainLimitMs, "late", { signal: limit.signal }).catch(() => "closed");
    if ((await Promise.race([closed, late])) === "late") {
      log.warn({ limit_ms: config.drainLimitMs }, "streams were cut: they took longer than the drain limit");
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    }
    limit.abort();
    for (const replica of replicas) replica[Symbol.dispose]();
    log.info({}, "stopped");
  }
}
