/** `palimpsest prepare`: packs a package's weights for this machine's CPU before the first load. */
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import { packedBytes, preparePackage } from "@palimpsest/gpu-worker/runtime/prepared";
import { Command } from "commander";
import { interruptSignal } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { formatBytes } from "./units.ts";

export function prepareCommand(): Command {
  return new Command("prepare")
    .description("pack a package's weights for this machine's CPU, as the first load would")
    .argument("<package>", "folder of the model package")
    .action(prepare);
}

async function prepare(folder: string): Promise<void> {
  const manifest = await readManifest(folder);
  if (packedBytes(manifest) === 0) {
    console.log(`${folder}: nothing to prepare; only quantized weights are packed`);
    return;
  }
  using progress = createProgress(process.stderr);
  const path = await preparePackage(
    folder,
    manifest,
    ({ doneBytes, totalBytes, graph }) => progress.update(doneBytes, totalBytes, graph),
    interruptSignal(),
  );
  progress[Symbol.dispose]();
  console.log(`${path}: weights of ${formatBytes(packedBytes(manifest))}, packed`);
}
