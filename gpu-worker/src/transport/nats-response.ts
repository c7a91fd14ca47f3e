/**
 * One response on this worker, from its delivery until the worker has nothing more to do with it: claims it, attempts it,
 * and acknowledges the delivery or has it redelivered.
 */
import { claimSubject, type Delivery, retryWhile } from "@palimpsest/fleet";
import type { EditEvent } from "@palimpsest/proto";
import type { QueuedRequest } from "@palimpsest/proto/fleet";
import type { GenerateRequest } from "@palimpsest/proto/generate";
import type { Origin } from "./intake.ts";
import { ResponseAttempt, type ResponseContext } from "./nats-attempt.ts";
import { type ClaimedAttempt, claimAttempt, releaseAttempt } from "./nats-claim.ts";
import { StopSignal } from "./nats-stop-signal.ts";
import { LogWriter } from "./nats-writer.ts";

/** A stopped engine that does not end the response within this time is left behind: another worker writes the end. */
const UNRESPONSIVE_MS = 10_000;
/** Limit on noting in the claim that an attempt was no crash. */
const RELEASE_LIMIT_MS = 5_000;
/** Delay before a request that found the engine full is redelivered. */
const FULL_DELAY_MS = 500;

/**
 * `running`; `handing-over`: another worker is to continue after the next commit; `quitting`: another worker is to continue
 * now; `lost`: another worker has the response, and its delivery is no longer this worker's to keep or to return.
 */
type State = "running" | "handing-over" | "quitting" | "lost";

export interface NatsResponseOptions {
  readonly delivery: Delivery;
  readonly queued: QueuedRequest;
  /** The request that `queued` holds. */
  readonly request: GenerateRequest;
  /** Called with each event of the engine. */
  readonly onEvent: (event: EditEvent) => void;
}

export class NatsResponse {
  readonly #context: ResponseContext;
  readonly #delivery: Delivery;
  readonly #queued: QueuedRequest;
  readonly #request: GenerateRequest;
  readonly #origin: Origin;
  readonly #writer: LogWriter;
  readonly #stop: StopSignal;
  readonly #onEvent: (event: EditEvent) => void;
  /** Aborts in the states `quitting` and `lost`. */
  readonly #quit = new AbortController();
  #state: State = "running";
  /** The attempt that this worker has claimed; 0 before. */
  #attempt = 0;

  constructor(context: ResponseContext, { delivery, queued, request, onEvent }: NatsResponseOptions) {
    this.#context = context;
    this.#onEvent = onEvent;
    this.#delivery = delivery;
    this.#queued = queued;
    this.#request = request;
    const { storedMs, deliveries } = delivery;
    // A request that comes back waits anew, for a time that is not known.
    this.#origin = deliveries === 1 ? { queue: { storedMs, pulledMs: context.clock.date() } } : {};
    this.#writer = new LogWriter(context, request.responseId);
    this.#stop = new StopSignal(context, request.responseId, queued);
  }

  get responseId(): string {
    return this.#request.responseId;
  }

