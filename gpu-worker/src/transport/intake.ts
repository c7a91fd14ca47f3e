/**
 * Where requests of the internal wire come in, whatever carries them: checked, handed to the engine, and answered through
 * an outbox until the worker drains. It knows no sockets.
 */
import {
  CodecError,
  type EditEvent,
  failureOf,
  type GenerateRequest,
  type ModelInfo,
  modelNotFoundMessage,
} from "@palimpsest/proto";
import type { GenerateRequest as GenerateMessage } from "@palimpsest/proto/generate";
import { decodeRequest } from "@palimpsest/proto/request-codec";
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import { invalid, WorkerError } from "../errors.ts";
import { Drain, type Work } from "./drain.ts";
import { DRAFTS_PER_SECOND, Outbox } from "./outbox.ts";
import { takeUntil } from "./take-until.ts";

export interface IntakeOptions {
  /** What one stream is shown at most. */
  readonly draftsPerSecond?: number;
}

export class Intake {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #draftsPerSecond: number;
  readonly #drain: Drain;

  constructor(engine: Engine, clock: Clock, { draftsPerSecond = DRAFTS_PER_SECOND }: IntakeOptions = {}) {
    this.#engine = engine;
    this.#clock = clock;
    this.#draftsPerSecond = draftsPerSecond;
    this.#drain = new Drain(clock);
  }

  get model(): ModelInfo {
    return this.#engine.model;
  }

  /**
   * Answers a request with its edit events. What is wrong with it is an `error` event; throws only when the engine is
   * broken. Aborting the signal or leaving the iteration stops the computation.
   */
  async *generate(message: GenerateMessage, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    let request: GenerateRequest;
    try {
      if (message.model !== this.model.name) throw modelNotFound(message.model, this.model.name);
      request = decode(message);
    } catch (error) {
      yield refusal(message, error);
      return;
    }
    const work = this.#drain.begin();
    if (work === undefined) {
      yield refusal(message, gone());
      return;
    }
    const outbox = new Outbox(this.#clock, this.#draftsPerSecond);
    const reader = new AbortController();
    const filled = this.#fill(outbox, request, AbortSignal.any([signal, reader.signal]), work);
    try {
      yield* outbox;
    } finally {
      reader.abort();
      await filled;
    }
  }

  /** Refuses new requests, and resolves when the engine has none left. Those still running after `limitMs` are cancelled. */
  drain(limitMs: number): Promise<void> {
    return this.#drain.drain(limitMs);
  }

  async #fill(outbox: Outbox, request: GenerateRequest, signal: AbortSignal, work: Work): Promise<void> {
    using _work = work;
    const events = this.#engine.generate(request, AbortSignal.any([signal, work.signal]));
    let seq = 0;
    let ended = false;
    try {
      // The engine hears of an abort when its forward is over: who leaves does not wait for that.
      for await (const event of takeUntil(events, work.signal)) {
        outbox.push(event);
        seq = event.seq + 1;
        ended = event.type === "end" || event.type === "error";
      }
      if (work.signal.aborted && !ended) outbox.push(refusal(request, gone(), seq));
      outbox.close();
    } catch (error) {
      outbox.close(error);
    }
  }
}

function gone(): WorkerError {
  return new WorkerError("unavailable", "this worker is leaving; another can take the request");
}

/** The last event of a response that is not the engine's. */
function refusal(
  { responseId, attempt }: Pick<GenerateMessage, "responseId" | "attempt">,
  error: unknown,
  seq = 0,
): EditEvent {
  if (!(error instanceof WorkerError)) throw error;
  const { code, message, param } = error;
  return { v: 1, response_id: responseId, attempt, seq, type: "error", ...failureOf(code, message, param) };
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
