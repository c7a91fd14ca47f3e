/**
 * The LLaDA2 forward in plain double-precision loops: the slow, obvious twin of the graphs. It computes a whole
 * sequence without a cache. Source: the model specification's forward pass, step by step; it shares nothing with the
 * graph builder.
 */
import type { ModelConfig } from "../../../gpu-worker/src/model/config.ts";
import type { TestTensor } from "./safetensors.ts";

type Row = number[];
type Route = [expert: number, weight: number][];
type Tensors = ReadonlyMap<string, TestTensor>;

/** Probabilities [tokens, vocabulary] of the token at each position. */
export function referenceProbabilities(
  c: ModelConfig,
  tensors: Tensors,
  tokens: readonly number[],
  blockLength: number,
): Row[] {
  const embeddings = tensors.get("model.word_embeddings.weight") as TestTensor;
  let hidden = tokens.map((token) => rowOf(embeddings, token));
  for (let layer = 0; layer < c.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const attended = attend(c, tensors, prefix, normed(c, tensors, `${prefix}.input_layernorm`, hidden), blockLength);
    const residual = hidden.map((row, i) => add(row, attended[i] as Row));
    const inner = normed(c, tensors, `${prefix}.post_attention_layernorm`, residual);
    const routes = layer < c.denseLayers ? [] : route(c, tensors, prefix, inner, blockLength);
    hidden = residual.map((row, i) => {
      const x = inner[i] as Row;
      if (layer < c.denseLayers) return add(row, feedForward(tensors, `${prefix}.mlp`, x));
      const shared = c.sharedExperts > 0 ? feedForward(tensors, `${prefix}.mlp.shared_experts`, x) : x.map(() => 0);
      const routed = (routes[i] as Route).map(([expert, weight]) =>
        feedForward(tensors, `${prefix}.mlp.experts.${expert}`, x).map((value) => value * weight),
      );
      return [shared, ...routed].reduce(add, row);
    });
  }
  const head = c.tiedEmbeddings ? "model.word_embeddings.weight" : "lm_head.weight";
  return normed(c, tensors, "model.norm", hidden).map((row) => softmax(product(tensors, head, row)));
}

function attend(c: ModelConfig, tensors: Tensors, prefix: string, x: readonly Row[], blockLength: number): Row[] {
  const qkv = x.map((row) => product(tensors, `${prefix}.attention.query_key_value.weight`, row));
  const head = (row: Row, index: number): Row => row.slice(index * c.headDim, (index + 1) * c.headDim);
  const rotated = (kind: string, first: number, index: number): Row[] =>
    normed(
      c,
      tensors,
      `${prefix}.attention.${kind}_layernorm`,
      qkv.map((row) => head(row, first + index)),
    ).map((row, position) => rotate(c, row, position));
  const heads = Array.from({ length: c.heads }, (_, h) => {
    const kvHead = Math.floor(h / (c.heads / c.kvHeads));
    const queries = rotated("query", 0, h);
    const keys = rotated("key", c.heads, kvHead);
    const values = qkv.map((row) => head(row, c.heads + c.kvHeads + kvHead));
    return queries.map((query, i) => {
      const seen = (Math.floor(i / blockLength) + 1) * blockLength;
      const shares = softmax(keys.slice(0, seen).map((key) => dot(query, key) / Math.sqrt(c.headDim)));
      return shares.map((share, j) => (values[j] as Row).map((value) => value * share)).reduce(add);
    });
  });
  return x.map((_, i) =>
    product(
      tensors,
      `${prefix}.attention.dense.weight`,
      heads.flatMap((rows) => rows[i] as Row),
    ),
  );
}

