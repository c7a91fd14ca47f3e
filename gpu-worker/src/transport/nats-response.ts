/**
 * One response on its way from the engine to the log: claimed, continued after what is committed, written commit by
 * commit, and let go when another worker has it. It knows no queue's order and no slots.
 */
import { create } from "@bufbuild/protobuf";
import {
  cancelSubject,
  claimSubject,
  type Delivery,
  encode,
  isCancelled,
  retryWhile,
  subjectOf,
  watchSubject,
} from "@palimpsest/fleet";
import { committedOf, type DraftEvent, type EditEvent, type ErrorEvent } from "@palimpsest/proto";
import type { QueuedRequest } from "@palimpsest/proto/fleet";
import { type GenerateRequest, GenerateRequestSchema } from "@palimpsest/proto/generate";
import { FRUITLESS_LIMIT, poisonedMessage } from "@palimpsest/proto/poisoned";
import { encodeCommitted } from "@palimpsest/proto/request-codec";
import { pause } from "../clock.ts";
import type { Intake } from "./intake.ts";
import { type Attempt, claimAttempt, countFruitless, releaseAttempt } from "./nats-claim.ts";
import { LogWriter, type StoredEvent, type WriterContext } from "./nats-writer.ts";
import { takeUntil } from "./take-until.ts";

/** Those that are believed lost and live have said so by then. */
const LIVING_MS = 5_000;
/** A response that no edge has watched for so long is nobody's. */
export const WATCH_LEASE_MS = 10_000;
/** An engine that was told to stop and does not, in a forward that long or for good, is left behind: another worker writes the end. */
const DEAF_MS = 10_000;
/** How long the server is asked to note that an attempt was no loss. */
const RELEASE_LIMIT_MS = 5_000;
/** An engine that is full will have room again. */
const FULL_DELAY_MS = 500;

export interface ResponseContext extends WriterContext {
  readonly intake: Intake;
}

/**
 * What an attempt came to. `lost`: the response is another worker's. `overtaken`: another one wrote a block first, but does
 * not go on. `broken`: the engine, which may be the request's fault.
 */
type Outcome = "ended" | "lost" | "overtaken" | "handed over" | "full" | "broken";

export class NatsResponse {
  readonly #context: ResponseContext;
  readonly #delivery: Delivery;
  readonly #queued: QueuedRequest;
  readonly #request: GenerateRequest;
  /** Aborts the engine: cancelled, or its time is over. */
  readonly #stop = new AbortController();
  /** Aborts everything: this worker is leaving, or the response is another's. */
  readonly #quit = new AbortController();
  readonly #quitting = Promise.withResolvers<void>();
  readonly #writer: LogWriter;
  #attempt = 0;
  #leaving = false;
  /** The response is another's: its delivery is no longer this worker's to keep or to give back. */
  #lost = false;
  #watchedMs: number;

  constructor(context: ResponseContext, delivery: Delivery, queued: QueuedRequest, request: GenerateRequest) {
    this.#context = context;
    this.#delivery = delivery;
    this.#queued = queued;
    this.#request = request;
    this.#writer = new LogWriter(context, request.responseId);
    this.#watchedMs = context.clock.now();
    this.#quit.signal.addEventListener("abort", () => this.#quitting.resolve());
  }

  get responseId(): string {
    return this.#request.responseId;
  }

