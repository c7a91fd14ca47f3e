/** Collects what a program sends within one turn of its event loop, so that it leaves in one message. Not for browsers. */

export class TurnBatch<T> {
  readonly #maxItems: number;
  readonly #send: (items: T[]) => boolean;
  #items: T[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  readonly #sendAll = () => this.flush();

  /** @param send sends a message; false if the receiver is slower than the messages: call `resume` when it has caught up */
  constructor(maxItems: number, send: (items: T[]) => boolean) {
    this.#maxItems = maxItems;
    this.#send = send;
  }

  /** @returns undefined if there is room for more, otherwise a promise that resolves when there is */
  push(item: T): Promise<void> | undefined {
    this.#items.push(item);
    if (this.#items.length >= this.#maxItems) this.flush();
    else this.#scheduled ??= setImmediate(this.#sendAll);
    return this.#room?.promise;
  }

  /** Sends what there is now. */
  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    if (!this.#send(items)) this.#room ??= Promise.withResolvers();
  }

  resume(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
