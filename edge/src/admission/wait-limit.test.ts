import { expect, it } from "vitest";
import { aborted } from "../../../test/support/fakes/block-engine.ts";
import { type Respond, scriptedEdge, scriptedReplica } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { systemClock } from "../clock.ts";
import { createPlacement } from "./placement.ts";
import { withWaitLimit } from "./wait-limit.ts";

const LIMIT_MS = 100;

/** An edge whose worker responds so. */
function edge(respond: Respond) {
  const placement = createPlacement([scriptedReplica(respond)], { clock: systemClock, limitMs: 60_000 });
  const replicas = withWaitLimit(placement, { clock: systemClock, limitMs: LIMIT_MS });
  const app = scriptedEdge([], { replicas, clock: systemClock });
  return (more: object = {}) =>
    app.request("/v1/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "synthetic", prompt: "hi", ...more }),
    });
}

it.each([false, true])(
  "a request that no worker begins within the limit is a 503, and cancelled (stream: %s)",
  async (stream) => {
    let left = false;
    const ask = edge(async function* ({ responseId }, signal) {
      await aborted(signal);
      left = true;
      yield {
        v: 1,
        response_id: responseId,
        attempt: 1,
        seq: 0,
        type: "error",
        code: "cancelled",
        message: "",
        retryable: false,
      };
    });
    const answer = await ask({ stream });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: { code: "unavailable", message: "No worker took the request within 0.1 s; retry later." },
    });
    expect(left).toBe(true);
  },
);

it("a response that has begun may take longer", async () => {
  const ask = edge(async function* ({ responseId }) {
    for (const event of tell(plainScript(["Hello", " world"]), responseId)) {
      yield event;
      if (event.type === "commit") await new Promise((resolve) => setTimeout(resolve, 2 * LIMIT_MS));
    }
  });
  expect(await (await ask()).json()).toMatchObject({ choices: [{ text: "Hello world" }] });
});
