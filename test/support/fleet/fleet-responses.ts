/** Responses of a fleet as tests follow them, and engines that stand still where they are told to. */
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { expect, vi } from "vitest";
import type { Replicas } from "../../../edge/src/ports.ts";
import { aborted, writeBlocks } from "../fakes/block-engine.ts";
import { forever, patiently } from "../waiting.ts";
import { openTestFleet, type TestFleet } from "./fleet.ts";

export const healthy = writeBlocks({ blocks: 5 });

/** A fleet of its own for each test: they take seconds, and wait side by side. */
export async function withFleet(test: (fleet: TestFleet) => Promise<void>): Promise<void> {
  await using fleet = await openTestFleet();
  await test(fleet);
}

/** The events so far, and all of them in the end. */
export function listen(replicas: Replicas, request: GenerateRequest, signal = forever) {
  const events: EditEvent[] = [];
  /** Resolves when so many commits have come. */
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
  /** It hears no abort either, as an engine in a forward. */
  readonly deaf?: boolean;
}

/** Writes two of five blocks, or as many as are said, then waits until it is allowed to go on. */
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
