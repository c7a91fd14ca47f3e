/** Packages of random weights, with a tokenizer, for figures that do not depend on what a model has learnt. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { spelling } from "../../gpu-worker/src/tokenizer/byte-level.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { releasedShapes } from "../../tools/convert/released-shapes.ts";
import { SHARD_BYTES, synthesizeCheckpoint } from "../../tools/convert/synth.ts";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";

/** Marks of made-up tokenizers; bytes and words follow. */
const MARKS = ["<end>", "<mask>", "<delete>", "<split>", "<stop>"];
export const FIRST_BYTE = MARKS.length;
export const MASK_TOKEN = 1;
export const END_TOKENS = [0, 4];

const TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"];

/** `npm run bench -- random-package --out FOLDER`: the shipped model's shape and tokenizer. */
export async function benchRandomPackage(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { out: { type: "string" } } });
  if (values.out === undefined) throw new Error("--out: name the folder to write");
  const { config, maskToken, eosTokens } = await readManifest(SHIPPED_PACKAGE);
  const shape = {
    ...releasedShapes.mini,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    rotary_dim: config.rotaryDim,
    rope_theta: config.ropeTheta,
    intermediate_size: config.intermediateSize,
    moe_intermediate_size: config.moeIntermediateSize,
    num_experts: config.experts,
    num_experts_per_tok: config.topK,
    n_group: config.expertGroups,
    topk_group: config.topKGroups,
    max_position_embeddings: config.maxPositions,
    ...{ pad_token_id: eosTokens[0], mask_token_id: maskToken, eos_token_id: eosTokens },
  };
  await writeRandomPackage(values.out, shape, async (checkpoint) => {
    for (const file of TOKENIZER_FILES) await cp(join(SHIPPED_PACKAGE, file), join(checkpoint, file));
  });
  console.log(`${values.out}: the shipped model's shape and tokenizer, random weights`);
}

/** A layer of mini with its vocabulary of made-up tokens. */
export function writeOneLayerOfMini(folder: string): Promise<void> {
  const config = { ...releasedShapes.mini, num_hidden_layers: 1 };
  const special = { pad_token_id: END_TOKENS[0], mask_token_id: MASK_TOKEN, eos_token_id: END_TOKENS };
  return writeRandomPackage(folder, { ...config, ...special }, async (checkpoint) => {
    await writeFile(join(checkpoint, "tokenizer.json"), JSON.stringify(madeUpTokenizer(config.vocab_size)));
    await cp(join(SHIPPED_PACKAGE, "tokenizer_config.json"), join(checkpoint, "tokenizer_config.json"));
  });
}

/** @param writeTokenizer writes the tokenizer's files into the checkpoint's folder */
async function writeRandomPackage(
  target: string,
  config: Readonly<Record<string, unknown>>,
  writeTokenizer: (checkpoint: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-random-"));
  try {
    const source = join(folder, "checkpoint");
    await synthesizeCheckpoint({ target: source, config, seed: 1, shardBytes: SHARD_BYTES });
    await writeTokenizer(source);
    await convertCheckpoint({ source, target, name: "random", quantization: "int8", ranks: 1 });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Byte-level: marks, the bytes, and made-up words. */
export function madeUpTokenizer(vocabSize: number) {
  const bytes = Array.from({ length: 256 }, (_, byte) => spelling(Uint8Array.of(byte)));
  const words = Array.from(
    { length: vocabSize - MARKS.length - bytes.length },
    (_, i) => `${i % 3 === 0 ? spelling(Uint8Array.of(0x20)) : ""}w${i.toString(36)}`,
  );
  const vocab = Object.fromEntries([...MARKS, ...bytes, ...words].map((token, id) => [token, id]));
  const added_tokens = MARKS.map((content, id) => ({ id, content, special: true }));
  const pre_tokenizer = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const decoder = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const model = { type: "BPE", dropout: null, unk_token: null, vocab, merges: [] };
  return { version: "1.0", added_tokens, normalizer: null, pre_tokenizer, post_processor: null, decoder, model };
}
