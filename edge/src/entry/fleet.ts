/** Joins an edge to its fleet: opens the connections, and the ports over them. */
import { type Dial, Link } from "@palimpsest/fleet";
import { type NatsFleet, openNatsFleet } from "../adapters/nats-fleet.ts";
import { systemClock } from "../clock.ts";
import type { Log } from "../ports.ts";
import type { EdgeSettings } from "./settings.ts";

export interface JoinedFleet extends AsyncDisposable {
  readonly fleet: NatsFleet;
  readonly link: Link;
}

/** @throws Error when NATS is unreachable or rejects the connection */
export async function joinFleet(dial: Dial, settings: EdgeSettings, log: Log): Promise<JoinedFleet> {
  const { queueLimit, streamReplicas, waitLimitMs, requestLimitMs: deadlineMs, graceMs, stored } = settings;
  await using opening = new AsyncDisposableStack();
  const link = opening.use(await Link.open({ dial, name: "edge", log, queueLimit, streamReplicas }));
  const fleet = opening.use(
    await openNatsFleet({ link, clock: systemClock, log, deadlineMs, waitLimitMs, graceMs, stored }),
  );
  const opened = opening.move();
  return { fleet, link, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
