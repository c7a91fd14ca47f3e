/** A fleet in one process: a real nats-server, with edges and workers that communicate only through it. */
import { type NatsFleet, openNatsFleet } from "../../../edge/src/adapters/nats-fleet.ts";
import { createApp } from "../../../edge/src/app.ts";
import { systemClock as edgeClock } from "../../../edge/src/clock.ts";
import type { EdgeDependencies } from "../../../edge/src/dependencies.ts";
import type { ClientRequest } from "../../../edge/src/ports.ts";
import { dialNats, natsEnvironment } from "../../../fleet/src/connection.ts";
import { Link } from "../../../fleet/src/link.ts";
import { type Clock, systemClock } from "../../../gpu-worker/src/clock.ts";
import { Intake } from "../../../gpu-worker/src/transport/intake.ts";
import { joinFleet } from "../../../gpu-worker/src/transport/nats-worker.ts";
import { type NatsServer, openNatsServer } from "../../../tools/serve/nats-server.ts";
import { type Script, ScriptedEngine } from "../fakes/scripted-engine.ts";
import { silentLog } from "../fakes/scripted-replicas.ts";
import { forever } from "../waiting.ts";
import type { NatsCluster } from "./nats-cluster.ts";
import { openTcpProxy } from "./tcp-proxy.ts";

export interface FleetOptions {
  readonly queueLimit?: number;
  /** More lines of nats.conf. */
  readonly config?: string;
  /** In place of a server of its own. */
  readonly cluster?: Pick<NatsCluster, "url">;
  readonly streamReplicas?: number;
}

export interface EdgeOptions {
  readonly deadlineMs?: number;
  readonly waitLimitMs?: number;
  readonly graceMs?: number;
  /** The address to connect to, if there is a proxy in front of the server. */
  readonly url?: string;
}

export interface WorkerOptions {
  readonly replicaId?: string;
  readonly draftsPerSecond?: number;
  readonly url?: string;
  readonly clock?: Clock;
  readonly capabilities?: readonly string[];
}

/** The HTTP interface of an edge, as fetch would see it. */
export function appOf(fleet: NatsFleet, given: Partial<EdgeDependencies> = {}) {
  return createApp({
    replicas: fleet.replicas,
    responses: fleet.responses,
    store: fleet.store,
    clock: edgeClock,
    log: silentLog,
    usage: fleet.usage,
    heartbeatMs: 10_000,
    draining: forever,
    ...given,
  });
}

export type TestFleet = Awaited<ReturnType<typeof openTestFleet>>;

export async function openTestFleet({ queueLimit = 64, config, cluster, streamReplicas = 1 }: FleetOptions = {}) {
  const opened = new AsyncDisposableStack();
  const own = cluster ? undefined : opened.use(await openNatsServer(config === undefined ? {} : { config }));
  let replicas = 0;

  const link = (name: string, url = (cluster ?? own!).url) => {
    const dial = dialNats(natsEnvironment.parse({ NATS_URL: url }));
    return Link.open({ dial, name, log: silentLog, queueLimit, streamReplicas });
  };

  const stored = { ageMs: 60_000, maxBytes: 8 * 2 ** 20 };
  return {
    /** @throws Error in a fleet on a cluster, which has several */
    get server(): NatsServer {
      if (own === undefined) throw new Error("this fleet runs on a cluster: use its servers");
      return own;
    },
    link,
    async edge({ deadlineMs = 60_000, waitLimitMs = 20_000, graceMs = 0, url }: EdgeOptions = {}) {
      const own = opened.use(await link("edge", url));
      const fleet = opened.use(
        await openNatsFleet({ link: own, clock: edgeClock, log: silentLog, deadlineMs, waitLimitMs, graceMs, stored }),
      );
      return Object.assign(fleet, { link: own });
    },
    /** Opens a connection to the server that can be cut. */
    async wire() {
      const wire = opened.use(await openTcpProxy(this.server.port));
      return Object.assign(wire, { url: `nats://127.0.0.1:${wire.port}` });
    },
    async worker(script: Script, options: WorkerOptions = {}) {
      const { replicaId = `replica-${++replicas}`, draftsPerSecond = 1000, url, clock = systemClock } = options;
      const engine = new ScriptedEngine(script, options.capabilities);
      const intake = new Intake(engine, clock, { draftsPerSecond });
      const own = opened.use(await link(replicaId, url));
      const joining = { link: own, intake, clock, log: silentLog, replicaId, version: "test" };
      const worker = opened.use(await joinFleet(joining));
      return { engine, worker, link: own };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

let responses = 0;

/** A request as a route creates it. */
export function fleetRequest(change: Partial<ClientRequest> = {}): ClientRequest {
  return {
    responseId: `chatcmpl-${Date.now().toString(36)}${++responses}`,
    model: "scripted",
    prompt: { kind: "text", text: "hi" },
    decoding: {},
    choices: 1,
    stop: [],
    ignoreEos: false,
    drafts: true,
    attempt: 1,
    committed: [],
    ...change,
  };
}
