/**
 * Tests if one half of the blocks hides the exchange of the other: measures a step of several blocks in one forward,
 * and in two concurrent forwards, as a leader runs it over a package's ranks. `node micro-batches.ts SETTINGS`, a
 * separate program so that it can be pinned to a core. Prints the steps' milliseconds as JSON.
 */

import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { graphsOf } from "../../gpu-worker/src/model/manifest.ts";
import { LEADER } from "../../gpu-worker/src/model/package-plan.ts";
import { openRankThreads, openRemoteRanks } from "../../gpu-worker/src/program/rank-client.ts";
import type { BlockInput } from "../../gpu-worker/src/runtime/attention-inputs.ts";
import { Forward } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSessions } from "../../gpu-worker/src/runtime/package.ts";

export interface MicroBatchSettings {
  /** Folder of a package; its ranks are threads if no addresses are given. */
  readonly folder: string;
  readonly addresses: readonly string[];
  /** Tokens cached before each block. */
  readonly context: number;
  readonly steps: number;
  /** Numbers of blocks, each of its own sequence: even numbers, measured in turn. */
  readonly blocks: readonly number[];
}

/** Milliseconds of each step with this number of blocks. */
export interface MicroBatchSteps {
  readonly blocks: number;
  readonly together: readonly number[];
  readonly halves: readonly number[];
}

const settings = JSON.parse(process.argv[2] as string) as MicroBatchSettings;
console.log(JSON.stringify(await measure(settings)));
process.exit();

async function measure({ folder, addresses, context, steps, blocks }: MicroBatchSettings): Promise<MicroBatchSteps[]> {
  const manifest = await readManifest(folder);
  const { blockLength, ranks, maskToken, config } = manifest;
  // Shared memory takes one forward at a time.
  const noMemory = Promise.resolve(undefined);
  const links =
    addresses.length > 0
      ? await openRemoteRanks(manifest, { addresses })
      : await openRankThreads(folder, ranks, 1, { memory: noMemory });
  const sessions = await openSessions(folder, manifest, { threads: 1 }, graphsOf(manifest, LEADER));
  const [pages, most] = [context / blockLength, Math.max(...blocks)];
  const forward = new Forward(sessions, manifest, new KvTensors(manifest, most * pages), { links });
  const inputs = Array.from(
    { length: most },
    (_, block): Omit<BlockInput, "cells"> => ({
      tokens: Array.from({ length: blockLength }, (_, i) =>
        i % 2 === 0 ? maskToken : ((blockLength * block + i) * 7919) % config.vocabSize,
      ),
      pages: Array.from({ length: pages }, (_, page) => block * pages + page),
      peers: [],
    }),
  );
  const run = async (some: readonly Omit<BlockInput, "cells">[]): Promise<void> => {
    const rows = Array.from({ length: some.length * blockLength }, (_, row) => row);
    await forward.head(await forward.layers(some), rows);
  };
  const found: MicroBatchSteps[] = [];
  for (const count of blocks) {
    const [one, other] = [inputs.slice(0, count / 2), inputs.slice(count / 2, count)];
    const times = { blocks: count, together: [] as number[], halves: [] as number[] };
    const ways = { together: () => run([...one, ...other]), halves: () => Promise.all([run(one), run(other)]) };
    for (let step = -2; step < steps; step++) {
      for (const way of ["together", "halves"] as const) {
        const startMs = performance.now();
        await ways[way]();
        if (step >= 0) times[way].push(performance.now() - startMs);
      }
    }
    found.push(times);
  }
  return found;
}
