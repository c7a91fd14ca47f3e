/**
 * A process of the edge's benchmark: the least that a Node server can do with a worker's events. It checks nothing and knows no
 * limit, heartbeat or takeover.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { openGrpcReplica } from "../../../edge/src/adapters/grpc.ts";
import { silentLog } from "../../support/fakes/scripted-replicas.ts";
import { forever, patiently, until } from "../../support/waiting.ts";

const replica = openGrpcReplica(process.argv[2]!, { log: silentLog });
await until(() => replica.ready, patiently.timeout);
let requests = 0;

const server = createServer(async (incoming, outgoing) => {
  const { messages } = JSON.parse(await text(incoming));
  const id = `r${++requests}`;
  const prompt = { kind: "chat", messages, tools: [] } as const;
  const request = { responseId: id, attempt: 1, model: "scripted", prompt, decoding: {}, choices: 1, stop: [] };
  const events = replica.generate(
    { ...request, ignoreEos: false, drafts: false, committed: [] },
    Date.now() + 60_000,
    forever,
  );
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  for await (const event of events) {
    if (event.type === "commit") {
      const choices = [{ index: 0, delta: { content: event.text }, finish_reason: null }];
      outgoing.write(`data: ${JSON.stringify({ id, object: "chat.completion.chunk", choices })}\n\n`);
    }
  }
  outgoing.end("data: [DONE]\n\n");
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
