/**
 * One response on its way from the engine to the log: claimed, continued after what is committed, written commit by
 * commit, and let go when another worker has it. It knows no queue's order and no slots.
 */
import { create } from "@bufbuild/protobuf";
import {
  append,
  cancelSubject,
  claimSubject,
  type Delivery,
  EDIT_STREAM,
  encode,
  insist,
  isCancelled,
  type Link,
  type LinkLog,
  subjectOf,
  watchSubject,
} from "@palimpsest/fleet";
import { type DraftEvent, type EditEvent, type ErrorEvent, encodeFinishReason } from "@palimpsest/proto";
import type { QueuedRequest } from "@palimpsest/proto/fleet";
import { CommittedChoiceSchema, type GenerateRequest, GenerateRequestSchema } from "@palimpsest/proto/generate";
import type { Clock } from "./clock.ts";
import type { Intake } from "./intake.ts";
import { type Attempt, claimAttempt, committedOf, holdsAttempt, releaseAttempt } from "./nats-claim.ts";

/** Workers that may be lost over a response without one more block of it; the next one says so instead of trying. */
const FRUITLESS_LIMIT = 3;
/** A response that no edge has watched for so long is nobody's. */
export const WATCH_LEASE_MS = 10_000;
/** Without a sign that the server has heard of this worker for so long, another may have the response. */
const STALE_MS = 3_500;
const STORE_TIMEOUT_MS = 2_000;
const RETRY_MS = 200;
/** An engine that is full will have room again. */
const FULL_DELAY_MS = 500;

export interface ResponseContext {
  readonly link: Link;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly log: LinkLog;
  readonly replicaId: string;
  /** When the server last confirmed that it hears this worker, on the clock. */
  lastHeard(): number;
}

type StoredEvent = Exclude<EditEvent, DraftEvent>;

/** What an attempt came to. `overtaken`: another worker wrote a block first, but does not go on. */
type Outcome = "ended" | "lost" | "overtaken" | "handed over" | "full";

export class NatsResponse {
  readonly #context: ResponseContext;
  readonly #delivery: Delivery;
  readonly #queued: QueuedRequest;
  readonly #request: GenerateRequest;
  /** Aborts the engine: cancelled, or its time is over. */
  readonly #stop = new AbortController();
  /** Aborts everything: this worker is leaving, or the response is another's. */
  readonly #quit = new AbortController();
  readonly #stored: StoredEvent[] = [];
  #attempt = 0;
  #leaving = false;
  #watchedMs: number;

