import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "@palimpsest/proto/onnx";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MANIFEST_FILE, parseManifest } from "../../gpu-worker/src/model/manifest.ts";
import { planPackage } from "../../gpu-worker/src/model/package-plan.ts";
import type { CheckpointTensor, GraphFile, Weight } from "../../gpu-worker/src/model/weights.ts";
import {
  type CheckpointOptions,
  type WrittenCheckpoint,
  writeCheckpoint,
} from "../../test/support/models/checkpoint.ts";
import { encodeSafetensors } from "../../test/support/models/safetensors.ts";
import { type ConvertOptions, convertCheckpoint } from "./convert.ts";
import { quantizeRows } from "./quantize.ts";

let folder: string;
let source: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convert-"));
  source = join(folder, "tiny");
  target = join(folder, "package");
});
afterEach(() => rm(folder, { recursive: true }));

function convert(options: Partial<ConvertOptions> = {}, signal?: AbortSignal) {
  return convertCheckpoint({ source, target, quantization: "none", ranks: 1, ...options }, signal);
}

/** The bytes a weight must have, from the whole tensors at once. */
function expectedBytes(weight: Weight, { tensors }: WrittenCheckpoint): Uint8Array {
  const valuesOf = (tensor: CheckpointTensor): number[] => [...tensors.get(tensor.name)!.values];
  const columns = weight.sources[0]!.dims.at(-1)!;
  const values = Float32Array.from(alternate(weight.sources.map(valuesOf), columns, weight.interleaved ?? 1));
  if (weight.encoding === "f32") return new Uint8Array(values.buffer);
  if (weight.encoding === "f16") return new Uint8Array(Float16Array.from(values).buffer);
  const quantized = quantizeRows(values, columns, weight.bits === 4 ? 4 : 8);
  if (weight.encoding === "f16-scales") return new Uint8Array(Float16Array.from(quantized.scales).buffer);
  return weight.encoding === "quantized" ? quantized.values : new Uint8Array(quantized.scales.buffer);
}

/** Of each group of matrices, a row of the first, then one of each other, and so on. */
function alternate(matrices: readonly number[][], columns: number, group: number): number[] {
  const groups = Array.from({ length: matrices.length / group }, (_, i) => matrices.slice(i * group, (i + 1) * group));
  return groups.flatMap((members) =>
    Array.from({ length: members[0]!.length / columns }, (_, row) =>
      members.flatMap((matrix) => matrix.slice(row * columns, (row + 1) * columns)),
    ).flat(),
  );
}

/** Compares every weight in the package at `target` with its tensors. */
async function expectWeights(plan: readonly GraphFile[], checkpoint: WrittenCheckpoint): Promise<void> {
  for (const { name, weights } of plan) {
    const data = await readFile(join(target, `${name}.bin`));
    const { graph } = fromBinary(ModelProtoSchema, await readFile(join(target, `${name}.onnx`)));
    for (const weight of weights) {
      const { externalData } = graph!.initializer.find((tensor) => tensor.name === weight.name)!;
      const place = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
      const [offset, length] = [Number(place.offset), Number(place.length)];
      expect(place.location).toBe(`${name}.bin`);
      expect(offset % 4096).toBe(0);
      expect(
        Buffer.compare(data.subarray(offset, offset + length), expectedBytes(weight, checkpoint)),
        weight.name,
      ).toBe(0);
    }
  }
}

const shapes: [string, CheckpointOptions][] = [
  ["the tiny shape", {}],
  ["bf16 shards", { dtype: "BF16", shards: 3 }],
  [
    "f16, no dense layer, two shared experts",
    { dtype: "F16", config: { first_k_dense_replace: 0, num_shared_experts: 2 } },
  ],
  ["tied embeddings, no expert bias", { config: { tie_word_embeddings: true, moe_router_enable_expert_bias: false } }],
  [
    "heads of another size, full rotary",
    { config: { head_dim: 32, partial_rotary_factor: 1, n_group: 8, topk_group: 4 } },
  ],
];

for (const quantization of ["none", "int8", "int4"] as const) {
  it.each(shapes)(
    `in ${quantization}, %s: every weight of every graph has its tensors' bytes on a page of its own`,
    async (_, options) => {
      const checkpoint = await writeCheckpoint(source, options);
      const manifest = await convert({ quantization, ranks: 3 });
      const plan = planPackage(checkpoint.model, { target: "cpu", quantization, ranks: 3, maskToken: 95 });
      expect(manifest.graphs).toEqual(plan.map(({ name, rank }) => ({ name, rank })));
      await expectWeights(plan, checkpoint);
    },
  );
}

const cudaShape = { hidden_size: 128, moe_intermediate_size: 256, head_dim: 32 };

