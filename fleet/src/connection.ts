/** How a program of ours reaches NATS: its settings from the environment, and TCP connections that never give up. Node only. */
import { readFileSync } from "node:fs";
import { type Authenticator, connect, credsAuthenticator, nkeyAuthenticator } from "@nats-io/transport-node";
import { z } from "zod";
import type { Dial } from "./link.ts";

/** A peer that vanished without a word is missed after two of these. */
const PING_INTERVAL_MS = 2_000;
const RECONNECT_WAIT_MS = 250;

export const natsEnvironment = z.object({
  /** `nats://host:port`, several with commas between. */
  NATS_URL: z.string().min(1),
  /** User and password, or a credentials file (JWT), or a file with an nkey seed. */
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  NATS_CREDS: z.string().optional(),
  NATS_NKEY: z.string().optional(),
  /** Files: the CA that signed the server's certificate, and this client's own certificate and key. */
  NATS_TLS_CA: z.string().optional(),
  NATS_TLS_CERT: z.string().optional(),
  NATS_TLS_KEY: z.string().optional(),
  /** Where replies to this client go, for servers that let each user read its own inbox alone. */
  NATS_INBOX_PREFIX: z.string().default("_INBOX"),
});

export type NatsSettings = z.infer<typeof natsEnvironment>;

/** @throws Error from `connect` when no server can be reached or it refuses the credentials */
export function dialNats(settings: NatsSettings): Dial {
  const { NATS_USER, NATS_PASSWORD, NATS_TLS_CA, NATS_TLS_CERT, NATS_TLS_KEY } = settings;
  const tls = {
    ...(NATS_TLS_CA !== undefined && { caFile: NATS_TLS_CA }),
    ...(NATS_TLS_CERT !== undefined && { certFile: NATS_TLS_CERT }),
    ...(NATS_TLS_KEY !== undefined && { keyFile: NATS_TLS_KEY }),
  };
  const authenticator = authenticatorOf(settings);
  return {
    inboxPrefix: settings.NATS_INBOX_PREFIX,
    connect: (name) =>
      connect({
        servers: settings.NATS_URL.split(",").map((url) => url.trim()),
        name,
        inboxPrefix: settings.NATS_INBOX_PREFIX,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_WAIT_MS,
        pingInterval: PING_INTERVAL_MS,
        ...(NATS_USER !== undefined && { user: NATS_USER }),
        ...(NATS_PASSWORD !== undefined && { pass: NATS_PASSWORD }),
        ...(authenticator && { authenticator }),
        ...(Object.keys(tls).length > 0 && { tls }),
      }),
  };
}

function authenticatorOf({ NATS_CREDS, NATS_NKEY }: NatsSettings): Authenticator | undefined {
  if (NATS_CREDS !== undefined) return credsAuthenticator(readFileSync(NATS_CREDS));
  if (NATS_NKEY !== undefined) {
    return nkeyAuthenticator(new TextEncoder().encode(readFileSync(NATS_NKEY, "utf8").trim()));
  }
  return undefined;
}
