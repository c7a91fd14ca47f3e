/** Checks a checkpoint's tensors against its configuration. It reads no values. */
import { basename } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import type { ModelConfig } from "@palimpsest/gpu-worker/model/config";
import type { CheckpointTensor, GraphFile } from "@palimpsest/gpu-worker/model/weights";
import type { Checkpoint } from "./checkpoint.ts";

/** Faults that an error lists; further ones are counted. */
const LISTED_FAULTS = 5;

/** The extent of a checkpoint. */
export interface CheckpointScale {
  readonly tensorCount: number;
  /** Largest dimension of any tensor. */
  readonly widest: number;
}

export function scaleOf({ tensors, tensorCount }: Checkpoint): CheckpointScale {
  return { tensorCount, widest: [...tensors.values()].reduce((most, { dims }) => Math.max(most, ...dims), 0) };
}

/** Rejects a configuration so large that its plan alone could exceed memory. @throws PackageError if no tensor confirms its sizes */
export function checkScale(model: ModelConfig, { tensorCount, widest }: CheckpointScale, source: string): void {
  const experts = (model.layers - model.denseLayers) * model.experts;
  if (Math.max(model.hiddenSize, model.headDim) <= widest && model.layers + experts <= tensorCount) return;
  throw new PackageError(
    `${source}: config.json describes a model far larger than the ${tensorCount} tensors there; fetch both again`,
  );
}

/** Checks that the graphs' tensors exist with the right shape. @throws PackageError listing those that do not */
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
