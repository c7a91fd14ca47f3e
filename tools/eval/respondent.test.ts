/** Tests the respondent against an unreliable server. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { plainScript, tell } from "../../test/support/fakes/synthetic-response.ts";
import { openRemote } from "./respondent.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Breaks the connection of the first requests, then answers; or rejects with this status. */
async function serve(broken: number, status = 200) {
  let asked = 0;
  server = createServer((incoming, outgoing) => {
    if (incoming.url === "/v1/models") return void outgoing.end(JSON.stringify({ data: [{ id: "synthetic" }] }));
    if (asked++ < broken) return void incoming.socket.destroy();
    if (status !== 200)
      return void outgoing.writeHead(status).end('{"error":{"code":"invalid_request","message":"no"}}');
    for (const edit of tell(plainScript(["Hello"]), "r"))
      outgoing.write(`data: ${JSON.stringify({ choices: [], edit })}\n\n`);
    outgoing.end("data: [DONE]\n\n");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const respondent = await openRemote(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {});
  const question = {
    task: {
      id: "a",
      family: "f",
      messages: [{ role: "user" as const, content: "hi" }],
      tests: { kind: "number" as const, expected: 1 },
    },
    mode: { name: "speed", parameters: {} },
    maxTokens: 8,
  };
  return { ask: (signal = new AbortController().signal) => respondent.ask(question, signal), asked: () => asked };
}

it("retries after a broken connection but not after a rejection", async () => {
  const broken = await serve(1);
  expect((await broken.ask()).events.at(-1)).toMatchObject({ type: "end" });
  expect(broken.asked()).toBe(2);
  const refused = await serve(0, 400);
  await expect(refused.ask()).rejects.toMatchObject({ code: "invalid_request", message: "a: no" });
  expect(refused.asked()).toBe(1);
});

it("stops waiting when it is aborted", async () => {
  const { ask } = await serve(Number.POSITIVE_INFINITY);
  const stop = new AbortController();
  const asked = ask(stop.signal);
  setTimeout(() => stop.abort(), 100);
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
});
