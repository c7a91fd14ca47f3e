/** The exchange with a rank in another thread: the end that asks, and the end that answers. It knows no graphs. */
import type { MessagePort } from "node:worker_threads";
import { unreachable } from "../errors.ts";
import type { RankAnswer, RankLink, RoutedRows } from "../parallel/exchange.ts";
import type { FromRank, ToRank } from "./rank-messages.ts";

/** A thread, as whoever started it sees it, is one too. */
export interface RankPort extends Pick<MessagePort, "postMessage"> {
  on<T extends FromRank | ToRank>(event: "message", listener: (message: T) => void): unknown;
}

/** Answers what comes through a port. */
export function answerThrough(port: RankPort, link: RankLink): void {
  const send = (message: FromRank, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
  port.on("message", async (message: ToRank) => {
    if (message.kind !== "run") return;
    const { id, routed } = message;
    try {
      const answer = await link.run(routed);
      send({ kind: "answer", id, answer }, [answer.partial.buffer as ArrayBuffer]);
    } catch (error) {
      send({ kind: "error", id, message: (error as Error).message });
    }
  });
}

/** A rank that answers at the other end of a port. */
export class PortLink implements RankLink {
  readonly rank: number;
  readonly lost: Promise<Error>;
  readonly #port: RankPort;
  readonly #close: () => Promise<unknown>;
  readonly #ended = Promise.withResolvers<Error>();
  readonly #asked = new Map<number, PromiseWithResolvers<RankAnswer>>();
  #lastId = 0;
  #gone: Error | undefined;

  constructor(rank: number, port: RankPort, close: () => Promise<unknown>) {
    this.rank = rank;
    this.lost = this.#ended.promise;
    this.#port = port;
    this.#close = close;
    port.on("message", (message: FromRank) => this.#receive(message));
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
    this.#port.postMessage({ kind: "run", id, routed } satisfies ToRank, moved);
    return answer.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  /** Nothing comes from it any more. */
  end(reason: Error): void {
    if (this.#gone !== undefined) return;
    this.#gone = reason;
    this.#ended.resolve(reason);
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
  }

  #receive(message: FromRank): void {
    switch (message.kind) {
      case "answer":
        this.#take(message.id)?.resolve(message.answer);
        return;
      case "error":
        this.#take(message.id)?.reject(new Error(message.message));
        return;
      case "lost":
        this.end(new Error(message.reason));
        return;
      case "ready":
      case "waiting":
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
}