  /** Resolves when this worker has nothing more to do with the response; true when it wrote the end. Never throws. */
  async run(): Promise<boolean> {
    const { link, clock, log } = this.#context;
    using open = new DisposableStack();
    open.use(this.#stop);
    // A claim is a message like any other: this worker learns immediately that another has claimed the response.
    const claims = link.control.subscribe(claimSubject(this.responseId), { callback: () => void this.#checkClaim() });
    open.defer(() => claims.unsubscribe());
    this.#stop.signal.addEventListener("abort", () => {
      if (!open.disposed) open.use(clock.timer(UNRESPONSIVE_MS, () => this.quit()));
    });
    try {
      return await this.#attemptUntilSettled();
    } catch (error) {
      log.warn({ response_id: this.responseId, err: error }, "abandoned a response: NATS is unreachable");
      this.#redeliver();
      return false;
    }
  }

  /** Call once a second: keeps the delivery, and stops the engine if no edge watches the response. */
  beat(): void {
    const { connected } = this.#context.link;
    this.#stop.beat(connected && !this.#writer.stale);
    if (connected && this.#state !== "lost") this.#delivery.working();
  }

  /** Has another worker continue after the next commit. */
  handOver(): void {
    this.#enter("handing-over");
  }

  /** Has another worker continue now. */
  quit(): void {
    this.#enter("quitting");
  }

  /** Gives the response up: another worker has it, or this one in a newer delivery. */
  abandon(): void {
    this.#enter("lost");
  }

  /** After the server was unreachable: it may have redelivered the response, and lost events and cancellations. */
  async recover(): Promise<void> {
    try {
      if (this.#attempt !== 0 && !(await this.#holds())) return this.abandon();
      await this.#writer.restore();
      await this.#stop.recover();
    } catch (error) {
      const fields = { response_id: this.responseId, err: error };
      this.#context.log.warn(fields, "failed to restore the event log after reconnecting");
    }
  }

  async #attemptUntilSettled(): Promise<boolean> {
    const { link, replicaId } = this.#context;
    for (;;) {
      const claimed = await this.#retry(() => claimAttempt(link, this.responseId, replicaId));
      if (claimed === undefined) {
        this.#delivery.ack();
        return false;
      }
      this.#attempt = claimed.attempt;
      this.#writer.continueFrom(claimed.log);
      const outcome = await this.#attemptOnce(claimed);
      switch (outcome) {
        case "ended":
          this.#delivery.ack();
          return true;
        case "overtaken":
          continue;
        case "engine-failed":
          if (await this.#retry(() => this.#holds())) this.#redeliver();
          return false;
        case "lost":
          this.abandon();
          await this.#release(claimed);
          return false;
        case "engine-full":
        case "handed-over":
          // Another worker may have the response by now: then the delivery is its own.
          if (await this.#release(claimed)) this.#redeliver(outcome === "engine-full" ? FULL_DELAY_MS : 0);
          return false;
      }
    }
  }

  #attemptOnce(claimed: ClaimedAttempt) {
    return new ResponseAttempt(claimed, {
      context: this.#context,
      request: this.#request,
      origin: this.#origin,
      deadlineMs: Number(this.#queued.deadlineMs),
      writer: this.#writer,
      stop: this.#stop.signal,
      quit: this.#quit.signal,
      isHandingOver: () => this.#state !== "running",
      onEvent: this.#onEvent,
    }).run();
  }

  /** A state is only left for a later one. */
  #enter(state: Exclude<State, "running">): void {
    const order: readonly State[] = ["running", "handing-over", "quitting", "lost"];
    if (order.indexOf(state) <= order.indexOf(this.#state)) return;
    this.#state = state;
    if (state !== "handing-over") this.#quit.abort();
  }

  async #checkClaim(): Promise<void> {
    const attempt = this.#attempt;
    const holds = attempt === 0 || (await this.#holds().catch(() => true));
    if (!holds && attempt === this.#attempt) this.abandon();
  }

  #holds(): Promise<boolean> {
    return this.#writer.holds(this.#attempt);
  }

  /** Notes in the claim that this attempt was no crash. @returns whether the response is still this worker's */
  #release(claimed: ClaimedAttempt): Promise<boolean> {
    const { link, clock, replicaId } = this.#context;
    const startMs = clock.now();
    return retryWhile(
      () => releaseAttempt(link, this.responseId, replicaId, claimed),
      () => clock.now() - startMs < RELEASE_LIMIT_MS,
    );
  }

  #redeliver(delayMs?: number): void {
    // Sent later, after a reconnect, it would take the response from the worker that has it by then.
    if (this.#context.link.connected && this.#state !== "lost") this.#delivery.giveBack(delayMs);
  }

  #retry<T>(question: () => Promise<T>): Promise<T> {
    return retryWhile(question, () => !this.#quit.signal.aborted);
  }
}
