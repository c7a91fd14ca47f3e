/** Runs the chart's three nats-servers locally, with the configuration and arguments of their manifest. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { ResponseRecordSchema } from "@palimpsest/proto/fleet";
import { afterAll, expect, it, vi } from "vitest";
import { isQueued } from "../../edge/src/adapters/nats-queue.ts";
import { dialNats, natsEnvironment } from "../../fleet/src/connection.ts";
import {
  classStream,
  EDIT_STREAM,
  isCancelled,
  Link,
  MODEL_BUCKET,
  REPLICA_BUCKET,
  readClaim,
  readLog,
  readRecord,
  readSubjects,
  writeRecord,
} from "../../fleet/src/index.ts";
import { freePort, natsServerBinary } from "../../tools/serve/nats-server.ts";
import { silentLog } from "../support/fakes/scripted-replicas.ts";
import { patiently } from "../support/waiting.ts";
import { find, podTemplates, RELEASE, render, variablesOf } from "./manifests.ts";

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

it("form a cluster that keeps each stream three times, and accept only its own servers", {
  timeout: 120_000,
}, async () => {
  const manifests = await render({ values: { nats: { replicas: 3 } } });
  const config = find(manifests, "ConfigMap", "nats").data["nats.conf"] as string;
  const { container } = podTemplates(manifests).find(({ component }) => component === "nats")!;
  const servers = await Promise.all(
    [0, 1, 2].map(async (i) => ({ name: `${RELEASE}-nats-${i}`, port: await portsOf() })),
  );
  const folder = await mkdtemp(join(tmpdir(), "nats-cluster-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));

  const start = async (name: string, port: Ports, password: string): Promise<ChildProcess> => {
    const file = join(folder, `${name}.conf`);
    const here = config
      .replaceAll(/"0\.0\.0\.0:(\d+)"/g, (_, declared) => `"127.0.0.1:${port[declared as keyof Ports]}"`)
      .replace('"/data"', JSON.stringify(join(folder, name)));
    await writeFile(file, here);
    // Kubernetes expands variables in arguments, and resolves the servers' names.
    const args = container.args!.map((arg) =>
      servers.reduce(
        (out, other) => out.replace(new RegExp(`${other.name}\\.[a-z.-]+:6222`), `127.0.0.1:${other.port[6222]}`),
        arg.replaceAll("$(CLUSTER_PASSWORD)", password).replace("/etc/nats/nats.conf", file),
      ),
    );
    const env = { ...variablesOf(container), POD_NAME: name, CLUSTER_PASSWORD: password };
    const child = spawn(await natsServerBinary(), args, { env, stdio: "ignore" });
    opened.defer(async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    });
    return child;
  };
  for (const { name, port } of servers) await start(name, port, "secret");

  const url = servers.map(({ port }) => `nats://127.0.0.1:${port[4222]}`).join(",");
  const program = async (user: string) => {
    const login = { NATS_USER: user, NATS_PASSWORD: "secret", NATS_INBOX_PREFIX: `_INBOX_${user}` };
    const dial = dialNats(natsEnvironment.parse({ NATS_URL: url, ...login }));
    return opened.use(await Link.open({ dial, name: user, log: silentLog, queueLimit: 10, streamReplicas: 3 }));
  };
  const [edge, worker] = await Promise.all([program("edge"), program("worker")]);
  await edge.createModel("palimpsest-demo");
  // Each may read what it needs to, from the streams' leaders.
  await writeRecord(edge.buckets.responses, "x", create(ResponseRecordSchema, { owner: "a" }));
  expect(await readRecord(edge.buckets.responses, "x")).toMatchObject({ owner: "a" });
  expect(await isQueued(edge, "x", { stream: classStream("palimpsest-demo", "default"), sequence: 1 })).toBe(false);
  expect(await readSubjects(edge.jsm, `KV_${MODEL_BUCKET}`, `$KV.${MODEL_BUCKET}.>`)).toEqual([]);
  expect(await readSubjects(edge.jsm, `KV_${REPLICA_BUCKET}`, `$KV.${REPLICA_BUCKET}.>`)).toEqual([]);
  for (const { jsm } of [edge, worker]) expect(await readLog(jsm, "x")).toEqual([]);
  expect(await readClaim(worker.buckets.responses, "x")).toBeUndefined();
  expect(await isCancelled(worker.buckets.responses, "x")).toBe(false);
  const monitor = `http://127.0.0.1:${servers[0]!.port[8222]}`;
  const streams = await (await fetch(`${monitor}/jsz?acc=FLEET&streams=true&config=true`)).json();
  const details = streams.account_details[0].stream_detail as { name: string; config: { num_replicas: number } }[];
  expect(details.find(({ name }) => name === EDIT_STREAM)?.config.num_replicas).toBe(3);
  expect(new Set(details.map((stream) => stream.config.num_replicas))).toEqual(new Set([3]));

  const [stranger, friend] = [await portsOf(), await portsOf()];
  await start("stranger", stranger, "guess");
  await start("friend", friend, "secret");
  const page = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}/${path}`)).json();
  const routes = async () =>
    ((await page(servers[0]!.port[8222], "routez")).routes as { remote_id: string }[]).map((it) => it.remote_id);
  await vi.waitFor(
    async () => expect(await routes()).toContain((await page(friend[8222], "varz")).server_id),
    patiently,
  );
  expect(await routes()).not.toContain((await page(stranger[8222], "varz")).server_id);
});

type Ports = Readonly<Record<4222 | 6222 | 8080 | 8222, number>>;

async function portsOf(): Promise<Ports> {
  const ports = { 4222: 0, 6222: 0, 8080: 0, 8222: 0 };
  for (const port of [4222, 6222, 8080, 8222] as const) ports[port] = await freePort();
  return ports;
}
