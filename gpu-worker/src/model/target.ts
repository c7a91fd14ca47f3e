/**
 * Targets of a package: for each onnxruntime provider the element type and the operators that its graphs use. Graphs ask this
 * table instead of comparing names, so that a further provider is a further row.
 */

/** Element type of hidden rows, keys, values and the scales of quantized matrices. */
export type RealType = "f32" | "f16";

export const REAL_BYTES: Readonly<Record<RealType, 4 | 2>> = { f32: 4, f16: 2 };

export interface TargetFeatures {
  /** The onnxruntime provider. */
  readonly provider: "cpu" | "cuda" | "webgpu";
  /**
   * A graph for each layer and each rank's experts; or for one rank, whose K/V stay on the device, one for a whole forward, or
   * pieces of it from one layer's experts to the next.
   */
  readonly graphs: "layers" | "forward" | "pieces";
  readonly real: RealType;
  /** Version of the standard operators. */
  readonly opset: number;
  readonly rope: "RotaryEmbedding" | "elementwise";
  /** Writes a forward's own keys and values over the cached ones. TensorScatter writes in place; ScatterND copies all first. */
  readonly overlay: "TensorScatter" | "ScatterND";
  readonly norm: "RMSNormalization" | "SimplifiedLayerNormalization";
  /** Adds up the ranks' partial results. */
  readonly partialSum: "Einsum" | "ReduceSum";
  /** Scores of attention: FusedMatMul transposes and scales, MatMul needs a transposed copy and scaled queries. */
  readonly scores: "FusedMatMul" | "MatMul";
  /** Shapes are computed from the inputs' shapes, or constants, so that only the number of blocks may vary. */
  readonly shapes: "computed" | "constant";
  /** The value that bars an entry from a softmax or a choice. WGSL may assume that there are no infinities. */
  readonly barred: number;
  /**
   * A rank's experts: a product for each expert over rows sorted by expert, one QMoE node for all of them, one FFN of all of them
   * whose inner values are multiplied by the router's weights, or apart: on another device, or in the CPU's graphs.
   */
  readonly experts: "products" | "QMoE" | "masked" | "apart";
  /** MatMulNBits may round activations to 8 bits: much faster, for a little noise (docs/results/benchmarks.md). */
  readonly int8Activations: boolean;
  /** Sessions run on numbered devices, each rank on its own by default. */
  readonly onDevice: boolean;
  /** onnxruntime packs quantized weights at load; runtime/prepared.ts stores them packed. */
  readonly packsWeights: boolean;
}

/** Exponentials and sigmoids of it are 0, and no score comes near it. */
const BARRED = -1e9;

/** Operators that have a WebGPU kernel in onnxruntime 1.30. Another would run on the CPU, which costs two copies and a wait. */
const webgpu = {
  provider: "webgpu",
  graphs: "forward",
  real: "f32",
  opset: 23,
  rope: "RotaryEmbedding",
  overlay: "ScatterND",
  norm: "SimplifiedLayerNormalization",
  partialSum: "ReduceSum",
  scores: "MatMul",
  shapes: "constant",
  barred: BARRED,
  experts: "masked",
  int8Activations: true,
  onDevice: false, // onnxruntime chooses the one device of a process
  packsWeights: false,
} as const satisfies TargetFeatures;

const targets = {
  cpu: {
    provider: "cpu",
    graphs: "layers",
    real: "f32",
    opset: 24, // the first with TensorScatter
    rope: "RotaryEmbedding",
    overlay: "TensorScatter",
    norm: "RMSNormalization",
    partialSum: "Einsum", // ReduceSum is slow over the first axis
    scores: "FusedMatMul",
    shapes: "computed",
    barred: Number.NEGATIVE_INFINITY,
    experts: "products",
    int8Activations: true,
    onDevice: false,
    packsWeights: true,
  },
  // Nothing newer than opset 23, and the older operators that onnxruntime documents for its CUDA provider.
  cuda: {
    provider: "cuda",
    graphs: "layers",
    real: "f16",
    opset: 23,
    rope: "elementwise",
    overlay: "ScatterND",
    norm: "SimplifiedLayerNormalization",
    partialSum: "ReduceSum",
    scores: "FusedMatMul",
    shapes: "computed",
    barred: Number.NEGATIVE_INFINITY,
    experts: "QMoE",
    int8Activations: false,
    onDevice: true,
    packsWeights: false,
  },
  webgpu,
  "webgpu-split": { ...webgpu, graphs: "pieces", experts: "apart" },
} as const satisfies Readonly<Record<string, TargetFeatures>>;

/** The use of a package's graphs: a provider of onnxruntime, and its part of the work. The checkpoint is the same for all. */
export type Target = keyof typeof targets;

export const targetNames = Object.keys(targets) as Target[];

export function featuresOf(target: Target): TargetFeatures {
  return targets[target];
}
