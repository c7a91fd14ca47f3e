/** The settings of the edge as a Node program, read from its environment. */
import { natsEnvironment } from "@palimpsest/fleet/connection";
import { isLoopback } from "@palimpsest/proto";
import { readTls } from "@palimpsest/proto/tls-files";
import { tracingEnvironment } from "@palimpsest/tracing/settings";
import { z } from "zod";
import { edgeEnvironment, edgeSettings, list, milliseconds, parseEnvironment } from "./settings.ts";

/** The longest that streams may take to finish after SIGTERM: Kubernetes' default grace period, less a margin. */
const DRAIN_LIMIT_MS = 20_000;

/** Every variable that the edge reads. */
export const edgeVariables = edgeEnvironment.extend({
  HOST: z.string().default("127.0.0.1").describe("Address to listen on."),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe("Port to listen on; 0 is any."),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe("A port of its own for `/metrics`, which then needs no key."),
  WORKER_ADDRESSES: list.describe("Workers without a fleet: `host:port` or `unix:path`, comma separated."),
  WORKER_ADDRESS: list.describe("One more such worker."),
  WORKER_TLS_CA: z.string().optional().describe("File: the CA that signed the certificates of edges and workers."),
  WORKER_TLS_CERT: z.string().optional().describe("File: this edge's own certificate."),
  WORKER_TLS_KEY: z.string().optional().describe("File: the key of this edge's certificate."),
  API_KEYS_FILE: z.string().min(1).optional().describe("A file of API keys, which is read again when it changes."),
  DRAIN_LIMIT_MS: milliseconds
    .default(DRAIN_LIMIT_MS)
    .describe("The longest that responses may take to finish after SIGTERM."),
  ...natsEnvironment.partial({ NATS_URL: true }).shape,
  ...tracingEnvironment.shape,
});

const environment = edgeVariables
  .transform((env) => ({
    ...edgeSettings(env),
    host: env.HOST,
    port: env.PORT,
    metricsPort: env.METRICS_PORT,
    workers: [...env.WORKER_ADDRESSES, ...env.WORKER_ADDRESS],
    workerTls: readTls("WORKER_TLS", env),
    drainLimitMs: env.DRAIN_LIMIT_MS,
    keyFile: env.API_KEYS_FILE,
    tracing: env,
    /** The fleet to join. Without it the edge connects to `workers`. */
    nats: env.NATS_URL === undefined ? undefined : { ...env, NATS_URL: env.NATS_URL },
  }))
  .refine(({ workers, nats }) => workers.length > 0 || nats !== undefined, {
    error: "no worker is set; set host:port or unix:path here, or NATS_URL to join a fleet",
    path: ["WORKER_ADDRESS"],
  })
  .refine(({ keysInNats, nats }) => !keysInNats || nats !== undefined, {
    error: "the keys are in a fleet's NATS, but NATS_URL is not set; set it, or use API_KEYS_FILE",
    path: ["API_KEYS_IN_NATS"],
  })
  .refine(({ host, allowNoKeys, ...config }) => allowNoKeys || isLoopback(host) || hasKeys(config), {
    error: (issue) =>
      `${(issue.input as { host: string }).host} can be reached from other machines, and there are no API keys; set ` +
      "API_KEYS_FILE, API_KEYS_IN_NATS or PALIMPSEST_API_KEYS, or ALLOW_NO_API_KEYS=true to serve everybody",
    path: ["HOST"],
  });

export type Config = z.infer<typeof environment>;

function hasKeys({ keys, keysInNats, keyFile }: { keys: string[]; keysInNats: boolean; keyFile?: string | undefined }) {
  return keys.length > 0 || keysInNats || keyFile !== undefined;
}

/** @throws Error that names every invalid variable and what it should be */
export function parseConfig(env: Record<string, string | undefined>): Config {
  return parseEnvironment(environment, env);
}
