/**
 * A draining worker loses nothing: its responses finish or continue elsewhere, and the drain never counts as a crash.
 */
import type { EditEvent } from "@palimpsest/proto";
import { describe, expect, it, vi } from "vitest";
import { fold } from "../support/events.ts";
import { textOf } from "../support/fakes/block-engine.ts";
import { fleetRequest } from "../support/fleet/fleet.ts";
import { healthy, listen, stuck, withFleet } from "../support/fleet/fleet-responses.ts";
import { patiently } from "../support/waiting.ts";

const whole = { status: "ended", choices: [{ text: textOf(0, 5) }] };

describe.concurrent("a draining worker", () => {
  it("hands over at the next commit", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const held = stuck();
      const { worker } = await fleet.worker(held.script);
      const { replicas } = await fleet.edge();
      const response = listen(replicas, fleetRequest());
      // The edge may see a commit before its worker knows that it is stored. The next draft comes after that.
      const isDraft = (event: EditEvent) => event.type === "draft" && event.block === 2;
      await vi.waitFor(() => expect(response.events.some(isDraft)).toBe(true), patiently);
      const drained = worker.drain(600_000);
      held.goOn();
      await drained;
      const next = await fleet.worker(healthy);
      expect(fold(await response.ended)).toMatchObject({ ...whole, attempt: 2 });
      expect(next.engine.requests).toMatchObject([{ attempt: 2, committed: [{ tokens: [0, 1, 2] }] }]);
    }),
  );

  it("finishes a response whose last block is in progress", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const held = stuck(4);
      const { worker } = await fleet.worker(held.script);
      const { replicas } = await fleet.edge();
      const response = listen(replicas, fleetRequest());
      await response.commits(4);
      const drained = worker.drain(600_000);
      held.goOn();
      await drained;
      expect(fold(await response.ended)).toMatchObject({ ...whole, attempt: 1 });
    }),
  );

  it(
    "waits for no forward once its time is over, and is not taken for lost, however many leave",
    { timeout: 60_000 },
    () =>
      withFleet(async (fleet) => {
        const { replicas } = await fleet.edge();
        let response: ReturnType<typeof listen> | undefined;
        for (let i = 0; i < 4; i++) {
          const held = stuck(2, { deaf: true });
          const { worker, engine } = await fleet.worker(held.script);
          response ??= listen(replicas, fleetRequest());
          await held.reached;
          await worker.drain(0);
          expect(engine.ended).toBe(0);
        }
        await fleet.worker(healthy);
        expect(fold(await response!.ended)).toMatchObject({ ...whole, attempt: 5 });
      }),
  );

  it("keeps its hands off a response that another worker has claimed", { timeout: 60_000 }, () =>
    withFleet(async (fleet) => {
      const wire = await fleet.wire();
      const [first, second] = [stuck(), stuck()];
      const leaving = await fleet.worker(first.script, { url: wire.url });
      const { replicas } = await fleet.edge();
      const response = listen(replicas, fleetRequest());
      await response.commits(2);
      const drained = leaving.worker.drain(600_000);
      wire.stall();
      const { engine } = await fleet.worker(second.script);
      await second.reached;
      wire.mend();
      await drained;
      await vi.waitFor(() => expect(leaving.engine.ended).toBe(1), patiently);
      second.goOn();
      expect(fold(await response.ended)).toMatchObject({ ...whole, attempt: 2 });
      expect(engine.requests).toHaveLength(1);
    }),
  );
});
