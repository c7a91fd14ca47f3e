/**
 * WebGPU packages on a software Vulkan driver, which shows what runs where and what it gives, not how fast. Their forwards are
 * those of CPU packages, and no node of them runs on the CPU. What it costs on a GPU is not tested here.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Target } from "../../gpu-worker/src/model/target.ts";
import type { Quantization } from "../../gpu-worker/src/model/weights.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { releasedShapes } from "../../tools/convert/released-shapes.ts";
import { shardPackage } from "../../tools/convert/shard.ts";
import { writeCheckpoint } from "../support/models/checkpoint.ts";
import { FORWARD_PAGES, type Forwards, forwardsOf } from "../support/models/forwards.ts";
import { installDawn } from "../support/programs/dawn.ts";
import { openSoftwareVulkan, type SoftwareVulkan } from "../support/programs/software-vulkan.ts";

const PROGRAM = fileURLToPath(new URL("../support/programs/device-forwards.ts", import.meta.url));

/** Software needs seconds to compile a graph's kernels, and longer beside other tests. */
const PATIENTLY = { timeout: 480_000 };

let vulkan: SoftwareVulkan;
let folder: string;
beforeAll(async () => {
  vulkan = await openSoftwareVulkan();
  folder = await mkdtemp(join(tmpdir(), "palimpsest-webgpu-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await vulkan[Symbol.asyncDispose]();
});

const sized = { hidden_size: 128, moe_intermediate_size: 128, block_size: 8 };
const levenshtein = {
  ...releasedShapes["mini-2.2"],
  ...sized,
  vocab_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  rotary_dim: 8,
  intermediate_size: 96,
  num_experts: 16,
  num_experts_per_tok: 3,
  expert_capacity: 6,
  max_position_embeddings: 512,
  pad_token_id: 0,
  mask_token_id: 95,
  eos_token_id: 94,
  delete_token_id: 92,
  split_token_id: 93,
};

it.each([
  ["2.1, groups and a shared expert", sized],
  ["2.2, a pool of experts for each block, edits", levenshtein],
] as const)("%s: the forwards of the CPU package, every node on the device", PATIENTLY, async (name, config) => {
  const { found, expected } = await run(name, config, "none");
  expect(found).toEqual(near(expected, 1e-4));
});

it("in int4, the forwards of the CPU package but for rounding, every node on the device", PATIENTLY, async () => {
  const { found, expected } = await run("quantized", { ...sized, num_hidden_layers: 2 }, "int4");
  // The same rows, rounded to 8 bits behind sums in another order: a value at a border rounds to the other side.
  expect(found.scores.map(({ logprob }) => logprob)).toEqual(
    near(
      expected.scores.map(({ logprob }) => logprob),
      0.1,
    ),
  );
  const probabilities = ({ candidates }: Forwards) => candidates.flat().map(({ probability }) => probability);
  expect(probabilities(found)).toEqual(near(probabilities(expected), 0.1));
});

it("in pieces, with experts in kernels of our own, the forwards of the CPU package", PATIENTLY, async () => {
  await installDawn();
  const config = { ...sized, num_hidden_layers: 3 };
  const { found, expected } = await run("pieces", config, "none", { provider: "webgpu-split", experts: ["experts"] });
  expect(found).toEqual(near(expected, 1e-4));
});

/** Forwards on the device and on the CPU. No node of the first runs on the CPU, except to draw and to score. */
async function run(
  name: string,
  config: object,
  quantization: Quantization,
  { provider = "webgpu" as Target, experts = [] as string[] } = {},
) {
  const at = (what: string): string => join(folder, `${name.slice(0, 3)}-${what}`);
  await writeCheckpoint(at("checkpoint"), { config: { ...config } });
  await convertCheckpoint({ source: at("checkpoint"), target: at("cpu"), quantization, ranks: 1 });
  const manifest = await shardPackage({ source: at("cpu"), target: at("device"), provider });
  const args = [PROGRAM, at("device"), at("profile"), ...experts];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...vulkan.env } });
  const found = JSON.parse(stdout) as Forwards;
  const providers = await providersOf(at("profile"));
  const bodies = [...providers].filter(([graph]) => graph.startsWith("body"));
  expect(bodies.reduce((sum, [, nodes]) => sum + nodes.size, 0)).toBeGreaterThan(20);
  for (const [graph, nodes] of providers) {
    const elsewhere = [...nodes].filter(([, provider]) => provider !== "WebGpuExecutionProvider");
    if (graph !== "sampling") expect(elsewhere, `nodes of ${graph} off the device`).toEqual([]);
  }
  await using model = await openModel(at("cpu"), await readManifest(at("cpu")), { threads: 1, pages: FORWARD_PAGES });
  return { found, expected: await forwardsOf(model, manifest) };
}

/** The same with every number but token ids as a range. */
function near(value: unknown, tolerance: number): unknown {
  if (Array.isArray(value)) return value.map((one) => near(one, tolerance));
  if (typeof value === "number") {
    const isNear = (other: unknown): boolean => typeof other === "number" && Math.abs(other - value) <= tolerance;
    return expect.toSatisfy(isNear, `${value} within ${tolerance}`);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === "token" ? one : near(one, tolerance)]),
  );
}

/** The provider of each operator that ran, by graph, from the profiles with a prefix. */
async function providersOf(prefix: string): Promise<Map<string, Map<string, string>>> {
  const files = (await readdir(folder)).filter((file) => join(folder, file).startsWith(`${prefix}-`));
  const byGraph = new Map<string, Map<string, string>>();
  for (const file of files) {
    const events: { cat: string; name: string; args?: { provider?: string; op_name?: string } }[] = JSON.parse(
      await readFile(join(folder, file), "utf8"),
    );
    const graph = join(folder, file)
      .slice(prefix.length + 1)
      .split("_")[0] as string;
    const nodes = events.filter(({ cat, args }) => cat === "Node" && args?.provider !== undefined);
    byGraph.set(graph, new Map(nodes.map(({ name, args }) => [`${args?.op_name} ${name}`, args?.provider as string])));
  }
  return byGraph;
}
