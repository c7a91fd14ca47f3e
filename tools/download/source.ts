/** Parses the source of a checkpoint: a folder of this machine or a model of a hub. It fetches nothing. */
import { stat } from "node:fs/promises";
import { ifExists } from "@palimpsest/gpu-worker/files/optional-file";

const MODEL_SCOPE_PREFIX = "modelscope:";
/** `org/name`, as both hubs write it. */
const HUB_ID = /^\w[\w.-]*\/\w[\w.-]*$/;

export type CheckpointSource =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "huggingface" | "modelscope"; readonly id: string };

/** An existing folder has priority over a hub's model of the same name. Any other text is a folder too. */
export async function parseSource(text: string): Promise<CheckpointSource> {
  const id = text.replace(MODEL_SCOPE_PREFIX, "");
  if (id !== text && HUB_ID.test(id)) return { kind: "modelscope", id };
  const isFolder = (await ifExists(stat(text)))?.isDirectory() ?? false;
  return HUB_ID.test(text) && !isFolder ? { kind: "huggingface", id: text } : { kind: "folder", path: text };
}
