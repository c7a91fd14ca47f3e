/**
 * The engine's model on onnxruntime: sequences that prefill, denoise and commit over a paged K/V cache. One forward runs at
 * a time; sequences take turns, step by step.
 */
import type { Candidate, SequenceModel } from "../engine/decode.ts";
import type { PageId } from "../engine/kv-cache.ts";
import type { Manifest } from "../model/manifest.ts";
import { Forward, type ForwardInput, type ForwardOutput, type RouterObserver } from "./forward.ts";
import { KvTensors } from "./kv-tensors.ts";
import { openSessions, type SessionOptions } from "./package.ts";

/** Blocks that one prefill forward runs at most: what a running sequence may have to wait for. */
const PREFILL_BLOCKS = 8;

export interface ModelOptions extends SessionOptions {
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Is told which experts the router chose. */
  readonly onRoute?: RouterObserver;
}

/** Forwards by kind since the model was opened, or of one sequence. */
export interface ForwardCounts {
  /** Denoise forwards, which use the head. */
  forwards: number;
  prefillForwards: number;
  /** Forwards only for the K/V of a committed block. */
  commitForwards: number;
}

/** A sequence's model, and the forwards it took so far. */
export interface CountedSequenceModel extends SequenceModel {
  readonly counts: Readonly<ForwardCounts>;
}

export interface Model {
  readonly counts: Readonly<ForwardCounts>;
  /** A sequence whose K/V go into `pages`, which the caller has allocated: one per block of prompt and answer. */
  sequence(pages: readonly PageId[]): CountedSequenceModel;
  /** The slow twin of `sequence`: no cache; every forward runs everything from the first token. */
  sequenceWithoutCache(): CountedSequenceModel;
}

/** Opens a package. @throws PackageError */
export async function openModel(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
  const sessions = await openSessions(folder, manifest, options);
  const kv = new KvTensors(manifest.config, manifest.blockLength, options.pages);
  const forward = new Forward(sessions, manifest, kv, options.onRoute);
  return new OnnxModel(manifest.blockLength, forward, kv);
}

class OnnxModel implements Model {
  readonly counts: ForwardCounts = { forwards: 0, prefillForwards: 0, commitForwards: 0 };
  readonly blockLength: number;
  readonly kv: KvTensors;
  readonly #forward: Forward;
  #last: Promise<unknown> = Promise.resolve();

  constructor(blockLength: number, forward: Forward, kv: KvTensors) {
    this.blockLength = blockLength;
    this.#forward = forward;
    this.kv = kv;
  }

  sequence(pages: readonly PageId[]): CountedSequenceModel {
    return new CachedSequence(this, pages);
  }

  sequenceWithoutCache(): CountedSequenceModel {
    return new UncachedSequence(this);
  }

  layers(input: ForwardInput): Promise<ForwardOutput> {
    return this.#inTurn(() => this.#forward.layers(input));
  }

  /** A forward with the head on its last block. */
  denoise(input: ForwardInput): Promise<{ output: ForwardOutput; candidates: Candidate[] }> {
    const first = input.tokens.length - this.blockLength;
    const rows = Array.from({ length: this.blockLength }, (_, i) => first + i);
    return this.#inTurn(async () => {
      const output = await this.#forward.layers(input);
      return { output, candidates: await this.#forward.head(output, rows) };
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }
}

class CachedSequence implements CountedSequenceModel {
  readonly counts: ForwardCounts = { forwards: 0, prefillForwards: 0, commitForwards: 0 };
  readonly #model: OnnxModel;
  readonly #pages: readonly PageId[];
  #blocks = 0;
  /** The last denoise step: what it saw, and the keys and values it made. */
  #lastStep: { block: readonly number[]; output: ForwardOutput } | undefined;

  constructor(model: OnnxModel, pages: readonly PageId[]) {
    this.#model = model;
    this.#pages = pages;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    const chunk = PREFILL_BLOCKS * this.#model.blockLength;
    for (let start = 0; start < tokens.length; start += chunk) {
      const part = tokens.slice(start, start + chunk);
      count(this, this.#model, "prefillForwards");
      this.#append(part, await this.#model.layers(this.#input(part)));
    }
  }

  async denoise(block: readonly number[]): Promise<readonly Candidate[]> {
    count(this, this.#model, "forwards");
    const { output, candidates } = await this.#model.denoise(this.#input(block));
    this.#lastStep = { block: [...block], output };
    return candidates;
  }

  async commit(block: readonly number[]): Promise<void> {
    const last = this.#lastStep;
    this.#lastStep = undefined;
    if (last?.block.every((token, i) => token === block[i])) return this.#append(block, last.output);
    count(this, this.#model, "commitForwards");
    this.#append(block, await this.#model.layers(this.#input(block)));
  }

  #input(tokens: readonly number[]): ForwardInput {
    return { tokens, start: this.#blocks * this.#model.blockLength, pages: this.#pages.slice(0, this.#blocks) };
  }

  #append(tokens: readonly number[], made: ForwardOutput): void {
    const next = this.#blocks + tokens.length / this.#model.blockLength;
    if (next > this.#pages.length) throw new Error(`${next} blocks, but ${this.#pages.length} pages were allocated`);
    this.#model.kv.write(this.#pages.slice(this.#blocks, next), made);
    this.#blocks = next;
  }
}

class UncachedSequence implements CountedSequenceModel {
  readonly counts: ForwardCounts = { forwards: 0, prefillForwards: 0, commitForwards: 0 };
  readonly #model: OnnxModel;
  readonly #tokens: number[] = [];

  constructor(model: OnnxModel) {
    this.#model = model;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    this.#tokens.push(...tokens);
  }

  async denoise(block: readonly number[]): Promise<readonly Candidate[]> {
    count(this, this.#model, "forwards");
    const { candidates } = await this.#model.denoise({ tokens: [...this.#tokens, ...block], start: 0, pages: [] });
    return candidates;
  }

  async commit(block: readonly number[]): Promise<void> {
    this.#tokens.push(...block);
  }
}

function count(sequence: { counts: ForwardCounts }, model: { counts: ForwardCounts }, kind: keyof ForwardCounts): void {
  sequence.counts[kind]++;
  model.counts[kind]++;
}
