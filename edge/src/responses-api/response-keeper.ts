/** Keeps responses while and after they run: stored for their client, whichever edge reads them later. */
import { type EditEvent, errorEvent, failureOf } from "@palimpsest/proto";
import type { Clock, Log, ResponseStore, Responses } from "../ports.ts";
import { isLast, keptOf, type StoredResponse } from "./stored-response.ts";

/** Interval at which an edge looks whether a response that its client has left is over. */
const LOOK_MS = 5_000;
/** A response is in the fleet's records by then. */
const RECORD_LIMIT_MS = 60_000;

const CANCELLED = failureOf("cancelled", "The client disconnected.");
const LOST = failureOf("unavailable", "The response was lost with its edge; send the request again.");

export interface KeeperOptions {
  readonly store: ResponseStore;
  /** Only in a fleet. */
  readonly responses: Responses | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the edge leaves: other edges read the log of what still runs. */
  readonly draining: AbortSignal;
}

/** A stored response, and its events without drafts: all of them, if it has ended. */
export interface Found {
  readonly stored: StoredResponse;
  readonly log: readonly EditEvent[];
}

export interface Keeping {
  readonly owner: string;
  readonly stored: StoredResponse;
  /** Unix seconds of the end. */
  endedAt(): number;
}

export interface Keeper {
  read(owner: string, responseId: string): Promise<Found | undefined>;
  /**
   * The same events, which end with the response stored. A failure of the store is only logged: the answer is worth more.
   * @param signal aborts when the client disconnects
   */
  keep(
    { owner, stored, endedAt }: Keeping,
    events: AsyncIterable<EditEvent>,
    signal: AbortSignal,
  ): AsyncGenerator<EditEvent, void>;
  /** @returns false if it was not there */
  delete(owner: string, responseId: string): Promise<boolean>;
}

export function createKeeper({ store, responses, clock, log, draining }: KeeperOptions): Keeper {
  const seconds = () => Math.floor(clock.now() / 1000);
  const idOf = ({ empty }: StoredResponse) => empty.id;

  async function logged(action: Promise<unknown>, responseId: string): Promise<void> {
    await action.catch((error) => log.warn({ response_id: responseId, err: error }, "could not store the response"));
  }

  async function end(owner: string, stored: StoredResponse, events: readonly EditEvent[], atSeconds: number) {
    const ended: StoredResponse = { ...stored, ended: { log: events, atSeconds } };
    await logged(store.replace(owner, idOf(stored), JSON.stringify(ended)), idOf(stored));
    return ended;
  }

  /** Follows a response that its client has left, without a lease: whether it continues is not decided here. */
  async function follow(owner: string, stored: StoredResponse, fleet: Responses): Promise<void> {
    const id = idOf(stored);
    while (!draining.aborted) {
      await clock.sleep(LOOK_MS, draining).catch(() => {});
      if (draining.aborted) return;
      const events = await fleet.read(id);
      if (events.some(isLast)) {
        await end(owner, stored, events.flatMap(keptOf), seconds());
        return;
      }
      if (events.length === 0 && !(await fleet.isKnown(id, owner))) return;
    }
  }

  /** The client has left before the last event. */
  async function leave(owner: string, stored: StoredResponse, events: EditEvent[], created: Promise<void>) {
    const id = idOf(stored);
    if (responses) {
      void follow(owner, stored, responses).catch((error) =>
        log.warn({ response_id: id, err: error }, "stopped following a response; its next reader reads its log"),
      );
      return;
    }
    await created;
    const { attempt = 1, seq = -1 } = events.at(-1) ?? {};
    const last = errorEvent({ response_id: id, attempt, seq: seq + 1 }, CANCELLED);
    await end(owner, stored, [...events, last], seconds());
  }

  return {
    async read(owner, responseId) {
      const text = await store.read(owner, responseId);
      if (text === undefined) return undefined;
      const stored = JSON.parse(text) as StoredResponse;
      if (stored.ended) return { stored, log: stored.ended.log };
      if (!responses) return { stored, log: [] };
      const events = (await responses.read(responseId)).flatMap(keptOf);
      if (events.some(isLast)) {
        const ended = await end(owner, stored, events, seconds());
        return { stored: ended, log: events };
      }
      const isYoung = clock.now() - stored.empty.created_at * 1000 < RECORD_LIMIT_MS;
      if (events.length > 0 || isYoung || (await responses.isKnown(responseId, owner))) return { stored, log: events };
      const lost = errorEvent({ response_id: responseId, attempt: 1, seq: 0 }, LOST);
      return { stored: { ...stored, ended: { log: [lost], atSeconds: seconds() } }, log: [lost] };
    },

    async *keep({ owner, stored, endedAt }, events, signal) {
      const id = idOf(stored);
      const created = logged(store.create(owner, id, JSON.stringify(stored)), id);
      const kept: EditEvent[] = [];
      let state: "waiting" | "begun" | "over" = "waiting";
      try {
        for await (const event of events) {
          const isOwnEnd = responses !== undefined && signal.aborted && isCancelled(event);
          if (state === "begun" && isOwnEnd) {
            // It ends for this reader only.
            yield event;
            return;
          }
          kept.push(...keptOf(event));
          // A client that reads the first event knows the id, and may ask for the response at any edge.
          if (state === "waiting") await created;
          const isRejected = state === "waiting" && event.type === "error" && !stored.empty.background;
          state = isLast(event) ? "over" : "begun";
          if (isRejected) await logged(store.delete(owner, id), id);
          else if (state === "over") await end(owner, stored, kept, endedAt());
          yield event;
        }
      } catch (error) {
        if (state === "waiting") {
          state = "over";
          await created;
          await logged(store.delete(owner, id), id);
        }
        throw error;
      } finally {
        if (state !== "over") await leave(owner, stored, kept, created);
      }
    },

    delete: (owner, responseId) => store.delete(owner, responseId),
  };
}

function isCancelled(event: EditEvent): boolean {
  return event.type === "error" && event.code === "cancelled";
}
