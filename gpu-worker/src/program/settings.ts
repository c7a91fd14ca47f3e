/** The worker's settings, as the environment holds them. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { DEFAULT_QUEUE_LIMIT } from "@palimpsest/fleet";
import { natsEnvironment } from "@palimpsest/fleet/connection";
import { z } from "zod";
import { DRAFTS_PER_SECOND } from "../transport/outbox.ts";
import { rankEnvironment } from "./rank-role.ts";

/** Running responses get this long to finish: Kubernetes' default grace, less a margin. */
const DEFAULT_DRAIN_LIMIT_MS = 20_000;

const wholeNumber = z.coerce.number().int().min(1);

/** Every variable that a worker reads, by name. */
export const workerVariables = z.object({
  /** Folder of the model package. */
  MODEL_PACKAGE: z.string({ error: "name the folder of a model package" }).min(1),
  /** Name that clients use; the package's own by default. */
  MODEL_NAME: z.string().optional(),
  /** Where to listen: `host:port` or `unix:path`, comma separated. 127.0.0.1:9090 for a worker that joins no fleet. */
  WORKER_ADDRESS: z.string().optional(),
  /** Its name in a fleet: made up by default. */
  REPLICA_ID: z.string().default(`${hostname()}-${randomUUID().slice(0, 8)}`),
  QUEUE_LIMIT: wholeNumber.default(DEFAULT_QUEUE_LIMIT),
  ...natsEnvironment.partial({ NATS_URL: true }).shape,
  ...rankEnvironment.shape,
  /** What rows are made of on their way between ranks; f16 halves the bytes and is not exact. */
  RANK_EXCHANGE: z.enum(["f32", "f16"]).default("f32"),
  /** How long the leader waits for its ranks to come, and then for each layer's answer. */
  FORMATION_LIMIT_MS: wholeNumber.optional(),
  RANK_DEADLINE_MS: wholeNumber.optional(),
  /** Whose sequences the ranks run, where they are threads: the leader's, or each its own. */
  ATTENTION: z.enum(["leader", "data-parallel"]).default("leader"),
  THREADS: wholeNumber.optional(),
  KV_CACHE_BYTES: wholeNumber.optional(),
  /** Sequences that run at once. */
  CAPACITY: wholeNumber.optional(),
  DRAFTS_PER_SECOND: wholeNumber.default(DRAFTS_PER_SECOND),
  DRAIN_LIMIT_MS: wholeNumber.default(DEFAULT_DRAIN_LIMIT_MS),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});
