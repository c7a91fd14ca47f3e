/**
 * The entry of requests, for every transport: parses a request, passes it to the engine, and yields its events through an
 * outbox until the worker drains.
 */
import {
  CodecError,
  type EditEvent,
  errorEvent,
  failureOf,
  type GenerateRequest,
  type ModelInfo,
  modelNotFoundMessage,
} from "@palimpsest/proto";
import type { GenerateRequest as GenerateMessage } from "@palimpsest/proto/generate";
import { decodeRequest } from "@palimpsest/proto/request-codec";
import type { Tracer } from "@palimpsest/tracing";
import type { Clock } from "../clock.ts";
import type { Engine, EngineStats } from "../engine/engine.ts";
import { invalid, WorkerError } from "../errors.ts";
import { AttemptSpans } from "./attempt-spans.ts";
import { Drain, type Work } from "./drain.ts";
import { DRAFTS_PER_SECOND, Outbox } from "./outbox.ts";
import { takeUntil } from "./take-until.ts";

export interface IntakeOptions {
  /** Limit for one stream. */
  readonly draftsPerSecond?: number;
  /** Absent: no spans are made. */
  readonly tracer?: Tracer | undefined;
}

/** How a request came to this worker. */
export interface Origin {
  /** Unix milliseconds: when it entered the queue of its model and left it for the first time. */
  readonly queue?: { readonly storedMs: number; readonly pulledMs: number } | undefined;
}

export class Intake {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #draftsPerSecond: number;
  readonly #drain: Drain;
  readonly #tracer: Tracer | undefined;
  /** Of running attempts, by response and attempt. */
  readonly #spans = new Map<string, AttemptSpans>();

  constructor(engine: Engine, clock: Clock, { draftsPerSecond = DRAFTS_PER_SECOND, tracer }: IntakeOptions = {}) {
    this.#engine = engine;
    this.#clock = clock;
    this.#draftsPerSecond = draftsPerSecond;
    this.#drain = new Drain(clock);
    this.#tracer = tracer;
    if (tracer !== undefined) engine.observe((report) => this.#spans.get(keyOf(report))?.report(report));
  }

  get model(): ModelInfo {
    return this.#engine.model;
  }

  /**
   * Yields a request's edit events; an invalid request yields an `error` event. Aborting the signal or leaving the iteration
   * stops the computation. @throws EngineBroken, or what the engine throws
   */
  async *generate(
    message: GenerateMessage,
    origin: Origin,
    signal: AbortSignal,
  ): AsyncGenerator<EditEvent, void, void> {
    let request: GenerateRequest;
    try {
      if (message.model !== this.model.name) throw modelNotFound(message.model, this.model.name);
      request = decode(message);
    } catch (error) {
      yield rejection(message, error);
      return;
    }
    const work = this.#drain.begin();
    if (work === undefined) {
      yield rejection(message, draining());
      return;
    }
    const key = keyOf(request);
    using spans = this.#tracer && new AttemptSpans(this.#tracer, request, origin);
    if (spans) this.#spans.set(key, spans);
    const outbox = new Outbox(this.#clock, this.#draftsPerSecond);
    const reader = new AbortController();
    const filled = this.#fill(outbox, request, AbortSignal.any([signal, reader.signal]), work);
    try {
      yield* outbox;
    } finally {
      reader.abort();
      await filled;
      this.#spans.delete(key);
    }
  }

  async stats(): Promise<EngineStats> {
    return this.#engine.stats();
  }

  /** Rejects new requests, and resolves when the engine has none left. Requests still running after `limitMs` are cancelled. */
  drain(limitMs: number): Promise<void> {
    return this.#drain.drain(limitMs);
  }

  /**
   * Ends the streams of all running requests with an exception, without waiting for the engine: it hangs, perhaps because of
   * one of them. Transports treat this like a crash.
   */
  breakOff(reason: EngineBroken): void {
    this.#drain.breakOff(reason);
  }

  async #fill(outbox: Outbox, request: GenerateRequest, signal: AbortSignal, work: Work): Promise<void> {
    using _work = work;
    const events = this.#engine.generate(request, AbortSignal.any([signal, work.signal]));
    let seq = 0;
    let ended = false;
    try {
      // The engine sees an abort only after its forward; a drained worker does not wait for that.
      for await (const event of takeUntil(events, work.signal)) {
        this.#spans.get(keyOf(request))?.follow(event);
        outbox.push(event);
        seq = event.seq + 1;
        ended = event.type === "end" || event.type === "error";
      }
      const { aborted, reason } = work.signal;
      if (aborted && !ended && reason instanceof EngineBroken) return outbox.close(reason);
      if (aborted && !ended) outbox.push(rejection(request, draining(), seq));
      outbox.close();
    } catch (error) {
      outbox.close(error);
    }
  }
}

function keyOf({ responseId, attempt }: Pick<GenerateRequest, "responseId" | "attempt">): string {
  return `${responseId}.${attempt}`;
}

/** The engine does not answer any more. */
export class EngineBroken extends Error {
  override readonly name = "EngineBroken";
}

function draining(): WorkerError {
  return new WorkerError("unavailable", "this worker is shutting down; send the request to another");
}

/** The last event of a response that the engine did not end. */
function rejection(
  { responseId, attempt }: Pick<GenerateMessage, "responseId" | "attempt">,
  error: unknown,
  seq = 0,
): EditEvent {
  if (!(error instanceof WorkerError)) throw error;
  const { code, message, param } = error;
  return errorEvent({ response_id: responseId, attempt, seq }, failureOf(code, message, param));
}

function decode(message: GenerateMessage): GenerateRequest {
  try {
    return decodeRequest(message);
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw invalid(cause.param ?? "request", cause.message, { cause });
  }
}

function modelNotFound(model: string, served: string): WorkerError {
  return new WorkerError("model_not_found", modelNotFoundMessage(model, [served]), { param: "model" });
}
