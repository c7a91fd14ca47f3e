/** The worker's settings, from the environment. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { DEFAULT_QUEUE_LIMIT, MAX_STREAM_REPLICAS } from "@palimpsest/fleet";
import { natsEnvironment } from "@palimpsest/fleet/connection";
import { tracingEnvironment } from "@palimpsest/tracing/settings";
import { z } from "zod";
import { targetNames } from "../model/target.ts";
import { RANK_DEADLINE_MS } from "../parallel/reconnecting-link.ts";
import { DEFAULT_FORWARD_LIMIT_MS } from "../runtime/measured-forwards.ts";
import { DRAFTS_PER_SECOND } from "../transport/outbox.ts";
import { DEFAULT_CAPACITY, DEFAULT_KV_CACHE_BYTES } from "./open-engine.ts";
import { FORMATION_LIMIT_MS } from "./rank-client.ts";
import { rankEnvironment } from "./rank-role.ts";

/** Time for running responses to finish: Kubernetes' default grace period less a margin. */
const DEFAULT_DRAIN_LIMIT_MS = 20_000;

const wholeNumber = z.coerce.number().int().min(1);

/** Every variable that a worker reads, by name. */
export const workerVariables = z.object({
  MODEL_PACKAGE: z
    .string({ error: "name the folder of a model package" })
    .min(1)
    .describe("Folder of the model package."),
  MODEL_DEVICE: z
    .enum(targetNames)
    .optional()
    .describe("The target that the package must have been made for: asserted, not chosen."),
  MODEL_NAME: z.string().optional().describe("Name that clients use, in place of the package's own."),
  WORKER_ADDRESS: z
    .string()
    .optional()
    .describe(
      "Addresses to listen on: `host:port` or `unix:path`, comma separated. Absent, without a fleet: 127.0.0.1:9090.",
    ),
  WORKER_HEALTH_ADDRESS: z
    .string()
    .optional()
    .describe("Addresses on which a worker serves health alone, to clients without certificates."),
  WORKER_TLS_CA: z.string().optional().describe("File: the CA that signed the certificates of edges and workers."),
  WORKER_TLS_CERT: z.string().optional().describe("File: this worker's own certificate."),
  WORKER_TLS_KEY: z.string().optional().describe("File: the key of this worker's certificate."),
  ALLOW_NO_WORKER_TLS: z
    .enum(["true", "false"])
    .default("false")
    .describe("Serve other machines without certificates: a network of its own separates them from everybody else."),
  REPLICA_ID: z
    .string()
    .default(`${hostname()}-${randomUUID().slice(0, 8)}`)
    .describe("The worker's name in a fleet; generated if it is absent."),
  QUEUE_LIMIT: wholeNumber
    .default(DEFAULT_QUEUE_LIMIT)
    .describe("The most requests of one class and one model that may be queued or running."),
  STREAM_REPLICAS: wholeNumber
    .max(MAX_STREAM_REPLICAS)
    .default(1)
    .describe("Servers of a NATS cluster that hold each stream, for streams that do not exist yet."),
  ...natsEnvironment.partial({ NATS_URL: true }).shape,
  ...rankEnvironment.shape,
  ...tracingEnvironment.shape,
  RANK_EXCHANGE: z
    .enum(["f32", "f16"])
    .default("f32")
    .describe("Type of the rows sent between ranks; f16 halves the bytes and is not exact."),
  FORMATION_LIMIT_MS: wholeNumber
    .default(FORMATION_LIMIT_MS)
    .describe("The leader's limit on the wait for its ranks to become reachable."),
  RANK_DEADLINE_MS: wholeNumber
    .default(RANK_DEADLINE_MS)
    .describe("The leader's limit on the wait for a layer's answer of its ranks."),
  ATTENTION: z
    .enum(["leader", "data-parallel"])
    .default("leader")
    .describe("For ranks that are threads: the leader runs all sequences, or each rank its own."),
  EXPERT_DEVICE: z
    .string()
    .optional()
    .describe(
      "Devices of the experts: `webgpu`, `webgpu:NAME`, or one entry for each rank, `cpu` included. Absent: the package's target.",
    ),
  THREADS: wholeNumber.default(1).describe("Threads of a forward."),
  KV_CACHE_BYTES: wholeNumber.default(DEFAULT_KV_CACHE_BYTES).describe("Memory of keys and values."),
  CAPACITY: wholeNumber.default(DEFAULT_CAPACITY).describe("Sequences that run at once."),
  FORWARD_LIMIT_MS: wholeNumber
    .default(DEFAULT_FORWARD_LIMIT_MS)
    .describe("A forward hangs if it takes longer than this, and longer than a multiple of the slowest recent one."),
  DRAFTS_PER_SECOND: wholeNumber.default(DRAFTS_PER_SECOND).describe("The most drafts of a response in a second."),
  DRAIN_LIMIT_MS: wholeNumber
    .default(DEFAULT_DRAIN_LIMIT_MS)
    .describe("The longest that responses may take to finish after SIGTERM."),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("The least severe log lines to write."),
});
