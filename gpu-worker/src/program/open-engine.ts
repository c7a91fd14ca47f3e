/** Wires an engine from a model package: sessions, K/V cache, scheduler, tokenizer. It runs on the caller's thread. */
import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import type { ModelInfo } from "@palimpsest/proto";
import type { PoolableEngine } from "../engine/engine.ts";
import { LocalEngine } from "../engine/local-engine.ts";
import type { GrammarSupport } from "../engine/request-grammar.ts";
import type { EngineModel } from "../engine/sequence.ts";
import { PackageError } from "../errors.ts";
import { readManifest } from "../files/read-manifest.ts";
import { Scheduler } from "../memory/scheduler.ts";
import type { Manifest } from "../model/manifest.ts";
import { LEADER } from "../model/package-plan.ts";
import { featuresOf } from "../model/target.ts";
import { Lockstep } from "../parallel/lockstep.ts";
import { openReconnectingLink } from "../parallel/reconnecting-link.ts";
import { type ExpertDevice, openDeviceShard } from "../runtime/device-shard.ts";
import { pageBytes } from "../runtime/kv-tensors.ts";
import { type Model, type ModelOptions, openModel } from "../runtime/model.ts";
import { answerThrough, PortLink } from "../threads/rank-port.ts";
import type { TokenizerFiles } from "../tokenizer/tokenizer.ts";
import { capabilities } from "./capabilities.ts";
import { type ExpertDevices, expertDeviceOf } from "./expert-devices.ts";
import { openGrammars } from "./open-grammars.ts";
import { openPrompts } from "./open-prompts.ts";
import { openRankThreads, openRemoteRanks, type RemoteRanks } from "./rank-client.ts";

/** Memory for K/V by default: room for eight long answers of the shipped model. */
export const DEFAULT_KV_CACHE_BYTES = 2 ** 30;
export const DEFAULT_CAPACITY = 8;
/** Sequences that may wait, for each that may run. A longer wait outlasts its client. */
const WAITING_PER_SLOT = 16;

/** A data-parallel rank, whose package's other ranks are threads of this process. */
export interface LeadingRank {
  readonly rank: number;
  /** The other ranks, for dispatches of this one. */
  readonly links: readonly { readonly rank: number; readonly port: MessagePort }[];
  /** The other ranks, for dispatches to this one. */
  readonly askers: LeadingRank["links"];
  /** The memory of the ranks' `Lockstep`. */
  readonly lockstep: SharedArrayBuffer;
}

/** The model to open and the resources that it may use. */
export interface EngineSettings {
  /** Folder of the model package. */
  readonly package: string;
  /** Name that clients use; the package's own by default. */
  readonly name?: string;
  /** Threads of one operator. */
  readonly threads?: number;
  /** The package's other ranks; threads of this process by default. */
  readonly remoteRanks?: RemoteRanks;
  /** Devices of the experts of all ranks that are threads of this process; the CPU by default. */
  readonly expertDevices?: ExpertDevices;
  /** With data-parallel attention: this engine's rank. Threads, K/V cache and capacity are then divided among the ranks. */
  readonly leading?: LeadingRank;
  readonly kvCacheBytes?: number;
  /** Sequences that run at once. */
  readonly capacity?: number;
  /** Tokens denoised together, and tokens that end an answer; the package's by default. */
  readonly blockLength?: number;
  readonly eosTokens?: readonly number[];
  /** A forward hangs if it takes longer than this, and longer than a multiple of the slowest recent one. */
  readonly forwardLimitMs?: number;
  /** False: recompute everything at every step, the slow twin of the K/V cache. */
  readonly cache?: boolean;
  /** False: prefill every prompt from its first token, without blocks of earlier requests. */
  readonly prefixCache?: boolean;
}

/**
 * Opens a package's engine.
 * @param onRoute called with the experts that each layer's router chose
 * @throws PackageError when the package cannot be used
 */
export async function openEngine(settings: EngineSettings, onRoute?: ModelOptions["onRoute"]): Promise<PoolableEngine> {
  const packaged = await readManifest(settings.package);
  const manifest = withSettings(packaged, settings);
  const { config, blockLength, maskToken, editTokens, eosTokens } = manifest;
  const { capacity, pages, threads, maxContextTokens } = sizesOf(settings, manifest);
  const files = tokenizerFiles(settings.package, manifest);
  const tokenizer = files && (await openPrompts(files));
  const ranks = ranksOf(settings, packaged);
  const { forwardLimitMs } = settings;
  const model = await openModel(settings.package, manifest, { threads, pages, onRoute, forwardLimitMs, ...ranks });
  for (const { rank, port } of settings.leading?.askers ?? []) answerThrough(port, model.experts(rank));
  const grammars = grammarsOf(settings.package, manifest, model.isConstrainable);
  const info: ModelInfo = {
    name: settings.name ?? manifest.name,
    created: manifest.created,
    blockLength,
    maxContextTokens,
    chat: tokenizer !== undefined && manifest.tokenizer?.chatTemplate !== undefined,
    text: tokenizer !== undefined,
    capacity,
    capabilities: capabilities(!("missing" in grammars)),
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
    ...(tokenizer && { tokenizer, endTokenizer: () => tokenizer[Symbol.asyncDispose]() }),
    grammars,
  });
}

