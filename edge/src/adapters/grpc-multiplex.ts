/** The edge's end of its one long stream to a worker: all responses of the worker, each at the pace of its reader. */
import { create } from "@bufbuild/protobuf";
import type * as grpc from "@grpc/grpc-js";
import {
  decodeEvent,
  type EditEvent,
  type ErrorCode,
  errorEvent,
  failureOf,
  type GenerateRequest,
  unreachable,
} from "@palimpsest/proto";
import { AsyncQueue } from "@palimpsest/proto/async-queue";
import type { EditEvent as EventMessage } from "@palimpsest/proto/edit";
import {
  CancelSchema,
  type Delivery,
  type MultiplexRequest,
  MultiplexRequestSchema,
  type MultiplexResponse,
  type Signal,
  SignalSchema,
  StartSchema,
} from "@palimpsest/proto/generate";
import { encodeRequest } from "@palimpsest/proto/request-codec";
import { TurnBatch } from "@palimpsest/proto/turn-batch";
import type { ReplicaEvent } from "../ports.ts";

export const CANCELLED = "The request was cancelled.";
export const TOO_LATE = "The response took longer than the server's request limit.";

/** Events of a response that may wait here for its reader. The worker gets half of it back when half is read. */
const CREDIT = 64;
const MAX_SIGNALS = 64;

type MultiplexCall = grpc.ClientDuplexStream<MultiplexRequest, MultiplexResponse>;

interface Call {
  readonly events: AsyncQueue<ReplicaEvent>;
  readonly responseId: string;
  attempt: number;
  seq: number;
  arrived: boolean;
}

export class Multiplex implements Disposable {
  readonly #open: () => MultiplexCall;
  #stream: Stream | undefined;

  /** @param open opens a stream; called again after one has ended */
  constructor(open: () => MultiplexCall) {
    this.#open = open;
  }

  /** A worker reports request errors as events. If the stream breaks, it was lost. */
  async *generate(
    request: GenerateRequest,
    deadlineMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<ReplicaEvent, void> {
    const { responseId, attempt } = request;
    const call: Call = { events: new AsyncQueue(), responseId, attempt, seq: 0, arrived: false };
    if (signal.aborted) return yield failed(call, "cancelled", CANCELLED);
    const stream = this.#current();
    const leftMs = Math.max(0, deadlineMs - Date.now());
    const id = stream.start(call, request, leftMs);
    const stop = (code: ErrorCode, message: string) => {
      call.events.clear();
      end(call, failed(call, code, message));
    };
    const cancel = () => stop("cancelled", CANCELLED);
    const late = setTimeout(() => stop("deadline_exceeded", TOO_LATE), leftMs);
    signal.addEventListener("abort", cancel, { once: true });
    let read = 0;
    try {
      for await (const event of call.events) {
        if (event.type !== "lost" && event.type !== "queued")
          Object.assign(call, { attempt: event.attempt, seq: event.seq });
        yield event;
        if (++read % (CREDIT / 2) === 0) stream.credit(id, CREDIT / 2);
      }
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", cancel);
      stream.leave(id);
    }
  }

  [Symbol.dispose](): void {
    this.#stream?.[Symbol.dispose]();
  }

  #current(): Stream {
    if (this.#stream === undefined || this.#stream.isOver) this.#stream = new Stream(this.#open());
    return this.#stream;
  }
}

class Stream implements Disposable {
  readonly #call: MultiplexCall;
  readonly #calls = new Map<number, Call>();
  readonly #batch: TurnBatch<Signal>;
  #count = 0;
  /** True once the stream carries nothing any more. */
  isOver = false;

  constructor(call: MultiplexCall) {
    this.#call = call;
    // It never waits: credits and cancels are small, and a request is in memory anyway.
    this.#batch = new TurnBatch(MAX_SIGNALS, (signals) => {
      if (!this.isOver) call.write(create(MultiplexRequestSchema, { signals }));
      return true;
    });
    call.on("data", ({ deliveries }: MultiplexResponse) => {
      for (const delivery of deliveries) this.#take(delivery);
    });
    call.on("error", () => this.#lose());
    call.on("end", () => this.#lose());
  }

  /** @returns the response's number on this stream */
  start(call: Call, request: GenerateRequest, timeoutMs: number): number {
    const id = ++this.#count;
    this.#calls.set(id, call);
    const start = create(StartSchema, {
      request: encodeRequest(request),
      timeoutMs: Math.ceil(timeoutMs),
      credit: CREDIT,
    });
    this.#push(id, { case: "start", value: start });
    // Alone, since two requests could be larger than a message may be.
    this.#batch.flush();
    return id;
  }

  credit(id: number, events: number): void {
    if (this.#calls.has(id)) this.#push(id, { case: "credit", value: events });
  }

  /** The reader takes no more events. Cancels the response if it still runs. */
  leave(id: number): void {
    if (this.#calls.delete(id)) this.#push(id, { case: "cancel", value: create(CancelSchema) });
  }

  [Symbol.dispose](): void {
    this.#call.cancel();
    this.#lose();
  }

  #push(call: number, signal: Signal["signal"]): void {
    void this.#batch.push(create(SignalSchema, { call, signal }));
  }

  #take({ call: id, delivery }: Delivery): void {
    // Absent when its reader has left.
    const call = this.#calls.get(id);
    if (!call) return;
    switch (delivery.case) {
      case "arrived":
        call.arrived = true;
        return;
      case "broken":
        this.#finish(id, call, { type: "lost", crashed: true });
        return;
      case "event":
        this.#receive(id, call, delivery.value);
        return;
      case undefined:
        return;
      default:
        unreachable(delivery);
    }
  }

  #receive(id: number, call: Call, message: EventMessage): void {
    let event: EditEvent;
    try {
      event = decodeEvent(message);
    } catch (error) {
      // Its reader leaves, which cancels the response.
      end(call, failed(call, "internal", `The worker sent an unreadable event: ${(error as Error).message}.`));
      return;
    }
    if (event.type === "end" || event.type === "error") this.#finish(id, call, event);
    else call.events.push(event);
  }

  #finish(id: number, call: Call, last: ReplicaEvent): void {
    this.#calls.delete(id);
    end(call, last);
  }

  #lose(): void {
    this.isOver = true;
    for (const [id, call] of this.#calls) this.#finish(id, call, { type: "lost", crashed: call.arrived });
  }
}

/** The last event that its reader gets. */
function end({ events }: Call, last: ReplicaEvent): void {
  events.push(last);
  events.close();
}

function failed({ responseId, attempt, seq }: Call, code: ErrorCode, message: string): EditEvent {
  return errorEvent({ response_id: responseId, attempt, seq: seq + 1 }, failureOf(code, message));
}
