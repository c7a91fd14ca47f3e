/**
 * A process of the edge's benchmark: a worker whose engine is scripted, over gRPC and, if NATS_URL is set, in that fleet. For
 * gateways in front of other servers it also answers OpenAI's HTTP requests with the same text.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { dialNats, natsEnvironment } from "@palimpsest/fleet/connection";
import { Link } from "../../../fleet/src/link.ts";
import { systemClock } from "../../../gpu-worker/src/clock.ts";
import { serveGrpc } from "../../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../../gpu-worker/src/transport/intake.ts";
import { joinFleet } from "../../../gpu-worker/src/transport/nats-worker.ts";
import { ScriptedEngine } from "../../support/fakes/scripted-engine.ts";
import { silentLog } from "../../support/fakes/scripted-replicas.ts";
import { ENDLESS, planOf, responseTo, sharedNow } from "./responses.ts";

const engine = new ScriptedEngine((signal, request) => {
  const tell = () => void process.send?.({ abortedMs: sharedNow() });
  if (planOf(request).commits >= ENDLESS) signal.addEventListener("abort", tell, { once: true });
  return responseTo(request);
});
Object.assign(engine, { model: { ...engine.model, capacity: 1024 } });
const intake = new Intake(engine, systemClock);
const { addresses } = await serveGrpc(intake, { addresses: ["127.0.0.1:0"], clock: systemClock });
if (process.env.NATS_URL) {
  const dial = dialNats(natsEnvironment.parse({ NATS_URL: process.env.NATS_URL }));
  const link = await Link.open({ dial, name: "bench", log: silentLog, queueLimit: 1024, streamReplicas: 1 });
  await joinFleet({ link, intake, clock: systemClock, log: silentLog, replicaId: "bench", version: "bench" });
}

const http = createServer(async (request, response) => {
  const { messages } = JSON.parse(await text(request));
  const prompt = { kind: "chat", messages, tools: [] } as const;
  response.writeHead(200, { "content-type": "text/event-stream" });
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "scripted" };
  const send = (delta: object, finish_reason: string | null = null) =>
    response.write(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }] })}\n\n`);
  for await (const event of responseTo({ prompt, responseId: "r" })) {
    if (event.type === "open") send({ role: "assistant", content: "" });
    if (event.type === "commit") send({ content: event.text });
    if (event.type === "done") send({}, event.finish_reason);
  }
  response.end("data: [DONE]\n\n");
});
http.listen(0, "127.0.0.1");
await once(http, "listening");
process.send?.({ grpc: addresses[0], http: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1` });
