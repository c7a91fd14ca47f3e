/**
 * The golden vectors in test/parity/golden: the official code's answers, and packages converted from their checkpoints.
 */

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DecodeOptions } from "../../../gpu-worker/src/decoding/open-window.ts";
import type { Target } from "../../../gpu-worker/src/model/target.ts";
import type { Quantization } from "../../../gpu-worker/src/model/weights.ts";
import { convertCheckpoint } from "../../../tools/convert/convert.ts";

export type GoldenName = "tiny-21" | "demo-21";

/** A run of the official `generate()`. */
export interface GoldenRun {
  readonly version: "2.0" | "2.1";
  readonly mode: string;
  readonly threshold: number;
  readonly editing_threshold?: number;
  readonly max_post_steps?: number;
  readonly gen_length: number;
  readonly eos_id: number;
  readonly prompt: readonly number[];
  readonly forwards: number;
  /** The state of the block being decoded, before each forward. */
  readonly block_before_each_forward: readonly (readonly number[])[];
  /** Up to and including the first end token. */
  readonly output: readonly number[];
}

/** A full forward over a whole sequence, without a cache. */
export interface GoldenLogits {
  readonly input_ids: readonly number[];
  readonly shape: readonly [number, number];
  readonly byte_offset: number;
  /** Per MoE layer and token, the chosen experts in ascending order. */
  readonly experts: readonly (readonly (readonly number[])[])[];
}

const folder = (name: GoldenName, file: string): string =>
  fileURLToPath(new URL(`../../parity/golden/${name}/${file}`, import.meta.url));

export function goldenRuns(name: GoldenName): readonly GoldenRun[] {
  return JSON.parse(readFileSync(folder(name, "decode.json"), "utf8")).cases;
}

/** tiny-21's logits: the cases, and a view of the numbers of each. */
export function goldenLogits(): readonly (GoldenLogits & { readonly logits: Float32Array })[] {
  const cases: GoldenLogits[] = JSON.parse(readFileSync(folder("tiny-21", "logits.json"), "utf8")).cases;
  const numbers = new Uint8Array(readFileSync(folder("tiny-21", "logits.f32"))).buffer;
  return cases.map((one) => ({
    ...one,
    logits: new Float32Array(numbers, one.byte_offset, one.shape[0] * one.shape[1]),
  }));
}

/** Mask token of the vectors. */
export const GOLDEN_MASK = { "tiny-21": 511, "demo-21": 1 } as const satisfies Record<GoldenName, number>;

/**
 * Minimum forwards of a run: for each block but the last, a confirming forward that changed nothing can be saved, since
 * it can also run the next block's first step.
 */
export function leastForwards({ prompt, output, forwards, block_before_each_forward: seen }: GoldenRun): number {
  const size = seen[0]?.length ?? 0;
  const tail = prompt.slice(prompt.length - (prompt.length % size));
  const answer = [...tail, ...output];
  // A block is all masks when it is first seen, and never again.
  const [mask] = (seen[0] as readonly number[]).slice(-1);
  const isFirst = (block: readonly number[], i: number): boolean =>
    block.slice(i === 0 ? tail.length : 0).every((token) => token === mask);
  const lasts = seen.filter((_, i) => i + 1 < seen.length && isFirst(seen[i + 1] as readonly number[], i + 1));
  const confirmed = lasts.filter((block, b) => block.every((token, i) => token === answer[b * size + i]));
  return forwards - confirmed.length;
}

/** The options that a run was recorded with. */
export function goldenOptions(name: GoldenName, run: GoldenRun): DecodeOptions {
  const { version: rule, threshold, editing_threshold, max_post_steps } = run;
  const edits = {
    ...(editing_threshold !== undefined && { editing_threshold }),
    ...(max_post_steps !== undefined && { max_post_steps }),
  };
  return {
    decoding: { rule, threshold, ...edits },
    blockLength: 32,
    maskToken: GOLDEN_MASK[name],
    eosTokens: new Set([run.eos_id]),
    maxTokens: run.gen_length,
  };
}

/** Folder of the checkpoint behind the vectors. */
export function goldenCheckpoint(name: GoldenName): string {
  return folder(name, name === "demo-21" ? "checkpoint" : "");
}

export interface GoldenPackage extends AsyncDisposable {
  readonly folder: string;
}

/** Converts the checkpoint behind the vectors into a temporary package. */
export async function convertGolden(
  name: GoldenName,
  options: {
    readonly quantization: Quantization;
    readonly ranks: number;
    readonly provider?: Target;
    /** Of tiny-21, whose runs end with different ones. */
    readonly eosTokens?: readonly number[];
  },
): Promise<GoldenPackage> {
  const parent = await mkdtemp(join(tmpdir(), "palimpsest-golden-"));
  const target = join(parent, name);
  // tiny-21 has no tokenizer, and its configuration names neither token.
  const tokens = name === "tiny-21" ? { maskToken: GOLDEN_MASK[name], eosTokens: [508] } : {};
  await convertCheckpoint({ source: goldenCheckpoint(name), target, ...tokens, ...options });
  return { folder: target, [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }) };
}
