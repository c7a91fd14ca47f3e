import { failureOf } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { scriptedEdge, scriptedReplica } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import type { KnownResponse, Responses } from "../ports.ts";

/** Stored responses that know only keys. */
function keyStore() {
  const keys = new Map<string, { responseId: string; body: string }>();
  const responses: Responses = {
    read: async () => [],
    isKnown: async () => false,
    async *watch() {},
    cancel: async () => {},
    async claimKey({ key, body }, responseId): Promise<KnownResponse | undefined> {
      const earlier = keys.get(key);
      if (!earlier) keys.set(key, { responseId, body });
      return earlier && { responseId: earlier.responseId, sameBody: earlier.body === body };
    },
    releaseKey: async ({ key }) => void keys.delete(key),
  };
  return responses;
}

const replica = scriptedReplica(({ responseId: response_id, maxTokens = 1 }) =>
  maxTokens > 100
    ? [{ v: 1, response_id, attempt: 1, seq: 0, type: "error", ...failureOf("context_length_exceeded", "too long") }]
    : tell(plainScript(["Hello"]), response_id),
);

it("a request that the worker rejects does not take its Idempotency-Key", async () => {
  const app = scriptedEdge([replica], { responses: keyStore() });
  const ask = async (max_tokens: number) => {
    const body = JSON.stringify({ model: "synthetic", max_tokens, messages: [{ role: "user", content: "hi" }] });
    const headers = { "content-type": "application/json", "idempotency-key": "k" };
    return (await app.request("/v1/chat/completions", { method: "POST", headers, body })).status;
  };
  expect(await ask(99_999)).toBe(400);
  expect(await ask(10)).toBe(200);
  expect(await ask(11)).toBe(409);
});
