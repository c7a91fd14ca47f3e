/** The worker program: opens the engine in its thread, serves it over gRPC or to a fleet, and drains on SIGTERM. */
import { Link } from "@palimpsest/fleet";
import { dialNats, type NatsSettings } from "@palimpsest/fleet/connection";
import { unreachable } from "@palimpsest/proto";
import { readTls } from "@palimpsest/proto/tls-files";
import { openTracing } from "@palimpsest/tracing/open";
import { pino } from "pino";
import about from "../package.json" with { type: "json" };
import { systemClock } from "./clock.ts";
import type { Engine } from "./engine/engine.ts";
import { describeIssues, PackageError } from "./errors.ts";
import { readManifest } from "./files/read-manifest.ts";
import { requireTarget } from "./model/manifest.ts";
import { targetCost } from "./model/target-faults.ts";
import { openDataParallel } from "./program/data-parallel.ts";
import { type Endpoint, endpointOf } from "./program/endpoint.ts";
import { type EngineState, watchEngine } from "./program/engine-health.ts";
import { type ExpertDevices, expertDeviceOf, parseExpertDevices } from "./program/expert-devices.ts";
import { reportModel } from "./program/model-report.ts";
import type { EngineSettings } from "./program/open-engine.ts";
import { openEngineThread } from "./program/open-engine-thread.ts";
import type { RemoteRanks } from "./program/rank-client.ts";
import { runRank } from "./program/rank-program.ts";
import { roleOf } from "./program/rank-role.ts";
import { workerVariables } from "./program/settings.ts";
import { terminated } from "./transport/drain.ts";
import { type GrpcServer, serveGrpc } from "./transport/grpc-server.ts";
import { EngineBroken, Intake } from "./transport/intake.ts";
import { joinFleet } from "./transport/nats-worker.ts";

const parsed = workerVariables.safeParse(process.env);
if (!parsed.success) {
  console.error(describeIssues(parsed.error));
  process.exit(2);
}
const env = parsed.data;
const log = pino({ level: env.LOG_LEVEL, base: { service: "worker" } });

try {
  const role = roleOf(env);
  if (env.MODEL_DEVICE !== undefined) {
    requireTarget(env.MODEL_PACKAGE, await readManifest(env.MODEL_PACKAGE), env.MODEL_DEVICE);
  }
  const { MODEL_PACKAGE, THREADS: threads, DRAIN_LIMIT_MS: drainLimitMs } = env;
  const expertDevices = env.EXPERT_DEVICE === undefined ? undefined : parseExpertDevices(env.EXPERT_DEVICE);
  if (role.kind === "leader") await lead(role.addresses, expertDevices, endpointOf(env));
  else
    await runRank(
      { ...role, tls: readTls("RANK_TLS", env), package: MODEL_PACKAGE, threads, expertDevices, drainLimitMs },
      log,
    );
} catch (error) {
  if (error instanceof PackageError) log.fatal(error.message);
  else log.fatal(error);
  process.exitCode = 1;
}

