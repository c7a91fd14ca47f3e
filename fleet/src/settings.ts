/** What every party is told about its NATS server, and what every connection is made with, however it gets there. */
import type { ConnectionOptions } from "@nats-io/nats-core";
import { z } from "zod";

/** A peer that vanished without a word is missed after two of these. */
const PING_INTERVAL_MS = 2_000;
const RECONNECT_WAIT_MS = 250;

export const sharedEnvironment = z.object({
  /** Servers, with commas between. */
  NATS_URL: z.string().min(1),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  /** Where replies to this client go, for servers that let each user read its own inbox alone. */
  NATS_INBOX_PREFIX: z.string().default("_INBOX"),
});

export type SharedSettings = z.infer<typeof sharedEnvironment>;

/** A connection that never gives up once it is made. */
export function connectionOptions(settings: SharedSettings, name: string): ConnectionOptions {
  const { NATS_URL, NATS_USER, NATS_PASSWORD, NATS_INBOX_PREFIX } = settings;
  return {
    servers: NATS_URL.split(",").map((url) => url.trim()),
    name,
    inboxPrefix: NATS_INBOX_PREFIX,
    maxReconnectAttempts: -1,
    // Who is refused for a while, by a server that is being set up, is not refused for good.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    pingInterval: PING_INTERVAL_MS,
    ...(NATS_USER !== undefined && { user: NATS_USER }),
    ...(NATS_PASSWORD !== undefined && { pass: NATS_PASSWORD }),
  };
}
