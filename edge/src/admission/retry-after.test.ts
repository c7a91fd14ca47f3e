import { failureOf } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { type Respond, scriptedReplica, stoppedClock } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import type { ClientRequest } from "../ports.ts";
import { createPlacement } from "./placement.ts";
import { withRetryAfter } from "./retry-after.ts";

const prompt = { kind: "text", text: "hi" };
const request = {
  model: "synthetic",
  choices: 1,
  responseId: "r",
  attempt: 1,
  prompt,
  decoding: {},
} as unknown as ClientRequest;
const { signal } = new AbortController();

/** Replicas that answer each request in 100 ms until they are full. */
function replicasOf(respond: Respond) {
  let nowMs = 0;
  const clock = { ...stoppedClock, monotonic: () => nowMs };
  const replicas = withRetryAfter(createPlacement([scriptedReplica(respond)], { clock, limitMs: 60_000 }), clock);
  const answer = async () => {
    for await (const event of replicas.generate(request, signal)) if (event.type === "done") nowMs += 100;
  };
  return { replicas, answer };
}

it("a full worker's clients come back one after the other, as fast as its responses end", async () => {
  let full = false;
  const { answer } = replicasOf(({ responseId: response_id }) =>
    full
      ? [{ v: 1, response_id, attempt: 1, seq: 0, type: "error", ...failureOf("overloaded", "full") }]
      : tell(plainScript(["Hello"]), response_id),
  );
  for (let i = 0; i < 5; i++) await answer();
  full = true;
  const delays = [];
  for (let i = 0; i < 3; i++) delays.push((await answer().catch((error) => error)).retryAfterMs);
  expect(delays).toEqual([100, 200, 300]);
});

it("an unreachable worker's clients come back after a second", async () => {
  const replicas = withRetryAfter(
    createPlacement([scriptedReplica(() => [], { ready: false })], {
      clock: stoppedClock,
      limitMs: 60_000,
    }),
    stoppedClock,
  );
  const first = replicas.generate(request, signal)[Symbol.asyncIterator]().next();
  await expect(first).rejects.toMatchObject({ code: "unavailable", retryAfterMs: 1_000 });
});

it("a wrong request has no time to come back", async () => {
  const { answer } = replicasOf(({ responseId: response_id }) => [
    { v: 1, response_id, attempt: 1, seq: 0, type: "error", ...failureOf("invalid_request", "wrong") },
  ]);
  const error = await answer().catch((error) => error);
  expect(error).toMatchObject({ code: "invalid_request", retryAfterMs: undefined });
});
