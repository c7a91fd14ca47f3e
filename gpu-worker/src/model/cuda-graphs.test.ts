/**
 * The graphs for CUDA, on a machine that has none: their operators, types and attributes against what onnxruntime documents,
 * and their numbers on the CPU provider, which runs f16 operators it lacks in f32.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import {
  TensorProto_DataType as DataType,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
} from "@palimpsest/proto/onnx";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WrittenCheckpoint, writeCheckpoint } from "../../../test/support/models/checkpoint.ts";
import { openCheckpoint } from "../../../tools/convert/checkpoint.ts";
import { convertCheckpoint } from "../../../tools/convert/convert.ts";
import { createOutputFile } from "../../../tools/convert/output-file.ts";
import { quantizeRows } from "../../../tools/convert/quantize.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import { weightPlaces, writeWeights } from "../../../tools/convert/weight-file.ts";
import { Forward } from "../runtime/forward.ts";
import { KvTensors, pageBytes } from "../runtime/kv-tensors.ts";
import { openModel } from "../runtime/model.ts";
import { openSession } from "../runtime/package.ts";
import { type ModelConfig, parseConfig } from "./config.ts";
import { fusedExpertFaults, fusedExperts } from "./fused-experts.ts";
import { OnnxGraph } from "./onnx-graph.ts";
import { planPackage } from "./package-plan.ts";

/**
 * Operators for which onnxruntime's list of kernels (docs/OperatorKernels.md) names the CUDA provider, or its own CUDA sources
 * for QMoE, with the real types we use them for. Those of integers and shapes stand as "any".
 */
const CUDA_KERNELS: Readonly<Record<string, readonly ("f32" | "f16" | "any")[]>> = {
  Add: ["f32", "f16"],
  And: ["any"],
  Cast: ["f32", "f16", "any"],
  Concat: ["f32", "f16", "any"],
  Cos: ["f32"],
  CumSum: ["f32"],
  Div: ["f32"],
  Equal: ["any"],
  Expand: ["f32", "any"],
  FusedMatMul: ["f16"],
  Gather: ["f32", "f16", "any"],
  GatherElements: ["f32"],
  GatherND: ["f32"],
  Gemm: ["f32"],
  Greater: ["f32"],
  GreaterOrEqual: ["f32"],
  Identity: ["f32", "f16", "any"],
  Less: ["f32", "any"],
  LessOrEqual: ["f32"],
  Log: ["f32"],
  LogSoftmax: ["f32"],
  MatMul: ["f16"],
  MatMulNBits: ["f16"],
  Max: ["f32"],
  Mul: ["f32", "f16"],
  Not: ["any"],
  OneHot: ["f32", "any"],
  Or: ["any"],
  QMoE: ["f16"],
  QuickGelu: ["f16"],
  ReduceMax: ["f32"],
  ReduceMin: ["f32"],
  ReduceSum: ["f32", "f16", "any"],
  Reshape: ["f32", "f16"],
  ScatterElements: ["f32"],
  ScatterND: ["f32", "f16"],
  Shape: ["f32", "f16", "any"],
  Sigmoid: ["f32"],
  SimplifiedLayerNormalization: ["f16"],
  Sin: ["f32"],
  Slice: ["f32", "any"],
  Softmax: ["f32"],
  Split: ["f32", "f16", "any"],
  Squeeze: ["f32", "any"],
  Sub: ["f32"],
  TopK: ["f32"],
  Transpose: ["f16"],
  Unsqueeze: ["f32", "f16", "any"],
  Where: ["f32", "any"],
};

const small = { hidden_size: 128, moe_intermediate_size: 128, head_dim: 32, rotary_dim: 16 };

let folder: string;
let checkpoint: WrittenCheckpoint;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cuda-"));
  checkpoint = await writeCheckpoint(join(folder, "checkpoint"), { config: small });
});
afterAll(() => rm(folder, { recursive: true }));

const configs = {
  small: { ...releasedShapes.mini, ...small, num_experts: 8, num_experts_per_tok: 3 },
  mini: releasedShapes.mini,
  "mini-2.2": releasedShapes["mini-2.2"],
  flash: releasedShapes.flash,
};