it.each(["int8", "int4"] as const)(
  "for cuda in %s, weights and scales are f16, and rows of an expert's gate and up alternate",
  async (quantization) => {
    const checkpoint = await writeCheckpoint(source, { dtype: "BF16", config: cudaShape });
    expect(await convert({ provider: "cuda", quantization, ranks: 3 })).toMatchObject({ target: "cuda" });
    const plan = planPackage(checkpoint.model, { target: "cuda", quantization, ranks: 3, maskToken: 95 });
    const encodings = plan.flatMap(({ weights }) => weights.map(({ encoding }) => encoding));
    expect(new Set(encodings)).toEqual(new Set(["f16", "f32", "quantized", "f16-scales"])); // f32: the router
    await expectWeights(plan, checkpoint);
  },
);

it.each(["none", "int4"] as const)(
  "for webgpu in %s, down of all experts stands side by side",
  async (quantization) => {
    const checkpoint = await writeCheckpoint(source, { dtype: "BF16", config: cudaShape });
    expect(await convert({ provider: "webgpu", quantization })).toMatchObject({ target: "webgpu" });
    const plan = planPackage(checkpoint.model, {
      ...{ target: "webgpu", quantization, ranks: 1, maskToken: 95 },
      blockLength: 32,
    });
    expect(plan.map(({ name }) => name)).toEqual(["body", "head"]);
    await expectWeights(plan, checkpoint);
  },
);

it("for cuda, a weight beyond f16 is refused by name", async () => {
  const { tensors } = await writeCheckpoint(source, { config: cudaShape });
  tensors.get("model.norm.weight")!.values[3] = -65536;
  await writeFile(join(source, "model.safetensors"), encodeSafetensors([...tensors.values()]));
  await expect(convert({ provider: "cuda", quantization: "int4" })).rejects.toThrow(
    "model.norm.weight: -65536 exceeds the largest f16",
  );
});

it("for cuda, what its experts' operator cannot take is refused before anything is written", async () => {
  await writeCheckpoint(source);
  await expect(convert({ provider: "cuda" })).rejects.toThrow(
    /needs --quantize int4 or int8; hidden_size 48 is not a multiple of 128/,
  );
  expect(await readdir(folder)).toEqual(["tiny"]);
});

