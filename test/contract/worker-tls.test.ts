/** Certificates between edge and worker, over real sockets. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import type { Tls } from "@palimpsest/proto/tls-files";
import { service as health } from "grpc-health-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openGrpcReplica } from "../../edge/src/adapters/grpc.ts";
import { systemClock } from "../../gpu-worker/src/clock.ts";
import { serveGrpc } from "../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../gpu-worker/src/transport/intake.ts";
import { textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { request, ScriptedEngine } from "../support/fakes/scripted-engine.ts";
import { silentLog } from "../support/fakes/scripted-replicas.ts";
import { forever, until } from "../support/waiting.ts";

const file = (name: string) => readFile(new URL(`../support/fleet/tls/${name}`, import.meta.url), "utf8");
const [ca, cert, key] = await Promise.all(["ca.pem", "server.pem", "server-key.pem"].map(file));
const tls = { ca, cert, key } as Tls;

let opened: AsyncDisposableStack;
beforeEach(() => {
  opened = new AsyncDisposableStack();
});
afterEach(() => opened.disposeAsync());

async function serve(own: Tls | undefined, healthAddresses: string[] = []) {
  const intake = new Intake(new ScriptedEngine(writeBlocks({ blocks: 2 })), systemClock);
  const options = { addresses: ["127.0.0.1:0"], healthAddresses, tls: own, clock: systemClock };
  return opened.use(await serveGrpc(intake, options)).addresses[0]!;
}

const reach = (address: string, own?: Tls) => opened.use(openGrpcReplica(address, { log: silentLog, tls: own }));

it("an edge with a certificate of the CA is served", async () => {
  const replica = reach(await serve(tls), tls);
  await until(() => replica.ready);
  const events = await Array.fromAsync(replica.generate(request, Date.now() + 10_000, forever));
  const text = events.map((event) => (event.type === "commit" ? event.text : "")).join("");
  expect(text).toBe(textOf(0, 2));
});

it("no other edge is, and an edge uses no other worker", async () => {
  const [secure, plain] = [await serve(tls), await serve(undefined)];
  const wrong = [
    reach(secure),
    reach(plain, tls),
    // Nobody but itself vouches for the certificate: the CA did not sign it.
    reach(secure, { ...tls, ca: tls.cert }),
  ];
  const right = reach(secure, tls);
  await until(() => right.ready);
  await sleep(500);
  expect(wrong.map(({ ready, model }) => ({ ready, model }))).toEqual(
    wrong.map(() => ({ ready: false, model: undefined })),
  );
});

it("a worker with certificates answers health checks without any, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "health-"));
  opened.defer(() => rm(folder, { recursive: true }));
  const address = `unix:${join(folder, "health.sock")}`;
  await serve(tls, [address]);
  const client = opened.adopt(new grpc.Client(address, grpc.credentials.createInsecure()), (it) => it.close());
  const { path, requestSerialize, responseDeserialize } = health.Check!;
  const status = await new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: "" }, (error, response) =>
      error === null ? resolve((response as { status: string }).status) : reject(error),
    );
  });
  expect(status).toBe("SERVING");
  const replica = reach(address);
  await sleep(500);
  expect(replica.model).toBeUndefined();
});