async function lead(
  addresses: readonly string[] | undefined,
  expertDevices: ExpertDevices | undefined,
  endpoint: Endpoint,
): Promise<void> {
  const dataParallel = env.ATTENTION === "data-parallel";
  if (dataParallel && addresses !== undefined) {
    throw new Error(
      `ATTENTION=data-parallel needs ranks that are threads of one worker, but they are processes at ${addresses}; leave one of them out`,
    );
  }
  log.info({ package: env.MODEL_PACKAGE }, "opening the model");
  await using engine = await (dataParallel ? openDataParallel : openEngineThread)({
    ...settings(addresses),
    ...(expertDevices && { expertDevices }),
  });
  const { ranks, config, target } = await readManifest(env.MODEL_PACKAGE);
  const here = Array.from({ length: addresses === undefined ? ranks : 1 }, (_, rank) => rank);
  const devices = here.map((rank) => expertDeviceOf(expertDevices, rank, ranks));
  log.info(await reportModel(env.MODEL_PACKAGE, engine, devices), "opened the model");
  const cost = targetCost(config, target);
  if (cost !== undefined) log.warn(cost);
  await warmUp(engine);
  const service = { name: "palimpsest-worker", version: about.version, instance: env.REPLICA_ID };
  await using tracing = await openTracing(env, service);
  const { NATS_URL, WORKER_HEALTH_ADDRESS, DRAFTS_PER_SECOND: draftsPerSecond } = env;
  const intake = new Intake(engine, systemClock, { draftsPerSecond, tracer: tracing?.tracer });
  await using serving = new AsyncDisposableStack();
  const servers: Pick<GrpcServer, "setServing" | "drain">[] = [];
  if (endpoint.addresses.length > 0 || WORKER_HEALTH_ADDRESS !== undefined) {
    const healthAddresses = WORKER_HEALTH_ADDRESS?.split(",") ?? [];
    const server = serving.use(await serveGrpc(intake, { ...endpoint, healthAddresses, clock: systemClock }));
    servers.push(server);
    log.info({ addresses: server.addresses, model: engine.model }, "serving");
  }
  if (NATS_URL !== undefined) servers.push(serving.use(await join(intake, { ...env, NATS_URL })));
  const broken = Promise.withResolvers<void>();
  let isHanging = false;
  using _watch = watchEngine(engine, systemClock, (state) => {
    isHanging = state.kind === "hanging" || (state.kind === "broken" && state.isHanging);
    tell(state);
    for (const server of servers) server.setServing(state.kind === "working");
    if (state.kind === "hanging") intake.breakOff(new EngineBroken(state.reason));
    if (state.kind === "broken") {
      process.exitCode = 1;
      broken.resolve();
    }
  });
  await Promise.race([terminated(), broken.promise]);
  log.info({ limit_ms: env.DRAIN_LIMIT_MS }, "draining");
  await Promise.all(servers.map((server) => server.drain(env.DRAIN_LIMIT_MS)));
  log.info("stopped");
  if (isHanging) {
    await serving.disposeAsync();
    await tracing?.[Symbol.asyncDispose]();
    // A thread in native code cannot be ended, and a process waits for its threads.
    process.kill(process.pid, "SIGKILL");
  }
}

/** Runs the first forward, which is the slowest, before any request waits for it. @throws Error when it fails */
async function warmUp(engine: Engine): Promise<void> {
  const beganMs = systemClock.now();
  const failure = await engine.probe();
  if (failure !== undefined) throw new Error(`the first forward failed: ${failure}`);
  log.info({ forward_ms: Math.round(systemClock.now() - beganMs) }, "ran the first forward");
}

function tell(state: EngineState): void {
  switch (state.kind) {
    case "working":
      log.info("the engine works; resuming intake");
      break;
    case "ranks-lost":
      log.warn({ lost_ranks: state.ranks }, "pausing intake: ranks unreachable");
      break;
    case "hanging":
      log.error({ reason: state.reason }, "pausing intake and handing responses over: the engine hangs");
      break;
    case "failing":
      log.error({ reason: state.reason }, "pausing intake: every forward fails");
      break;
    case "broken":
      log.fatal({ reason: state.reason }, "leaving: the engine is broken; start the worker again");
      break;
    default:
      unreachable(state);
  }
}

async function join(intake: Intake, nats: NatsSettings) {
  const { REPLICA_ID: replicaId, QUEUE_LIMIT: queueLimit, STREAM_REPLICAS: streamReplicas } = env;
  await using opening = new AsyncDisposableStack();
  const options = { dial: dialNats(nats), name: `worker ${replicaId}`, log, queueLimit, streamReplicas };
  const link = opening.use(await Link.open(options));
  const worker = opening.use(
    await joinFleet({
      link,
      intake,
      clock: systemClock,
      log,
      replicaId,
      version: about.version,
    }),
  );
  log.info({ nats: link.control.getServer(), replica: replicaId, model: intake.model }, "serving a fleet");
  const opened = opening.move();
  return {
    setServing: (serving: boolean) => worker.setServing(serving),
    drain: (limitMs: number) => worker.drain(limitMs),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function settings(addresses: readonly string[] | undefined): EngineSettings {
  return {
    package: env.MODEL_PACKAGE,
    ...(addresses && { remoteRanks: remoteRanks(addresses) }),
    ...(env.MODEL_NAME !== undefined && { name: env.MODEL_NAME }),
    threads: env.THREADS,
    kvCacheBytes: env.KV_CACHE_BYTES,
    capacity: env.CAPACITY,
    forwardLimitMs: env.FORWARD_LIMIT_MS,
  };
}

function remoteRanks(addresses: readonly string[]): RemoteRanks {
  const { RANK_EXCHANGE: sent, FORMATION_LIMIT_MS: limitMs, RANK_DEADLINE_MS: deadlineMs } = env;
  return { addresses, sent, tls: readTls("RANK_TLS", env), limitMs, deadlineMs };
}
