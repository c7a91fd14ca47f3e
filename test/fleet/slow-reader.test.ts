/** A client that does not read loses only drafts, and its unread drafts are not buffered. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { sseData } from "../../edge/client/sse.ts";
import { createHttpServer } from "../../edge/src/entry/http-server.ts";
import { textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { appOf, openTestFleet } from "../support/fleet/fleet.ts";

const BLOCKS = 40;
const DRAFTS_OF_A_BLOCK = 20;
const DRAFT = "x".repeat(60_000);
/** Capacity of the sockets between edge and client, and the last drafts of the flood. */
const SOCKET_BYTES = 16 * 2 ** 20;

it("is unaffected by a client that does not read: others see the response, and the edge buffers only commits", {
  timeout: 120_000,
}, async () => {
  await using fleet = await openTestFleet();
  const gate = Promise.withResolvers<void>();
  let arrivedBytes = () => 0;
  await fleet.worker(
    async function* (signal, request) {
      for await (const event of writeBlocks({ blocks: BLOCKS })(signal, request)) {
        if (event.type === "commit" && event.block === 0) await gate.promise;
        if (event.type !== "draft") yield event;
        else
          for (let rev = 0; rev < DRAFTS_OF_A_BLOCK; rev++) {
            const bytesThen = arrivedBytes();
            yield { ...event, rev, content: [DRAFT] };
            // Each draft reaches the edge before the next one is sent, so that the worker has no reason to drop any.
            for (let i = 0; i < 100 && arrivedBytes() < bytesThen + DRAFT.length; i++) await sleep(1);
          }
      }
    },
    { draftsPerSecond: 1e6 },
  );
  const edge = await fleet.edge();
  arrivedBytes = () => edge.link.data.stats().inBytes;
  const app = appOf(edge);
  const server = createHttpServer(app.fetch).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const asked = await app.request("/v1/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "scripted", prompt: "hi", stream: true, stream_options: { include_edits: true } }),
  });
  const id = asked.headers.get("x-response-id");
  // The response has no data listener yet, so nothing is read from the socket beyond its buffers.
  const [slow] = (await once(get(`${url}/v1/streams/${id}`), "response")) as [IncomingMessage];
  const before = arrivedBytes();
  gate.resolve();
  expect(await asked.text()).toMatch(/\[DONE\]\s*$/);
  expect(arrivedBytes() - before).toBeGreaterThan(2 * SOCKET_BYTES);

  let bytes = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(data, controller) {
      bytes += data.length;
      controller.enqueue(data);
    },
  });
  const body = (Readable.toWeb(slow) as ReadableStream<Uint8Array>).pipeThrough(count);
  const events: EditEvent[] = await Array.fromAsync(sseData(body), (data) => JSON.parse(data));
  expect(events.reduce(reduce, emptyDocument)).toMatchObject({
    status: "ended",
    choices: [{ text: textOf(0, BLOCKS) }],
  });
  expect(events.filter(({ type }) => type === "commit")).toHaveLength(BLOCKS);
  expect(bytes).toBeLessThan(SOCKET_BYTES);
  server.close();
});
