/** Settings of a connection to NATS, for every transport. */
import type { ConnectionOptions } from "@nats-io/nats-core";
import { z } from "zod";

/** A peer is unreachable after two pings without an answer. */
const PING_INTERVAL_MS = 2_000;
const RECONNECT_WAIT_MS = 250;

export const sharedEnvironment = z.object({
  NATS_URL: z.string().min(1).describe("Servers of the fleet to join, as `nats://host:port`, comma separated."),
  NATS_USER: z.string().optional().describe("User of the NATS server."),
  NATS_PASSWORD: z.string().optional().describe("Password of the user."),
  NATS_INBOX_PREFIX: z
    .string()
    .default("_INBOX")
    .describe("Prefix of reply subjects, for servers that restrict each user to an inbox of its own."),
});

export type SharedSettings = z.infer<typeof sharedEnvironment>;

/** Options of a connection that reconnects forever once it was open. */
export function connectionOptions(settings: SharedSettings, name: string): ConnectionOptions {
  const { NATS_URL, NATS_USER, NATS_PASSWORD, NATS_INBOX_PREFIX } = settings;
  return {
    servers: NATS_URL.split(",").map((url) => url.trim()),
    name,
    inboxPrefix: NATS_INBOX_PREFIX,
    maxReconnectAttempts: -1,
    // A server that is being set up may reject credentials that it accepts later.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    pingInterval: PING_INTERVAL_MS,
    ...(NATS_USER !== undefined && { user: NATS_USER }),
    ...(NATS_PASSWORD !== undefined && { pass: NATS_PASSWORD }),
  };
}
