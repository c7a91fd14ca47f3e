/**
 * One forward of the model on a device: one run for all layers, with K/V pools and hidden rows that never leave the device. Only
 * tokens, probabilities and the logits of rows that draw or are scored come back. A device tensor is freed when it is disposed
 * of: the garbage collector does not see its size.
 */
import { Tensor } from "onnxruntime-node";
import type { Candidate, TokenProbability } from "../decoding/block.ts";
import type { Draw, TokenScore } from "../decoding/forwards.ts";
import { WorkerError } from "../errors.ts";
import type { PageId } from "../memory/page-allocator.ts";
import { keyPool, layerKeys, layerValues, valuePool } from "../model/forward-plan.ts";
import type { Manifest } from "../model/manifest.ts";
import { kvTokenBytes } from "../model/package-plan.ts";
import { featuresOf } from "../model/target.ts";
import { attentionInputs, type BlockInput, placeOf } from "./attention-inputs.ts";
import type { DeviceGraph, DeviceSessions, Tensors } from "./device-sessions.ts";
import {
  adjustmentInputs,
  allowedInputs,
  BEST_TOKENS,
  bestOf,
  choices,
  drawInputs,
  evenRows,
  int32,
  scoreInputs,
  scoresOf,
} from "./head-inputs.ts";
import type { ForwardOutput, HeadRequest, ModelForward } from "./model-forward.ts";
import { RopeTables } from "./rope-tables.ts";

/** Rows of different sequences in a forward. Gate and up of 256 experts of 512 take 1 MiB for each row, in one layer at a time. */
const MAX_ROWS = 256;

/**
 * Device memory beside weights and pools, for the largest forward: gate and up of all experts and twice the half of it that
 * follows, a head's logits and their exponentials for every row, and the copy that a commit makes of one pool.
 */
export function deviceWorkingBytes({ config, blockLength, target }: Manifest, pages: number): number {
  const { experts, moeIntermediateSize, intermediateSize, vocabSize, layers } = config;
  const inner = Math.max(4 * experts * moeIntermediateSize, 4 * intermediateSize);
  const pool = (pages * blockLength * kvTokenBytes(config, target)) / (2 * layers);
  return MAX_ROWS * Float32Array.BYTES_PER_ELEMENT * Math.max(inner, 2 * vocabSize) + pool;
}

/** A block to store before the next forward. */
interface PendingWrite {
  readonly page: PageId;
  readonly output: DeviceOutput;
  readonly block: number;
}

export class DeviceForward implements ModelForward {
  readonly #sessions: DeviceSessions;
  readonly #manifest: Manifest;
  readonly #tables: RopeTables;
  readonly #barred: number;
  readonly maxBlocks: number;
  /** By name, [pages * kvHeads, S, D]. A commit replaces them: a session cannot write to its inputs. */
  readonly #pools = new Map<string, Tensor>();
  readonly #pending: PendingWrite[] = [];
  #failure: string | undefined;

  private constructor(sessions: DeviceSessions, manifest: Manifest) {
    this.#sessions = sessions;
    this.#manifest = manifest;
    this.#tables = new RopeTables(manifest.config, manifest.blockLength);
    this.#barred = featuresOf(manifest.target).barred;
    this.maxBlocks = Math.max(1, Math.floor(MAX_ROWS / manifest.blockLength));
  }

  /**
   * Makes the pools and runs every graph once, which compiles its kernels: seconds that no request should wait for.
   * @throws WorkerError `unavailable` when the device has too little memory or lacks a feature
   */
  static async open(sessions: DeviceSessions, manifest: Manifest, pages: number): Promise<DeviceForward> {
    const forward = new DeviceForward(sessions, manifest);
    await forward.#makePools(pages);
    await forward.#warmUp();
    return forward;
  }

  get deviceFailure(): string | undefined {
    return this.#failure;
  }

  async layers(blocks: readonly Omit<BlockInput, "cells">[]): Promise<DeviceOutput> {
    await this.#store();
    const { config, blockLength } = this.#manifest;
    const { mask, page_rows, own_slots, own_rows } = attentionInputs(blocks, config.kvHeads, blockLength, this.#barred);
    const tensors = await this.#run("body", {
      tokens: int32(blocks.flatMap(({ tokens }) => tokens)),
      ...this.#tables.at(blocks.map(placeOf)),
      ...{ mask, own_slots, page_rows: asInt32(page_rows), own_rows: asInt32(own_rows) },
      ...Object.fromEntries(this.#pools),
    });
    return new DeviceOutput(tensors);
  }

  /** The graphs without weights are this program's. */
  readonly isConstrainable = true;