describe.each(["int4", "int8"] as const)("in %s", (quantization) => {
  it.each(Object.entries(configs))("%s uses what CUDA has, with the types it has it for", (_, config) => {
    const { model } = parseConfig(config, "config.json");
    for (const { graph, types } of graphsOf({ ...model, layers: 2 }, quantization)) {
      for (const node of graph.node) {
        // What Where and OneHot choose among is of their output's type.
        const value = ["Where", "OneHot"].includes(node.opType) ? node.output[0] : node.input[0];
        expect(CUDA_KERNELS[node.opType], `${node.name} of ${graph.name}`).toContain(types.get(value as string));
      }
    }
  });

  it("products and experts keep to the kernels' limits", () => {
    const { model } = parseConfig(releasedShapes.mini, "config.json");
    const bits = quantization === "int4" ? 4 : 8;
    const all = graphsOf({ ...model, layers: 2 }, quantization, 2);
    const products = all.flatMap(({ graph, types }) =>
      graph.node.flatMap((node) => (node.opType === "MatMulNBits" ? [{ node, types }] : [])),
    );
    expect(products.length).toBeGreaterThan(0);
    for (const { node, types } of products) {
      const { K, N, ...rest } = attributes(node);
      expect([rest.bits, rest.block_size, (K as number) % 128]).toEqual([
        node.input[1] === "lm_head.values" ? 8 : bits,
        128,
        0,
      ]);
      expect(N).toBeGreaterThan(0);
      expect(rest).not.toHaveProperty("accuracy_level"); // CUDA has no 8-bit activations
      expect([types.get(node.input[0] as string), types.get(node.input[2] as string)]).toEqual(["f16", "f16"]);
    }
    const fused = all.flatMap(({ graph, types }) =>
      graph.node.flatMap((node) => (node.opType === "QMoE" ? [{ graph, node, types }] : [])),
    );
    expect(fused).toHaveLength(2); // one MoE layer, two ranks
    for (const { graph, node, types } of fused) {
      expect(attributes(node)).toEqual({
        k: 8,
        activation_type: "swiglu",
        swiglu_fusion: 1,
        activation_alpha: 1,
        activation_beta: 0,
        normalize_routing_weights: 1,
        expert_weight_bits: bits,
        block_size: 128,
        weights_prepacked: 0,
      });
      expect(node.input).toHaveLength(7); // no third matrix, no zero points, no router weights
      const [x, fed, inner, innerScales, , outer, outerScales] = node.input as string[];
      expect([x, fed, innerScales, outerScales].map((value) => types.get(value!))).toEqual(Array(4).fill("f16"));
      const dims = (name: string): number[] => graph.initializer.find((one) => one.name === name)!.dims.map(Number);
      expect(dims(inner!)).toEqual([128, 1024, (2048 * bits) / 8]);
      expect(dims(innerScales!)).toEqual([128, 1024, 16]);
      expect(dims(outer!)).toEqual([128, 2048, (512 * bits) / 8]);
      expect(dims(outerScales!)).toEqual([128, 2048, 4]);
    }
  });

  it.each([1, 2, 8])("QMoE over %d ranks gives the experts' weighted sum in plain loops", async (ranks) => {
    const [bits, rows, c] = [quantization === "int4" ? 4 : 8, 6, checkpoint.model] as const;
    const x = Float32Array.from({ length: rows * c.hiddenSize }, (_, i) => Math.sin(i * 1.7));
    // The last row's experts are all on the first ranks.
    const chosen = [0, 3, 7, 1, 2, 4, 5, 6, 0, 7, 4, 3, 6, 1, 2, 0, 1, 2];
    const weights = chosen.map((_, i) => 0.05 + ((i * 7) % 11) / 5);
    const sum = new Float32Array(x.length);
    for (let rank = 0; rank < ranks; rank++) {
      const local = Array.from({ length: 8 / ranks }, (_, i) => (rank * 8) / ranks + i);
      const partial = await runFused(local, bits, x, chosen, weights);
      for (let i = 0; i < sum.length; i++) sum[i]! += partial[i]!;
      if (local.some((expert) => chosen.slice(-3).includes(expert))) continue;
      expect(partial.subarray(-c.hiddenSize).every((value) => value === 0)).toBe(true);
    }
    const expected = plainExperts(bits, x, chosen, weights);
    const scale = Math.max(...expected.map(Math.abs));
    sum.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * scale);
    });
  });
});

