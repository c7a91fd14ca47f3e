/** fleet/nats.conf: a fleet runs with these permissions, and no party can do more. */
import { readFile } from "node:fs/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { emptyDocument, reduce } from "@palimpsest/proto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openNatsFleet } from "../../edge/src/adapters/nats-fleet.ts";
import { systemClock as edgeClock } from "../../edge/src/clock.ts";
import { KeyRing } from "../../edge/src/keys/key-ring.ts";
import { dialNats, natsEnvironment } from "../../fleet/src/connection.ts";
import { Link } from "../../fleet/src/link.ts";
import { systemClock } from "../../gpu-worker/src/clock.ts";
import { Intake } from "../../gpu-worker/src/transport/intake.ts";
import { joinFleet } from "../../gpu-worker/src/transport/nats-worker.ts";
import { type NatsServer, openNatsServer } from "../../tools/serve/nats-server.ts";
import { aborted, textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { ScriptedEngine } from "../support/fakes/scripted-engine.ts";
import { silentLog } from "../support/fakes/scripted-replicas.ts";
import { fleetRequest } from "../support/fleet/fleet.ts";
import { runKeys } from "../support/programs/keys-command.ts";

const opened = new AsyncDisposableStack();
let server: NatsServer;

/** The example for a model of the tests, with a second worker like the first. */
async function example(): Promise<string> {
  const file = await readFile(new URL("../../fleet/nats.conf", import.meta.url), "utf8");
  const parties = file.slice(file.indexOf("system_account"));
  const start = parties.indexOf('      {\n        user: "replica-1"');
  const end = parties.indexOf("\n    ]\n  }\n}", start);
  const first = parties.slice(start, end);
  const both = `${parties.slice(0, end)}\n${first.replaceAll("replica-1", "replica-2")}${parties.slice(end)}`;
  return both.replaceAll("palimpsest-demo", "scripted").replaceAll(/\$\w+_PASSWORD/g, '"secret"');
}

beforeAll(async () => {
  server = opened.use(await openNatsServer({ config: await example() }));
});
afterAll(() => opened.disposeAsync());

async function link(user: string): Promise<Link> {
  const settings = {
    NATS_URL: server.url,
    NATS_USER: user,
    NATS_PASSWORD: "secret",
    NATS_INBOX_PREFIX: `_INBOX_${user}`,
  };
  const options = { dial: dialNats(natsEnvironment.parse(settings)), name: user, log: silentLog, queueLimit: 10 };
  return opened.use(await Link.open(options));
}

async function party(user: string): Promise<NatsConnection> {
  const options = { user, pass: "secret", inboxPrefix: `_INBOX_${user}` };
  const connection = await connect({ servers: server.url, ...options });
  opened.defer(() => connection.close());
  return connection;
}

/** Resolves to true if the server lets the party publish on the subject. */
async function maySay(connection: NatsConnection, subject: string): Promise<boolean> {
  const refusals: string[] = [];
  void (async () => {
    for await (const status of connection.status()) if (status.type === "error") refusals.push(String(status.error));
  })();
  connection.publish(subject);
  await connection.flush();
  await connection.flush();
  return !refusals.some((text) => text.includes(`"${subject}"`));
}

async function mayHear(connection: NatsConnection, subject: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  connection.subscribe(subject, { callback: (error) => void (error && resolve(false)) });
  await connection.flush();
  return Promise.race([promise, connection.flush().then(() => true)]);
}

describe("with the example's permissions", () => {
  it("a fleet starts, answers, hands over, and cancels", { timeout: 60_000 }, async () => {
    const holds = Promise.withResolvers<void>();
    const worker = async (replicaId: string, open: boolean) => {
      const script = writeBlocks({
        blocks: 4,
        before: async (block, _, signal) =>
          block < 2 || open ? undefined : await Promise.race([holds.promise, aborted(signal)]),
      });
      const engine = new ScriptedEngine(script);
      const intake = new Intake(engine, systemClock);
      const options = {
        link: await link(replicaId),
        intake,
        clock: systemClock,
        log: silentLog,
        replicaId,
        version: "1",
      };
      return { engine, worker: opened.use(await joinFleet(options)) };
    };
    const first = await worker("replica-1", false);
    const edge = {
      link: await link("edge"),
      clock: edgeClock,
      log: silentLog,
      deadlineMs: 30_000,
      waitLimitMs: 10_000,
      graceMs: 0,
      stored: { ageMs: 60_000, maxBytes: 2 ** 20 },
    };
    const operator = { NATS_USER: "operator", NATS_PASSWORD: "secret", NATS_INBOX_PREFIX: "_INBOX_operator" };
    for (const [name, value] of Object.entries(operator)) vi.stubEnv(name, value);
    const secret = await runKeys("create", "a", "--nats", server.url);
    const keyRing = new KeyRing(edgeClock);
    const { replicas, responses, store, usage, running } = opened.use(await openNatsFleet({ ...edge, keyRing }));
    expect(await keyRing.find(secret)).toMatchObject({ id: "a" });
    expect(await runKeys("list", "--nats", server.url)).toBe("a");
    await runKeys("revoke", "a", "--nats", server.url);
    await vi.waitFor(async () => expect(await keyRing.find(secret)).toBeUndefined(), { timeout: 10_000 });
    vi.unstubAllEnvs();
    const counted = () =>
      usage.update("a", (list) => [[...((list as number[]) ?? []), 1], (list as number[] | undefined)?.length ?? 0]);
    expect(await Promise.all([counted(), counted(), counted()])).toEqual([0, 1, 2]);
    const request = fleetRequest();
    const generate = async (asked: typeof request, signal: AbortSignal) => {
      return (await Array.fromAsync(replicas.generate(asked, signal))).reduce(reduce, emptyDocument);
    };
    const answer = generate(request, new AbortController().signal);
    await vi.waitFor(() => expect(first.engine.requests).toHaveLength(1), { timeout: 10_000 });
    const second = await worker("replica-2", true);
    await first.worker.drain(0);
    expect(await answer).toMatchObject({ status: "ended", choices: [{ text: textOf(0, 4) }] });
    expect(second.engine.requests).toMatchObject([{ attempt: 2 }]);
    const watched = responses.watch(request.responseId, undefined, new AbortController().signal);
    expect((await Array.fromAsync(watched)).reduce(reduce, emptyDocument).status).toBe("ended");

    expect(await running()).toMatchObject([{ model: "scripted", depths: { unmet: 0 } }]);
    await store.create("owner", "resp_1", "text");
    await store.replace("owner", "resp_1", "more text");
    expect(await store.read("owner", "resp_1")).toBe("more text");
    expect(await store.delete("owner", "resp_1")).toBe(true);

    await second.worker.drain(0);
    const client = new AbortController();
    const cancelled = generate(fleetRequest(), client.signal);
    setTimeout(() => client.abort(), 300);
    expect(await cancelled).toMatchObject({ status: "failed", error: { code: "cancelled" } });
    const queue = (await jetstreamManager(await party("edge"), { checkAPI: false })).direct;
    await vi.waitFor(async () => expect(await queue.getMessage("queue-scripted", { seq: 2 })).toBe(null));
  });

  it.each([
    "queue.>",
    "queue.scripted.default",
    "_INBOX_replica-2.>",
    "_INBOX_edge.>",
    "edit.>",
    "_INBOX.>",
    "$JS.API.>",
  ])("a worker does not hear %s", async (subject) => {
    expect(await mayHear(await party("replica-1"), subject)).toBe(false);
  });

  it.each([
    "$JS.API.DIRECT.GET.queue-scripted",
    "$JS.API.STREAM.MSG.GET.queue-scripted",
    "$JS.API.CONSUMER.CREATE.queue-scripted.spy.queue.scripted.default",
    "$JS.API.CONSUMER.MSG.NEXT.queue-other.default",
    "$JS.API.CONSUMER.MSG.NEXT.default-other.penalties-continuation-0",
    "$JS.API.STREAM.MSG.GET.default-scripted",
    "$JS.API.STREAM.PURGE.default-scripted",
    "$JS.API.CONSUMER.DELETE.queue-scripted.default",
    "$JS.API.STREAM.PURGE.edits",
    "$JS.API.STREAM.DELETE.edits",
    "$KV.replicas.replica-2",
    "$KV.responses.record.x",
    "load.replica-2",
    "queue.scripted.default",
    "$KV.keys.a",
    "$KV.usage.a",
    "$JS.API.DIRECT.GET.KV_keys",
    "$JS.API.DIRECT.GET.KV_usage.$KV.usage.a",
    "stored.tenant.resp_1",
    "$JS.API.DIRECT.GET.stored-tenant.stored.tenant.resp_1",
  ])("a worker does not say %s", async (subject) => {
    expect(await maySay(await party("replica-1"), subject)).toBe(false);
  });

  it.each([
    "$JS.API.STREAM.DELETE.edits",
    "$JS.API.STREAM.UPDATE.edits",
    "$JS.API.STREAM.PURGE.edits",
    "$JS.API.STREAM.MSG.DELETE.edits",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.PURGE.stored-tenant",
    "$JS.API.STREAM.DELETE.stored-tenant",
    "$JS.API.CONSUMER.MSG.NEXT.queue-scripted.default",
    "$JS.API.CONSUMER.MSG.NEXT.default-scripted.penalties-continuation-0",
    "$JS.API.CONSUMER.CREATE.default-scripted.spy",
    "$JS.API.CONSUMER.CREATE.edits",
    "$JS.ACK.queue-scripted.default.1.1.1.1.1",
    "edit.x.0.0.commit",
    "$KV.models.scripted",
    "$KV.keys.a",
    "load.replica-1",
  ])("an edge does not say %s", async (subject) => {
    expect(await maySay(await party("edge"), subject)).toBe(false);
  });

  it.each(["queue.>", "_INBOX_replica-1.>", "$KV.responses.>"])("an edge cannot subscribe to %s", async (subject) => {
    expect(await mayHear(await party("edge"), subject)).toBe(false);
  });

  it.each([
    "$KV.usage.a",
    "$JS.API.STREAM.DELETE.KV_keys",
    "$JS.API.DIRECT.GET.edits.edit.x.end",
    "queue.scripted.default",
  ])("the operator does not say %s", async (subject) => {
    expect(await maySay(await party("operator"), subject)).toBe(false);
  });

  it("allowed subjects are accepted", async () => {
    expect(await maySay(await party("edge"), "watch.x")).toBe(true);
    expect(await mayHear(await party("edge"), "load.*")).toBe(true);
  });
});
