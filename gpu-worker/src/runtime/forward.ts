/**
 * One forward of the model through its graphs: embedding, layers, experts, head. It knows no sequences and no decoding.
 * JavaScript loops over layers and over the expert ids of tokens, never over hidden values.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { Candidate, TokenProbability } from "../decoding/block.ts";
import type { Draw, LogitAdjustment, TokenScore } from "../decoding/forwards.ts";
import { type Manifest, shardPlan } from "../model/manifest.ts";
import { EMBEDDING_GRAPH, HEAD_GRAPH, LEADER, layerGraph } from "../model/package-plan.ts";
import { holdersOf } from "../model/shard-plan.ts";
import { ExpertExchange, type RankLink, type Rows } from "../parallel/exchange.ts";
import type { ExpertBatcher } from "../parallel/expert-batcher.ts";
import { attentionInputs, type BlockInput, placeOf } from "./attention-inputs.ts";
import { ExpertShard, shardLink } from "./expert-shard.ts";
import { asBits } from "./half-tensor.ts";
import type { KvTensors } from "./kv-tensors.ts";
import { runGraph, type Sessions } from "./package.ts";

/** A layer's outputs beside `normed`, which get memory of their own. */
const NEW_OUTPUTS = { hidden_out: null, keys: null, values: null, experts: null, weights: null };

export interface ForwardOutput extends Pick<KvTensors, "keys" | "values"> {
  /** The head's inputs: [T, H], and the last layer's partial results [R, T, H]. */
  readonly hidden: Tensor;
  readonly partials: Tensor;
}

export interface ForwardOptions {
  /** This rank, whose experts are among the sessions; the leader by default. */
  readonly rank?: number | undefined;
  /** Links to the package's other ranks. Absent: their experts are among the sessions too and run here, one after another. */
  readonly links?: readonly RankLink[] | undefined;
  /** Runs this rank's experts for the rows of all ranks, if each rank leads sequences. */
  readonly expertBatcher?: ExpertBatcher | undefined;
  /** Called with the experts [T, K] that a layer's router chose. */
  readonly onRoute?: ((layer: number, experts: BigInt64Array) => void) | undefined;
}

export class Forward {
  readonly #sessions: Sessions;
  readonly #manifest: Manifest;
  readonly #kv: KvTensors;
  readonly #onRoute: ForwardOptions["onRoute"];
  readonly #own: RankLink;
  readonly #exchange: ExpertExchange;

  constructor(sessions: Sessions, manifest: Manifest, kv: KvTensors, options: ForwardOptions = {}) {
    const { config, ranks } = manifest;
    const { rank: own = LEADER, expertBatcher } = options;
    this.#sessions = sessions;
    this.#manifest = manifest;
    this.#kv = kv;
    this.#onRoute = options.onRoute;
    const shard = (rank: number) => shardLink(new ExpertShard(sessions, manifest, rank), manifest);
    this.#own = expertBatcher?.linkFor(own) ?? shard(own);
    const others = Array.from({ length: ranks }, (_, rank) => rank).filter((rank) => rank !== own);
    const links = options.links ?? others.map(shard);
    const holders = shardPlan(manifest).map((layer) => holdersOf(layer, config.experts));
    const onLayer = (layer: number) => holders[layer - config.denseLayers] as readonly (readonly number[])[];
    this.#exchange = new ExpertExchange(own, links, onLayer, { ...config, inStep: expertBatcher !== undefined });
  }

