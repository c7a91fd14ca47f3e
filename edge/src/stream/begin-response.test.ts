import type { EditEvent } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import type { Clock } from "../ports.ts";
import { beginResponse, beginWithin } from "./begin-response.ts";

const whole = tell(plainScript(["Hello"]), "r");
const queued = (ahead: number, seq: number): EditEvent => ({
  ...{ v: 1, response_id: "r", attempt: 0 },
  ...{ seq, type: "queued", ahead },
});
const failed: EditEvent = {
  ...{ v: 1, response_id: "r", attempt: 1, seq: 0 },
  ...{ type: "error", code: "unavailable", message: "no worker", retryable: true },
};

/** A clock whose only timer rings when the test says so. */
function lateClock() {
  const ring = Promise.withResolvers<void>();
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => ring.promise };
  return { clock, ring: ring.resolve };
}

async function* from(events: readonly EditEvent[]): AsyncGenerator<EditEvent> {
  yield* events;
}

it("a response that begins in time has no places in the queue", async () => {
  const source = () => from([queued(2, 0), queued(1, 1), ...whole]);
  expect(await Array.fromAsync(await beginResponse(source()))).toEqual(whole);
  const { events, isLate } = await beginWithin(source(), 1, lateClock().clock);
  expect([isLate, await Array.fromAsync(events)]).toEqual([false, whole]);
});

it("a response that waits longer begins with its latest place, and may still fail", async () => {
  for (const end of [whole, [failed]]) {
    const { clock, ring } = lateClock();
    const gate = Promise.withResolvers<void>();
    async function* source() {
      yield* [queued(3, 0), queued(2, 1)];
      ring();
      await gate.promise;
      yield* [queued(1, 2), ...end];
    }
    const { events, isLate } = await beginWithin(source(), 1, clock);
    gate.resolve();
    const read: EditEvent[] = [];
    const reading = (async () => {
      for await (const event of events) read.push(event);
    })();
    if (end === whole) await reading;
    else await expect(reading).rejects.toMatchObject({ code: "unavailable" });
    expect([isLate, read]).toEqual([true, [queued(2, 1), queued(1, 2), ...(end === whole ? whole : [])]]);
  }
});
