/** Measures this machine's memory bandwidth, the bound of a forward that must read every weight it uses once. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { OnnxGraph } from "../../gpu-worker/src/model/onnx-graph.ts";

/** Far larger than any cache. */
const PROBE_BYTES = 1 << 29;
const ROWS = 1024;
const RUNS = 8;

/**
 * Bytes per second, the best of several runs: finds the largest value of each row of a large matrix, in vector
 * instructions.
 */
export async function readBandwidth(threads: number): Promise<number> {
  const columns = PROBE_BYTES / Float32Array.BYTES_PER_ELEMENT / ROWS;
  const graph = new OnnxGraph("probe");
  const x = graph.input("x", "f32", [ROWS, columns]);
  graph.output("y", graph.node("ReduceMax", [x, graph.ints([1])]), "f32", [ROWS, 1]);
  const session = await InferenceSession.create(graph.serialize(new Map()), { intraOpNumThreads: threads });
  const feeds = { x: new Tensor("float32", new Float32Array(ROWS * columns).fill(1), [ROWS, columns]) };
  let bestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const startMs = performance.now();
    await session.run(feeds);
    bestMs = Math.min(bestMs, performance.now() - startMs);
  }
  await session.release();
  return PROBE_BYTES / (bestMs / 1000);
}
