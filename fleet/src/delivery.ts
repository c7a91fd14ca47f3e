/** One request of a queue, in the hands of one worker until it says what became of it. */
import { createInbox, type Msg } from "@nats-io/nats-core";
import type { Link } from "./link.ts";

export interface Delivery {
  readonly data: Uint8Array;
  /** Its sequence number in the queue. */
  readonly sequence: number;
  /** Asks for another `ACK_WAIT_MS`. */
  working(): void;
  /** Done with, for good. */
  ack(): void;
  /** Another worker, or this one later, is to have it: at once, or after a delay. */
  giveBack(delayMs?: number): void;
}

/**
 * Requests of a class, the oldest first: as many as are wanted or wait, in one question.
 * @throws when the server does not answer
 */
export async function pull(
  { control, inboxPrefix }: Pick<Link, "control" | "inboxPrefix">,
  stream: string,
  consumer: string,
  wanted: number,
  timeoutMs: number,
): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  const inbox = createInbox(inboxPrefix);
  // Deliveries keep the subject they were stored under, so that they need an inbox of their own to be told from others.
  const answers = control.subscribe(inbox, { timeout: timeoutMs, max: wanted + 1 });
  // Its own limit ends with the first message, and the last may be lost with the connection.
  const limit = setTimeout(() => answers.unsubscribe(), timeoutMs);
  const ask = JSON.stringify({ batch: wanted, no_wait: true });
  control.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, ask, { reply: inbox });
  try {
    for await (const message of answers) {
      // A status: no more wait, or the stream is just going away.
      if ((message.headers?.code ?? 0) !== 0) break;
      deliveries.push(deliveryOf(message));
      if (deliveries.length === wanted) break;
    }
  } catch (error) {
    // What has come is ours, whatever became of the rest.
    if (deliveries.length === 0) throw error;
  } finally {
    clearTimeout(limit);
    answers.unsubscribe();
  }
  return deliveries;
}

function deliveryOf(message: Msg): Delivery {
  // $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.…, since 2.10 optionally with domain and account in front.
  const tokens = (message.reply ?? "").split(".");
  const sequence = Number(tokens[tokens.length > 9 ? 7 : 5]);
  return {
    data: message.data,
    sequence,
    working: () => void message.respond("+WPI"),
    ack: () => void message.respond("+ACK"),
    giveBack: (delayMs = 0) => {
      void message.respond(delayMs === 0 ? "-NAK" : `-NAK ${JSON.stringify({ delay: delayMs * 1_000_000 })}`);
    },
  };
}
