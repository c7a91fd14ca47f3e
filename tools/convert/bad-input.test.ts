/** Checkpoints at fault: each ends a conversion in one sentence that names the fault, and leaves nothing that looks like a package. */
import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PackageError } from "../../gpu-worker/src/errors.ts";
import { MANIFEST_FILE } from "../../gpu-worker/src/model/manifest.ts";
import { tinyConfig, writeCheckpoint } from "../../test/support/models/checkpoint.ts";
import { INDEX_FILE } from "./checkpoint.ts";
import { convertCheckpoint } from "./convert.ts";

const SHARDS = 3;

let folder: string;
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bad-input-"));
  source = join(folder, "checkpoint");
  await writeCheckpoint(source, { dtype: "BF16", shards: SHARDS, layout: "runs" });
});
afterEach(() => rm(folder, { recursive: true }));

const convert = () => convertCheckpoint({ source, target: join(folder, "package"), quantization: "int4", ranks: 2 });

const shard = (n: number): string => `model-0000${n}-of-0000${SHARDS}.safetensors`;
const pathOf = (file: string): string => join(source, file);

async function changeJson(file: string, change: (json: { weight_map: object }) => unknown): Promise<void> {
  await writeFile(pathOf(file), JSON.stringify(change(JSON.parse(await readFile(pathOf(file), "utf8")))));
}

