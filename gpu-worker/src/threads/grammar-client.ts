/**
 * The grammars of an engine, in a thread of their own. A failed check aborts the matcher's library for good, so a new grammar is
 * first tried in a thread without sequences; and when the thread of all sequences dies after all, or a call takes too long,
 * it is replaced and each sequence is built anew from its committed tokens.
 */
import type { Worker } from "node:worker_threads";
import { within } from "../clock.ts";
import { ConstraintError, type Proposal, type Settled } from "../decoding/constrained-blocks.ts";
import type { GrammarSequence, Grammars, OpenConstraint } from "../engine/request-grammar.ts";
import { invalid, WorkerError } from "../errors.ts";
import type { FromGrammar, GrammarCall, GrammarReply, ToGrammar } from "./grammar-messages.ts";

export interface GrammarThreadLimits {
  /** For a grammar's trial. */
  readonly trialMs: number;
  /** For a call of one step. */
  readonly callMs: number;
}

/** A compilation of 10 s would hold up every other sequence for as long. */
export const GRAMMAR_LIMITS: GrammarThreadLimits = { trialMs: 10_000, callMs: 20_000 };

/** A large vocabulary takes a second or two, and more on a busy machine. */
const OPENING_MS = 120_000;

/** A thread for trials has the vocabulary in its memory. */
const TRIAL_THREAD_IDLE_MS = 60_000;

/** Grammars that passed their trial, remembered. */
const MAX_TRIED = 256;

export class GrammarClient implements Grammars {
  readonly convert: Grammars["convert"];
  readonly #openThread: () => Worker;
  readonly #limits: GrammarThreadLimits;
  readonly #tried = new Set<string>();
  /** Trials that wait or run, by grammar. */
  readonly #trials = new Map<string, Promise<string | undefined>>();
  #lastTrial: Promise<unknown> = Promise.resolve();
  #trialThread: GrammarThread | undefined;
  #trialEnd: NodeJS.Timeout | undefined;
  #thread: GrammarThread | undefined;
  #sequences = 0;

  /** @param openThread starts program/grammar-thread.ts */
  constructor(openThread: () => Worker, convert: Grammars["convert"], limits = GRAMMAR_LIMITS) {
    this.convert = convert;
    this.#openThread = openThread;
    this.#limits = limits;
  }

