/**
 * Connects programs to their server with TLS, and with keys instead of passwords. The certificates are for these tests
 * only.
 */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nkeys } from "@nats-io/nats-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { dialNats, natsEnvironment } from "../../fleet/src/connection.ts";
import { Link } from "../../fleet/src/link.ts";
import { type NatsServer, openNatsServer } from "../../tools/serve/nats-server.ts";
import { silentLog } from "../support/fakes/scripted-replicas.ts";

const file = (name: string) => fileURLToPath(new URL(`../support/fleet/tls/${name}`, import.meta.url));
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

it("connects to a server with TLS and a key from a file", async () => {
  const link = await open({ NATS_TLS_CA: file("ca.pem"), NATS_NKEY: join(folder, "seed") });
  expect(link.connected).toBe(true);
  await link[Symbol.asyncDispose]();
});

it("rejects a server with an unknown certificate, and is rejected without the key", async () => {
  await expect(open({ NATS_NKEY: join(folder, "seed") })).rejects.toThrow(/certificate/);
  await expect(open({ NATS_TLS_CA: file("ca.pem") })).rejects.toThrow(/authorization/i);
});

it.each([
  ["2.8.4", /nats-server 2\.8\.4 at 127\.0\.0\.1:\d+ is too old: a fleet needs 2\.9 or newer/],
  // A recent server is asked for its streams, which this fake does not have.
  ["2.10.0-RC.1", /timeout/i],
  ["3.0.0", /timeout/i],
])("holds a server of version %s against what a fleet needs", async (version, problem) => {
  await using pretender = new AsyncDisposableStack();
  const listening = createServer((socket) => {
    pretender.defer(() => void socket.destroy());
    socket.write(`INFO ${JSON.stringify({ version, max_payload: 1024, headers: true, proto: 1 })}\r\n`);
    socket.on("data", (data) => {
      if (data.includes("PING")) socket.write("PONG\r\n");
    });
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  pretender.defer(() => void listening.close());
  const url = `nats://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  await expect(open({ NATS_URL: url })).rejects.toThrow(problem);
});

it("reconnects to a server that rejected it for a while", { timeout: 60_000 }, async () => {
  const withPassword = (password: string) => `authorization {\n  user: "edge"\n  password: "${password}"\n}`;
  await using right = await openNatsServer({ config: withPassword("right") });
  const settings = { NATS_URL: right.url, NATS_USER: "edge", NATS_PASSWORD: "right" };
  const dial = dialNats(natsEnvironment.parse(settings));
  await using link = await Link.open({ dial, name: "test", log: silentLog, queueLimit: 10 });
  await right.stop();
  {
    await using _wrong = await openNatsServer({ port: right.port, config: withPassword("wrong") });
    let refusals = 0;
    for await (const { type } of link.control.status()) if (type === "error" && ++refusals === 3) break;
  }
  await right.start();
  await vi.waitFor(() => expect(link.connected).toBe(true), { timeout: 20_000 });
});
