/**
 * A rank's experts as WGSL kernels, for a device that is ours alone: `group` sorts a layer's choices by expert, `gateUp` and
 * `down` multiply, `combine` adds up each row. Only experts that were chosen are read, each once for eight of its rows. A row's
 * sums have one order, whatever else is in the batch.
 *
 * Sizes: T rows, K choices of each, A = T * K assignments, E experts of the rank, H hidden, I inner.
 */
import { QUANTIZATION_BLOCK, type Quantization } from "./weights.ts";

export interface ExpertShape {
  readonly hiddenSize: number;
  readonly innerSize: number;
  readonly topK: number;
  /** E of the layer that has the most. */
  readonly maxExperts: number;
  readonly quantization: Quantization;
}

/** Columns of a product that a workgroup computes, one for each of its threads. */
export const TILE_COLUMNS = 64;

/** Values of `combine` that a workgroup computes: four for each thread. */
export const COMBINE_VALUES = 256;

/** Rows of an expert that share a read of its weights. Their sums are a thread's registers. */
const TILE_ROWS = 8;

/** Threads of `group`, the largest workgroup of any device. */
const GROUP_THREADS = 256;

/** Values of a row's block, four by four. */
const BLOCK_VECTORS = QUANTIZATION_BLOCK / 4;

/** A product of `depth` columns of the input with `columns` rows of a matrix for each expert. */
interface Product {
  readonly depth: number;
  readonly columns: number;
  /** Matrices of an expert that are read together, one under the other. */
  readonly matrices: readonly string[];
  readonly quantization: Quantization;
  /** The input's row of an assignment `at`, and what becomes of the sums: those of matrix `gate` are `gateLow` and `gateHigh`. */
  readonly inputRow: string;
  readonly result: (half: "Low" | "High") => string;
}

/** Reasons why kernels cannot run a model; empty if they can. */
export function expertKernelFaults({ hiddenSize, innerSize }: ExpertShape): string[] {
  return Object.entries({ hidden_size: hiddenSize, moe_intermediate_size: innerSize })
    .filter(([, size]) => size % 4 !== 0)
    .map(([name, size]) => `${name} ${size} is not a multiple of 4, which experts on a device need`);
}

/** Bytes of a matrix's row in a package. */
export function rowBytes(columns: number, quantization: Quantization): { values: number; scales: number } {
  if (quantization === "none") return { values: columns * Float32Array.BYTES_PER_ELEMENT, scales: 0 };
  const blocks = Math.ceil(columns / QUANTIZATION_BLOCK);
  const bits = quantization === "int8" ? 8 : 4;
  return { values: (blocks * QUANTIZATION_BLOCK * bits) / 8, scales: blocks * Float32Array.BYTES_PER_ELEMENT };
}

/**
 * From the choices to the rows of each expert, in order: `starts` [E + 1], `rows` [A] and the place in it of each assignment
 * [A]. A choice of weight 0 is another rank's. One workgroup.
 */
export function groupKernel({ topK, maxExperts }: ExpertShape): string {
  return `
struct Batch { rows: u32 }
struct Layer { first: u32, experts: u32 }
@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<uniform> layer: Layer;
@group(0) @binding(2) var<storage, read> held: array<u32>;
@group(0) @binding(3) var<storage, read> chosen: array<vec2u>; // 64 bits each
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> starts: array<u32>;
@group(0) @binding(6) var<storage, read_write> rows: array<u32>;
@group(0) @binding(7) var<storage, read_write> places: array<u32>;
var<workgroup> counts: array<u32, ${maxExperts}>;
fn takes(expert: u32, assignment: u32) -> bool {
  return chosen[assignment].x == held[expert] && weights[assignment] != 0.0;
}
@compute @workgroup_size(${GROUP_THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  let assignments = batch.rows * ${topK}u;
  for (var a = thread; a < assignments; a += ${GROUP_THREADS}u) { places[a] = ${NOWHERE}u; }
  for (var e = thread; e < layer.experts; e += ${GROUP_THREADS}u) {
    var count = 0u;
    for (var a = 0u; a < assignments; a++) { if (takes(e, a)) { count++; } }
    counts[e] = count;
  }
  storageBarrier();
  workgroupBarrier();
  for (var e = thread; e < layer.experts; e += ${GROUP_THREADS}u) {
    var at = 0u;
    for (var before = 0u; before < e; before++) { at += counts[before]; }
    starts[e] = at;
    if (e == layer.experts - 1u) { starts[layer.experts] = at + counts[e]; }
    for (var a = 0u; a < assignments; a++) {
      if (takes(e, a)) {
        rows[at] = a / ${topK}u;
        places[a] = at;
        at++;
      }
    }
  }
}`;
}

/** silu(gate) * up of each assignment [A, I], in the order of `group`. Workgroups: columns of I, experts of the buffers. */
export function gateUpKernel({ hiddenSize, innerSize, quantization }: ExpertShape): string {
  return productKernel({
    depth: hiddenSize,
    columns: innerSize,
    matrices: ["gate", "up"],
    quantization,
    inputRow: "rows[at]",
    result: (half) => `gate${half} / (1.0 + exp(-gate${half})) * up${half}`,
  });
}

/** The experts' outputs [A, H]. Workgroups: columns of H, experts of the buffers. */
export function downKernel({ hiddenSize, innerSize, quantization }: ExpertShape): string {
  return productKernel({
    depth: innerSize,
    columns: hiddenSize,
    matrices: ["down"],
    quantization,
    inputRow: "at",
    result: (half) => `down${half}`,
  });
}

