/**
 * Targets of a package: for each onnxruntime provider the element type and the operators that its graphs use. Graphs ask this
 * table instead of comparing names, so that a further provider is a further row.
 */

/** Element type of hidden rows, keys, values and the scales of quantized matrices. */
export type RealType = "f32" | "f16";

export const REAL_BYTES: Readonly<Record<RealType, 4 | 2>> = { f32: 4, f16: 2 };

export interface TargetFeatures {
  readonly real: RealType;
  /** Version of the standard operators. */
  readonly opset: number;
  readonly rope: "RotaryEmbedding" | "elementwise";
  /** Writes a forward's own keys and values over the cached ones. TensorScatter writes in place; ScatterND copies all first. */
  readonly overlay: "TensorScatter" | "ScatterND";
  readonly norm: "RMSNormalization" | "SimplifiedLayerNormalization";
  /** Adds up the ranks' partial results. */
  readonly partialSum: "Einsum" | "ReduceSum";
  /** A rank's experts: a product for each expert over rows sorted by expert, or one QMoE node for all of them. */
  readonly experts: "products" | "QMoE";
  /** MatMulNBits may round activations to 8 bits: much faster, for a little noise (docs/results/benchmarks.md). */
  readonly int8Activations: boolean;
  /** Sessions run on numbered devices, each rank on its own by default. */
  readonly onDevice: boolean;
  /** onnxruntime packs quantized weights at load; runtime/prepared.ts stores them packed. */
  readonly packsWeights: boolean;
}

const targets = {
  cpu: {
    real: "f32",
    opset: 24, // the first with TensorScatter
    rope: "RotaryEmbedding",
    overlay: "TensorScatter",
    norm: "RMSNormalization",
    partialSum: "Einsum", // ReduceSum is slow over the first axis
    experts: "products",
    int8Activations: true,
    onDevice: false,
    packsWeights: true,
  },
  // Nothing newer than opset 23, and the older operators that onnxruntime documents for its CUDA provider.
  cuda: {
    real: "f16",
    opset: 23,
    rope: "elementwise",
    overlay: "ScatterND",
    norm: "SimplifiedLayerNormalization",
    partialSum: "ReduceSum",
    experts: "QMoE",
    int8Activations: false,
    onDevice: true,
    packsWeights: false,
  },
} as const satisfies Readonly<Record<string, TargetFeatures>>;

/** The onnxruntime provider that runs a package. Graphs differ between targets; the checkpoint does not. */
export type Target = keyof typeof targets;

export const targetNames = Object.keys(targets) as Target[];

export function featuresOf(target: Target): TargetFeatures {
  return targets[target];
}
