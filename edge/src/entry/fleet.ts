/** Joins an edge to its fleet: the connections, and what they offer to the app. */
import { type Dial, Link } from "@palimpsest/fleet";
import { type NatsFleet, openNatsFleet } from "../adapters/nats.ts";
import type { Log } from "../ports.ts";
import type { EdgeSettings } from "./settings.ts";

export interface JoinedFleet extends AsyncDisposable {
  readonly fleet: NatsFleet;
  readonly link: Link;
}

/** @throws Error when the server cannot be reached or refuses */
export async function joinFleet(dial: Dial, settings: EdgeSettings, log: Log): Promise<JoinedFleet> {
  const { queueLimit, waitLimitMs, requestLimitMs: deadlineMs } = settings;
  await using opening = new AsyncDisposableStack();
  const link = opening.use(await Link.open({ dial, name: "edge", log, queueLimit }));
  const fleet = opening.use(await openNatsFleet({ link, log, deadlineMs, waitLimitMs }));
  const opened = opening.move();
  return { fleet, link, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
