/** The edge's settings, read from the environment. */
import { DEFAULT_QUEUE_LIMIT } from "@palimpsest/fleet";
import { natsEnvironment } from "@palimpsest/fleet/connection";
import { z } from "zod";

/** Streams get this long to finish once the edge was told to stop: Kubernetes' default grace, less a margin. */
const DRAIN_LIMIT_MS = 20_000;
/** The longest a response may take: far above an answer that fills a context, and short enough to free a stuck worker's slots. */
const REQUEST_LIMIT_MS = 10 * 60_000;
/** Below the 30 s after which common proxies give up a silent connection. */
const HEARTBEAT_MS = 10_000;

/** How long a request may wait for a worker of its fleet: a worker that starts from nothing needs about that. */
const WAIT_LIMIT_MS = 60_000;

const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

const milliseconds = z.coerce.number().int().min(1);

const list = z
  .string()
  .default("")
  .transform((text) => text.split(",").flatMap((item) => item.trim() || []));

/** Every variable that an edge reads. */
export const edgeVariables = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** `host:port` or `unix:path`, comma separated. */
  WORKER_ADDRESSES: list,
  WORKER_ADDRESS: list,
  PALIMPSEST_API_KEYS: list.refine((keys) => keys.every((key) => BEARER_TOKEN.test(key)), {
    error: "a key has letters, digits and - . _ ~ + / only: no header can carry another",
  }),
  HEARTBEAT_MS: milliseconds.default(HEARTBEAT_MS),
  DRAIN_LIMIT_MS: milliseconds.default(DRAIN_LIMIT_MS),
  REQUEST_LIMIT_MS: milliseconds.default(REQUEST_LIMIT_MS),
  WAIT_LIMIT_MS: milliseconds.default(WAIT_LIMIT_MS),
  /** Requests of one class of one model that may wait or run. */
  QUEUE_LIMIT: z.coerce.number().int().min(1).default(DEFAULT_QUEUE_LIMIT),
  ...natsEnvironment.partial({ NATS_URL: true }).shape,
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

const environment = edgeVariables
  .transform((env) => ({
    host: env.HOST,
    port: env.PORT,
    workers: [...env.WORKER_ADDRESSES, ...env.WORKER_ADDRESS],
    keys: env.PALIMPSEST_API_KEYS,
    heartbeatMs: env.HEARTBEAT_MS,
    drainLimitMs: env.DRAIN_LIMIT_MS,
    requestLimitMs: env.REQUEST_LIMIT_MS,
    waitLimitMs: env.WAIT_LIMIT_MS,
    queueLimit: env.QUEUE_LIMIT,
    /** The fleet to join, instead of workers by their addresses. */
    nats: env.NATS_URL === undefined ? undefined : { ...env, NATS_URL: env.NATS_URL },
    logLevel: env.LOG_LEVEL,
  }))
  .refine(({ workers, nats }) => workers.length > 0 || nats !== undefined, {
    error: "name at least one worker as host:port or unix:path, or a fleet by NATS_URL",
    path: ["WORKER_ADDRESS"],
  });

export type Config = z.infer<typeof environment>;

/** @throws Error that names every variable that is wrong, and what it should be */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const { data, error } = environment.safeParse(env);
  if (data) return data;
  throw new Error(error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
}
