/** A queue in order of arrival. It does not know what its waiters wait for. */

export interface Arrival {
  /** Ordinal number of the sequence: of its request while it waits for its first admission, of that admission afterwards. */
  readonly arrival: number;
}

interface Waiter<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
}

export class ArrivalQueue<Request extends Arrival, Result> {
  readonly #waiters: Waiter<Request, Result>[] = [];
  readonly #onChange: () => void;

  /** @param onChange called after a waiter has come, or has left because its signal aborted */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get length(): number {
    return this.#waiters.length;
  }

  /** The request that arrived first, or undefined if none waits. */
  get first(): Request | undefined {
    return this.#waiters[0]?.request;
  }

  /** All that wait, in order of arrival. */
  get requests(): Request[] {
    return this.#waiters.map(({ request }) => request);
  }

  /** Waits behind all earlier arrivals. @throws the signal's reason when it aborts first */
  wait(request: Request, signal: AbortSignal): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const onAbort = (): void => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      reject(signal.reason);
      this.#onChange();
    };
    const waiter: Waiter<Request, Result> = {
      request,
      resolve(result) {
        signal.removeEventListener("abort", onAbort);
        resolve(result);
      },
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const next = this.#waiters.findIndex((other) => other.request.arrival > request.arrival);
    this.#waiters.splice(next < 0 ? this.#waiters.length : next, 0, waiter);
    this.#onChange();
    return promise;
  }

  /** Removes the first waiter and gives it its result. */
  serveFirst(result: Result): void {
    this.#waiters.shift()?.resolve(result);
  }

  /** Removes the waiter of this request and gives it its result. */
  serve(request: Request, result: Result): void {
    const at = this.#waiters.findIndex((waiter) => waiter.request === request);
    this.#waiters.splice(at, 1)[0]?.resolve(result);
  }
}
