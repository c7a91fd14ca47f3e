/** A small package of a 2.2 checkpoint with random weights and bytes as tokens: its model edits frequently. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Quantization } from "../../../gpu-worker/src/model/weights.ts";
import { convertCheckpoint } from "../../../tools/convert/convert.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import { synthesizeCheckpoint } from "../../../tools/convert/synth.ts";

/** Tokens of the tokenizer in this folder before BPE merges: five marks, then the bytes. */
const PLAIN_TOKENS = 5 + 256;
export const MASK_TOKEN = 1;
export const EDIT_TOKENS = { delete: PLAIN_TOKENS, split: PLAIN_TOKENS + 1 };

const config = {
  ...releasedShapes["mini-2.2"],
  vocab_size: PLAIN_TOKENS + 2,
  num_hidden_layers: 2,
  hidden_size: 64,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  rotary_dim: 8,
  intermediate_size: 96,
  moe_intermediate_size: 32,
  num_experts: 16,
  num_experts_per_tok: 3,
  expert_capacity: 6,
  block_size: 8,
  max_position_embeddings: 512,
  pad_token_id: 0,
  mask_token_id: MASK_TOKEN,
  eos_token_id: [0, 4],
  delete_token_id: EDIT_TOKENS.delete,
  split_token_id: EDIT_TOKENS.split,
};

export interface LevenshteinPackage extends AsyncDisposable {
  readonly folder: string;
}

export async function convertLevenshtein(quantization: Quantization, ranks = 1): Promise<LevenshteinPackage> {
  const parent = await mkdtemp(join(tmpdir(), "palimpsest-levenshtein-"));
  const [source, folder] = [join(parent, "checkpoint"), join(parent, "edits")];
  await synthesizeCheckpoint({ target: source, config, seed: 5, shardBytes: 1e9 });
  await writeTokenizer(source);
  await convertCheckpoint({ source, target: folder, name: "edits", quantization, ranks });
  return { folder, [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }) };
}

/** Writes the tokenizer's files without BPE merges. */
async function writeTokenizer(folder: string): Promise<void> {
  await cp(fileURLToPath(new URL("tokenizer", import.meta.url)), folder, { recursive: true });
  const file = join(folder, "tokenizer.json");
  const json = JSON.parse(await readFile(file, "utf8"));
  const entries = Object.entries<number>(json.model.vocab).filter(([, id]) => id < PLAIN_TOKENS);
  await writeFile(
    file,
    JSON.stringify({ ...json, model: { ...json.model, vocab: Object.fromEntries(entries), merges: [] } }),
  );
}
