/** Follows responses of a fleet in tests, and provides engines that block at a given point. */
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { expect, vi } from "vitest";
import type { Replicas } from "../../../edge/src/ports.ts";
import { aborted, writeBlocks } from "../fakes/block-engine.ts";
import { forever, patiently } from "../waiting.ts";
import { openTestFleet, type TestFleet } from "./fleet.ts";

export const healthy = writeBlocks({ blocks: 5 });

/** Gives each test its own fleet: the tests take seconds, and wait in parallel. */
export async function withFleet(test: (fleet: TestFleet) => Promise<void>): Promise<void> {
  await using fleet = await openTestFleet();
  await test(fleet);
}

/** Collects a response's events: those so far, and all of them at the end. */
export function listen(replicas: Replicas, request: GenerateRequest, signal = forever) {
  const events: EditEvent[] = [];
  /** Resolves after `count` commits. */
  const commits = (count: number) =>
    vi.waitFor(() => expect(events.filter(({ type }) => type === "commit").length).toBe(count), patiently);
  const ended = (async () => {
    for await (const event of replicas.generate(request, signal)) events.push(event);
    return events;
  })();
  ended.catch(() => {});
  return { events, commits, ended };
}

export interface StuckOptions {
  readonly goOn?: PromiseWithResolvers<void>;
  /** Ignores aborts, like an engine within a forward. */
  readonly deaf?: boolean;
}

/** Writes `written` of five blocks, then waits for permission to continue. */
export function stuck(written = 2, { goOn = Promise.withResolvers<void>(), deaf = false }: StuckOptions = {}) {
  const reached = Promise.withResolvers<void>();
  const script = writeBlocks({
    blocks: 5,
    before: async (block, _, signal) => {
      if (block < written) return;
      reached.resolve();
      await Promise.race([goOn.promise, ...(deaf ? [] : [aborted(signal)])]);
    },
  });
  return { script, reached: reached.promise, goOn: goOn.resolve };
}
