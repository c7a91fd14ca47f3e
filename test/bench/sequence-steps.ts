/**
 * Measures denoise steps of several concurrent sequences in an engine over a package's ranks in threads: `node
 * sequence-steps.ts SETTINGS`, a separate program so that it can be pinned. Prints the total steps per second for each
 * number of sequences.
 */

import { uniform } from "../../gpu-worker/src/decoding/sampling.ts";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openDataParallel } from "../../gpu-worker/src/program/data-parallel.ts";
import { openEngineThread } from "../../gpu-worker/src/program/open-engine-thread.ts";

export interface SequenceStepsSettings {
  readonly folder: string;
  readonly attention: "leader" | "data-parallel";
  /** Threads of all ranks together. */
  readonly threads: number;
  readonly sequences: readonly number[];
  /** Tokens of each prompt. */
  readonly context: number;
  /** Average steps of each sequence. */
  readonly steps: number;
}

/** Steps of each sequence before the measurement. */
const WARM_UP = 3;

const { folder, attention, threads, sequences, context, steps } = JSON.parse(
  process.argv[2] as string,
) as SequenceStepsSettings;
const { config, blockLength } = await readManifest(folder);
const open = attention === "leader" ? openEngineThread : openDataParallel;
const engine = await open({ package: folder, threads, capacity: Math.max(...sequences) });
const rates: number[] = [];
for (const count of sequences) rates.push(await stepsPerSecond(engine, count));
console.log(JSON.stringify(rates));
process.exit();

async function stepsPerSecond(engine: Engine, sequences: number): Promise<number> {
  const done = new AbortController();
  const counts = new Array<number>(sequences).fill(0);
  let [startMs, counted, tookMs] = [0, 0, 0];
  const step = (sequence: number): void => {
    counts[sequence] = (counts[sequence] as number) + 1;
    if (startMs > 0 && ++counted === sequences * steps) {
      tookMs = performance.now() - startMs;
      done.abort();
    }
    if (startMs === 0 && counts.every((count) => count >= WARM_UP)) startMs = performance.now();
  };
  await Promise.all(
    counts.map(async (_, sequence) => {
      const events = engine.generate(
        {
          responseId: `sequence-${sequence}`,
          attempt: 1,
          model: "bench",
          prompt: { kind: "tokens", tokens: promptOf(sequence) },
          decoding: {},
          maxTokens: blockLength * steps,
          choices: 1,
          stop: [],
          ignoreEos: true,
          drafts: true,
          committed: [],
        },
        done.signal,
      );
      for await (const event of events) if (event.type === "draft") step(sequence);
    }),
  );
  return (1000 * counted) / tookMs;
}

/** A distinct prompt for each sequence, so that nothing is shared. */
function promptOf(sequence: number): number[] {
  return Array.from({ length: context }, (_, cell) => {
    const at = { seed: 1n, choice: sequence, block: 0, step: 0, cell };
    return 2 + Math.floor(uniform(at) * (config.vocabSize - 2));
  });
}
