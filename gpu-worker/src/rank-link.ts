/** A rank's thread as the leader sees it: opens rank-thread.ts and speaks to it by messages. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { PackageError, unreachable } from "./errors.ts";
import type { RankAnswer, RankLink, RoutedRows } from "./parallel/exchange.ts";
import { keepLink } from "./parallel/kept-link.ts";
import type { FromRank, RankSettings, ToRank } from "./rank-messages.ts";

/**
 * Opens every rank of a package but the leader, each in a thread of its own; one that is lost is opened again.
 * @param threads of one operator, shared evenly by the ranks
 * @throws PackageError when the package cannot be used
 */
export async function openRankThreads(folder: string, ranks: number, threads: number): Promise<RankLink[]> {
  const each = Math.max(1, Math.floor(threads / ranks));
  await using opened = new AsyncDisposableStack();
  const opening = Array.from({ length: ranks - 1 }, async (_, i) => {
    const settings = { package: folder, rank: i + 1, threads: each };
    return opened.use(await keepLink({ rank: i + 1, open: (signal) => openRankThread(settings, signal) }));
  });
  await Promise.allSettled(opening);
  const links = await Promise.all(opening);
  opened.move();
  return links;
}

/** Opens a rank's experts in a thread of their own. @throws PackageError when the package cannot be used */
export async function openRankThread(settings: RankSettings, signal: AbortSignal): Promise<RankLink> {
  const worker = new Worker(new URL("./rank-thread.ts", import.meta.url), { workerData: settings });
  try {
    const exited = once(worker, "exit", { signal }).then(() => {
      throw new Error("its thread ended before it was ready");
    });
    const [first] = (await Promise.race([once(worker, "message", { signal }), exited])) as [FromRank];
    if (first.kind === "ready") return new ThreadLink(settings.rank, worker);
    const text = first.kind === "failed" ? first.message : `unexpected first message ${first.kind}`;
    throw first.kind === "failed" && first.name === PackageError.name ? new PackageError(text) : new Error(text);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

class ThreadLink implements RankLink {
  readonly rank: number;
  readonly #worker: Worker;
  readonly #asked = new Map<number, PromiseWithResolvers<RankAnswer>>();
  #lastId = 0;
  #gone: Error | undefined;

  constructor(rank: number, worker: Worker) {
    this.rank = rank;
    this.#worker = worker;
    worker.on("message", (message: FromRank) => this.#receive(message));
    worker.on("error", (error) => this.#end(error));
    worker.on("exit", (code) => this.#end(new Error(`its thread ended with code ${code}`)));
  }

  get ready(): boolean {
    return this.#gone === undefined;
  }

  run(routed: RoutedRows): Promise<RankAnswer> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<RankAnswer>();
    this.#asked.set(id, answer);
    const moved = [routed.hidden, routed.experts, routed.weights].map(({ buffer }) => buffer as ArrayBuffer);
    this.#worker.postMessage({ id, routed } satisfies ToRank, moved);
    return answer.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: FromRank): void {
    switch (message.kind) {
      case "answer":
        this.#take(message.id)?.resolve(message.answer);
        return;
      case "error":
        this.#take(message.id)?.reject(new Error(message.message));
        return;
      case "ready":
      case "failed":
        return;
      default:
        unreachable(message);
    }
  }

  #take(id: number): PromiseWithResolvers<RankAnswer> | undefined {
    const answer = this.#asked.get(id);
    this.#asked.delete(id);
    return answer;
  }

  #end(reason: Error): void {
    this.#gone ??= reason;
    for (const { reject } of this.#asked.values()) reject(this.#gone);
    this.#asked.clear();
  }
}