/** Each row's chosen experts and their weights. */
function route(c: ModelConfig, tensors: Tensors, prefix: string, x: readonly Row[], blockLength: number): Route[] {
  const scores = x.map((row) => product(tensors, `${prefix}.mlp.gate.weight`, row).map((z) => 1 / (1 + Math.exp(-z))));
  const bias = c.expertBias
    ? [...(tensors.get(`${prefix}.mlp.gate.expert_bias`) as TestTensor).values]
    : new Array<number>(c.experts).fill(0);
  const ranked = scores.map((row) => add(row, bias));
  return x.map((_, i) => {
    const first = i - (i % blockLength);
    const allowed =
      c.blockExperts === undefined
        ? expertsOfBestGroups(c, ranked[i] as Row)
        : expertsOfPool(ranked.slice(first, first + blockLength), c.blockExperts);
    const chosen = best(allowed, ranked[i] as Row, c.topK);
    const score = (expert: number): number => (scores[i] as Row)[expert] as number;
    const sum = chosen.reduce((total, expert) => total + score(expert), 1e-20);
    return chosen.map((expert) => [expert, (score(expert) / sum) * c.routedScalingFactor]);
  });
}

/** LLaDA 2.2: the experts that any row of the block ranks highest. `block` is [rows, experts]. */
function expertsOfPool(block: readonly Row[], count: number): number[] {
  const highest = block.reduce((a, b) => a.map((value, expert) => Math.max(value, b[expert] as number)));
  return best([...highest.keys()], highest, count);
}

/** LLaDA 2.0 and 2.1: the experts of the groups whose best two scores have the largest sum. */
function expertsOfBestGroups(c: ModelConfig, ranked: Row): number[] {
  const size = c.experts / c.expertGroups;
  const groupScore = (group: number): number =>
    top(ranked.slice(group * size, (group + 1) * size), 2).reduce((a, b) => a + b);
  const groups = Array.from({ length: c.expertGroups }, (_, group) => group);
  const kept = new Set(groups.toSorted((a, b) => groupScore(b) - groupScore(a)).slice(0, c.topKGroups));
  return ranked.flatMap((_, expert) => (kept.has(Math.floor(expert / size)) ? [expert] : []));
}

function best(experts: readonly number[], ranked: Row, count: number): number[] {
  return experts.toSorted((a, b) => (ranked[b] as number) - (ranked[a] as number)).slice(0, count);
}

/** RoPE on the first `rotaryDim` dimensions, the two halves turned against each other. */
function rotate(c: ModelConfig, row: Row, position: number): Row {
  const half = c.rotaryDim / 2;
  return row.map((value, i) => {
    if (i >= c.rotaryDim) return value;
    const angle = position * c.ropeTheta ** ((-2 * (i % half)) / c.rotaryDim);
    const other = i < half ? -(row[i + half] as number) : (row[i - half] as number);
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

function feedForward(tensors: Tensors, prefix: string, x: Row): Row {
  const up = product(tensors, `${prefix}.up_proj.weight`, x);
  const inner = product(tensors, `${prefix}.gate_proj.weight`, x).map(
    (gate, i) => (gate / (1 + Math.exp(-gate))) * (up[i] as number),
  );
  return product(tensors, `${prefix}.down_proj.weight`, inner);
}

function normed(c: ModelConfig, tensors: Tensors, prefix: string, rows: readonly Row[]): Row[] {
  const weight = (tensors.get(`${prefix}.weight`) as TestTensor).values;
  return rows.map((row) => {
    const scale = 1 / Math.sqrt(dot(row, row) / row.length + c.rmsNormEps);
    return row.map((value, i) => value * scale * (weight[i] as number));
  });
}

function product(tensors: Tensors, name: string, x: Row): Row {
  const { dims, values } = tensors.get(name) as TestTensor;
  const [rows, columns] = dims as [number, number];
  const out = new Array<number>(rows).fill(0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++)
      out[i] = (out[i] as number) + (values[i * columns + j] as number) * (x[j] as number);
  }
  return out;
}

function rowOf({ dims, values }: TestTensor, i: number): Row {
  const columns = dims[1] as number;
  return Array.from(values.subarray(i * columns, (i + 1) * columns));
}

function softmax(scores: readonly number[]): Row {
  const most = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - most));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((value) => value / sum);
}

function top(values: readonly number[], count: number): Row {
  return values.toSorted((a, b) => b - a).slice(0, count);
}

function add(a: Row, b: Row): Row {
  return a.map((value, i) => value + (b[i] as number));
}

function dot(a: Row, b: Row): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