it("a whole forward, prefill and cached block, is the CPU package's within f16's and int8 activations' noise", async () => {
  const options = { source: checkpoint.folder, quantization: "int8", ranks: 2, blockLength: 4 } as const;
  const forwards = [];
  for (const provider of ["cpu", "cuda"] as const) {
    const target = join(folder, `package-${provider}`);
    const manifest = await convertCheckpoint({ ...options, target, provider });
    const sessions = new Map<string, InferenceSession>();
    for (const { name } of manifest.graphs) {
      sessions.set(name, await openSession(join(target, `${name}.onnx`), { threads: 1 }));
    }
    const kv = new KvTensors(manifest, 2);
    const forward = new Forward(sessions, manifest, kv);
    const prompt = await forward.layers([{ tokens: [5, 6, 7, 8], pages: [], peers: [] }]);
    kv.write(1, prompt.tensors, 0);
    const output = await forward.layers([{ tokens: [9, 10, 95, 95], pages: [1], peers: [] }]);
    const draw = { cell: 0, uniform: 0.5, temperature: 1 };
    forwards.push({ output, candidates: await forward.head(output, [0, 1, 2, 3], { draws: [draw] }), manifest });
  }
  const [cpu, cuda] = forwards;
  expect(cuda!.output.tensors.hidden!.type).toBe("float16");
  expect(cuda!.output.tensors.keys_0!.type).toBe("float16");
  expect(pageBytes(cuda!.manifest) * 2).toBe(pageBytes(cpu!.manifest));
  const rows = ({ data }: Tensor): number[] =>
    Array.from(
      data instanceof Uint16Array
        ? new Float16Array(data.buffer, data.byteOffset, data.length)
        : (data as Float32Array),
    );
  const difference = rows(cuda!.output.tensors.hidden!).map(
    (value, i) => value - rows(cpu!.output.tensors.hidden!)[i]!,
  );
  expect(Math.hypot(...difference) / Math.hypot(...rows(cpu!.output.tensors.hidden!))).toBeLessThan(0.05);
  cuda!.candidates.forEach(({ probability }, i) => {
    expect(Math.abs(probability - cpu!.candidates[i]!.probability)).toBeLessThan(0.05);
  });
});

it("a cuda package says what is missing where onnxruntime has no CUDA provider", async () => {
  const target = join(folder, "package-unopened");
  const manifest = await convertCheckpoint({
    source: checkpoint.folder,
    target,
    provider: "cuda",
    quantization: "int4",
    ranks: 1,
  });
  expect(manifest.target).toBe("cuda");
  await expect(openModel(target, manifest, { threads: 1, pages: 1 })).rejects.toThrow(
    /ONNXRUNTIME_NODE_INSTALL=cuda12/,
  );
});

it("shapes and formats that the kernel does not take are refused", () => {
  const { model } = parseConfig(releasedShapes.mini, "config.json");
  expect(fusedExpertFaults(model, "int4")).toEqual([]);
  expect(fusedExpertFaults({ ...model, hiddenSize: 2080, moeIntermediateSize: 96 }, "none")).toEqual([
    "the cuda target needs --quantize int4 or int8",
    "hidden_size 2080 is not a multiple of 128, which the cuda target needs",
    "moe_intermediate_size 96 is not a multiple of 128, which the cuda target needs",
  ]);
});

type Kind = "f32" | "f16" | "any";

/** The graphs of a cuda package, with the type of every value in them. */
function graphsOf(model: ModelConfig, quantization: "int4" | "int8", ranks = 1) {
  const editTokens = model.blockExperts === undefined ? undefined : { delete: 6, split: 7 };
  return planPackage(model, { target: "cuda", quantization, ranks, maskToken: 5, editTokens }).map((file) => {
    const graph = fromBinary(ModelProtoSchema, file.build(weightPlaces(file))).graph as GraphProto;
    return { graph, types: typesOf(graph) };
  });
}

