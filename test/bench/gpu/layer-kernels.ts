/**
 * The kernels of a whole MoE layer that the experts' kernels lack: norms, heads with RoPE, attention over pages in place, router,
 * sums. They exist to test the reckoning of docs/decisions/0007-kernels-or-graphs.md, and no worker runs them.
 *
 * Sizes: T rows in blocks of S, H hidden, D head dimension, E experts, K choices.
 */
import type { ModelConfig } from "../../../gpu-worker/src/model/config.ts";

const THREADS = 64;

/** Keys whose scores are in a workgroup's memory at a time. */
const CHUNK = 256;

/** Sums or largest values over a workgroup's threads, for each of them. */
const REDUCE = `
var<workgroup> lanes: array<f32, ${THREADS}>;
fn total(lane: u32, value: f32) -> f32 {
  lanes[lane] = value;
  for (var step = ${THREADS / 2}u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (lane < step) { lanes[lane] += lanes[lane + step]; }
  }
  workgroupBarrier();
  let sum = lanes[0];
  workgroupBarrier();
  return sum;
}
fn largest(lane: u32, value: f32) -> f32 {
  lanes[lane] = value;
  for (var step = ${THREADS / 2}u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (lane < step) { lanes[lane] = max(lanes[lane], lanes[lane + step]); }
  }
  workgroupBarrier();
  let most = lanes[0];
  workgroupBarrier();
  return most;
}`;

/** x + added, and its RMSNorm. Workgroups: rows. */
export function normKernel({ hiddenSize, rmsNormEps }: ModelConfig, isFirst: boolean): string {
  return `${REDUCE}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> normed: array<f32>;
${isFirst ? "" : "@group(0) @binding(3) var<storage, read> added: array<f32>;"}
${isFirst ? "" : "@group(0) @binding(4) var<storage, read_write> summed: array<f32>;"}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * ${hiddenSize}u;
  var squares = 0.0;
  for (var i = lane; i < ${hiddenSize}u; i += ${THREADS}u) {
    let value = x[first + i]${isFirst ? "" : " + added[first + i]"};
    ${isFirst ? "" : "summed[first + i] = value;"}
    squares += value * value;
  }
  let scale = inverseSqrt(total(lane, squares) / ${hiddenSize}.0 + ${rmsNormEps});
  for (var i = lane; i < ${hiddenSize}u; i += ${THREADS}u) {
    normed[first + i] = ${isFirst ? "x[first + i]" : "summed[first + i]"} * scale * weight[i];
  }
}`;
}

/** Norms and turns queries [T, heads, D] and keys [T, kvHeads, D], which replace those of `qkv`. Workgroups: rows, heads. */
export function headsKernel({ heads, kvHeads, headDim, rotaryDim, rmsNormEps }: ModelConfig): string {
  const [width, half] = [(heads + 2 * kvHeads) * headDim, rotaryDim / 2];
  return `${REDUCE}
@group(0) @binding(0) var<storage, read_write> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> queryNorm: array<f32>;
@group(0) @binding(2) var<storage, read> keyNorm: array<f32>;
@group(0) @binding(3) var<storage, read> cosines: array<f32>; // [T, rotary / 2]
@group(0) @binding(4) var<storage, read> sines: array<f32>;
var<workgroup> head: array<f32, ${headDim}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * ${width}u + group.y * ${headDim}u;
  let isQuery = group.y < ${heads}u;
  var squares = 0.0;
  for (var i = lane; i < ${headDim}u; i += ${THREADS}u) { squares += qkv[first + i] * qkv[first + i]; }
  let scale = inverseSqrt(total(lane, squares) / ${headDim}.0 + ${rmsNormEps});
  for (var i = lane; i < ${headDim}u; i += ${THREADS}u) {
    head[i] = qkv[first + i] * scale * select(keyNorm[i], queryNorm[i] * ${1 / Math.sqrt(headDim)}, isQuery);
  }
  workgroupBarrier();
  for (var i = lane; i < ${headDim}u; i += ${THREADS}u) {
    var value = head[i];
    if (i < ${half}u) {
      value = head[i] * cosines[group.x * ${half}u + i] - head[i + ${half}u] * sines[group.x * ${half}u + i];
    } else if (i < ${rotaryDim}u) {
      let j = i - ${half}u;
      value = head[i] * cosines[group.x * ${half}u + j] + head[j] * sines[group.x * ${half}u + j];
    }
    qkv[first + i] = value;
  }
}`;
}