it("the manifest on disk is the one returned and tells every other file's size and checksum", async () => {
  await writeCheckpoint(source);
  const manifest = await convert({ quantization: "int8", ranks: 2 });
  expect(parseManifest(await readFile(join(target, MANIFEST_FILE), "utf8"), MANIFEST_FILE)).toEqual(manifest);
  expect(manifest).toMatchObject({ name: "tiny", quantization: "int8", ranks: 2, maskToken: 95 });
  expect(new Set(await readdir(target))).toEqual(new Set([MANIFEST_FILE, ...manifest.files.map(({ path }) => path)]));
  for (const { path, sizeBytes, sha256 } of manifest.files) {
    const bytes = await readFile(join(target, path));
    expect([bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([sizeBytes, sha256]);
  }
});

it("the tokenizer comes along, its template as a file of its own", async () => {
  await writeCheckpoint(source, { config: { mask_token_id: null, eos_token_id: null } });
  const added_tokens = ["<|mask|>", "<end>", "<|role_end|>"].map((content, id) => ({ id, content }));
  const config = { eos_token: { content: "<end>" }, chat_template: [{ name: "default", template: "{{ hello }}" }] };
  await writeFile(join(source, "tokenizer.json"), JSON.stringify({ added_tokens }));
  await writeFile(join(source, "tokenizer_config.json"), JSON.stringify(config));
  const manifest = await convert();
  expect(manifest).toMatchObject({ maskToken: 0, eosTokens: [1, 2] });
  expect(manifest.tokenizer).toEqual({
    tokenizer: "tokenizer.json",
    config: "tokenizer_config.json",
    chatTemplate: "chat_template.jinja",
  });
  expect(await readFile(join(target, "chat_template.jinja"), "utf8")).toBe("{{ hello }}");
});

it("tensors that are missing or of another shape are listed before anything is written", async () => {
  const { tensors } = await writeCheckpoint(source);
  const faulty = [...tensors.values()]
    .filter(({ name }) => !name.startsWith("model.layers.2.mlp.experts"))
    .map((tensor) => (tensor.name === "model.norm.weight" ? { ...tensor, dims: [6, 8] } : tensor));
  await writeFile(join(source, "model.safetensors"), encodeSafetensors(faulty));
  const message = await convert().catch((error: Error) => error.message);
  expect(message).toMatch(/25 tensors do not fit config.json: /);
  expect(message).toMatch(/tensor model.layers.2.mlp.experts.0.gate_proj.weight \[24,48\] is missing/);
  expect(message).toMatch(/and 20 more$/);
  expect(await readdir(folder)).toEqual(["tiny"]);
});

it.each([
  ["no config.json", async () => rm(join(source, "config.json")), /config.json: missing/],
  ["a config.json that is not JSON", () => writeFile(join(source, "config.json"), "{"), /config.json: not JSON/],
  [
    "a tokenizer.json of another kind",
    () => writeFile(join(source, "tokenizer.json"), "{}"),
    /tokenizer.json: added_tokens/,
  ],
])("a checkpoint with %s is refused", async (_, spoil, message) => {
  await writeCheckpoint(source);
  await spoil();
  await expect(convert()).rejects.toThrow(message);
});

it.each(["hidden_size", "head_dim", "num_hidden_layers", "num_experts"])(
  "a config.json with an absurd %s is refused",
  async (key) => {
    const { config } = await writeCheckpoint(source);
    await writeFile(join(source, "config.json"), JSON.stringify({ ...config, [key]: 2 ** 52 }));
    await expect(convert()).rejects.toThrow(/config.json describes a model far larger than the \d+ tensors/);
  },
);

it("a weight that is not a number ends the conversion, and what is left is no package", async () => {
  const { tensors } = await writeCheckpoint(source);
  tensors.get("lm_head.weight")!.values[100] = Number.NaN;
  await writeFile(join(source, "model.safetensors"), encodeSafetensors([...tensors.values()]));
  await expect(convert()).rejects.toThrow("model.safetensors: tensor lm_head.weight: value 100 is NaN");
  expect(await readdir(folder)).toEqual(["package.partial", "tiny"]);
  expect(await readdir(join(folder, "package.partial"))).not.toContain(MANIFEST_FILE);
});

it("an abort before the first file is whole leaves nothing behind", async () => {
  await writeCheckpoint(source);
  await expect(convert({}, AbortSignal.abort())).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  expect(await readdir(folder)).toEqual(["tiny"]);
});

it("an earlier package is replaced only on request, other folders never", async () => {
  await writeCheckpoint(source);
  await mkdir(target);
  await convert({ name: "first" });
  await expect(convert({ name: "second" })).rejects.toThrow(/package: already a model package.*--force/);
  await convert({ name: "second", replace: true });
  expect(JSON.parse(await readFile(join(target, MANIFEST_FILE), "utf8")).name).toBe("second");
  await expect(convert({ target: source, replace: true })).rejects.toThrow(/tiny: not empty and not a model package/);
  await expect(convert({ target: join(source, "config.json") })).rejects.toThrow(/config.json: a file/);
  expect(new Set(await readdir(folder))).toEqual(new Set(["tiny", "package"]));
});

it("more ranks than experts are refused", async () => {
  await writeCheckpoint(source);
  await expect(convert({ ranks: 9 })).rejects.toThrow("9 ranks for 8 experts");
});

describe("a checkpoint of 2.2", () => {
  const blockRouted = { expert_capacity: 5, block_size: 16, eos_token_id: [94, 93] };

  it("routes by block whatever groups its configuration carries, and 2.1's does so never", async () => {
    const routingOf = async (changes: Record<string, unknown>) => {
      await writeCheckpoint(source, { config: { ...blockRouted, ...changes } });
      const { config, blockLength, eosTokens } = await convert({ replace: true });
      return [config.blockExperts, config.expertGroups, config.topKGroups, blockLength, eosTokens];
    };
    expect(await routingOf({})).toEqual([5, 1, 1, 16, [94, 93]]);
    expect(await routingOf({ n_group: undefined, topk_group: undefined })).toEqual([5, 1, 1, 16, [94, 93]]);
    expect(await routingOf({ expert_capacity: 0 })).toEqual([undefined, 4, 2, 16, [94, 93]]);
  });

  it("keeps its block length: an override is refused", async () => {
    await writeCheckpoint(source, { config: blockRouted });
    await expect(convert({ blockLength: 32 })).rejects.toThrow(
      "block length 32: the checkpoint chooses experts for blocks of 16; leave out --block-length",
    );
    expect((await convert({ blockLength: 16 })).blockLength).toBe(16);
  });

  it("has its edit tokens in the manifest", async () => {
    await writeCheckpoint(source, { config: { ...blockRouted, delete_token_id: 90, split_token_id: 91 } });
    await convert();
    const text = await readFile(join(target, MANIFEST_FILE), "utf8");
    expect(parseManifest(text, MANIFEST_FILE)).toMatchObject({ editTokens: { delete: 90, split: 91 } });
  });

  it.each([
    ["a pool of more experts than there are", { expert_capacity: 9 }, /expert_capacity 9 is more than the 8/],
    ["a pool too small for one token", { expert_capacity: 2 }, /num_experts_per_tok 3 is more than expert_capacity 2/],
  ])("with %s is refused", async (_, changes, message) => {
    const { config } = await writeCheckpoint(source, { config: blockRouted });
    await writeFile(join(source, "config.json"), JSON.stringify({ ...config, ...changes }));
    await expect(convert()).rejects.toThrow(message);
  });
});
