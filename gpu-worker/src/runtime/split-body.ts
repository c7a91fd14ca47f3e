/**
 * A forward in pieces: hidden rows, keys and values stay on onnxruntime's device, and the rows of each layer's experts cross the
 * host. Two Dawns cannot share a buffer, so they would cross it between two devices as well.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { ModelConfig } from "../model/config.ts";
import { layerKeys, layerValues } from "../model/forward-plan.ts";
import type { RankLink } from "../parallel/exchange.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** Places of a piece's outputs: all stay on the device but the rows of the next experts, and their weights. */
export function pieceOutputs(
  { layers, denseLayers }: ModelConfig,
  piece: number,
): Record<string, "gpu-buffer" | "cpu"> {
  const first = piece === 0 ? 0 : denseLayers + piece;
  const end = Math.min(denseLayers + piece + 1, layers);
  const places: Record<string, "gpu-buffer" | "cpu"> = { hidden_out: "gpu-buffer" };
  for (let layer = first; layer < end; layer++) places[layerKeys(layer)] = places[layerValues(layer)] = "gpu-buffer";
  if (denseLayers + piece < layers) places.normed = places.weights = "cpu";
  return places;
}

/**
 * Runs a body's pieces and, between them, the experts.
 * @returns `hidden` and each layer's keys and values, all on the device
 */
export async function runPieces(
  pieces: readonly InferenceSession[],
  experts: RankLink,
  feeds: Tensors,
  { hiddenSize, topK, denseLayers }: ModelConfig,
): Promise<Record<string, Tensor>> {
  const made: Record<string, Tensor> = {};
  let given = feeds;
  try {
    for (const [i, piece] of pieces.entries()) {
      const wanted = piece.inputNames.map((name) => [name, given[name] as Tensor]);
      const outputs = (await piece.run(Object.fromEntries(wanted))) as Record<string, Tensor>;
      made.hidden?.dispose();
      const { hidden_out: hidden, normed, weights, ...own } = outputs as Record<string, Tensor>;
      Object.assign(made, own, { hidden });
      if (normed === undefined || weights === undefined) continue;
      const chosen = chooseExperts(weights.data as Float32Array, weights.dims[1] as number, topK);
      const rows = normed.data as Float32Array;
      const into = new Float32Array(rows.length);
      const { partial } = await experts.run({ layer: denseLayers + i, hidden: rows, ...chosen, into });
      const routed = new Tensor("float32", partial as Float32Array, [rows.length / hiddenSize, hiddenSize]);
      given = { ...feeds, hidden: hidden as Tensor, routed };
    }
    return made;
  } catch (cause) {
    for (const tensor of Object.values(made)) tensor.dispose();
    throw cause;
  }
}

/** The chosen experts [T, K] of each row from a weight for each [T, E], 0 for those that were not chosen. */
export function chooseExperts(
  all: Float32Array,
  count: number,
  topK: number,
): { experts: BigInt64Array; weights: Float32Array } {
  const rows = all.length / count;
  const experts = new BigInt64Array(rows * topK);
  const weights = new Float32Array(rows * topK);
  for (let row = 0; row < rows; row++) {
    let found = 0;
    for (let expert = 0; expert < count && found < topK; expert++) {
      const weight = all[row * count + expert] as number;
      if (weight === 0) continue;
      experts[row * topK + found] = BigInt(expert);
      weights[row * topK + found] = weight;
      found++;
    }
  }
  return { experts, weights };
}
