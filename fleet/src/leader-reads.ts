/**
 * Reads in a NATS cluster. Any server that has a copy of a stream answers a direct read, perhaps with the state of a moment
 * ago: a message that its writer knows to be stored is missing, or the end of a log is there before the rest.
 */
import type { JetStreamManager } from "@nats-io/jetstream";

/** The same manager, whose direct reads ask the streams' leaders instead. */
export function readingFromLeaders(jsm: JetStreamManager): JetStreamManager {
  const direct = {
    getMessage: (stream: string, query: Parameters<JetStreamManager["streams"]["getMessage"]>[1]) =>
      jsm.streams.getMessage(stream, query),
  };
  return new Proxy(jsm, {
    get(target, name) {
      if (name === "direct") return direct;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
