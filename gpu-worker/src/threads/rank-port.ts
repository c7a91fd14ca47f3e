/** The exchange with a rank in another thread, over a MessagePort: the asking end and the answering end. */
import type { MessagePort } from "node:worker_threads";
import { unreachable } from "@palimpsest/proto";
import type { RankAnswer, RankLink, RoutedRows } from "../parallel/exchange.ts";
import { PendingReplies } from "../parallel/pending-replies.ts";
import type { FromRank, ToRank } from "./rank-messages.ts";

/** A MessagePort, or a Worker as its parent thread sees it. */
export interface RankPort extends Pick<MessagePort, "postMessage"> {
  on<T extends FromRank | ToRank>(event: "message", listener: (message: T) => void): unknown;
}

/** Answers the dispatches that arrive at a port. */
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

/** A rank at the other end of a port. */
export class PortLink implements RankLink {
  readonly rank: number;
  readonly lost: Promise<Error>;
  readonly #port: RankPort;
  readonly #close: () => Promise<unknown>;
  readonly #replies = new PendingReplies<RankAnswer>();

  constructor(rank: number, port: RankPort, close: () => Promise<unknown>) {
    this.rank = rank;
    this.lost = this.#replies.ended;
    this.#port = port;
    this.#close = close;
    port.on("message", (message: FromRank) => this.#receive(message));
  }

  get ready(): boolean {
    return this.#replies.open;
  }

  run(routed: RoutedRows): Promise<RankAnswer> {
    const moved = [routed.hidden, routed.experts, routed.weights].map(({ buffer }) => buffer as ArrayBuffer);
    return this.#replies.request((id) => {
      this.#port.postMessage({ kind: "run", id, routed } satisfies ToRank, moved);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  /** Call when no more messages come. */
  end(reason: Error): void {
    this.#replies.end(reason);
  }

  #receive(message: FromRank): void {
    switch (message.kind) {
      case "answer":
        this.#replies.resolve(message.id, message.answer);
        return;
      case "error":
        this.#replies.reject(message.id, new Error(message.message));
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
}