  async head(output: ForwardOutput, rows: readonly number[], request: HeadRequest = {}): Promise<Candidate[]> {
    const { draws = [], best } = request;
    using logits = await this.#logits(output, rows, request);
    const isRanked = best !== undefined && best.size > 0;
    const out = await this.#run(isRanked ? "ranking" : "candidates", { logits: logits.tensor });
    const ranked = (suffix: string, prefix = ""): TokenProbability[] =>
      choices(out[`${prefix}token${suffix}`] as Tensor, out[`${prefix}probability${suffix}`] as Tensor).slice(
        0,
        rows.length,
      );
    let candidates: Candidate[] = ranked("");
    if (isRanked) {
      const others = Array.from({ length: BEST_TOKENS - 1 }, (_, i) => ranked(`_${i + 2}`, "ranked_"));
      candidates = candidates.map((first, row) => {
        const all = [first, ...others.map((column) => column[row] as TokenProbability)];
        return best.has(row) ? { ...first, best: bestOf(all, []) } : first;
      });
    }
    if (this.#manifest.editTokens !== undefined) {
      const [first, second] = [ranked("_1"), ranked("_2")];
      candidates = candidates.map((best, i) => ({
        ...best,
        edit: [first[i] as TokenProbability, second[i] as TokenProbability],
      }));
    }
    if (draws.length === 0) return candidates;
    const drawn = await this.#sample(logits.tensor, {
      rows: draws.map(({ cell }) => cell),
      draws: draws.map((draw, i) => ({ ...draw, cell: i })),
    });
    choices(drawn.drawn_token as Tensor, drawn.drawn_probability as Tensor).forEach((drawn, i) => {
      const { cell } = draws[i] as Draw;
      candidates[cell] = { ...(candidates[cell] as Candidate), drawn };
    });
    return candidates;
  }

  async score(
    output: ForwardOutput,
    rows: readonly number[],
    tokens: readonly number[],
    best: number,
  ): Promise<TokenScore[]> {
    using logits = await this.#logits(output, rows, {});
    return scoresOf(await this.#sample(logits.tensor, { rows: [...rows.keys()], tokens, best }), best);
  }

  /** Takes effect before the next forward, together with other blocks of the same output: a write copies a whole pool. */
  write(page: PageId, output: ForwardOutput, block: number): void {
    this.#pending.push({ page, output: own(output).share(), block });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { output } of this.#pending.splice(0)) output[Symbol.dispose]();
    for (const pool of this.#pools.values()) pool.dispose();
    this.#pools.clear();
    await this.#sessions[Symbol.asyncDispose]();
  }

  async #makePools(pages: number): Promise<void> {
    const { config, blockLength } = this.#manifest;
    const dims = [pages * config.kvHeads, blockLength, config.headDim];
    const shape = new Tensor("int64", BigInt64Array.from(dims, BigInt), [3]);
    for (let layer = 0; layer < config.layers; layer++) {
      for (const name of [keyPool(layer), valuePool(layer)]) {
        this.#pools.set(name, (await this.#run("zeros", { shape })).zeros as Tensor);
      }
    }
  }

  /** A block without a cache, then one behind it: what the first page holds afterwards is never read. */
  async #warmUp(): Promise<void> {
    const { blockLength, maskToken } = this.#manifest;
    const tokens = new Array<number>(blockLength).fill(maskToken);
    using first = await this.layers([{ tokens, pages: [], peers: [] }]);
    this.write(0, first, 0);
    using second = await this.layers([
      { tokens, pages: [0], peers: [] },
      { tokens, pages: [0], peers: [0] },
    ]);
    const draw = { cell: 0, temperature: 1, uniform: 0.5 };
    const adjustments = [{ cell: 0, token: maskToken, by: 0 }];
    await this.head(second, [0, 1], { draws: [draw], adjustments });
    const bits = new Int32Array(Math.ceil(this.#manifest.config.vocabSize / 32)).fill(-1);
    await this.head(second, [0, 1], { best: new Set([0]), allowed: [{ row: 0, bits }] });
    await this.score(second, [0], [maskToken], 1);
  }

  /** The claim of a caller on the logits [R, V] of some rows, which it disposes of. */
  async #logits(output: ForwardOutput, rows: readonly number[], { adjustments = [], allowed = [] }: HeadRequest) {
    const { hidden } = own(output).tensors;
    let tensor = (await this.#run("head", { hidden: hidden as Tensor, rows: int32(evenRows(rows)) })).logits as Tensor;
    const changed = async (graph: "adjust" | "allow", inputs: Tensors): Promise<void> => {
      const before = tensor;
      try {
        const out = await this.#run(graph, { logits: before, ...inputs });
        tensor = (graph === "adjust" ? out.sums : out.allowed) as Tensor;
      } finally {
        before.dispose();
      }
    };
    if (adjustments.length > 0) await changed("adjust", adjustmentInputs(adjustments, this.#barred));
    if (allowed.length > 0) await changed("allow", allowedInputs(allowed, this.#manifest.config.vocabSize));
    return { tensor, [Symbol.dispose]: () => tensor.dispose() };
  }

  /** Draws and scores on the host, over the logits of `rows`. Rows of draws count from the first of them. */
  async #sample(
    logits: Tensor,
    { rows, draws = [], tokens = [], best = 0 }: SampleRequest,
  ): Promise<Record<string, Tensor>> {
    const { picked } = await this.#run("rows", { logits, rows: int32(rows) });
    const inputs = { ...drawInputs(draws, this.#manifest.config.vocabSize), ...scoreInputs(tokens, best) };
    return this.#sessions.run("sampling", { logits: picked as Tensor, ...inputs });
  }

  /** Writes the pending blocks to the pools, those of an output in one run for each pool. */
  async #store(): Promise<void> {
    while (this.#pending.length > 0) {
      const { output } = this.#pending[0] as PendingWrite;
      let count = this.#pending.findIndex((other) => other.output.tensors !== output.tensors);
      if (count < 0) count = this.#pending.length;
      const writes = this.#pending.splice(0, count);
      try {
        await this.#commit(output, new Map(writes.map(({ page, block }) => [page, block])));
      } finally {
        for (const write of writes) write.output[Symbol.dispose]();
      }
    }
  }

  async #commit({ tensors }: DeviceOutput, blocks: ReadonlyMap<PageId, number>): Promise<void> {
    const { kvHeads, layers } = this.#manifest.config;
    const heads = Array.from({ length: kvHeads }, (_, head) => head);
    const at = [...blocks.keys()].flatMap((page) => heads.map((head) => BigInt(page * kvHeads + head)));
    const from = int32([...blocks.values()].flatMap((block) => heads.map((head) => block * kvHeads + head)));
    const places = { at: new Tensor("int64", BigInt64Array.from(at), [at.length, 1]), from };
    const write = async (name: string, made: Tensor): Promise<void> => {
      const pool = this.#pools.get(name) as Tensor;
      const { written } = await this.#run("commit", { pool, made, ...places });
      this.#pools.set(name, written as Tensor);
      pool.dispose();
    };
    for (let layer = 0; layer < layers; layer++) {
      await write(keyPool(layer), tensors[layerKeys(layer)] as Tensor);
      await write(valuePool(layer), tensors[layerValues(layer)] as Tensor);
    }
  }

  /**
   * Runs a graph on the device. The host checks every input, so an error is the device's: its memory is full, or it is lost. A
   * commit may then be half done, so no page can be trusted from there on.
   */
  async #run(graph: DeviceGraph, feeds: Tensors): Promise<Record<string, Tensor>> {
    if (this.#failure !== undefined) throw new WorkerError("unavailable", this.#failure);
    try {
      return await this.#sessions.run(graph, feeds);
    } catch (cause) {
      // Experts of the forward on another device, which is opened again.
      if (cause instanceof WorkerError) throw cause;
      this.#failure = `the device failed in the ${graph} graph: ${(cause as Error).message}`;
      throw new WorkerError("unavailable", this.#failure, { cause });
    }
  }
}

interface SampleRequest {
  readonly rows: readonly number[];
  readonly draws?: readonly Draw[];
  /** Tokens to score, one for each row. */
  readonly tokens?: readonly number[];
  readonly best?: number;
}

/** A claim on the device tensors of a forward, which are counted. */
class DeviceOutput implements ForwardOutput {
  /** hidden [T, H], and each layer's keys and values [B, kvHeads, S, D]. */
  readonly tensors: Tensors;
  readonly #claims: { count: number };
  #isDisposed = false;

  constructor(tensors: Tensors, claims = { count: 0 }) {
    this.tensors = tensors;
    this.#claims = claims;
    claims.count++;
  }

  share(): DeviceOutput {
    if (this.#isDisposed) throw new Error("the claim was given up");
    return new DeviceOutput(this.tensors, this.#claims);
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (--this.#claims.count > 0) return;
    for (const tensor of Object.values(this.tensors)) tensor.dispose();
  }
}

/** A session of another provider would take a device tensor and read garbage. */
function own(output: ForwardOutput): DeviceOutput {
  if (!(output instanceof DeviceOutput)) throw new Error("the output of a forward on another target");
  return output;
}

function asInt32({ data, dims }: Tensor): Tensor {
  return new Tensor("int32", Int32Array.from(data as BigInt64Array, Number), dims);
}
