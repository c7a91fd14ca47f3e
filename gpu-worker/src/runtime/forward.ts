/**
 * One forward of the model through its graphs: embedding, layers, experts, head, for targets with a graph per layer. It knows
 * no sequences and no decoding. JavaScript loops over layers and over the expert ids of tokens, never over hidden values.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { Candidate, TokenProbability } from "../decoding/block.ts";
import type { Draw, TokenScore } from "../decoding/forwards.ts";
import type { PageId } from "../memory/page-allocator.ts";
import { layerKeys, layerValues } from "../model/forward-plan.ts";
import { type Manifest, shardPlan } from "../model/manifest.ts";
import { EMBEDDING_GRAPH, HEAD_GRAPH, LEADER, layerGraph, leastRanked } from "../model/package-plan.ts";
import { holdersOf } from "../model/shard-plan.ts";
import { ExpertExchange, type RankLink, type RankWait, type Rows } from "../parallel/exchange.ts";
import type { ExpertBatcher } from "../parallel/expert-batcher.ts";
import { attentionInputs, type BlockInput, placeOf } from "./attention-inputs.ts";
import { ExpertShard, shardLink } from "./expert-shard.ts";
import { asBits } from "./half-tensor.ts";
import {
  adjustmentInputs,
  allowedInputs,
  BEST_TOKENS,
  bestOf,
  choices,
  drawInputs,
  evenRows,
  int64,
  scoreInputs,
  scoresOf,
} from "./head-inputs.ts";
import type { KvTensors } from "./kv-tensors.ts";
import type { ModelOptions } from "./model.ts";
import type { AllowedRow, ForwardOutput, HeadRequest, ModelForward } from "./model-forward.ts";
import { runGraph, type Sessions } from "./package.ts";

/** A layer's outputs beside `normed`, which get memory of their own. */
const NEW_OUTPUTS = { hidden_out: null, keys: null, values: null, experts: null, weights: null };

export class Forward implements ModelForward {
  readonly #sessions: Sessions;
  readonly #manifest: Manifest;
  readonly #kv: KvTensors;
  readonly #onRoute: ModelOptions["onRoute"];
  readonly #own: RankLink;
  readonly #exchange: ExpertExchange;
  /** Tokens that are no candidates: mask, delete, split. */
  readonly #never: readonly number[];

  /** @param options of the model: `rank`'s experts are among the sessions; without `links`, those of all ranks are */
  constructor(
    sessions: Sessions,
    manifest: Manifest,
    kv: KvTensors,
    options: Pick<ModelOptions, "rank" | "onRoute"> & {
      readonly links?: readonly RankLink[] | undefined;
      /** This rank's experts; by default those among the sessions. */
      readonly own?: RankLink | undefined;
      /** Runs this rank's experts for the rows of all ranks, if each rank leads sequences. */
      readonly expertBatcher?: ExpertBatcher | undefined;
    } = {},
  ) {
    const { config, ranks } = manifest;
    const { rank: own = LEADER, expertBatcher } = options;
    this.#sessions = sessions;
    this.#manifest = manifest;
    this.#kv = kv;
    this.#onRoute = options.onRoute;
    this.#never = [manifest.maskToken, ...Object.values(manifest.editTokens ?? {})];
    const shard = (rank: number) => shardLink(new ExpertShard(sessions, manifest, rank), manifest);
    this.#own = expertBatcher?.linkFor(own) ?? options.own ?? shard(own);
    const others = Array.from({ length: ranks }, (_, rank) => rank).filter((rank) => rank !== own);
    const links = options.links ?? others.map(shard);
    const holders = shardPlan(manifest).map((layer) => holdersOf(layer, config.experts));
    const onLayer = (layer: number) => holders[layer - config.denseLayers] as readonly (readonly number[])[];
    this.#exchange = new ExpertExchange(own, links, onLayer, { ...config, inStep: expertBatcher !== undefined });
  }

