/** An edge of a fleet over NATS: requests go into queues, and their events come from the log. */
import { type Link, LOG_AGE_MS, type StoredLimits } from "@palimpsest/fleet";
import type { KeyRing } from "../keys/key-ring.ts";
import type { Clock, Log, ModelLoad, Replicas, ResponseStore, Responses, UsageStore } from "../ports.ts";
import { FleetConnection } from "./fleet-connection.ts";
import { NatsKeys } from "./nats-keys.ts";
import { QueueDepthReader } from "./nats-queue-depths.ts";
import { NatsReplicas } from "./nats-replicas.ts";
import { NatsResponses } from "./nats-responses.ts";
import { NatsStore } from "./nats-store.ts";
import { NatsUsage } from "./nats-usage.ts";
import type { FleetView } from "./nats-view.ts";

export interface NatsFleetOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
  /** The longest a response may take. */
  readonly deadlineMs: number;
  /** The longest a request may wait for a worker. */
  readonly waitLimitMs: number;
  /** Time a response continues for a client that left: 0, or more than the 2 s between two signs of a reader. */
  readonly graceMs: number;
  /** Limits of a tenant's stored responses. */
  readonly stored: StoredLimits;
  /** Gets the fleet's API keys, if it has them. Absent: they are not read. */
  readonly keyRing?: KeyRing | undefined;
}

export interface NatsFleet extends Disposable {
  readonly replicas: Replicas;
  readonly responses: Responses;
  readonly store: ResponseStore;
  readonly usage: UsageStore;
  /** The load of each model; empty while the fleet is unreachable. */
  running(): Promise<ModelLoad[]>;
  readonly view: FleetView;
  /** Detaches without cancelling; clients can resume at another edge. */
  detach(): void;
}

/** @throws when NATS is unreachable, or when the log would expire before a response may end */
export async function openNatsFleet(options: NatsFleetOptions): Promise<NatsFleet> {
  const { deadlineMs } = options;
  if (deadlineMs > LOG_AGE_MS) {
    const limit = `a fleet's log expires after ${LOG_AGE_MS} ms`;
    throw new Error(`REQUEST_LIMIT_MS is ${deadlineMs}, but ${limit}; set at most ${LOG_AGE_MS}`);
  }
  using opening = new DisposableStack();
  const connection = opening.use(new FleetConnection(options));
  await connection.view.refresh();
  if (options.keyRing) opening.use(await NatsKeys.open(connection, options.keyRing));
  const opened = opening.move();
  const { view } = connection;
  const depths = new QueueDepthReader(options);
  return {
    replicas: new NatsReplicas(connection, options),
    responses: new NatsResponses(connection),
    store: new NatsStore(connection, options.stored),
    usage: new NatsUsage(connection),
    running: () =>
      Promise.all(view.running().map(async (load) => ({ ...load, depths: await depths.read(load.model) }))),
    view,
    detach: () => connection.detach(),
    [Symbol.dispose]: () => opened.dispose(),
  };
}
