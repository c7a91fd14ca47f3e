/** The dependencies of an edge. An entry point passes them to `createApp`, which passes them to the routes. */
import type { Tracer } from "@palimpsest/tracing";
import type { Limiter } from "./keys/limiter.ts";
import type { Clock, Keys, Log, ModelLoad, Replicas, ResponseStore, Responses, UsageStore } from "./ports.ts";
import type { Heartbeats } from "./stream/heartbeats.ts";

export interface EdgeDependencies {
  readonly replicas: Replicas;
  /** Only in a fleet, which keeps the events of responses. */
  readonly responses?: Responses;
  /** The responses of /v1/responses that clients may continue. */
  readonly store: ResponseStore;
  /** The load of each model, for GET /metrics. Empty while the fleet is unreachable. */
  readonly running?: () => Promise<readonly ModelLoad[]>;
  /** Serves GET /metrics to those who may read it. Absent: it is beside the API, and needs a key if the API does. */
  readonly serveMetrics?: (fetch: (request: Request) => Response | Promise<Response>) => void;
  /** Absent: no spans are made; a client's place in a trace is passed on as it came. */
  readonly tracer?: Tracer;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: requests need no key. */
  readonly keys?: Keys;
  readonly usage: UsageStore;
  /** Idle time before a stream gets a heartbeat. */
  readonly heartbeatMs: number;
  /** Aborts when the edge stops accepting connections. */
  readonly draining: AbortSignal;
  readonly playground?: Playground;
}

/** The dependencies of the routes: `createApp` makes what they share. */
export interface RouteDependencies extends EdgeDependencies {
  readonly heartbeats: Heartbeats;
  readonly limiter: Limiter;
}

/** The playground's files by path, ready to serve. */
export type Playground = ReadonlyMap<string, PlaygroundFile>;

export interface PlaygroundFile {
  body(): string | Promise<string>;
  readonly contentType: string;
  /** A document that runs code which nobody has read: it gets no origin and no network. */
  readonly isSandbox?: true;
}