/** The weighted sums of each row's choices [T, H], in their order. */
export function combineKernel({ hiddenSize, topK }: ExpertShape): string {
  const vectors = hiddenSize / 4;
  return `
struct Batch { rows: u32 }
@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> outputs: array<vec4f>;
@group(0) @binding(2) var<storage, read> places: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;
@compute @workgroup_size(${COMBINE_VALUES / 4})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= batch.rows * ${vectors}u) { return; }
  let row = id.x / ${vectors}u;
  var sum = vec4f();
  for (var k = 0u; k < ${topK}u; k++) {
    let assignment = row * ${topK}u + k;
    let place = places[assignment];
    if (place != ${NOWHERE}u) { sum += weights[assignment] * outputs[place * ${vectors}u + id.x % ${vectors}u]; }
  }
  sums[id.x] = sum;
}`;
}

/** The place of an assignment to another rank's expert. */
const NOWHERE = 0xffffffff;

/**
 * A workgroup has 64 columns of an expert's output and takes its rows eight at a time: a vector for rows 0 to 3, another for 4
 * to 7, which is skipped where there are no more than four. Inputs are shared, a block of columns at a time; each thread reads
 * its own column's weights. Absent rows are zeros.
 */
function productKernel({ depth, columns, matrices, quantization, inputRow, result }: Product): string {
  const blocks = Math.ceil(depth / QUANTIZATION_BLOCK);
  const { element, scaled, valuesPerWord, weight } = stored(quantization);
  const loads = BLOCK_VECTORS / valuesPerWord; // of 16 bytes, in a block
  const rowLoads = scaled ? blocks * loads : depth / 4;
  const multiply = (name: string, i: number): string => `
        {
          let row = (group.y * ${matrices.length}u + ${i}u) * ${columns}u + column;
          let loads = min(${loads}u, ${rowLoads}u - block * ${loads}u);
          var low = vec4f();
          var high = vec4f();
          for (var v = 0u; v < loads; v++) {
            let packed = values[row * ${rowLoads}u + block * ${loads}u + v];
            for (var word = 0u; word < 4u; word++) {
              let at = (v * 4u + word) * ${valuesPerWord}u;
              for (var i = 0u; i < ${valuesPerWord}u; i++) { low += ${weight} * inputs[at + i]; }
              if (count > 4u) {
                for (var i = 0u; i < ${valuesPerWord}u; i++) { high += ${weight} * inputs[${QUANTIZATION_BLOCK}u + at + i]; }
              }
            }
          }
          let scale = ${scaled ? `scales[row * ${blocks}u + block]` : "1.0"};
          ${name}Low += low * scale;
          ${name}High += high * scale;
        }`;
  return `
struct Part { first: u32, experts: u32 }
@group(0) @binding(0) var<uniform> part: Part; // the buffers' experts among those of the rank
@group(0) @binding(1) var<storage, read> values: array<${element}>;
${scaled ? "@group(0) @binding(2) var<storage, read> scales: array<f32>;" : ""}
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read> starts: array<u32>;
${inputRow.includes("rows") ? "@group(0) @binding(5) var<storage, read> rows: array<u32>;" : ""}
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
var<workgroup> inputs: array<vec4f, ${(TILE_ROWS / 4) * QUANTIZATION_BLOCK}>; // four rows of a column together
fn input(at: u32, end: u32, column: u32) -> f32 {
  if (at >= end) { return 0.0; }
  return x[${inputRow} * ${depth}u + column];
}
@compute @workgroup_size(${TILE_COLUMNS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let expert = part.first + group.y;
  let column = group.x * ${TILE_COLUMNS}u + thread;
  let end = starts[expert + 1u];
  for (var first = starts[expert]; first < end; first += ${TILE_ROWS}u) {
    let count = end - first;
    ${matrices.map((name) => `var ${name}Low = vec4f(); var ${name}High = vec4f();`).join(" ")}
    for (var block = 0u; block < ${blocks}u; block++) {
      workgroupBarrier();
      for (var i = thread; i < ${(TILE_ROWS / 4) * QUANTIZATION_BLOCK}u; i += ${TILE_COLUMNS}u) {
        let at = first + i / ${QUANTIZATION_BLOCK}u * 4u;
        let place = block * ${QUANTIZATION_BLOCK}u + i % ${QUANTIZATION_BLOCK}u;
        var four = vec4f();
        if (place < ${depth}u) {
          four = vec4f(input(at, end, place), input(at + 1u, end, place), input(at + 2u, end, place), input(at + 3u, end, place));
        }
        inputs[i] = four;
      }
      workgroupBarrier();
      if (column < ${columns}u) {${matrices.map(multiply).join("")}
      }
    }
    if (column < ${columns}u) {
      let low = ${result("Low")};
      let high = ${result("High")};
      for (var i = 0u; i < min(count, 4u); i++) { y[(first + i) * ${columns}u + column] = low[i]; }
      for (var i = 4u; i < min(count, ${TILE_ROWS}u); i++) { y[(first + i) * ${columns}u + column] = high[i - 4u]; }
    }
  }
}`;
}

/** How a package stores a matrix, in loads of 16 bytes, and value `i` of `word` in a load. */
function stored(quantization: Quantization) {
  switch (quantization) {
    case "none":
      return { element: "vec4f", scaled: false, valuesPerWord: 1, weight: "packed[word + i]" };
    case "int8":
      return { element: "vec4u", scaled: true, valuesPerWord: 4, weight: integer(8) };
    case "int4":
      return { element: "vec4u", scaled: true, valuesPerWord: 8, weight: integer(4) };
  }
}

function integer(bits: 4 | 8): string {
  return `(f32((packed[word] >> (i * ${bits}u)) & ${2 ** bits - 1}u) - ${2 ** (bits - 1)}.0)`;
}
