/** The settings that edges of every runtime share, and how they are parsed. */
import { DEFAULT_QUEUE_LIMIT, MAX_STREAM_REPLICAS } from "@palimpsest/fleet";
import { z } from "zod";
import { plainKey, SECRET } from "../keys/key-description.ts";
import { KeyRing } from "../keys/key-ring.ts";
import type { Clock } from "../ports.ts";

/** The longest a response may take: far more than filling a context needs, and short enough to free a stuck worker's slots. */
const REQUEST_LIMIT_MS = 10 * 60_000;
/** Below the 30 s after which common proxies close an idle connection. */
const HEARTBEAT_MS = 10_000;
/** The longest a request may wait for a worker: about the time that a cold worker needs to start. */
const WAIT_LIMIT_MS = 60_000;

/** Longer than an edge takes to restart. */
const DISCONNECT_GRACE_MS = 15_000;
/** Other readers must have time to be heard. */
const MIN_GRACE_MS = 3_000;
/** A worker holds a response without a reader no longer. */
const MAX_GRACE_MS = 10 * 60_000;

/** Time a response of /v1/responses is stored. */
const STORE_AGE_MS = 24 * 3600 * 1000;
/** Some ten thousand answers with their conversations. */
const STORE_BYTES = 128 * 2 ** 20;

/** setTimeout's maximum, about 24.8 days. */
const MAX_MILLISECONDS = 24 * 24 * 3600 * 1000;

export const milliseconds = z.coerce.number().int().min(1).max(MAX_MILLISECONDS);

/** Comma separated. */
export const list = z
  .string()
  .default("")
  .transform((text) => text.split(",").flatMap((item) => item.trim() || []));

const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");

export const edgeEnvironment = z.object({
  PALIMPSEST_API_KEYS: list
    .refine((keys) => keys.every((key) => SECRET.test(key)), {
      error: "a key may contain only letters, digits and - . _ ~ + /, as a bearer token in a header",
    })
    .describe("API keys without limits, comma separated, each a tenant of its own."),
  API_KEYS_IN_NATS: flag.describe("The fleet's bucket holds API keys, which `palimpsest keys` writes."),
  ALLOW_NO_API_KEYS: flag.describe("Requests need no key, although other machines can send them."),
  HEARTBEAT_MS: milliseconds.default(HEARTBEAT_MS).describe("An idle stream gets a heartbeat this often."),
  REQUEST_LIMIT_MS: milliseconds
    .default(REQUEST_LIMIT_MS)
    .describe("The longest that a response may take, all attempts together."),
  WAIT_LIMIT_MS: milliseconds.default(WAIT_LIMIT_MS).describe("The longest that a request may wait for a worker."),
  DISCONNECT_GRACE_MS: z.coerce
    .number()
    .int()
    .max(MAX_GRACE_MS)
    .refine((ms) => ms === 0 || ms >= MIN_GRACE_MS, { error: `must be 0, or at least ${MIN_GRACE_MS}` })
    .default(DISCONNECT_GRACE_MS)
    .describe("In a fleet: how long a response continues for a client that has left and can come back."),
  QUEUE_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .default(DEFAULT_QUEUE_LIMIT)
    .describe("The most requests of one class and one model that may be queued or running."),
  STREAM_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_STREAM_REPLICAS)
    .default(1)
    .describe("Servers of a NATS cluster that hold each stream, for streams that do not exist yet."),
  STORE_AGE_MS: milliseconds.default(STORE_AGE_MS).describe("How long a response of `/v1/responses` is stored."),
  STORE_BYTES: z.coerce
    .number()
    .int()
    .min(2 ** 20)
    .default(STORE_BYTES)
    .describe(
      "The most bytes of stored responses: of a tenant in a fleet, of all without one. The oldest are dropped first.",
    ),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("The least severe log lines to write."),
});

export function edgeSettings(env: z.infer<typeof edgeEnvironment>) {
  return {
    keys: env.PALIMPSEST_API_KEYS,
    keysInNats: env.API_KEYS_IN_NATS,
    allowNoKeys: env.ALLOW_NO_API_KEYS,
    heartbeatMs: env.HEARTBEAT_MS,
    requestLimitMs: env.REQUEST_LIMIT_MS,
    waitLimitMs: env.WAIT_LIMIT_MS,
    graceMs: env.DISCONNECT_GRACE_MS,
    queueLimit: env.QUEUE_LIMIT,
    streamReplicas: env.STREAM_REPLICAS,
    stored: { ageMs: env.STORE_AGE_MS, maxBytes: env.STORE_BYTES },
    logLevel: env.LOG_LEVEL,
  };
}

export type EdgeSettings = ReturnType<typeof edgeSettings>;

/** The keys of the environment, and of others that it names. Undefined if requests need no key. */
export async function openKeyRing(
  { keys, keysInNats }: EdgeSettings,
  { clock, hasOthers }: { clock: Clock; hasOthers: boolean },
): Promise<KeyRing | undefined> {
  if (keys.length === 0 && !keysInNats && !hasOthers) return undefined;
  const ring = new KeyRing(clock);
  ring.set("PALIMPSEST_API_KEYS", await Promise.all(keys.map(plainKey)));
  return ring;
}

/** @throws Error that names every invalid variable and what it should be */
export function parseEnvironment<T extends z.ZodType>(environment: T, env: object): z.infer<T> {
  const { data, error } = environment.safeParse(env);
  if (!error) return data;
  throw new Error(error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
}
