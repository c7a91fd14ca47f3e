/** One request of a queue, in the hands of one worker until it says what became of it. */
import type { Msg, NatsConnection } from "@nats-io/nats-core";

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

/** The next request of a class, undefined when none waits. @throws when the server does not answer */
export async function pull(
  nc: NatsConnection,
  stream: string,
  consumer: string,
  timeoutMs: number,
): Promise<Delivery | undefined> {
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
  // A delivery keeps the subject it was stored under, so that it needs an inbox of its own to be told from others.
  const options = { timeout: timeoutMs, noMux: true };
  const message = await nc.request(subject, JSON.stringify({ batch: 1, no_wait: true }), options);
  // 404: nothing waits. 409: the stream or consumer is just going away.
  if ((message.headers?.code ?? 0) !== 0) return undefined;
  return deliveryOf(message);
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
