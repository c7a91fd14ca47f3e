/**
 * Runs deploy/base locally: its programs start with the settings of their manifests, and its autoscaler finds its
 * metrics.
 */
import { once } from "node:events";
import { wsconnect } from "@nats-io/nats-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { patiently } from "../support/waiting.ts";
import { type DeployedFleet, deploy } from "./deployed-fleet.ts";
import { type Manifest, render } from "./manifests.ts";

let manifests: Manifest[];
let fleet: DeployedFleet;
beforeAll(async () => {
  manifests = await render("base");
  fleet = await deploy(manifests);
  await fleet.start("nats");
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

describe("the programs of deploy/base", () => {
  it("start, pass their probes, answer, report demand to the autoscaler, and stop on request", {
    timeout: 180_000,
  }, async () => {
    expect(await fleet.probe("nats", "livenessProbe")).toBe(true);
    expect(await fleet.probe("nats", "readinessProbe")).toBe(true);
    const edge = await fleet.start("edge", { WAIT_LIMIT_MS: "5000" });
    // There is no user yet.
    expect(await fleet.probe("edge", "livenessProbe")).toBe(true);
    expect(await fleet.probe("edge", "readinessProbe")).toBe(false);
    const worker = await fleet.start("worker");
    expect(await fleet.probe("worker", "livenessProbe")).toBe(true);
    expect(await fleet.probe("worker", "readinessProbe")).toBe(true);
    const ready = (app: "edge" | "worker", is: boolean) =>
      vi.waitFor(async () => expect(await fleet.probe(app, "readinessProbe")).toBe(is), patiently);
    await ready("edge", true);
    const idle = { queued_interactive: 0, queued_default: 0, queued_batch: 0, running: 0, responses: 0, wanted: 0 };
    await vi.waitFor(async () => expect(await demand()).toEqual(idle), patiently);

    expect((await ask(fleet, "wrong")).status).toBe(401);
    expect(await (await ask(fleet, "secret", { max_tokens: 32 })).json()).toMatchObject({ object: "chat.completion" });
    const client = new AbortController();
    const endless = { priority: "batch", n: 2, ignore_eos: true, max_tokens: 2000 };
    const running = ask(fleet, "secret", endless, client.signal);
    await vi.waitFor(
      async () => expect(await demand()).toEqual({ ...idle, queued_batch: 1, running: 2, responses: 1 }),
      patiently,
    );
    client.abort();
    await expect(running).rejects.toThrow();
    await vi.waitFor(async () => expect(await demand()).toEqual(idle), patiently);

    expect(await leave(worker)).toEqual([0, null]);
    // The edge accepts requests, and the autoscaler must find a worker for them, even after their clients have given
    // up.
    await ready("edge", true);
    const waiting = ask(fleet, "secret");
    await vi.waitFor(async () => expect(await demand()).toEqual({ ...idle, queued_default: 1 }), patiently);
    expect((await waiting).status).toBe(503);
    await vi.waitFor(async () => expect(await demand()).toEqual({ ...idle, wanted: 1 }), patiently);
    expect(await leave(edge)).toEqual([0, null]);
  });

  it("reach nats-server over WebSocket, each with its own permissions", async () => {
    const servers = `ws://127.0.0.1:${fleet.port("nats", "websocket")}`;
    const party = (user: string) => wsconnect({ servers, user, pass: "secret", inboxPrefix: `_INBOX_${user}` });
    const [edge, worker] = [await party("edge"), await party("worker")];
    const heard = Promise.withResolvers<string>();
    edge.subscribe("load.*", { callback: (_, { subject }) => heard.resolve(subject) });
    await edge.flush();
    worker.publish("load.pod-1");
    expect(await heard.promise).toBe("load.pod-1");
    const refused = Promise.withResolvers<string>();
    worker.subscribe("_INBOX_edge.>", { callback: (error) => refused.resolve(error?.message ?? "") });
    expect(await refused.promise).toContain("Permissions Violation");
    await Promise.all([edge.close(), worker.close()]);
  });
});

async function leave(program: { kill(signal: "SIGTERM"): boolean }): Promise<unknown[]> {
  const exited = once(program as never, "exit");
  program.kill("SIGTERM");
  return exited;
}

async function ask(
  { port }: DeployedFleet,
  key: string,
  body: object = {},
  signal = AbortSignal.timeout(120_000),
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port("edge", "http")}/v1/chat/completions`, {
    method: "POST",
    signal,
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: "palimpsest-demo",
      messages: [{ role: "user", content: "Write a function that returns the odd numbers of a list." }],
      ...body,
    }),
  });
}

/**
 * Reads each trigger's value as KEDA does: from the server's monitoring page and from a sample of the edge's metrics.
 */
async function demand(): Promise<Record<string, number | undefined>> {
  const { triggers } = manifests.find(({ kind }) => kind === "ScaledObject")!.spec;
  const readings = triggers.map(async ({ name, type, metadata }: Trigger) => [
    name,
    type === "nats-jetstream" ? await lag(metadata) : await sample(metadata),
  ]);
  return Object.fromEntries(await Promise.all(readings));
}

interface Trigger {
  readonly name: string;
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Messages that wait for a consumer or are unacknowledged. KEDA uses the stream's last sequence if there is no such
 * consumer.
 */
async function lag({ natsServerMonitoringEndpoint, account, stream, consumer }: Trigger["metadata"]) {
  const port = fleet.port("nats", Number(natsServerMonitoringEndpoint!.split(":")[1]));
  const page = await fetch(`http://127.0.0.1:${port}/jsz?acc=${account}&consumers=true&config=true`);
  const { account_details: accounts } = (await page.json()) as { account_details: Account[] };
  const streams = accounts.find(({ name }) => name === account)?.stream_detail;
  const consumers = streams?.find(({ name }) => name === stream)?.consumer_detail;
  const found = consumers?.find(({ name }) => name === consumer);
  return found && found.num_pending + found.num_ack_pending;
}

interface Account {
  readonly name: string;
  readonly stream_detail?: readonly { readonly name: string; readonly consumer_detail?: readonly Consumer[] }[];
}

interface Consumer {
  readonly name: string;
  readonly num_pending: number;
  readonly num_ack_pending: number;
}

async function sample({ url, valueLocation }: Trigger["metadata"]) {
  const page = await fetch(`http://127.0.0.1:${fleet.port("edge", "http")}${new URL(url!).pathname}`);
  const line = (await page.text()).split("\n").find((it) => it.startsWith(`${valueLocation} `));
  return line && Number(line.slice(valueLocation!.length));
}
