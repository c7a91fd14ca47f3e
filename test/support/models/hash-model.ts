/**
 * A model for tests, and an engine on it. Its candidates depend on every token before and in a block, as stored in its
 * pages. Its texts settle, flip and end within a few blocks.
 */

import { setImmediate } from "node:timers/promises";
import type { GenerateRequest } from "@palimpsest/proto";
import { expect } from "vitest";
import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { BlockQuery, SequenceForwards, TokenScore } from "../../../gpu-worker/src/decoding/forwards.ts";
import type { PromptEncoder } from "../../../gpu-worker/src/engine/check-request.ts";
import { LocalEngine } from "../../../gpu-worker/src/engine/local-engine.ts";
import type { EngineModel } from "../../../gpu-worker/src/engine/sequence.ts";
import type { PageId } from "../../../gpu-worker/src/memory/page-allocator.ts";
import { PREFILL_BLOCKS } from "../../../gpu-worker/src/memory/prefill-budget.ts";
import { Scheduler } from "../../../gpu-worker/src/memory/scheduler.ts";

/** A prefill that begins with this token fails. No answer contains it. */
export const POISON = 10;

export const HASH_VOCABULARY = { vocabSize: 11, eosToken: 8, maskToken: 9 } as const;

export class HashModel implements EngineModel {
  readonly counts = { forwards: 0, prefillForwards: 0 };
  readonly lostRanks: readonly number[] = [];
  readonly health = { runningMs: 0, limitMs: 1_000, failure: undefined };
  /** Blocks of each prefill forward, in order, of all sequences. */
  readonly prefills: number[] = [];
  /** Blocks in a prefill now. */
  prefilling = 0;
  /** The tokens of every page. */
  readonly pages = new Map<PageId, readonly number[]>();
  readonly salt: number;
  readonly blockLength: number;

  constructor(salt: number, blockLength: number) {
    this.salt = salt;
    this.blockLength = blockLength;
  }

  get prefilledBlocks(): number {
    return this.prefills.reduce((sum, blocks) => sum + blocks, 0);
  }

  sequence(pages: readonly PageId[]): HashSequence {
    return new HashSequence(this, pages);
  }

  async probe(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

export class HashSequence implements SequenceForwards {
  readonly counts = { forwards: 0, prefillForwards: 0 };
  readonly forwards: BlockQuery[][] = [];
  readonly #model: HashModel;
  readonly #pages: readonly PageId[];
  #cached = 0;
  #open: BlockQuery[] = [];

  constructor(model: HashModel, pages: readonly PageId[]) {
    this.#model = model;
    this.#pages = pages;
  }

  [Symbol.dispose](): void {}

  skip(blocks: number): void {
    this.#cached += blocks;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    const { blockLength } = this.#model;
    this.counts.prefillForwards++;
    this.#model.counts.prefillForwards++;
    const blocks = tokens.length / blockLength;
    this.#model.prefilling += blocks;
    expect(this.#model.prefilling).toBeLessThanOrEqual(PREFILL_BLOCKS);
    await setImmediate();
    this.#model.prefilling -= blocks;
    if (tokens[0] === POISON) throw new Error("poison");
    this.#model.prefills.push(blocks);
    for (let at = 0; at < tokens.length; at += blockLength) {
      this.#append(tokens.slice(at, at + blockLength));
    }
  }

  async forward(blocks: readonly BlockQuery[]): Promise<Candidate[][]> {
    this.counts.forwards++;
    this.#model.counts.forwards++;
    this.forwards.push([...blocks]);
    this.#open = [...blocks];
    const cached = this.#committed();
    await setImmediate();
    return blocks.map(({ tokens, cells, draws = [], adjustments = [] }, i) => {
      const seen = [...cached, ...blocks.slice(0, i).flatMap((before) => before.tokens), ...tokens];
      return cells.map((cell) => {
        const moved = adjustments.filter((one) => one.cell === cell);
        const asked = [
          ...moved.flatMap(({ token, by }) => [token, Math.max(by, -100)]),
          ...draws.filter((one) => one.cell === cell).map(({ uniform }) => Math.floor(uniform * 2 ** 20)),
        ];
        const hash = this.#hash([...seen, ...asked], cell);
        const token = (hash >>> 8) % 6 < 5 ? cell : (hash >>> 12) % HASH_VOCABULARY.maskToken;
        const isForbidden = moved.some((one) => one.token === token && one.by === Number.NEGATIVE_INFINITY);
        return { token: isForbidden ? 0 : token, probability: ((hash >>> 16) % 100) / 100 };
      });
    });
  }

  async score(cells: readonly number[], tokens: readonly number[], best: number): Promise<readonly TokenScore[]> {
    const seen = [...this.#committed(), ...(this.#open[0]?.tokens ?? [])];
    const logprob = (cell: number, token: number) => -(this.#hash([...seen, token], cell) % 1000) / 100;
    return cells.map((cell, i) => ({
      logprob: logprob(cell, tokens[i] as number),
      best: Array.from({ length: best }, (_, token) => ({ token, logprob: logprob(cell, token) })),
    }));
  }

  async commit(block: readonly number[]): Promise<void> {
    expect(this.#open.shift()?.tokens).toEqual(block);
    this.#append(block);
  }

  #committed(): number[] {
    return this.#pages.slice(0, this.#cached).flatMap((page) => this.#model.pages.get(page) as number[]);
  }

  #hash(seen: readonly number[], cell: number): number {
    return seen.reduce((h, token) => Math.imul(h ^ (token + 1), 0x01000193) >>> 0, this.#model.salt + cell);
  }

  #append(block: readonly number[]): void {
    const page = this.#pages[this.#cached++];
    expect(page).toBeDefined();
    this.#model.pages.set(page as PageId, [...block]);
  }
}

export function openHashEngine(options: {
  readonly salt: number;
  readonly blockLength: number;
  readonly pages: number;
  readonly capacity: number;
  readonly prefixCache: boolean;
  readonly tokenizer?: PromptEncoder;
}) {
  const { salt, blockLength, pages, capacity, prefixCache, tokenizer } = options;
  const scheduler = new Scheduler({ capacity, pages, waiting: 100 });
  const model = new HashModel(salt, blockLength);
  const limits = { blockLength, maxContextTokens: pages * blockLength, capacity };
  const info = { name: "hash", created: 0, chat: false, text: false, capabilities: [], ...limits };
  const { vocabSize, maskToken, eosToken } = HASH_VOCABULARY;
  const tokens = { vocabSize, maskToken, eosTokens: [eosToken] };
  return {
    engine: new LocalEngine({ info, ...tokens, model, scheduler, prefixCache, ...(tokenizer && { tokenizer }) }),
    scheduler,
    model,
  };
}

export function hashRequest(prompt: readonly number[], changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    responseId: "r",
    attempt: 1,
    model: "hash",
    prompt: { kind: "tokens", tokens: prompt },
    decoding: { mode: "speed", maxPostSteps: 3 },
    maxTokens: 8,
    choices: 1,
    stop: [],
    ignoreEos: true,
    drafts: true,
    committed: [],
    ...changes,
  };
}