  /** Runs the layers over blocks of any sequences at any places. */
  async layers(blocks: readonly Omit<BlockInput, "cells">[]): Promise<ForwardOutput> {
    using _turn = await this.#exchange.turn();
    const { config, blockLength } = this.#manifest;
    const tokens = blocks.flatMap((block) => block.tokens);
    const positions = blocks.flatMap((block) => block.tokens.map((_, i) => placeOf(block) * blockLength + i));
    const embedded = await this.#run(EMBEDDING_GRAPH, {
      tokens: int64(tokens, [tokens.length]),
      positions: int64(positions, [blocks.length, blockLength]),
    });
    const context = {
      cos: embedded.cos as Tensor,
      sin: embedded.sin as Tensor,
      ...attentionInputs(blocks, config.kvHeads, blockLength),
    };
    let hidden = embedded.hidden as Tensor;
    let partials = noPartials(hidden);
    const keys: Tensor[] = [];
    const values: Tensor[] = [];
    for (let layer = 0; layer < config.layers; layer++) {
      const pools = { key_pool: this.#kv.keys[layer] as Tensor, value_pool: this.#kv.values[layer] as Tensor };
      const rows = layer < config.denseLayers ? undefined : this.#exchange.rowsMemory(tokens.length);
      const normed = rows && asBits(new Tensor(hidden.type, rows as Float32Array, hidden.dims));
      const feeds = { hidden, partials, ...context, ...pools };
      const out = await this.#run(layerGraph(layer), feeds, normed && { ...NEW_OUTPUTS, normed });
      keys.push(out.keys as Tensor);
      values.push(out.values as Tensor);
      hidden = out.hidden_out as Tensor;
      partials = out.experts ? await this.#experts(layer, out, normed ?? (out.normed as Tensor)) : noPartials(hidden);
    }
    return { hidden, partials: kept(partials), keys, values };
  }

  /** The candidates at `rows` of a forward; the rows of `draws` also draw a token. */
  async head(
    output: ForwardOutput,
    rows: readonly number[],
    draws: readonly Draw[] = [],
    adjustments: readonly LogitAdjustment[] = [],
  ): Promise<Candidate[]> {
    const out = await this.#head(output, rows, { draws, adjustments });
    let candidates: Candidate[] = choices(out.token as Tensor, out.probability as Tensor);
    if (out.edit_tokens !== undefined) {
      const edits = choices(out.edit_tokens as Tensor, out.edit_probabilities as Tensor);
      candidates = candidates.map((best, i) => ({
        ...best,
        edit: [edits[2 * i] as TokenProbability, edits[2 * i + 1] as TokenProbability],
      }));
    }
    choices(out.drawn_token as Tensor, out.drawn_probability as Tensor).forEach((drawn, i) => {
      const { cell: row } = draws[i] as Draw;
      candidates[row] = { ...(candidates[row] as Candidate), drawn };
    });
    return candidates.slice(0, rows.length);
  }

  /** Scores a token at each of `rows` of a forward, and the `best` most probable tokens there. */
  async score(
    output: ForwardOutput,
    rows: readonly number[],
    tokens: readonly number[],
    best: number,
  ): Promise<TokenScore[]> {
    const out = await this.#head(output, rows, { tokens, best });
    const bestLogprobs = (out.best_logprobs as Tensor).data as Float32Array;
    const bestTokens = (out.best_tokens as Tensor).data as BigInt64Array;
    return Array.from((out.logprob as Tensor).data as Float32Array, (logprob, row) => ({
      logprob,
      best: Array.from({ length: best }, (_, rank) => ({
        token: Number(bestTokens[row * best + rank]),
        logprob: bestLogprobs[row * best + rank] as number,
      })),
    }));
  }

  async #head({ hidden, partials }: ForwardOutput, rows: readonly number[], request: HeadRequest) {
    const { draws = [], adjustments = [], tokens = [], best = 0 } = request;
    return this.#run(HEAD_GRAPH, {
      hidden,
      partials,
      ...rowInputs(rows),
      ...adjustmentInputs(adjustments),
      ...drawInputs(draws, this.#manifest.config.vocabSize),
      ...scoreInputs(tokens, best),
    });
  }

  /** The partial sums of every rank over its experts, in rank order: [R, T, H]. */
  async #experts(layer: number, out: InferenceSession.OnnxValueMapType, hidden: Tensor): Promise<Tensor> {
    const experts = (out.experts as Tensor).data as BigInt64Array;
    this.#onRoute?.(layer, experts);
    const weights = (out.weights as Tensor).data as Float32Array;
    const routed = { layer, hidden: hidden.data as Rows, experts, weights };
    using pending = this.#exchange.dispatch(routed);
    const own = await this.#own.run({ ...routed, weights: pending.ownWeights, into: pending.ownSlot });
    const partials = await pending.combine(own.partial);
    return asBits(new Tensor(hidden.type, partials, [this.#manifest.ranks, ...hidden.dims]));
  }

  #run(name: string, feeds: InferenceSession.FeedsType, fetches?: InferenceSession.FetchesType) {
    return runGraph(this.#sessions, name, feeds, fetches as InferenceSession.OnnxValueMapType | undefined);
  }
}

/** Requests to the head beyond the best token of each row. */
interface HeadRequest {
  readonly draws?: readonly Draw[];
  readonly adjustments?: readonly LogitAdjustment[];
  /** Tokens to score, one for each of the first rows. */
  readonly tokens?: readonly number[];
  /** Most probable tokens to score at each of those rows. */
  readonly best?: number;
}

/** [R], an even number of rows for the same reason as in parallel/permutation.ts: an odd last row is repeated. */
function rowInputs(rows: readonly number[]) {
  const even = rows.length % 2 === 0 ? rows : [...rows, rows.at(-1) as number];
  return { rows: int64(even, [even.length]) };
}

/** Places [E, 2] of adjusted logits, and what is added to each [E]. */
function adjustmentInputs(adjustments: readonly LogitAdjustment[]) {
  const [places, additions] = [
    adjustments.flatMap(({ cell, token }) => [cell, token]),
    adjustments.map(({ by }) => by),
  ];
  return {
    adjusted: int64(places, [adjustments.length, 2]),
    adjustments: new Tensor("float32", Float32Array.from(additions), [adjustments.length]),
  };
}

/** Rows [P] and tokens [P, 1] to score, and the number of best tokens [1] to score beside each. */
function scoreInputs(tokens: readonly number[], best: number) {
  return {
    scored_rows: int64([...tokens.keys()], [tokens.length]),
    scored_tokens: int64(tokens, [tokens.length, 1]),
    best_count: int64([best], [1]),
  };
}

/** Rows [Q] that draw a token, and their sampling parameters [Q, 1]. */
function drawInputs(draws: readonly Draw[], vocabSize: number) {
  const dims = [draws.length, 1];
  const floats = (values: number[]): Tensor => new Tensor("float32", Float32Array.from(values), dims);
  return {
    drawn_rows: int64(
      draws.map(({ cell }) => cell),
      [draws.length],
    ),
    temperature: floats(draws.map(({ temperature }) => temperature)),
    top_k: int64(
      draws.map(({ topK }) => topK ?? vocabSize),
      dims,
    ),
    top_p: floats(draws.map(({ topP }) => topP ?? 1)),
    uniform: floats(draws.map(({ uniform }) => uniform)),
  };
}

function choices(tokens: Tensor, probabilities: Tensor): TokenProbability[] {
  const probability = probabilities.data as Float32Array;
  return Array.from(tokens.data as BigInt64Array, (token, i) => ({
    token: Number(token),
    probability: probability[i] as number,
  }));
}

function noPartials(hidden: Tensor): Tensor {
  return asBits(new Tensor(hidden.type, (hidden.data as Float32Array).slice(0, 0), [0, ...hidden.dims]));
}

/** The last layer's partial sums, which are read again when later forwards use the exchange's memory. */
function kept(partials: Tensor): Tensor {
  const { buffer } = partials.data as Float32Array;
  if (!(buffer instanceof SharedArrayBuffer)) return partials;
  return asBits(new Tensor(partials.type, (partials.data as Float32Array).slice(), partials.dims));
}

function int64(values: readonly number[], dims: readonly number[]): Tensor {
  // `BigInt64Array.from` would use an iterator, which is slow: a bias of many tokens at every cell makes a long list.
  const data = new BigInt64Array(values.length);
  values.forEach((value, i) => {
    data[i] = BigInt(value);
  });
  return new Tensor("int64", data, dims);
}