/** The engine's grammars, or what the package lacks for them. */
function grammarsOf(folder: string, manifest: Manifest, isConstrainable: boolean): GrammarSupport {
  const { config, maskToken, eosTokens } = manifest;
  const files = tokenizerFiles(folder, manifest);
  if (files === undefined)
    return { missing: "the model's package has no tokenizer, without which an answer has no text" };
  if (!isConstrainable) {
    return {
      missing:
        "the model's package is of an earlier version and takes no grammar; its operator can run " +
        '"palimpsest upgrade PACKAGE" and start the worker again',
    };
  }
  return openGrammars({ tokenizer: files, vocabSize: config.vocabSize, maskToken, endTokens: eosTokens });
}

/** @throws PackageError when the package is for blocks of another length alone */
function withSettings(packaged: Manifest, settings: EngineSettings): Manifest {
  const { blockLength = packaged.blockLength, eosTokens = packaged.eosTokens } = settings;
  if (packaged.config.blockExperts !== undefined && blockLength !== packaged.blockLength) {
    throw new PackageError(
      `block length ${blockLength}: ${settings.package} chooses experts for blocks of ${packaged.blockLength}; leave it out`,
    );
  }
  if (featuresOf(packaged.target).shapes === "constant" && blockLength !== packaged.blockLength) {
    throw new PackageError(
      `block length ${blockLength}: the graphs of ${settings.package} are for blocks of ${packaged.blockLength}; leave it ` +
        "out, or convert the checkpoint with --block-length",
    );
  }
  return { ...packaged, blockLength, eosTokens: [...eosTokens] };
}

/** This engine's share of the resources. */
function sizesOf(settings: EngineSettings, manifest: Manifest) {
  const { kvCacheBytes = DEFAULT_KV_CACHE_BYTES, capacity: total = DEFAULT_CAPACITY, threads = 1 } = settings;
  const { config, blockLength } = manifest;
  const engines = settings.leading === undefined ? 1 : manifest.ranks;
  const capacity = Math.ceil(total / engines);
  const contextPages = Math.floor(config.maxPositions / blockLength);
  const affordedPages = Math.floor(kvCacheBytes / engines / pageBytes(manifest));
  const pages = Math.max(1, Math.min(affordedPages, capacity * contextPages));
  return {
    capacity,
    pages,
    threads: Math.max(1, Math.floor(threads / engines)),
    maxContextTokens: Math.min(contextPages, pages) * blockLength,
  };
}

/** The model's options for its other ranks: data-parallel ports, processes, threads, or none. */
function ranksOf(settings: EngineSettings, manifest: Manifest) {
  const { package: folder, threads = 1, remoteRanks, leading, expertDevices } = settings;
  const { ranks } = manifest;
  const rank = leading?.rank ?? LEADER;
  const expertDevice = expertDeviceOf(expertDevices, rank, ranks);
  const open = () => openDeviceShard(folder, rank, expertDevice as ExpertDevice);
  const own = expertDevice && { openOwn: () => openReconnectingLink({ rank, open }) };
  if (leading !== undefined) {
    const { links, lockstep } = leading;
    const openLinks = () => Promise.all(links.map(openPort));
    return { rank, device: rank, openLinks, lockstep: new Lockstep(rank, lockstep), ...own };
  }
  if (remoteRanks !== undefined) return { openLinks: () => openRemoteRanks(manifest, remoteRanks), ...own };
  if (ranks === 1) return { ...own };
  const expertThreads = Math.max(1, Math.floor(threads / ranks));
  return {
    expertThreads,
    openLinks: () => openRankThreads(folder, ranks, expertThreads, { devices: expertDevices }),
    ...own,
  };
}

/** A rank that does not answer fails the dispatch. Reopening reuses the port: threads of one process fail together. */
function openPort({ rank, port }: LeadingRank["links"][number]) {
  const link = new PortLink(rank, port, async () => {});
  return openReconnectingLink({ rank, open: async () => link });
}

/** The slow twin: recomputes everything at every step. */
function withoutCache(model: Model): EngineModel {
  return {
    counts: model.counts,
    health: model.health,
    ...(model.waits && { waits: model.waits }),
    probe: () => model.probe(),
    get lostRanks() {
      return model.lostRanks;
    },
    get deviceFailure() {
      return model.deviceFailure;
    },
    sequence: () => model.sequenceWithoutCache(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

function tokenizerFiles(folder: string, { tokenizer: files }: Manifest): TokenizerFiles | undefined {
  return (
    files && {
      tokenizer: join(folder, files.tokenizer),
      ...(files.config !== undefined && { config: join(folder, files.config) }),
      ...(files.chatTemplate !== undefined && { chatTemplate: join(folder, files.chatTemplate) }),
    }
  );
}
