/** Connects an edge without TCP and files to NATS: over WebSocket, with keys as text. Web APIs only. */
import { type Authenticator, credsAuthenticator, nkeyAuthenticator, wsconnect } from "@nats-io/nats-core";
import { z } from "zod";
import type { Dial } from "./link.ts";
import { connectionOptions, sharedEnvironment } from "./settings.ts";

/** A client waits for this connection, and a distant server has answered by then. */
const CONNECT_TIMEOUT_MS = 5_000;

export const webSocketEnvironment = sharedEnvironment.extend({
  NATS_URL: sharedEnvironment.shape.NATS_URL.regex(/^wss?:\/\/[^,\s]+(\s*,\s*wss?:\/\/[^,\s]+)*$/, {
    error: "name the server's WebSocket listener as wss://host:port",
  }).describe("URL of the NATS server's WebSocket listener; `wss` is TLS."),
  NATS_CREDS_TEXT: z
    .string()
    .optional()
    .describe("In place of user and password: the text of a credentials file (JWT)."),
  NATS_NKEY_SEED: z.string().optional().describe("In place of user and password: an nkey seed."),
});

export type WebSocketSettings = z.infer<typeof webSocketEnvironment>;

/** @throws Error from `connect` when no server can be reached in time or it refuses the credentials */
export function dialWebSocket(settings: WebSocketSettings): Dial {
  const authenticator = authenticatorOf(settings);
  return {
    inboxPrefix: settings.NATS_INBOX_PREFIX,
    connect: (name) =>
      wsconnect({
        ...connectionOptions(settings, name),
        timeout: CONNECT_TIMEOUT_MS,
        ...(authenticator && { authenticator }),
      }),
  };
}

function authenticatorOf({ NATS_CREDS_TEXT, NATS_NKEY_SEED }: WebSocketSettings): Authenticator | undefined {
  const bytes = (text: string) => new TextEncoder().encode(text.trim());
  if (NATS_CREDS_TEXT !== undefined) return credsAuthenticator(bytes(NATS_CREDS_TEXT));
  if (NATS_NKEY_SEED !== undefined) return nkeyAuthenticator(bytes(NATS_NKEY_SEED));
  return undefined;
}
