/** The worker program: opens the engine in its thread, serves it over gRPC, drains when told to leave. */
import { pino } from "pino";
import { z } from "zod";
import { openEngineThread } from "./engine-client.ts";
import { describeIssues, PackageError } from "./errors.ts";
import type { EngineSettings } from "./open-engine.ts";
import { systemClock } from "./transport/clock.ts";
import { terminated } from "./transport/drain.ts";
import { serveGrpc } from "./transport/grpc-server.ts";
import { Intake } from "./transport/intake.ts";
import { DRAFTS_PER_SECOND } from "./transport/outbox.ts";

/** Running responses get this long to finish: Kubernetes' default grace, less a margin. */
const DRAIN_LIMIT_MS = 25_000;

const wholeNumber = z.coerce.number().int().min(1);

const environment = z.object({
  /** Folder of the model package. */
  MODEL_PACKAGE: z.string({ error: "name the folder of a model package" }).min(1),
  /** Name that clients use; the package's own by default. */
  MODEL_NAME: z.string().optional(),
  /** Where to listen: `host:port` or `unix:path`, comma separated. */
  WORKER_ADDRESS: z.string().default("127.0.0.1:9090"),
  THREADS: wholeNumber.optional(),
  KV_CACHE_BYTES: wholeNumber.optional(),
  /** Sequences that run at once. */
  CAPACITY: wholeNumber.optional(),
  DRAFTS_PER_SECOND: wholeNumber.default(DRAFTS_PER_SECOND),
  DRAIN_LIMIT_MS: wholeNumber.default(DRAIN_LIMIT_MS),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

const parsed = environment.safeParse(process.env);
if (!parsed.success) {
  console.error(describeIssues(parsed.error));
  process.exit(2);
}
const env = parsed.data;
const log = pino({ level: env.LOG_LEVEL, base: { service: "worker" } });

try {
  await using engine = await openEngineThread(settings());
  const intake = new Intake(engine, systemClock, { draftsPerSecond: env.DRAFTS_PER_SECOND });
  await using server = await serveGrpc(intake, env.WORKER_ADDRESS.split(","), systemClock);
  log.info({ addresses: server.addresses, model: engine.model }, "serving");
  await terminated();
  log.info({ limit_ms: env.DRAIN_LIMIT_MS }, "draining");
  await server.drain(env.DRAIN_LIMIT_MS);
  log.info("stopped");
} catch (error) {
  if (error instanceof PackageError) log.fatal(error.message);
  else log.fatal(error);
  process.exitCode = 1;
}

function settings(): EngineSettings {
  return {
    package: env.MODEL_PACKAGE,
    ...(env.MODEL_NAME !== undefined && { name: env.MODEL_NAME }),
    ...(env.THREADS !== undefined && { threads: env.THREADS }),
    ...(env.KV_CACHE_BYTES !== undefined && { kvCacheBytes: env.KV_CACHE_BYTES }),
    ...(env.CAPACITY !== undefined && { capacity: env.CAPACITY }),
  };
}
