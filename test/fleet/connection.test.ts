/** How programs reach their server: with TLS, and with keys instead of passwords. The certificates are for these tests alone. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nkeys } from "@nats-io/nats-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type NatsServer, openNatsServer } from "../../fleet/server.ts";
import { dialNats, natsEnvironment } from "../../fleet/src/connection.ts";
import { Link } from "../../fleet/src/link.ts";
import { silentLog } from "../support/scripted-replicas.ts";

const file = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));
const user = nkeys.createUser();
let server: NatsServer;
let folder: string;
beforeAll(async () => {
  const tls = `tls {\n  cert_file: "${file("server.pem")}"\n  key_file: "${file("server-key.pem")}"\n}`;
  const users = `authorization {\n  users: [ { nkey: "${user.getPublicKey()}" } ]\n}`;
  server = await openNatsServer({ config: `${tls}\n${users}` });
  folder = await mkdtemp(join(tmpdir(), "nkey-"));
  await writeFile(join(folder, "seed"), `${new TextDecoder().decode(user.getSeed())}\n`);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const open = (settings: object) => {
  const env = natsEnvironment.parse({ NATS_URL: server.url, ...settings });
  return Link.open({ dial: dialNats(env), name: "test", log: silentLog, queueLimit: 10 });
};

it("joins a server with TLS by the key in a file", async () => {
  const link = await open({ NATS_TLS_CA: file("ca.pem"), NATS_NKEY: join(folder, "seed") });
  expect(link.connected).toBe(true);
  await link[Symbol.asyncDispose]();
});

it("refuses a server whose certificate it does not know, and is refused without the key", async () => {
  await expect(open({ NATS_NKEY: join(folder, "seed") })).rejects.toThrow(/certificate/);
  await expect(open({ NATS_TLS_CA: file("ca.pem") })).rejects.toThrow(/authorization/i);
});
