/** Whether a checkpoint's tensors are the ones that its configuration speaks of. It reads no values. */
import { basename } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import type { ModelConfig } from "@palimpsest/gpu-worker/model/config";
import type { CheckpointTensor, GraphFile } from "@palimpsest/gpu-worker/model/weights";
import type { Checkpoint } from "./checkpoint.ts";

/** Fault messages that one error lists; the rest is counted. */
const LISTED_FAULTS = 5;

/** How much a checkpoint holds. */
export interface CheckpointScale {
  readonly tensorCount: number;
  /** No tensor has a dimension above it. */
  readonly widest: number;
}

export function scaleOf({ tensors, tensorCount }: Checkpoint): CheckpointScale {
  return { tensorCount, widest: [...tensors.values()].reduce((most, { dims }) => Math.max(most, ...dims), 0) };
}

/** Numbers that no tensor bears out could make the plan itself larger than memory. @throws PackageError at such */
export function checkScale(model: ModelConfig, { tensorCount, widest }: CheckpointScale, source: string): void {
  const experts = (model.layers - model.denseLayers) * model.experts;
  if (Math.max(model.hiddenSize, model.headDim) <= widest && model.layers + experts <= tensorCount) return;
  throw new PackageError(
    `${source}: config.json describes a model far larger than the ${tensorCount} tensors there; fetch both again`,
  );
}

/** Every tensor that the graphs need is there with its shape. @throws PackageError listing those that are not */
export function checkTensors(graphs: readonly GraphFile[], { tensors }: Checkpoint, source: string): void {
  const needed = graphs.flatMap((graph) => graph.weights.flatMap((weight) => weight.sources));
  const faults = new Set(needed.flatMap((tensor) => tensorFault(tensor, tensors)));
  if (faults.size === 0) return;
  const listed = [...faults].slice(0, LISTED_FAULTS).join("; ");
  const rest = faults.size > LISTED_FAULTS ? `; and ${faults.size - LISTED_FAULTS} more` : "";
  const count = faults.size > 1 ? `${faults.size} tensors do not fit config.json: ` : "";
  throw new PackageError(`${source}: ${count}${listed}${rest}`);
}

function tensorFault({ name, dims }: CheckpointTensor, tensors: Checkpoint["tensors"]): string[] {
  const stored = tensors.get(name);
  if (!stored) return [`tensor ${name} [${dims}] is missing`];
  if (stored.dims.join() === dims.join()) return [];
  return [`tensor ${name} in ${basename(stored.file)} is [${stored.dims}], config.json makes it [${dims}]`];
}
