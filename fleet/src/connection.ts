/** Connects to NATS over TCP, with keys and certificates in files. Node only. */
import { readFileSync } from "node:fs";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { type Authenticator, connect, credsAuthenticator, nkeyAuthenticator } from "@nats-io/transport-node";
import { z } from "zod";
import { readingFromLeaders } from "./leader-reads.ts";
import type { Dial } from "./link.ts";
import { connectionOptions, sharedEnvironment } from "./settings.ts";

/** Servers are given as `nats://host:port`. */
export const natsEnvironment = sharedEnvironment.extend({
  NATS_CREDS: z.string().optional().describe("In place of user and password: a credentials file (JWT)."),
  NATS_NKEY: z.string().optional().describe("In place of user and password: a file with an nkey seed."),
  NATS_TLS_CA: z.string().optional().describe("File: the CA that signed the NATS server's certificate."),
  NATS_TLS_CERT: z.string().optional().describe("File: this client's own certificate."),
  NATS_TLS_KEY: z.string().optional().describe("File: the key of this client's certificate."),
});

export type NatsSettings = z.infer<typeof natsEnvironment>;

/** @throws Error from `connect` when no server can be reached or it refuses the credentials */
export function dialNats(settings: NatsSettings): Dial {
  const { NATS_TLS_CA, NATS_TLS_CERT, NATS_TLS_KEY } = settings;
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
        ...connectionOptions(settings, name),
        ...(authenticator && { authenticator }),
        ...(Object.keys(tls).length > 0 && { tls }),
      }),
  };
}

/** Streams and buckets, for programs that use no more of a fleet. */
export async function jetStreamOf(connection: NatsConnection, streamReplicas: number): Promise<JetStreamManager> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  return streamReplicas > 1 ? readingFromLeaders(jsm) : jsm;
}

function authenticatorOf({ NATS_CREDS, NATS_NKEY }: NatsSettings): Authenticator | undefined {
  if (NATS_CREDS !== undefined) return credsAuthenticator(readFileSync(NATS_CREDS));
  if (NATS_NKEY !== undefined) {
    return nkeyAuthenticator(new TextEncoder().encode(readFileSync(NATS_NKEY, "utf8").trim()));
  }
  return undefined;
}
