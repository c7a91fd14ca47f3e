/** Wires an engine out of a model package: sessions, K/V cache, scheduler, tokenizer. Runs on the caller's thread. */

import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import type { ModelInfo } from "@palimpsest/proto";
import type { PoolableEngine } from "../engine/engine.ts";
import { LocalEngine } from "../engine/local-engine.ts";
import type { EngineModel } from "../engine/sequence.ts";
import { PackageError } from "../errors.ts";
import { readManifest } from "../files/read-manifest.ts";
import { Scheduler } from "../memory/scheduler.ts";
import type { Manifest } from "../model/manifest.ts";
import { Lockstep } from "../parallel/lockstep.ts";
import { openReconnectingLink } from "../parallel/reconnecting-link.ts";
import type { RouterObserver } from "../runtime/forward.ts";
import { pageBytes } from "../runtime/kv-tensors.ts";
import { type Model, openModel } from "../runtime/model.ts";
import { answerThrough, PortLink } from "../threads/rank-port.ts";
import { openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { openRankThreads, openRemoteRanks, type RemoteRanks } from "./rank-client.ts";

/** Memory for K/V unless the operator says otherwise: room for eight long answers of the shipped model. */
const DEFAULT_KV_CACHE_BYTES = 2 ** 30;
const DEFAULT_CAPACITY = 8;
/** Sequences that may wait for each that may run: beyond it, an answer comes too late to be wanted. */
const WAITING_PER_SLOT = 16;

/** A rank that leads sequences of its own, beside the package's other ranks in threads of this process. */
export interface LeadingRank {
  readonly rank: number;
  /** The other ranks, to ask. */
  readonly links: readonly { readonly rank: number; readonly port: MessagePort }[];
  /** The same ranks, where they ask this one. */
  readonly askers: LeadingRank["links"];
  /** What all of them keep in step by. */
  readonly lockstep: SharedArrayBuffer;
}

/** Where a model is and what it may use. */
export interface EngineSettings {
  /** Folder of the model package. */
  readonly package: string;
  /** Name that clients use; the package's own by default. */
  readonly name?: string;
  /** Threads of one operator. */
  readonly threads?: number;
  /** Where the package's other ranks are; in threads of this process by default. */
  readonly remoteRanks?: RemoteRanks;
  /** Every rank leads sequences: which one this is. Threads, K/V cache and capacity are then divided among them. */
  readonly leading?: LeadingRank;
  readonly kvCacheBytes?: number;
  /** Sequences that run at once. */
  readonly capacity?: number;
  /** Tokens denoised together and tokens that end an answer; the package's by default. */
  readonly blockLength?: number;
  readonly eosTokens?: readonly number[];
  /** False: recompute everything at every step, the slow twin of the K/V cache. */
  readonly cache?: boolean;
  /** False: prefill every prompt from its first token, whatever earlier requests have left in the K/V cache. */
  readonly prefixCache?: boolean;
}

/**
 * Opens a package's engine.
 * @param onRoute is told which experts each layer's router chose
 * @throws PackageError when the package cannot be used
 */
export async function openEngine(settings: EngineSettings, onRoute?: RouterObserver): Promise<PoolableEngine> {
  const own = await readManifest(settings.package);
  const manifest = { ...own, ...given(settings) };
  if (own.config.blockExperts !== undefined && manifest.blockLength !== own.blockLength) {
    throw new PackageError(
      `block length ${manifest.blockLength}: ${settings.package} chooses experts for blocks of ${own.blockLength}; leave it out`,
    );
  }
  const { config, blockLength, maskToken, editTokens, eosTokens } = manifest;
  const leaders = settings.leading === undefined ? 1 : manifest.ranks;
  const capacity = Math.ceil((settings.capacity ?? DEFAULT_CAPACITY) / leaders);
  const contextPages = Math.floor(config.maxPositions / blockLength);
  const budget = Math.floor((settings.kvCacheBytes ?? DEFAULT_KV_CACHE_BYTES) / leaders / pageBytes(manifest));
  const pages = Math.max(1, Math.min(budget, capacity * contextPages));
  const tokenizer = await packageTokenizer(settings.package, manifest);
  const threads = Math.max(1, Math.floor((settings.threads ?? 1) / leaders));
  const model = await openModel(settings.package, manifest, { threads, pages, onRoute, ...ranksOf(settings, own) });
  for (const { rank, port } of settings.leading?.askers ?? []) answerThrough(port, model.experts(rank));
  const info: ModelInfo = {
    name: settings.name ?? manifest.name,
    created: manifest.created,
    blockLength,
    maxContextTokens: Math.min(contextPages, pages) * blockLength,
    chat: tokenizer !== undefined && manifest.tokenizer?.chatTemplate !== undefined,
    text: tokenizer !== undefined,
    capacity,
  };
  return new LocalEngine({
    info,
    vocabSize: config.vocabSize,
    maskToken,
    ...(editTokens && { editTokens }),
    eosTokens,
    prefixCache: settings.cache !== false && settings.prefixCache !== false,
    model: settings.cache === false ? withoutCache(model) : model,
    scheduler: new Scheduler({ capacity, pages, waiting: capacity * WAITING_PER_SLOT }),
    ...(tokenizer && { tokenizer }),
  });
}

/** How the leader reaches the other ranks, and what of its threads it keeps where they share them. */
function ranksOf({ package: folder, threads = 1, remoteRanks, leading }: EngineSettings, manifest: Manifest) {
  const { ranks } = manifest;
  if (leading !== undefined) {
    const { rank, links, lockstep } = leading;
    const openLinks = () => Promise.all(links.map(openPort));
    return { rank, device: rank, openLinks, lockstep: new Lockstep(rank, lockstep) };
  }
  if (remoteRanks !== undefined) return { openLinks: () => openRemoteRanks(manifest, remoteRanks) };
  if (ranks === 1) return {};
  const expertThreads = Math.max(1, Math.floor(threads / ranks));
  return { expertThreads, openLinks: () => openRankThreads(folder, ranks, expertThreads) };
}

/** A rank that does not answer fails what was asked; its thread and this one live and die together. */
function openPort({ rank, port }: LeadingRank["links"][number]) {
  const link = new PortLink(rank, port, async () => {});
  return openReconnectingLink({ rank, open: async () => link });
}

/** The slow twin: recomputes everything at every step. */
function withoutCache(model: Model): EngineModel {
  return {
    counts: model.counts,
    get lostRanks() {
      return model.lostRanks;
    },
    sequence: () => model.sequenceWithoutCache(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

function given({ blockLength, eosTokens }: EngineSettings): Partial<Manifest> {
  return {
    ...(blockLength !== undefined && { blockLength }),
    ...(eosTokens !== undefined && { eosTokens: [...eosTokens] }),
  };
}

async function packageTokenizer(folder: string, { tokenizer: files }: Manifest): Promise<Tokenizer | undefined> {
  if (files === undefined) return undefined;
  return openTokenizer({
    tokenizer: join(folder, files.tokenizer),
    ...(files.config !== undefined && { config: join(folder, files.config) }),
    ...(files.chatTemplate !== undefined && { chatTemplate: join(folder, files.chatTemplate) }),
  });
}
