/**
 * One worker's attempt at a response: the engine continues after the blocks in the log, and its events are written one by
 * one. An attempt is given up when another worker has the response, or is to have it.
 */
import { once } from "node:events";
import { create } from "@bufbuild/protobuf";
import { encode, isCancelled, retryWhile, subjectOf } from "@palimpsest/fleet";
import {
  committedOf,
  type DraftEvent,
  type EditEvent,
  type ErrorEvent,
  errorEvent,
  type Failure,
  failureOf,
} from "@palimpsest/proto";
import { type GenerateRequest, GenerateRequestSchema } from "@palimpsest/proto/generate";
import { poisoning } from "@palimpsest/proto/poisoned";
import { encodeCommitted } from "@palimpsest/proto/request-codec";
import { pause } from "../clock.ts";
import type { Intake, Origin } from "./intake.ts";
import { type ClaimedAttempt, countFruitless } from "./nats-claim.ts";
import type { LogWriter, StoredEvent, WriterContext } from "./nats-writer.ts";
import { takeUntil } from "./take-until.ts";

/** Time for slow but live workers to refute that they crashed. */
const REFUTE_MS = 5_000;

export type Outcome =
  /** The response's last event is written. */
  | "ended"
  /** Another worker has the response. */
  | "lost"
  /** Another worker wrote a block first and does not continue: this one continues after that block. */
  | "overtaken"
  /** Another worker is to continue. */
  | "handed-over"
  /** The engine had no room for the request. */
  | "engine-full"
  /** The engine failed, perhaps because of the request: counts as a crash. */
  | "engine-failed";

export interface ResponseContext extends WriterContext {
  readonly intake: Intake;
}

export interface AttemptOptions {
  readonly context: ResponseContext;
  readonly request: GenerateRequest;
  readonly origin: Origin;
  readonly deadlineMs: number;
  readonly writer: LogWriter;
  /** Stops the engine; what it still says is written. */
  readonly stop: AbortSignal;
  /** Gives the attempt up immediately. */
  readonly quit: AbortSignal;
  /** Whether another worker is to continue after the next commit. */
  readonly isHandingOver: () => boolean;
  /** Called with each event of the engine. */
  readonly onEvent: (event: EditEvent) => void;
}

export class ResponseAttempt {
  readonly #claimed: ClaimedAttempt;
  readonly #options: AttemptOptions;
  readonly #quitting: Promise<unknown>;

  constructor(claimed: ClaimedAttempt, options: AttemptOptions) {
    this.#claimed = claimed;
    this.#options = options;
    this.#quitting = options.quit.aborted ? Promise.resolve() : once(options.quit, "abort");
  }

  /** Never throws. */
  async run(): Promise<Outcome> {
    const { context, request, quit, isHandingOver } = this.#options;
    try {
      const rejection = await this.#rejection();
      if (rejection) return await this.#end(rejection);
      return isHandingOver() ? "handed-over" : await this.#generate();
    } catch (error) {
      if (quit.aborted) return "handed-over";
      context.log.warn({ response_id: request.responseId, err: error }, "an attempt at a response failed");
      return "engine-failed";
    }
  }

  /** The event that ends the response before the engine sees it, if there is a reason for that. */
  async #rejection(): Promise<ErrorEvent | undefined> {
    const { context, request, deadlineMs } = this.#options;
    const { attempt } = this.#claimed;
    const ending = (failure: Failure) => errorEvent({ response_id: request.responseId, attempt, seq: 0 }, failure);
    if (await this.#retry(() => isCancelled(context.link.buckets.responses, request.responseId))) {
      return ending(failureOf("cancelled", "the request was cancelled"));
    }
    if (context.clock.date() > deadlineMs) return ending(failureOf("deadline_exceeded", "the deadline has passed"));
    const poisoned = await this.#poisoning();
    return poisoned && ending(poisoned);
  }

  /** The failure of a request that seems to crash workers. Workers that are alive get time to say so before. */
  async #poisoning(): Promise<Failure | undefined> {
    const { fruitless, attempt, committedBlocks } = this.#claimed;
    const suspected = poisoning(fruitless, committedBlocks);
    if (suspected === undefined) return undefined;
    const { context, request, quit } = this.#options;
    await pause(context.clock, REFUTE_MS, quit);
    const counted = await this.#retry(() =>
      countFruitless(context.link, request.responseId, context.replicaId, attempt),
    );
    return poisoning(counted, committedBlocks);
  }

  async #end(event: ErrorEvent): Promise<Outcome> {
    const stored = await this.#store(event);
    if (stored === undefined) return "handed-over";
    return stored === "lost" ? "lost" : "ended";
  }

  async #generate(): Promise<Outcome> {
    const { context, request, origin, writer, stop, quit, isHandingOver, onEvent } = this.#options;
    const { attempt, log } = this.#claimed;
    const written = new Set(log.map(subjectOf));
    const finished = new Set(log.flatMap(finishedChoice));
    const committed = committedOf(log, request.choices).map(encodeCommitted);
    const continued = create(GenerateRequestSchema, { ...request, attempt, committed });
    const events = context.intake.generate(continued, origin, AbortSignal.any([stop, quit]));
    // The engine sees an abort only after its forward.
    for await (const event of takeUntil(events, quit)) {
      onEvent(event);
      // Only edges that reach the worker directly ask for it.
      if (event.type === "queued") continue;
      if (event.type === "draft") {
        if (context.link.connected && !writer.stale) await this.#publish(event);
        continue;
      }
      if (event.type === "error" && event.code === "unavailable") return "handed-over";
      if (event.type === "error" && event.code === "overloaded") return "engine-full";
      // `open` and the ends of choices that an earlier attempt has written.
      if (written.has(subjectOf(event))) continue;
      const stored = await this.#store(event);
      if (stored === undefined) return "handed-over";
      if (stored === "lost") return "lost";
      if (event.type === "end" || event.type === "error") return "ended";
      if (stored === "taken" && event.type === "commit") return "overtaken";
      for (const choice of finishedChoice(event)) finished.add(choice);
      // If all choices have their last block, only the end is missing, and follows immediately.
      if (isHandingOver() && event.type === "commit" && finished.size < request.choices) return "handed-over";
    }
    return "handed-over";
  }

  /** Publishes a draft, no faster than the server takes drafts. */
  async #publish(event: DraftEvent): Promise<void> {
    const { link } = this.#options.context;
    link.data.publish(subjectOf(event), encode(event));
    await Promise.race([link.flushed().catch(() => {}), this.#quitting]);
  }

  #store(event: StoredEvent) {
    return this.#options.writer.write(event, this.#options.quit);
  }

  #retry<T>(question: () => Promise<T>): Promise<T> {
    return retryWhile(question, () => !this.#options.quit.aborted);
  }
}

/** The choice that this event gives its last block, if any. */
function finishedChoice(event: EditEvent): number[] {
  return event.type === "commit" && event.finish_reason !== undefined ? [event.choice] : [];
}
