/**
 * The edge on workerd, Cloudflare's runtime: the same app. Connections that a request opens there end with the request, so
 * each edge of the fleet is a Durable Object, which lives on between requests and keeps its connections to NATS.
 */
import { dialWebSocket } from "@palimpsest/fleet/web-socket";
import { pino } from "pino";
import { unavailableFleet } from "../adapters/unavailable-fleet.ts";
import { createApp } from "../app.ts";
import { systemClock } from "../clock.ts";
import { EdgeError, unexpected } from "../errors.ts";
import { answerWithError } from "../headers.ts";
import type { Keys, Log, Replicas, ResponseStore, Responses, UsageStore } from "../ports.ts";
import { type CloudflareConfig, parseCloudflareConfig } from "./cloudflare-config.ts";
import { joinFleet } from "./fleet.ts";
import { type Assets, pageOf } from "./page-assets.ts";
import { openKeyRing } from "./settings.ts";

/** The playground's files without their bodies, from edge/bundle.ts. */
declare const PLAYGROUND: Parameters<typeof pageOf>[0];

/** The bindings of wrangler.jsonc: the objects, and also variables and secrets. */
interface Bindings {
  readonly EDGE: {
    idFromName(name: string): object;
    get(id: object): { fetch(request: Request): Promise<Response> };
  };
  /** Absent where only the API is deployed. */
  readonly ASSETS?: Assets;
}

interface Fleet {
  readonly replicas: Replicas;
  readonly responses: Responses;
  readonly store: ResponseStore;
  readonly usage: UsageStore;
}

type App = ReturnType<typeof createApp>;

export default {
  /** Passes the request to a random edge. */
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    let config: CloudflareConfig;
    try {
      config = parseCloudflareConfig(bindings);
    } catch (error) {
      return answerWithError(request, (request_id) => unexpected(error, createLog("error"), { request_id }));
    }
    const { EDGE } = bindings;
    const name = `edge-${Math.floor(Math.random() * config.edges)}`;
    try {
      return await EDGE.get(EDGE.idFromName(name)).fetch(request);
    } catch (cause) {
      return answerWithError(request, (request_id) => {
        createLog(config.logLevel).error({ request_id, edge: name, err: cause }, "edge failed");
        return new EdgeError("unavailable", "The edge failed; send the request again.", { cause });
      });
    }
  },
};

export class Edge {
  readonly #config: CloudflareConfig;
  readonly #log: Log;
  readonly #assets: Assets | undefined;
  /** Undefined before the first request, and again after the fleet was unreachable. */
  #joining: Promise<App> | undefined;

  constructor(_: unknown, bindings: Bindings) {
    this.#config = parseCloudflareConfig(bindings);
    this.#log = createLog(this.#config.logLevel);
    this.#assets = bindings.ASSETS;
  }

  async fetch(request: Request): Promise<Response> {
    this.#joining ??= this.#join().catch((error) => this.#unavailable(error));
    const app = await this.#joining;
    return app.fetch(request);
  }

  async #join(): Promise<App> {
    const keys = await openKeyRing(this.#config, { clock: systemClock, hasOthers: false });
    const { fleet } = await joinFleet(dialWebSocket(this.#config.nats), this.#config, this.#log, keys);
    return this.#app(fleet, keys);
  }

  /** The app for the requests that wait now; the next request joins again. */
  #unavailable(error: unknown): App {
    this.#log.error({ err: error }, "failed to join the fleet");
    this.#joining = undefined;
    return this.#app(unavailableFleet, undefined);
  }

  #app({ replicas, responses, store, usage }: Fleet, keys: Keys | undefined): App {
    const { heartbeatMs } = this.#config;
    // workerd does not announce that it stops an object. Clients resume their responses at another edge.
    const draining = new AbortController().signal;
    return createApp({
      replicas,
      responses,
      store,
      clock: systemClock,
      log: this.#log,
      ...(keys && { keys }),
      usage,
      heartbeatMs,
      draining,
      ...(this.#assets && { playground: pageOf(PLAYGROUND, this.#assets) }),
    });
  }
}

/** JSON lines, as on Node. */
function createLog(level: string): Log {
  const write = (line: object) => console.log(JSON.stringify(line));
  const { err } = pino.stdSerializers;
  return pino({ level, browser: { write, serialize: true }, serializers: { err } }).child({ service: "edge" });
}
