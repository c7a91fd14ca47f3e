/** Packages of random weights, created once and reused if a folder is given. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Quantization } from "../../../gpu-worker/src/model/weights.ts";
import { convertCheckpoint } from "../../../tools/convert/convert.ts";
import { SHARD_BYTES, synthesizeCheckpoint } from "../../../tools/convert/synth.ts";

/** `config.json` and weights. The mask token is 1, the end token 2. */
export interface Synthetic {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly quantization: Quantization;
}

export interface SyntheticPackage extends AsyncDisposable {
  readonly folder: string;
}

/** @param keep folder that keeps the package. Absent: disposal deletes it */
export async function openSynthetic(
  { name, config, quantization }: Synthetic,
  keep: string | undefined,
): Promise<SyntheticPackage> {
  await using opening = new AsyncDisposableStack();
  const parent = keep ?? (await mkdtemp(join(tmpdir(), "palimpsest-bench-")));
  if (keep === undefined) opening.defer(() => rm(parent, { recursive: true }));
  const [source, folder] = [join(parent, name, "checkpoint"), join(parent, name, "package")];
  if (!existsSync(folder)) {
    await synthesizeCheckpoint({
      target: source,
      config: { ...config, pad_token_id: 2 },
      seed: 1,
      shardBytes: SHARD_BYTES,
    });
    const tokens = { maskToken: 1, eosTokens: [2] };
    await convertCheckpoint({ source, target: folder, quantization, ranks: 1, consume: true, ...tokens });
  }
  const opened = opening.move();
  return { folder, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
