/**
 * The edge on workerd, Cloudflare's runtime: the same app. What a request opens there ends with the request; a Durable
 * Object lives on between requests, so each object is an edge of its fleet and holds the connections to NATS.
 */
import { dialWebSocket } from "@palimpsest/fleet/web-socket";
import { pino } from "pino";
import { away } from "../adapters/unavailable-fleet.ts";
import { createApp } from "../app.ts";
import { systemClock } from "../clock.ts";
import type { Playground } from "../dependencies.ts";
import { EdgeError, errorResponse, unexpected } from "../errors.ts";
import type { Log, Replicas, Responses } from "../ports.ts";
import { type CloudflareConfig, parseCloudflareConfig } from "./cloudflare-config.ts";
import { joinFleet } from "./fleet.ts";

/** The page's files, which edge/bundle.ts puts here: there is no file system to read them from. */
declare const PLAYGROUND: [string, { body: string; contentType: string }][];

/** What wrangler.jsonc binds: the objects, and beside them variables and secrets. */
interface Bindings {
  readonly EDGE: {
    idFromName(name: string): object;
    get(id: object): { fetch(request: Request): Promise<Response> };
  };
}

type App = ReturnType<typeof createApp>;

export default {
  /** Hands the request to one of the edges: any of them can answer it. */
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    let config: CloudflareConfig;
    try {
      config = parseCloudflareConfig(bindings);
    } catch (error) {
      return errorResponse(unexpected(error, createLog("error"), {}));
    }
    const { EDGE } = bindings;
    const name = `edge-${Math.floor(Math.random() * config.edges)}`;
    try {
      return await EDGE.get(EDGE.idFromName(name)).fetch(request);
    } catch (cause) {
      createLog(config.logLevel).error({ edge: name, err: cause }, "an edge was lost");
      return errorResponse(new EdgeError("unavailable", "The edge was lost; send the request again.", { cause }));
    }
  },
};

export class Edge {
  readonly #config: CloudflareConfig;
  readonly #log: Log;
  /** Undefined until somebody asks for something, and again when the fleet could not be reached. */
  #joined: Promise<App> | undefined;

  constructor(_: unknown, bindings: Bindings) {
    this.#config = parseCloudflareConfig(bindings);
    this.#log = createLog(this.#config.logLevel);
  }

  async fetch(request: Request): Promise<Response> {
    this.#joined ??= this.#join().catch((error) => this.#apart(error));
    const app = await this.#joined;
    return app.fetch(request);
  }

  async #join(): Promise<App> {
    const { fleet } = await joinFleet(dialWebSocket(this.#config.nats), this.#config, this.#log);
    return this.#app(fleet);
  }

  /** For those who wait now; the next request tries again. */
  #apart(error: unknown): App {
    this.#log.error({ err: error }, "the fleet cannot be reached");
    this.#joined = undefined;
    return this.#app(away);
  }

  #app({ replicas, responses }: { replicas: Replicas; responses: Responses }): App {
    const { keys, heartbeatMs } = this.#config;
    const playground: Playground = new Map(PLAYGROUND);
    // Nobody tells an object to leave: what it was answering is resumed at another edge.
    const draining = new AbortController().signal;
    return createApp({
      replicas,
      responses,
      clock: systemClock,
      log: this.#log,
      keys,
      heartbeatMs,
      draining,
      playground,
    });
  }
}

/** JSON lines, as on Node. */
function createLog(level: string): Log {
  const write = (line: object) => console.log(JSON.stringify(line));
  const { err } = pino.stdSerializers;
  return pino({ level, browser: { write, serialize: true }, serializers: { err } }).child({ service: "edge" });
}
