import { describe, expect, it } from "vitest";
import type { Clock } from "../ports.ts";
import { HEARTBEAT, withHeartbeat } from "./heartbeat.ts";

/** A clock whose next sleep ends when the test says so. */
function manualClock(): Clock & { tick(): void } {
  let wake = () => {};
  return {
    now: () => 0,
    monotonic: () => 0,
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve;
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    tick: () => wake(),
  };
}

describe("heartbeat", () => {
  it("fills silences and loses nothing", async () => {
    const clock = manualClock();
    const gate = Promise.withResolvers<void>();
    async function* source() {
      yield 1;
      await gate.promise;
      yield 2;
    }
    const stream = withHeartbeat(source(), 1_000, clock);
    expect((await stream.next()).value).toBe(1);
    const silent = stream.next();
    await Promise.resolve().then(() => clock.tick());
    expect((await silent).value).toBe(HEARTBEAT);
    gate.resolve();
    expect((await stream.next()).value).toBe(2);
    expect((await stream.next()).done).toBe(true);
  });

  it("closes the source when the reader stops", async () => {
    let closed = false;
    async function* source() {
      try {
        yield 1;
        yield 2;
      } finally {
        closed = true;
      }
    }
    for await (const _ of withHeartbeat(source(), 1_000, manualClock())) break;
    expect(closed).toBe(true);
  });
});