  /**
   * Compiles a grammar in a thread that may die of it, unless it has passed before. One grammar is tried at a time. A thread that
   * survives tries the next one, for as long as they keep coming.
   * @returns the reason why it cannot be used
   */
  async try(ebnf: string): Promise<string | undefined> {
    if (this.#tried.has(ebnf)) return undefined;
    const run = () => this.#try(ebnf);
    const trial = this.#trials.get(ebnf) ?? this.#lastTrial.then(run, run);
    this.#trials.set(ebnf, trial);
    this.#lastTrial = trial;
    try {
      return await trial;
    } finally {
      this.#trials.delete(ebnf);
    }
  }

  async #try(ebnf: string): Promise<string | undefined> {
    clearTimeout(this.#trialEnd);
    if (this.#trialThread === undefined || this.#trialThread.isDead) {
      this.#trialThread = new GrammarThread(this.#openThread());
    }
    const thread = this.#trialThread;
    const sequence: GrammarSequence = { ebnf, endTokens: [], committed: [] };
    const { trialMs } = this.#limits;
    try {
      await thread.opened();
      const passed = await within(
        thread.call(0, { kind: "begin", sequence }).then(() => true),
        trialMs,
      );
      if (passed === undefined) {
        await thread[Symbol.asyncDispose]();
        return `the grammar takes more than ${trialMs / 1000} s to compile; make it smaller`;
      }
      await thread.call(0, { kind: "close" });
    } catch (error) {
      return `the grammar cannot be read: ${(error as Error).message}`;
    }
    this.#trialEnd = setTimeout(() => void thread[Symbol.asyncDispose](), TRIAL_THREAD_IDLE_MS);
    this.#trialEnd.unref();
    const [oldest] = this.#tried;
    if (this.#tried.size >= MAX_TRIED && oldest !== undefined) this.#tried.delete(oldest);
    this.#tried.add(ebnf);
    return undefined;
  }

  /** A sequence whose grammar has passed its trial. */
  sequence(sequence: GrammarSequence): ConstrainedSequence {
    return new ConstrainedSequence(this, ++this.#sequences, sequence);
  }

  /** The thread of all sequences; a new one if the last has died. */
  thread(): GrammarThread {
    if (this.#thread === undefined || this.#thread.isDead) this.#thread = new GrammarThread(this.#openThread());
    return this.#thread;
  }

  /** @throws when the thread dies, or after the limit, which ends it */
  async call(thread: GrammarThread, sequence: number, call: GrammarCall): Promise<GrammarReply> {
    await thread.opened();
    const answered = await within(
      thread.call(sequence, call).then((reply) => ({ reply })),
      this.#limits.callMs,
    );
    if (answered !== undefined) return answered.reply;
    await thread[Symbol.asyncDispose]();
    throw new Error(`a step of a grammar took more than ${this.#limits.callMs / 1000} s`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#trialEnd);
    await this.#trialThread?.[Symbol.asyncDispose]();
    await this.#thread?.[Symbol.asyncDispose]();
  }
}

/** A sequence under its grammar: the decoding's `Constraint`. */
export class ConstrainedSequence implements OpenConstraint {
  readonly #client: GrammarClient;
  readonly #id: number;
  readonly #grammar: Omit<GrammarSequence, "committed">;
  readonly #committed: number[];
  /** The thread that knows this sequence. */
  #thread: GrammarThread | undefined;

  constructor(client: GrammarClient, id: number, { committed, ...grammar }: GrammarSequence) {
    this.#client = client;
    this.#id = id;
    this.#grammar = grammar;
    this.#committed = [...committed];
  }

  /** Tokens of a known completion, if possible of at most `limit`. */
  known(limit: number): Promise<number | undefined> {
    return this.#call({ kind: "known", limit }) as Promise<number | undefined>;
  }

  open(cells: readonly number[]): Promise<Settled> {
    return this.#call({ kind: "open", cells }) as Promise<Settled>;
  }

  settle(proposal: Proposal): Promise<Settled> {
    return this.#call({ kind: "settle", proposal }) as Promise<Settled>;
  }

  ending(cells: readonly number[], room: number, oldest?: number): Promise<readonly number[] | undefined> {
    return this.#call({ kind: "ending", cells, room, oldest }) as Promise<readonly number[] | undefined>;
  }

  async commit(cells: readonly number[]): Promise<void> {
    await this.#call({ kind: "commit", cells });
    this.#committed.push(...cells);
  }

  [Symbol.dispose](): void {
    if (this.#thread && !this.#thread.isDead) void this.#thread.call(this.#id, { kind: "close" }).catch(() => {});
    this.#thread = undefined;
  }

  /** Every call depends on the committed tokens and its arguments alone, so it can be repeated in another thread. */
  async #call(call: GrammarCall): Promise<GrammarReply> {
    try {
      return await this.#attempt(call);
    } catch (error) {
      if (error instanceof ConstraintError) throw invalid("committed", error.message, { cause: error });
      // Another sequence may have killed the thread.
      return await this.#attempt(call).catch((cause: Error) => {
        throw new WorkerError("internal", `the grammar failed twice: ${cause.message}`, { cause });
      });
    }
  }

  async #attempt(call: GrammarCall): Promise<GrammarReply> {
    const thread = this.#client.thread();
    if (this.#thread !== thread) {
      const sequence = { ...this.#grammar, committed: [...this.#committed] };
      await this.#client.call(thread, this.#id, { kind: "begin", sequence });
      this.#thread = thread;
    }
    return this.#client.call(thread, this.#id, call);
  }
}

/** A grammar thread and the calls that it has not answered. */
class GrammarThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PromiseWithResolvers<GrammarReply>>();
  #isOpen = false;
  readonly #ready = Promise.withResolvers<true>();
  #lastId = 0;
  #death: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    // It holds no state of its own that an exit would lose.
    worker.unref();
    worker.on("message", (message: FromGrammar) => {
      if (message.kind === "ready") {
        this.#isOpen = true;
        return this.#ready.resolve(true);
      }
      if (message.kind === "aborted") return this.#die(new Error(message.message));
      const waiting = this.#pending.get(message.id);
      if (message.kind === "refused") waiting?.reject(new ConstraintError(message.message));
      else waiting?.resolve(message.reply);
      this.#pending.delete(message.id);
    });
    worker.on("error", (error) => this.#die(error as Error));
    worker.on("exit", () => this.#die(new Error("the grammar thread has ended")));
  }

  /** @throws the reason of its death, or after a limit, which ends it */
  async opened(): Promise<void> {
    if (this.#isOpen || (await within(this.#ready.promise, OPENING_MS))) return;
    this.#die(new Error(`a grammar thread took more than ${OPENING_MS / 1000} s to open`));
    throw this.#death;
  }

  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** @throws the reason of its death */
  call(sequence: number, call: GrammarCall): Promise<GrammarReply> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<GrammarReply>();
    this.#pending.set(id, waiting);
    this.#worker.postMessage({ id, sequence, call } satisfies ToGrammar);
    return waiting.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#die(new Error("the grammar thread was ended"));
    await this.#worker.terminate();
  }

  #die(reason: Error): void {
    if (this.#death !== undefined) return;
    this.#death = reason;
    // Nobody may be waiting for it.
    this.#ready.promise.catch(() => {});
    this.#ready.reject(reason);
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
    void this.#worker.terminate();
  }
}