  /**
   * Runs the layers over blocks of any sequences at any places. The output also has the last layer's `partials` [R, T, H]; its
   * memory is the host's and belongs to the garbage collector.
   */
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
    const made: Record<string, Tensor> = {};
    for (let layer = 0; layer < config.layers; layer++) {
      const pools = { key_pool: this.#kv.keys[layer] as Tensor, value_pool: this.#kv.values[layer] as Tensor };
      const rows = layer < config.denseLayers ? undefined : this.#exchange.rowsMemory(tokens.length);
      const normed = rows && asBits(new Tensor(hidden.type, rows as Float32Array, hidden.dims));
      const feeds = { hidden, partials, ...context, ...pools };
      const out = await this.#run(layerGraph(layer), feeds, normed && { ...NEW_OUTPUTS, normed });
      made[layerKeys(layer)] = out.keys as Tensor;
      made[layerValues(layer)] = out.values as Tensor;
      hidden = out.hidden_out as Tensor;
      partials = out.experts ? await this.#experts(layer, out, normed ?? (out.normed as Tensor)) : noPartials(hidden);
    }
    const tensors = { hidden, partials: kept(partials), ...made };
    const output: ForwardOutput = { tensors, share: () => output, [Symbol.dispose]() {} };
    return output;
  }

  write(page: PageId, { tensors }: ForwardOutput, block: number): void {
    this.#kv.write(page, tensors, block);
  }

  /** For each other rank: how long forwards have waited for its answers. */
  get waits(): readonly RankWait[] {
    return this.#exchange.waits;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  get isConstrainable(): boolean {
    return this.#sessions.get(HEAD_GRAPH)?.inputNames.includes("allowed_bits") ?? false;
  }

  /** The candidates at `rows` of a forward; the rows of draws also draw a token. */
  async head(output: ForwardOutput, rows: readonly number[], request: HeadRequest = {}): Promise<Candidate[]> {
    const { draws = [], adjustments = [], best = new Set<number>(), allowed = [] } = request;
    const { vocabSize } = this.#manifest.config;
    const asked = { ...adjustmentInputs(adjustments), ...drawInputs(draws, vocabSize), ...scoreInputs([], 0) };
    const ranked = best.size > 0 ? BEST_TOKENS + this.#never.length : 0;
    const out = await this.#head(output, rows, { ...asked, ...this.#constraint(ranked, allowed) });
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
    const all = best.size > 0 ? choices(out.ranked_tokens as Tensor, out.ranked_probabilities as Tensor) : [];
    const width = all.length / candidates.length;
    for (const row of best) {
      const own = bestOf(all.slice(row * width, (row + 1) * width), this.#never);
      candidates[row] = { ...(candidates[row] as Candidate), best: own };
    }
    return candidates.slice(0, rows.length);
  }

  /** Scores a token at each of `rows` of a forward, and the `best` most probable tokens there. */
  async score(
    output: ForwardOutput,
    rows: readonly number[],
    tokens: readonly number[],
    best: number,
  ): Promise<TokenScore[]> {
    const { vocabSize } = this.#manifest.config;
    const asked = { ...adjustmentInputs([]), ...drawInputs([], vocabSize), ...scoreInputs(tokens, best) };
    return scoresOf(await this.#head(output, rows, { ...asked, ...this.#constraint(0, []) }), best);
  }

  /** Inputs that heads of earlier packages do not have. */
  #constraint(ranked: number, allowed: readonly AllowedRow[]): InferenceSession.FeedsType {
    if (!this.isConstrainable) return {};
    const { vocabSize } = this.#manifest.config;
    const count = Math.min(Math.max(ranked, leastRanked(this.#never.slice(1))), vocabSize);
    return { ...allowedInputs(allowed, vocabSize), ranked_count: int64([count], [1]) };
  }

  /** @param asked what is asked beyond the best token of each row: none of it may be left out */
  #head({ tensors }: ForwardOutput, rows: readonly number[], asked: InferenceSession.FeedsType) {
    const wanted = evenRows(rows);
    const { hidden, partials } = tensors as Record<"hidden" | "partials", Tensor>;
    return this.#run(HEAD_GRAPH, { hidden, partials, rows: int64(wanted, [wanted.length]), ...asked });
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

function noPartials(hidden: Tensor): Tensor {
  return asBits(new Tensor(hidden.type, (hidden.data as Float32Array).slice(0, 0), [0, ...hidden.dims]));
}

/** The last layer's partial sums, which are read again when later forwards use the exchange's memory. */
function kept(partials: Tensor): Tensor {
  const { buffer } = partials.data as Float32Array;
  if (!(buffer instanceof SharedArrayBuffer)) return partials;
  return asBits(new Tensor(partials.type, (partials.data as Float32Array).slice(), partials.dims));
}
