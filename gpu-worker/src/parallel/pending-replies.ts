/** Requests that were sent over a stream or a port and wait for their replies, which name them by id. */

export class PendingReplies<T> {
  readonly #pending = new Map<number, PromiseWithResolvers<T>>();
  readonly #ended = Promise.withResolvers<Error>();
  #lastId = 0;
  #reason: Error | undefined;

  /** Resolves with the reason of `end`. */
  get ended(): Promise<Error> {
    return this.#ended.promise;
  }

  /** Whether replies may still come. */
  get open(): boolean {
    return this.#reason === undefined;
  }

  /** Sends a request under a new id, and resolves with its reply. @throws the reason, when no replies come any more */
  async request(send: (id: number) => void): Promise<T> {
    if (this.#reason !== undefined) throw this.#reason;
    const id = ++this.#lastId;
    const reply = Promise.withResolvers<T>();
    this.#pending.set(id, reply);
    send(id);
    return reply.promise;
  }

  /** A reply to an unknown id is ignored. */
  resolve(id: number, reply: T): void {
    this.#take(id)?.resolve(reply);
  }

  reject(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** Rejects all pending requests and all later ones. The first reason counts. */
  end(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#ended.resolve(reason);
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  #take(id: number): PromiseWithResolvers<T> | undefined {
    const reply = this.#pending.get(id);
    this.#pending.delete(id);
    return reply;
  }
}
