/** Runs the chart's programs locally: they start with the settings of their manifests, and the autoscaler finds its metric. */
import { once } from "node:events";
import { wsconnect } from "@nats-io/nats-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { patiently } from "../support/waiting.ts";
import { type DeployedFleet, deploy } from "./deployed-fleet.ts";
import { find, type Manifest, render } from "./manifests.ts";

let manifests: Manifest[];
let fleet: DeployedFleet;
beforeAll(async () => {
  manifests = await render();
  fleet = await deploy(manifests);
  await fleet.start("nats");
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

describe("the programs of the chart", () => {
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
    await needs(0);

    expect((await ask(fleet, "wrong")).status).toBe(401);
    expect(await (await ask(fleet, "secret", { max_tokens: 32 })).json()).toMatchObject({ object: "chat.completion" });
    const client = new AbortController();
    const endless = { priority: "batch", n: 2, ignore_eos: true, max_tokens: 2000 };
    const running = ask(fleet, "secret", endless, client.signal);
    await needs(2);
    client.abort();
    await expect(running).rejects.toThrow();
    await needs(0);

    expect(await leave(worker)).toEqual([0, null]);
    // The edge accepts requests, and the autoscaler must find a worker for them, even after their clients have given
    // up.
    await ready("edge", true);
    const waiting = ask(fleet, "secret");
    await needs(1);
    expect((await waiting).status).toBe(503);
    await needs(1);
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

/** Waits until the autoscaler's trigger reads that many sequences. */
async function needs(sequences: number): Promise<void> {
  await vi.waitFor(async () => expect(await demand()).toBe(sequences), patiently);
}

/** Reads the trigger's value as KEDA does: one sample of the edge's metrics. */
async function demand(): Promise<number | undefined> {
  const [{ metadata }] = find(manifests, "ScaledObject", "demo").spec.triggers;
  const page = await fetch(`http://127.0.0.1:${fleet.port("edge", "metrics")}${new URL(metadata.url).pathname}`);
  const line = (await page.text()).split("\n").find((it) => it.startsWith(`${metadata.valueLocation} `));
  return line === undefined ? undefined : Number(line.slice(metadata.valueLocation.length));
}