  constructor(context: ResponseContext, delivery: Delivery, queued: QueuedRequest, request: GenerateRequest) {
    this.#context = context;
    this.#delivery = delivery;
    this.#queued = queued;
    this.#request = request;
    this.#watchedMs = context.clock.now();
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
    try {
      return await this.#attempts();
    } catch (error) {
      // The engine broke, or the server refuses to answer: another worker may fare better.
      log.warn({ response_id: this.responseId, err: error }, "a response was given up");
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
    if (!link.connected || this.#stale) this.#watchedMs = clock.now();
    else if (!this.#queued.background && clock.now() - this.#watchedMs > WATCH_LEASE_MS) this.#stop.abort();
    if (link.connected && !this.#quit.signal.aborted) this.#delivery.working();
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

  /** The delivery has come again, to this very worker: the one who holds it now goes on. */
  abandon(): void {
    this.#quit.abort();
  }

  /** The server was away: it may have given the response to another, and it may have lost what was written. */
  async recover(): Promise<void> {
    try {
      if (this.#attempt > 0 && !(await this.#holds())) return this.#quit.abort();
      const last = this.#stored.at(-1);
      if (last === undefined) return;
      const { js, jsm } = this.#context.link;
      if ((await jsm.direct.getMessage(EDIT_STREAM, { last_by_subj: subjectOf(last) })) !== null) return;
      for (const event of this.#stored) await append(js, jsm, event, STORE_TIMEOUT_MS);
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
      const refusal = await this.#refusal(claimed);
      const outcome = refusal ? await this.#end(refusal) : await this.#generate(claimed);
      switch (outcome) {
        case "ended":
          this.#delivery.ack();
          return true;
        case "lost":
          // Whoever has it by now must not take this for a worker that it killed.
          await releaseAttempt(link, this.responseId, replicaId, claimed).catch(() => {});
          return false;
        case "overtaken":
          continue;
        case "full":
          await releaseAttempt(link, this.responseId, replicaId, claimed);
          this.#giveBack(FULL_DELAY_MS);
          return false;
        case "handed over":
          await releaseAttempt(link, this.responseId, replicaId, claimed);
          this.#giveBack();
          return false;
      }
    }
  }

  /** Why this attempt is not to begin, if there is a reason. */
  async #refusal({ fruitless, committedBlocks }: Attempt): Promise<ErrorEvent | undefined> {
    const said = (code: ErrorEvent["code"], message: string): ErrorEvent => {
      const seq = 0;
      const head = { v: 1, response_id: this.responseId, attempt: this.#attempt, seq } as const;
      return { ...head, type: "error", code, message, retryable: false };
    };
    if (await this.#patiently(() => isCancelled(this.#context.link.buckets.responses, this.responseId))) {
      return said("cancelled", "the request was cancelled");
    }
    if (Date.now() > Number(this.#queued.deadlineMs)) return said("deadline_exceeded", "the deadline has passed");
    if (fruitless < FRUITLESS_LIMIT) return undefined;
    const what = `block ${committedBlocks} of this response`;
    return said("poisoned", `${fruitless - 1} workers were lost while they wrote ${what}`);
  }

  async #end(event: ErrorEvent): Promise<Outcome> {
    return (await this.#store(event)) === "lost" ? "lost" : "ended";
  }

  async #generate({ attempt, log }: Attempt): Promise<Outcome> {
    const { intake, link } = this.#context;
    const written = new Set(log.map(subjectOf));
    const committed = committedOf(log, this.#request.choices).map(({ tokens, open = [], finishReason }) =>
      create(CommittedChoiceSchema, {
        tokenIds: [...tokens],
        openIds: [...open],
        ...(finishReason !== undefined && { finishReason: encodeFinishReason(finishReason) }),
      }),
    );
    const request = create(GenerateRequestSchema, { ...this.#request, attempt, committed });
    const signal = AbortSignal.any([this.#stop.signal, this.#quit.signal]);
    const left = Promise.withResolvers<void>();
    this.#quit.signal.addEventListener("abort", () => left.resolve(), { once: true });
    for await (const event of intake.generate(request, signal)) {
      if (this.#quit.signal.aborted) break;
      if (event.type === "draft") {
        if (!link.connected || this.#stale) continue;
        link.data.publish(subjectOf(event), encode(event));
        await Promise.race([link.flushed().catch(() => {}), left.promise]);
        continue;
      }
      if (event.type === "error" && event.code === "unavailable") return "handed over";
      if (event.type === "error" && event.code === "overloaded") return "full";
      // `open` and the ends of choices that an earlier attempt has written.
      if (written.has(subjectOf(event))) continue;
      const stored = await this.#store(event);
      if (stored === "lost") return "lost";
      if (event.type === "end" || event.type === "error") return "ended";
      if (stored === "taken" && event.type === "commit") return "overtaken";
      if (this.#leaving && event.type === "commit") return "handed over";
    }
    return this.#leaving ? "handed over" : "lost";
  }

  /** Writes an event, however long the server is away, as long as the attempt is this worker's. */
  async #store(event: StoredEvent): Promise<"stored" | "taken" | "lost"> {
    const { link, log } = this.#context;
    while (!this.#quit.signal.aborted) {
      try {
        if (this.#stale && !(await this.#holds())) return "lost";
        const stored = await append(link.js, link.jsm, event, STORE_TIMEOUT_MS);
        if (stored === "stored") this.#stored.push(event);
        if (stored === "taken" && !(await this.#holds())) return "lost";
        return stored;
      } catch (error) {
        log.warn({ response_id: this.responseId, event: event.type, err: error }, "the log does not answer");
        await this.#pause();
      }
    }
    return "lost";
  }

  #patiently<T>(ask: () => Promise<T>): Promise<T> {
    return insist(ask, () => !this.#quit.signal.aborted);
  }

  async #yieldIfLost(): Promise<void> {
    const attempt = this.#attempt;
    const holds = attempt === 0 || (await this.#holds().catch(() => true));
    if (!holds && attempt === this.#attempt) this.#quit.abort();
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#context.clock.timer(RETRY_MS, resolve));
  }

  #holds(): Promise<boolean> {
    const { link, replicaId } = this.#context;
    return holdsAttempt(link, this.responseId, replicaId, this.#attempt);
  }

  get #stale(): boolean {
    return this.#context.clock.now() - this.#context.lastHeard() > STALE_MS;
  }

  #giveBack(delayMs?: number): void {
    this.#quit.abort();
    // Said later, it would take the response from whoever has it by then.
    if (this.#context.link.connected) this.#delivery.giveBack(delayMs);
  }
}