function typesOf(graph: GraphProto): Map<string, Kind> {
  const kind = (type: number): Kind => (type === DataType.FLOAT ? "f32" : type === DataType.FLOAT16 ? "f16" : "any");
  const types = new Map<string, Kind>(graph.initializer.map(({ name, dataType }) => [name, kind(dataType)]));
  for (const { name, type } of graph.input) types.set(name, kind(type!.tensorType!.elemType));
  for (const node of graph.node) {
    const input = (i: number): Kind => types.get(node.input[i] as string) as Kind;
    const outputs = (): Kind[] => {
      switch (node.opType) {
        case "Cast":
          return [kind(Number(attributes(node).to))];
        case "TopK":
          return [input(0), "any"];
        case "Where":
          return [input(1)];
        case "OneHot":
          return [input(2)];
        case "And":
        case "Equal":
        case "Greater":
        case "GreaterOrEqual":
        case "Less":
        case "LessOrEqual":
        case "Not":
        case "Shape":
          return ["any"];
        default:
          return node.output.map(() => input(0));
      }
    };
    const found = outputs();
    node.output.forEach((name, i) => {
      types.set(name, found[i] as Kind);
    });
  }
  for (const { name, type } of graph.output) expect(types.get(name), name).toBe(kind(type!.tensorType!.elemType));
  return types;
}

function attributes(node: NodeProto): Record<string, number | string> {
  return Object.fromEntries(
    node.attribute.map(({ name, type, i, f, s }) => [
      name,
      [Number(i), f, new TextDecoder().decode(s)][[2, 1, 3].indexOf(type)]!,
    ]),
  );
}

/** The fused form with f32 rows, which the CPU provider computes exactly: [rows * H]. */
async function runFused(
  local: readonly number[],
  bits: 8 | 4,
  x: Float32Array,
  chosen: readonly number[],
  weights: readonly number[],
): Promise<Float32Array> {
  const { model } = checkpoint;
  const [hidden, topK] = [model.hiddenSize, model.topK];
  const g = new OnnxGraph("fused", "cpu");
  const inputs = { experts: g.input("experts", "i64", ["T", topK]), weights: g.input("weights", "f32", ["T", topK]) };
  const rows = g.input("x", "f32", ["T", hidden]);
  const partial = fusedExperts(g, rows, inputs, {
    prefix: "model.layers.1.mlp",
    local,
    config: model,
    quantization: bits === 8 ? "int8" : "int4",
  });
  g.output("partial", partial, "f32", [1, "T", hidden]);
  const name = `fused-${bits}-${local.join("-")}`;
  const file = { name, rank: 0, weights: g.weights, build: g.serialize.bind(g) };
  await using source = await openCheckpoint(checkpoint.folder);
  await using bytes = await createOutputFile(join(folder, `${name}.bin`));
  for await (const _ of writeWeights(g.weights, source, bytes));
  await bytes.finish();
  await writeFile(join(folder, `${name}.onnx`), g.serialize(weightPlaces(file)));
  const session = await openSession(join(folder, `${name}.onnx`), { threads: 1 });
  const count = x.length / hidden;
  const out = await session.run({
    x: new Tensor("float32", x, [count, hidden]),
    experts: new Tensor("int64", BigInt64Array.from(chosen, BigInt), [count, topK]),
    weights: new Tensor("float32", Float32Array.from(weights), [count, topK]),
  });
  return out.partial!.data as Float32Array;
}

/** The same over the dequantized matrices, expert by expert. */
function plainExperts(bits: 8 | 4, x: Float32Array, chosen: readonly number[], weights: readonly number[]): number[] {
  const { hiddenSize, topK } = checkpoint.model;
  const product = (name: string, row: readonly number[]): number[] => {
    const { values, dims } = checkpoint.tensors.get(`model.layers.1.mlp.experts.${name}.weight`)!;
    const columns = dims[1]!;
    const quantized = quantizeRows(values, columns, bits);
    const integer = (i: number): number =>
      bits === 8 ? quantized.values[i]! - 128 : ((quantized.values[i >> 1]! >> (4 * (i & 1))) & 15) - 8;
    return Array.from({ length: dims[0]! }, (_, r) =>
      row.reduce((sum, value, c) => sum + value * integer(r * columns + c) * quantized.scales[r]!, 0),
    );
  };
  return Array.from({ length: x.length / hiddenSize }, (_, t) => {
    const row = [...x.subarray(t * hiddenSize, (t + 1) * hiddenSize)];
    const total = row.map(() => 0);
    for (let k = 0; k < topK; k++) {
      const expert = chosen[t * topK + k]!;
      const up = product(`${expert}.up_proj`, row);
      const inner = product(`${expert}.gate_proj`, row).map((gate, i) => (gate / (1 + Math.exp(-gate))) * up[i]!);
      product(`${expert}.down_proj`, inner).forEach((value, i) => {
        total[i]! += weights[t * topK + k]! * value;
      });
    }
    return total;
  }).flat();
}
