/** Joins an edge to its fleet: opens the connections, and the ports over them. */
import { type Dial, Link } from "@palimpsest/fleet";
import { type NatsFleet, openNatsFleet } from "../adapters/nats-fleet.ts";
import { systemClock } from "../clock.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { Log } from "../ports.ts";
import type { EdgeSettings } from "./settings.ts";

export interface JoinedFleet extends AsyncDisposable {
  readonly fleet: NatsFleet;
  readonly link: Link;
}

/**
 * @param keyRing gets the keys of the fleet's bucket, if the settings say so
 * @throws Error when NATS is unreachable or rejects the connection
 */
export async function joinFleet(
  dial: Dial,
  settings: EdgeSettings,
  log: Log,
  keyRing: KeyRing | undefined,
): Promise<JoinedFleet> {
  const { queueLimit, streamReplicas, waitLimitMs, requestLimitMs: deadlineMs, graceMs, stored } = settings;
  const ring = settings.keysInNats ? keyRing : undefined;
  await using opening = new AsyncDisposableStack();
  const link = opening.use(await Link.open({ dial, name: "edge", log, queueLimit, streamReplicas }));
  const fleet = opening.use(
    await openNatsFleet({ link, clock: systemClock, log, deadlineMs, waitLimitMs, graceMs, stored, keyRing: ring }),
  );
  const opened = opening.move();
  return { fleet, link, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