  /** Resolves when this worker has nothing more to do with it; true when it wrote the end. Never throws. */
  async run(): Promise<boolean> {
    const { link, clock, log } = this.#context;
    const { control } = link;
    const cancel = control.subscribe(cancelSubject(this.responseId), { callback: () => this.#stop.abort() });
    const watch = control.subscribe(watchSubject(this.responseId), {
      callback: () => {
        this.#watchedMs = clock.now();
      },
    });
    // A claim is a message like any other: whoever takes this response over is heard at once.
    const claims = control.subscribe(claimSubject(this.responseId), { callback: () => void this.#yieldIfLost() });
    const leftMs = Math.max(0, Number(this.#queued.deadlineMs) - Date.now());
    using _deadline = clock.timer(leftMs, () =>
      this.#stop.abort(new DOMException("the deadline has passed", "TimeoutError")),
    );
    using deaf = new DisposableStack();
    this.#stop.signal.addEventListener("abort", () => deaf.use(clock.timer(DEAF_MS, () => this.leave())));
    try {
      return await this.#attempts();
    } catch (error) {
      log.warn({ response_id: this.responseId, err: error }, "a response was given up: the server does not answer");
      this.#giveBack();
      return false;
    } finally {
      cancel.unsubscribe();
      watch.unsubscribe();
      claims.unsubscribe();
    }
  }

  /** Once a second: keeps the delivery, and looks whether anybody still watches. */
  beat(): void {
    const { link, clock } = this.#context;
    if (!link.connected || this.#writer.stale) this.#watchedMs = clock.now();
    else if (!this.#queued.background && clock.now() - this.#watchedMs > WATCH_LEASE_MS) this.#stop.abort();
    if (link.connected && !this.#lost) this.#delivery.working();
  }

  /** Another worker is to go on after the next commit. */
  handOver(): void {
    this.#leaving = true;
  }

  /** Another worker is to go on now. */
  leave(): void {
    this.#leaving = true;
    this.#quit.abort();
  }

  /** Somebody else goes on with it: another worker, or this one, to whom the delivery has come again. */
  abandon(): void {
    this.#lost = true;
    this.#quit.abort();
  }

  /** The server was away: it may have given the response to another, and it may have lost what was written. */
  async recover(): Promise<void> {
    try {
      if (this.#attempt !== 0 && !(await this.#holds())) return this.abandon();
      await this.#writer.restore();
      // What was said of it meanwhile was not heard.
      if (await isCancelled(this.#context.link.buckets.responses, this.responseId)) this.#stop.abort();
    } catch (error) {
      this.#context.log.warn({ response_id: this.responseId, err: error }, "a log cannot be looked after");
    }
  }

  async #attempts(): Promise<boolean> {
    const { link, replicaId } = this.#context;
    for (;;) {
      const claimed = await this.#patiently(() => claimAttempt(link, this.responseId, replicaId));
      if (claimed === undefined) {
        this.#delivery.ack();
        return false;
      }
      this.#attempt = claimed.attempt;
      this.#writer.goOn(claimed.log);
      const outcome = await this.#try(claimed);
      switch (outcome) {
        case "ended":
          this.#delivery.ack();
          return true;
        case "overtaken":
          continue;
        case "broken":
          if (await this.#patiently(() => this.#holds())) this.#giveBack();
          return false;
        case "lost":
        case "full":
        case "handed over":
          // Nobody is to take this for a worker that it killed. What another has by now is not this one's to give back.
          if (await this.#release(claimed)) this.#giveBack(outcome === "full" ? FULL_DELAY_MS : 0);
          return false;
      }
    }
  }

  async #try(claimed: Attempt): Promise<Outcome> {
    try {
      const refusal = await this.#refusal(claimed);
      if (refusal) return await this.#end(refusal);
      return this.#leaving ? "handed over" : await this.#generate(claimed);
    } catch (error) {
      if (this.#quit.signal.aborted) return this.#parting;
      this.#context.log.warn({ response_id: this.responseId, err: error }, "a response was given up");
      return "broken";
    }
  }

  /** Why this attempt is not to begin, if there is a reason. */
  async #refusal(attempt: Attempt): Promise<ErrorEvent | undefined> {
    const said = (code: ErrorEvent["code"], message: string): ErrorEvent => {
      const seq = 0;
      const head = { v: 1, response_id: this.responseId, attempt: this.#attempt, seq } as const;
      return { ...head, type: "error", code, message, retryable: false };
    };
    if (await this.#patiently(() => isCancelled(this.#context.link.buckets.responses, this.responseId))) {
      return said("cancelled", "the request was cancelled");
    }
    if (Date.now() > Number(this.#queued.deadlineMs)) return said("deadline_exceeded", "the deadline has passed");
    const fruitless = await this.#fruitless(attempt);
    if (fruitless < FRUITLESS_LIMIT) return undefined;
    return said("poisoned", poisonedMessage(fruitless - 1, `block ${attempt.committedBlocks}`));
  }

  /** How many attempts in a row came to nothing. Before it is too many, those that live get the time to say that they do. */
  async #fruitless({ fruitless }: Attempt): Promise<number> {
    if (fruitless < FRUITLESS_LIMIT) return fruitless;
    const { link, clock, replicaId } = this.#context;
    await pause(clock, LIVING_MS, this.#quit.signal);
    return this.#patiently(() => countFruitless(link, this.responseId, replicaId, this.#attempt));
  }

  async #end(event: ErrorEvent): Promise<Outcome> {
    const stored = await this.#store(event);
    return stored === "lost" || stored === "handed over" ? stored : "ended";
  }

  async #generate({ attempt, log }: Attempt): Promise<Outcome> {
    const { intake, link } = this.#context;
    const written = new Set(log.map(subjectOf));
    const finished = new Set(log.flatMap((event) => finishes(event)));
    const committed = committedOf(log, this.#request.choices).map(encodeCommitted);
    const request = create(GenerateRequestSchema, { ...this.#request, attempt, committed });
    const signal = AbortSignal.any([this.#stop.signal, this.#quit.signal]);
    // The engine hears of an abort when its forward is over: others are not kept waiting for that.
    for await (const event of takeUntil(intake.generate(request, signal), this.#quit.signal)) {
      if (event.type === "draft") {
        if (link.connected && !this.#writer.stale) await this.#show(event);
        continue;
      }
      if (event.type === "error" && event.code === "unavailable") return "handed over";
      if (event.type === "error" && event.code === "overloaded") return "full";
      // `open` and the ends of choices that an earlier attempt has written.
      if (written.has(subjectOf(event))) continue;
      const stored = await this.#store(event);
      if (stored === "lost" || stored === "handed over") return stored;
      if (event.type === "end" || event.type === "error") return "ended";
      if (stored === "taken" && event.type === "commit") return "overtaken";
      for (const choice of finishes(event)) finished.add(choice);
      // Of one that has all its blocks, only the end is missing, and comes at once.
      if (this.#leaving && event.type === "commit" && finished.size < request.choices) return "handed over";
    }
    return this.#parting;
  }

  /** No faster than the server takes drafts. */
  async #show(event: DraftEvent): Promise<void> {
    const { link } = this.#context;
    link.data.publish(subjectOf(event), encode(event));
    await Promise.race([link.flushed().catch(() => {}), this.#quitting.promise]);
  }

  async #store(event: StoredEvent): Promise<"stored" | "taken" | "lost" | "handed over"> {
    const written = await this.#writer.write(event, this.#quit.signal);
    if (written === "lost") this.abandon();
    return written ?? this.#parting;
  }

  /** What an attempt comes to that is given up on purpose. */
  get #parting(): "lost" | "handed over" {
    return this.#lost ? "lost" : "handed over";
  }

  #patiently<T>(ask: () => Promise<T>): Promise<T> {
    return retryWhile(ask, () => !this.#quit.signal.aborted);
  }

  async #yieldIfLost(): Promise<void> {
    const attempt = this.#attempt;
    const holds = attempt === 0 || (await this.#holds().catch(() => true));
    if (!holds && attempt === this.#attempt) this.abandon();
  }

  #holds(): Promise<boolean> {
    return this.#writer.holds(this.#attempt);
  }

  /** Notes that this attempt was no loss. @returns whether the response is still this worker's */
  #release(claimed: Attempt): Promise<boolean> {
    const { link, clock, replicaId } = this.#context;
    const begunMs = clock.now();
    return retryWhile(
      () => releaseAttempt(link, this.responseId, replicaId, claimed),
      () => clock.now() - begunMs < RELEASE_LIMIT_MS,
    );
  }

  #giveBack(delayMs?: number): void {
    // Said later, it would take the response from whoever has it by then.
    if (this.#context.link.connected && !this.#lost) this.#delivery.giveBack(delayMs);
  }
}

/** The choice that has its last block with this event, if one has. */
function finishes(event: EditEvent): number[] {
  return event.type === "commit" && event.finish_reason !== undefined ? [event.choice] : [];
}
