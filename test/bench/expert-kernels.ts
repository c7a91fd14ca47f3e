/** Separates the experts' time into their kernels and the loading of their weights. */
import { Tensor } from "onnxruntime-node";
import { type Manifest, shardPlan } from "../../gpu-worker/src/model/manifest.ts";
import { LEADER } from "../../gpu-worker/src/model/package-plan.ts";
import { ExpertShard, type RoutedTensors } from "../../gpu-worker/src/runtime/expert-shard.ts";
import type { Sessions } from "../../gpu-worker/src/runtime/package.ts";

const ROWS = [2, 4, 8] as const;
const ROUNDS = 9;

/**
 * Prints the time of one of the leader's experts with 2, 4 and 8 rows: with weights in the processor's cache, since the
 * same few experts ran just before, and with weights from memory, as in a step over all layers. The graph's time
 * without any chosen expert is subtracted.
 */
export async function reportExpertKernels(sessions: Sessions, manifest: Manifest): Promise<void> {
  const { layers, denseLayers, topK, hiddenSize } = manifest.config;
  const shard = new ExpertShard(sessions, manifest, LEADER);
  const moe = Array.from({ length: layers - denseLayers }, (_, i) => denseLayers + i);
  const [first] = moe;
  if (first === undefined) return;
  console.log(
    "\n| rows of an expert | its time, weights cached | weights from memory | cached : memory |\n|---|---|---|---|",
  );
  for (const rows of ROWS) {
    const routed = (layer: number, weight: number): RoutedTensors => {
      const local = shardPlan(manifest)[layer - denseLayers]?.[LEADER]?.slice(0, topK) ?? [];
      return {
        hidden: new Tensor("float32", Float32Array.from({ length: rows * hiddenSize }, Math.random), [
          rows,
          hiddenSize,
        ]),
        experts: new Tensor(
          "int64",
          BigInt64Array.from({ length: rows * topK }, (_, i) => BigInt(local[i % topK] ?? 0)),
          [rows, topK],
        ),
        weights: new Tensor("float32", new Float32Array(rows * topK).fill(weight), [rows, topK]),
      };
    };
    const best = async (order: readonly number[], weight: number): Promise<number> => {
      const inputs = order.map((layer) => [layer, routed(layer, weight)] as const);
      let leastMs = Number.POSITIVE_INFINITY;
      for (let round = 0; round < ROUNDS; round++) {
        const startMs = performance.now();
        for (const [layer, input] of inputs) await shard.run(layer, input);
        leastMs = Math.min(leastMs, performance.now() - startMs);
      }
      return (leastMs / order.length / topK) * 1000;
    };
    const again = moe.map(() => first);
    const cached = (await best(again, 1 / topK)) - (await best(again, 0));
    const fetched = (await best(moe, 1 / topK)) - (await best(moe, 0));
    console.log(`| ${rows} | ${cached.toFixed(0)} us | ${fetched.toFixed(0)} us | ${(cached / fetched).toFixed(2)} |`);
  }
}
