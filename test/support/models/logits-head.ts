/** A head that returns logits, which no package has: compares with the official model and between weight formats. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { planLogitsHead } from "../../../gpu-worker/src/model/package-plan.ts";
import type { ForwardOutput } from "../../../gpu-worker/src/runtime/model-forward.ts";
import { openSession } from "../../../gpu-worker/src/runtime/package.ts";
import { openCheckpoint } from "../../../tools/convert/checkpoint.ts";
import { createOutputFile } from "../../../tools/convert/output-file.ts";
import { weightFile, weightPlaces, writeWeights } from "../../../tools/convert/weight-file.ts";

/** Logits [rows, vocabulary] at these rows of a forward, an even number. */
export type LogitsHead = (output: ForwardOutput, rows: readonly number[]) => Promise<Float32Array>;

/** Builds the head of a package from its checkpoint and saves it in the package's folder. */
export async function openLogitsHead(
  folder: string,
  manifest: Manifest,
  checkpointFolder: string,
): Promise<LogitsHead> {
  const { config, quantization, ranks, maskToken } = manifest;
  const graph = planLogitsHead(config, { target: "cpu", quantization, ranks, maskToken });
  await using checkpoint = await openCheckpoint(checkpointFolder);
  await using bytes = await createOutputFile(join(folder, weightFile(graph)));
  for await (const _ of writeWeights(graph.weights, checkpoint, bytes));
  await bytes.finish();
  const file = join(folder, `${graph.name}.onnx`);
  await writeFile(file, graph.build(weightPlaces(graph)));
  const session = await openSession(file, { threads: 1 });
  return async ({ tensors }, rows) => {
    const { hidden, partials } = tensors as Record<"hidden" | "partials", Tensor>;
    const wanted = new Tensor("int64", BigInt64Array.from(rows, BigInt), [rows.length]);
    const out = await session.run({ hidden, partials, rows: wanted });
    return out.logits?.data as Float32Array;
  };
}