/** Each row sees the pages of its block, in place, then its block. Pools are [pages * kvHeads, S, D]. Workgroups: rows, heads. */
export function attentionKernel({ heads, kvHeads, headDim }: ModelConfig, blockLength: number): string {
  const width = (heads + 2 * kvHeads) * headDim;
  const perLane = Math.ceil(headDim / THREADS);
  return `${REDUCE}
struct Cache { pages: u32 } // of each block
@group(0) @binding(0) var<uniform> cache: Cache;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> keys: array<f32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read> pages: array<u32>; // [B, pages]
@group(0) @binding(5) var<storage, read_write> mixed: array<f32>;
var<workgroup> query: array<f32, ${headDim}>;
var<workgroup> shares: array<f32, ${CHUNK}>;
fn place(block: u32, kvHead: u32, key: u32) -> u32 {
  let page = pages[block * cache.pages + key / ${blockLength}u];
  return ((page * ${kvHeads}u + kvHead) * ${blockLength}u + key % ${blockLength}u) * ${headDim}u;
}
fn own(block: u32, head: u32, key: u32) -> u32 {
  return (block * ${blockLength}u + key) * ${width}u + head * ${headDim}u;
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let block = group.x / ${blockLength}u;
  let kvHead = group.y / ${heads / kvHeads}u;
  let cached = cache.pages * ${blockLength}u;
  for (var i = lane; i < ${headDim}u; i += ${THREADS}u) { query[i] = qkv[group.x * ${width}u + group.y * ${headDim}u + i]; }
  workgroupBarrier();
  var most = -1e30;
  var weight = 0.0;
  var sums = array<f32, ${perLane}>();
  for (var first = 0u; first < cached + ${blockLength}u; first += ${CHUNK}u) {
    let count = min(${CHUNK}u, cached + ${blockLength}u - first);
    var best = -1e30;
    for (var k = lane; k < count; k += ${THREADS}u) {
      var score = 0.0;
      if (first + k < cached) {
        let at = place(block, kvHead, first + k);
        for (var i = 0u; i < ${headDim}u; i++) { score += query[i] * keys[at + i]; }
      } else {
        let at = own(block, ${heads}u + kvHead, first + k - cached);
        for (var i = 0u; i < ${headDim}u; i++) { score += query[i] * qkv[at + i]; }
      }
      shares[k] = score;
      best = max(best, score);
    }
    let next = max(most, largest(lane, best));
    let kept = exp(most - next);
    var added = 0.0;
    for (var k = lane; k < count; k += ${THREADS}u) {
      shares[k] = exp(shares[k] - next);
      added += shares[k];
    }
    weight = weight * kept + total(lane, added);
    most = next;
    for (var j = 0u; j < ${perLane}u; j++) {
      let i = lane + j * ${THREADS}u;
      if (i >= ${headDim}u) { break; }
      var sum = sums[j] * kept;
      for (var k = 0u; k < count; k++) {
        if (first + k < cached) { sum += shares[k] * values[place(block, kvHead, first + k) + i]; }
        else { sum += shares[k] * qkv[own(block, ${heads + kvHeads}u + kvHead, first + k - cached) + i]; }
      }
      sums[j] = sum;
    }
    workgroupBarrier();
  }
  for (var j = 0u; j < ${perLane}u; j++) {
    let i = lane + j * ${THREADS}u;
    if (i < ${headDim}u) { mixed[(group.x * ${heads}u + group.y) * ${headDim}u + i] = sums[j] / weight; }
  }
}`;
}

/** From the router's products [T, E] to each row's choices, by groups. Workgroups: rows, one thread each. */
export function chooseKernel(config: ModelConfig): string {
  const { experts, topK, expertGroups, topKGroups, routedScalingFactor } = config;
  const size = experts / expertGroups;
  return `
@group(0) @binding(0) var<storage, read> products: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> chosen: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u) {
  let row = group.x;
  var scores = array<f32, ${experts}>();
  var ranked = array<f32, ${experts}>();
  var groups = array<f32, ${expertGroups}>();
  for (var g = 0u; g < ${expertGroups}u; g++) {
    var best = -1e9;
    var second = -1e9;
    for (var e = g * ${size}u; e < (g + 1u) * ${size}u; e++) {
      scores[e] = 1.0 / (1.0 + exp(-products[row * ${experts}u + e]));
      ranked[e] = scores[e] + bias[e];
      if (ranked[e] > best) { second = best; best = ranked[e]; }
      else if (ranked[e] > second) { second = ranked[e]; }
    }
    groups[g] = best + ${size > 1 ? "second" : "0.0"};
  }
  for (var dropped = 0u; dropped < ${expertGroups - topKGroups}u; dropped++) {
    var least = 0u;
    for (var g = 1u; g < ${expertGroups}u; g++) { if (groups[g] <= groups[least]) { least = g; } }
    groups[least] = 1e9;
    for (var e = least * ${size}u; e < (least + 1u) * ${size}u; e++) { ranked[e] = -1e9; }
  }
  var sum = 0.0;
  for (var k = 0u; k < ${topK}u; k++) {
    var best = 0u;
    for (var e = 1u; e < ${experts}u; e++) { if (ranked[e] > ranked[best]) { best = e; } }
    ranked[best] = -1e30;
    chosen[row * ${topK}u + k] = vec2u(best, 0u);
    weights[row * ${topK}u + k] = scores[best];
    sum += scores[best];
  }
  for (var k = 0u; k < ${topK}u; k++) {
    weights[row * ${topK}u + k] = weights[row * ${topK}u + k] / (sum + 1e-20) * ${routedScalingFactor};
  }
}`;
}

/** The layer's output: its rows, the shared expert and the routed ones. */
export function sumKernel(): string {
  return `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> shared_: array<f32>;
@group(0) @binding(2) var<storage, read> routed: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] = x[id.x] + shared_[id.x] + routed[id.x]; }
}`;
}

/** Workgroups of `sumKernel`. */
export const sumGroups = (values: number): number => Math.ceil(values / THREADS);
