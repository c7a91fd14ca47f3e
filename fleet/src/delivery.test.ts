import { connect } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import { openNatsServer } from "../../tools/serve/nats-server.ts";
import { pull } from "./delivery.ts";

it("a pull whose last message is lost ends at its timeout, with the requests that have arrived", {
  timeout: 30_000,
}, async () => {
  await using server = await openNatsServer();
  const [control, stub] = await Promise.all([connect({ servers: server.url }), connect({ servers: server.url })]);
  // Stands in for JetStream: sends one of two requests, then nothing.
  stub.subscribe("$JS.API.CONSUMER.MSG.NEXT.stand-in.default", {
    callback: (_, message) => void message.respond(new Uint8Array(3)),
  });
  await stub.flush();
  const deliveries = await pull({
    control,
    inboxPrefix: "_INBOX",
    stream: "stand-in",
    consumer: "default",
    limit: 2,
    timeoutMs: 300,
  });
  expect(deliveries.map(({ data }) => data.length)).toEqual([3]);
  await Promise.all([control.close(), stub.close()]);
});