/** Writes a shard's header anew, of any length, before the same values. */
async function changeHeader(n: number, change: (text: string) => string): Promise<void> {
  const bytes = await readFile(pathOf(shard(n)));
  const end = 8 + Number(bytes.readBigUInt64LE());
  const header = Buffer.from(change(bytes.toString("utf8", 8, end)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFile(pathOf(shard(n)), Buffer.concat([length, header, bytes.subarray(end)]));
}

/** Overwrites a shard's last bytes: the values of its last tensor, or the start of the file for a position of 0. */
async function overwrite(n: number, bytes: Uint8Array, position?: number): Promise<void> {
  await using handle = await open(pathOf(shard(n)), "r+");
  await handle.write(bytes, 0, bytes.length, position ?? (await handle.stat()).size - bytes.length);
}

const faults: [name: string, spoil: () => Promise<unknown>, message: RegExp][] = [
  [
    "a shard cut short",
    () => truncate(pathOf(shard(2)), 30_000),
    /00002-of-00003\S+: tensor \S+: .* reach past the file's 30000; fetch it again$/,
  ],
  [
    "a shard cut short in its header",
    () => truncate(pathOf(shard(2)), 100),
    /00002-of-00003\S+: header ends at byte \d+, the file at 100; fetch/,
  ],
  ["an empty shard", () => truncate(pathOf(shard(3)), 0), /00003-of-00003\S+: 0 bytes is too short/],
  [
    "a header that claims 2^60 bytes",
    () => overwrite(1, Buffer.from("0000000000000010", "hex"), 0),
    /00001-of-00003\S+: header says it is 1152921504606846976 bytes long/,
  ],
  [
    "a tensor outside its file",
    () => changeHeader(3, (text) => text.replace(/\[0,(\d+)\]/, (_, end) => `[${2 ** 40},${2 ** 40 + Number(end)}]`)),
    /00003-of-00003\S+: tensor \S+: bytes 10995\d+ to \d+ reach past the file's/,
  ],
  [
    "a tensor whose shape is not its size",
    () => changeHeader(3, (text) => text.replace(/"shape":\[/, '"shape":[7,')),
    /tensor \S+: data_offsets span \d+ bytes, BF16 of shape \[7,/,
  ],
  [
    "values of a type that is not read",
    () => changeHeader(2, (text) => text.replace("BF16", "F8_E4M3")),
    /tensor \S+: dtype "F8_E4M3"; only F32, F16, BF16 can be converted/,
  ],
  [
    "a weight that is NaN",
    () => overwrite(3, Uint8Array.of(0xc0, 0x7f)),
    /00003-of-00003\S+: tensor lm_head.weight: value 4607 is NaN/,
  ],
  [
    "a weight that is infinite",
    () => overwrite(3, Uint8Array.of(0x80, 0xff)),
    /00003-of-00003\S+: tensor lm_head.weight: value 4607 is -Infinity/,
  ],
  [
    "a tensor in two shards",
    async () => writeFile(pathOf(shard(2)), await readFile(pathOf(shard(1)))),
    /00002-of-00003\S+: tensor \S+ is in model-00001-of-00003\S+ as well/,
  ],
  [
    "a shard that is missing",
    () => rm(pathOf(shard(2))),
    /00002-of-00003\S+: missing, but model.safetensors.index.json names it; fetch it/,
  ],
  [
    "an index that names a file nobody has",
    () =>
      changeJson(INDEX_FILE, ({ weight_map }) => ({
        weight_map: { ...weight_map, "lm_head.weight": "other.safetensors" },
      })),
    /other.safetensors: missing, but model.safetensors.index.json names it/,
  ],
  [
    "an index that names another shard",
    () =>
      changeJson(INDEX_FILE, ({ weight_map }) => ({
        weight_map: { ...weight_map, "lm_head.weight": shard(1) },
      })),
    /00001-of-00003\S+: does not contain tensor lm_head.weight/,
  ],
  [
    "an index that leaves out a tensor's shard",
    () => changeJson(INDEX_FILE, () => ({ weight_map: { "lm_head.weight": shard(3) } })),
    /tensors do not fit config.json: tensor model.word_embeddings.weight \[96,48\] is missing/,
  ],
];

/** Of `config.json`. */
const configurations: [changes: Record<string, unknown>, message: RegExp][] = [
  [{ n_group: 3 }, /num_experts 8 is not a multiple of n_group 3/],
  [{ num_key_value_heads: 3 }, /num_attention_heads 4 is not a multiple of num_key_value_heads 3/],
  [{ head_dim: undefined, num_attention_heads: 10 }, /hidden_size 48 is not a multiple of num_attention_heads 10/],
  [{ rotary_dim: 7 }, /rotary_dim 7 must be even and at most head_dim 16/],
  [{ topk_group: 5 }, /topk_group 5 is more than n_group 4/],
  [{ num_experts_per_tok: 5 }, /num_experts_per_tok 5 is more than the 4 experts of the kept groups/],
  [{ block_length: 31 }, /block_length: .*multiple of 2/],
  [
    { moe_intermediate_size: 25 },
    /tensors do not fit config.json: tensor \S+ in \S+ is \[24,48\], config.json makes it \[25,48\]/,
  ],
  [{ num_hidden_layers: 0 }, /num_hidden_layers: /],
  [{ hidden_size: "48" }, /hidden_size: .*expected number/],
  [{ vocab_size: undefined }, /vocab_size: /],
];

it.each(faults)("%s is refused in one line", async (_, spoil, message) => {
  await spoil();
  await expectRefusal(message);
  await rm(source, { recursive: true });
  await writeCheckpoint(source, { dtype: "BF16", shards: SHARDS, layout: "runs" });
  await convert(); // what is left is not in the way of a sound one
  expect((await readdir(folder)).sort()).toEqual(["checkpoint", "package"]);
});

it.each(configurations)("a configuration with %o is refused in one line", async (changes, message) => {
  await changeJson("config.json", () => ({ ...tinyConfig, ...changes }));
  await expectRefusal(message);
});

/** One line, and no package under its name, nor beside it one that looks whole. */
async function expectRefusal(message: RegExp): Promise<void> {
  const error = await convert().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(PackageError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain("\n");
  expect(await readdir(folder)).not.toContain("package");
  const left = await readdir(join(folder, "package.partial")).catch(() => []);
  expect(left).not.toContain(MANIFEST_FILE);
}
