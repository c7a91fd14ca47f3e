/**
 * Encodes prompts. Some texts of a few megabytes take seconds, in which an engine's thread could not decode: only short prompts
 * are encoded there. Others are encoded in two threads, so that those of some size do not wait for the longest.
 */
import type { Worker } from "node:worker_threads";
import { unreachable } from "@palimpsest/proto";
import type { PromptEncoder, TextPrompt } from "../engine/check-request.ts";
import { TooManyTokens, WorkerError } from "../errors.ts";
import type { FromPrompt, ToPrompt } from "./prompt-messages.ts";

/** Lengths in UTF-16 units. The slowest texts take tens of milliseconds, and less than a second. */
const SHORT_LENGTH = 1024;
const MEDIUM_LENGTH = 32 * 1024;
/** A thread has the vocabulary in its memory. */
const IDLE_MS = 60_000;

export interface PromptClientOptions {
  /** Encodes short prompts on this thread. */
  readonly encodeHere: (prompt: TextPrompt, limit: number) => number[];
  readonly bytes: PromptEncoder["bytes"];
  /** Starts program/prompt-thread.ts. */
  readonly openThread: () => Worker;
}

export class PromptClient implements PromptEncoder, AsyncDisposable {
  readonly bytes: PromptEncoder["bytes"];
  readonly #encodeHere: PromptClientOptions["encodeHere"];
  readonly #medium: PromptThread;
  readonly #long: PromptThread;

  constructor({ encodeHere, bytes, openThread }: PromptClientOptions) {
    this.bytes = bytes;
    this.#encodeHere = encodeHere;
    this.#medium = new PromptThread(openThread);
    this.#long = new PromptThread(openThread);
  }

  async encode(prompt: TextPrompt, limit: number, signal: AbortSignal): Promise<readonly number[]> {
    const length = lengthOf(prompt);
    if (length <= SHORT_LENGTH) return this.#encodeHere(prompt, limit);
    const thread = length <= MEDIUM_LENGTH ? this.#medium : this.#long;
    return await thread.encode({ prompt, limit }, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#medium, this.#long].map((thread) => thread[Symbol.asyncDispose]()));
  }
}

interface Job {
  readonly message: ToPrompt;
  readonly done: PromiseWithResolvers<readonly number[]>;
}

/** A thread that runs while there are prompts for it, which wait for their turns. */
class PromptThread implements AsyncDisposable {
  readonly #openThread: () => Worker;
  #worker: Worker | undefined;
  #running: Job | undefined;
  readonly #waiting: Job[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(openThread: () => Worker) {
    this.#openThread = openThread;
  }

  /** Stops with the signal, also in the middle of a prompt: the thread is then replaced. */
  async encode(message: ToPrompt, signal: AbortSignal): Promise<readonly number[]> {
    signal.throwIfAborted();
    const job: Job = { message, done: Promise.withResolvers() };
    const abort = () => this.#drop(job, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.push(job);
    this.#next();
    try {
      return await job.done.promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new WorkerError("unavailable", "the worker is leaving");
    for (const job of this.#waiting.splice(0)) job.done.reject(ended);
    this.#running?.done.reject(ended);
    await this.#end();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    clearTimeout(this.#idle);
    this.#running = this.#waiting.shift();
    if (this.#running === undefined) {
      this.#idle = setTimeout(() => void this.#end(), IDLE_MS);
      this.#idle.unref();
      return;
    }
    this.#worker ??= this.#open();
    this.#worker.postMessage(this.#running.message);
  }

  #open(): Worker {
    const worker = this.#openThread();
    // It holds nothing that an exit would lose.
    worker.unref();
    worker.on("message", (answer: FromPrompt) => this.#settle(({ done }) => settle(done, answer)));
    const die = (cause: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#settle(({ done }) =>
        done.reject(new WorkerError("internal", "the prompt could not be encoded: its thread has ended", { cause })),
      );
    };
    worker.on("error", die);
    worker.on("exit", die);
    return worker;
  }

  #settle(act: (job: Job) => void): void {
    const job = this.#running;
    this.#running = undefined;
    if (job) act(job);
    this.#next();
  }

  #drop(job: Job, reason: unknown): void {
    job.done.reject(reason);
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    if (this.#running !== job) return;
    void this.#end();
    this.#next();
  }

  /** Ends the thread, in the middle of a prompt too. */
  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#running = undefined;
    await worker?.terminate();
  }
}

function settle({ resolve, reject }: PromiseWithResolvers<readonly number[]>, answer: FromPrompt): void {
  switch (answer.kind) {
    case "tokens":
      resolve(Array.from(answer.tokens));
      break;
    case "too-many":
      reject(new TooManyTokens(answer.atLeast));
      break;
    case "rejected": {
      const { code, message, param } = answer;
      reject(new WorkerError(code, message, param === undefined ? {} : { param }));
      break;
    }
    default:
      unreachable(answer);
  }
}

function lengthOf(prompt: TextPrompt): number {
  if (prompt.kind === "text") return prompt.text.length;
  const { messages, tools, answerStart = "" } = prompt;
  const texts = messages.flatMap(({ content, toolCalls = [] }) => [
    content,
    ...toolCalls.map((call) => call.arguments),
  ]);
  // Each message has a role and what the template writes around it.
  const around = messages.length * 16;
  const tooling = tools.length === 0 ? 0 : JSON.stringify(tools).length;
  return texts.reduce((sum, text) => sum + text.length, around + tooling + answerStart.length);
}
