/** One request of a queue, held by one worker until it is acknowledged or redelivered. */
import { createInbox, type Msg, type NatsConnection } from "@nats-io/nats-core";

export interface Delivery {
  readonly data: Uint8Array;
  /** Its sequence number in the queue. */
  readonly sequence: number;
  /** Unix milliseconds at which the server stored it. */
  readonly storedMs: number;
  /** Times that it was delivered, this one included. */
  readonly deliveries: number;
  /** Extends the delivery by another `ACK_WAIT_MS`. */
  working(): void;
  /** Removes the request from the queue. */
  ack(): void;
  /** Has the request redelivered, to any worker: immediately, or after a delay. */
  giveBack(delayMs?: number): void;
}

export interface PullOptions {
  readonly control: NatsConnection;
  readonly inboxPrefix: string;
  readonly stream: string;
  readonly consumer: string;
  /** Requests to fetch at most. */
  readonly limit: number;
  readonly timeoutMs: number;
}

/** The status with which newer servers tell that a consumer does not exist; older ones are silent. */
const NO_RESPONDERS = 503;

/**
 * The oldest requests that wait in a queue: up to `limit`, in one round trip.
 * @throws when the server does not answer, as for a consumer that does not exist
 */
export async function pull(options: PullOptions): Promise<Delivery[]> {
  const { control, inboxPrefix, stream, consumer, limit, timeoutMs } = options;
  const deliveries: Delivery[] = [];
  // A pulled message keeps the subject it was stored under (nats-io/nats-server#2044), so the client's shared inbox cannot
  // match it to its request. A subscription of its own can.
  const inbox = createInbox(inboxPrefix);
  const answers = control.subscribe(inbox, { timeout: timeoutMs, max: limit + 1 });
  // The subscription's timeout ends with the first message; the last one may be lost with the connection.
  const timeout = setTimeout(() => answers.unsubscribe(), timeoutMs);
  const question = JSON.stringify({ batch: limit, no_wait: true });
  control.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, question, { reply: inbox });
  try {
    for await (const message of answers) {
      const status = message.headers?.code ?? 0;
      if (status === NO_RESPONDERS) throw new Error(`nothing answers for the consumer ${consumer} of ${stream}`);
      // Another status: no more requests wait, or the stream is being deleted.
      if (status !== 0) break;
      deliveries.push(deliveryOf(message));
      if (deliveries.length === limit) break;
    }
  } catch (error) {
    // Requests that have arrived are this worker's, even if the rest failed.
    if (deliveries.length === 0) throw error;
  } finally {
    clearTimeout(timeout);
    answers.unsubscribe();
  }
  return deliveries;
}

function deliveryOf(message: Msg): Delivery {
  // $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.…, since 2.10 optionally with domain and account in front.
  const tokens = (message.reply ?? "").split(".");
  const [deliveries, sequence, , storedNs] = tokens.slice(tokens.length > 9 ? 6 : 4).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return {
    data: message.data,
    sequence,
    deliveries,
    storedMs: storedNs / 1_000_000,
    working: () => void message.respond("+WPI"),
    ack: () => void message.respond("+ACK"),
    giveBack: (delayMs = 0) => {
      void message.respond(delayMs === 0 ? "-NAK" : `-NAK ${JSON.stringify({ delay: delayMs * 1_000_000 })}`);
    },
  };
}
