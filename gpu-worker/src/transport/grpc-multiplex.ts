/** The worker's end of an edge's one long stream: all responses of that edge, each at the pace at which the edge reads it. */
import { create } from "@bufbuild/protobuf";
import type * as grpc from "@grpc/grpc-js";
import { encodeEvent, unreachable } from "@palimpsest/proto";
import { Wakeup } from "@palimpsest/proto/async-queue";
import {
  ArrivalSchema,
  BreakageSchema,
  type Delivery,
  DeliverySchema,
  GenerateRequestSchema,
  type MultiplexRequest,
  type MultiplexResponse,
  MultiplexResponseSchema,
  type Signal,
  type Start,
} from "@palimpsest/proto/generate";
import { TurnBatch } from "@palimpsest/proto/turn-batch";
import { type Clock, deadlineError } from "../clock.ts";
import type { Intake } from "./intake.ts";

/** More would delay other responses, and reach the edge's limit of a message. */
const MAX_DELIVERIES = 64;

export type MultiplexCall = grpc.ServerDuplexStream<MultiplexRequest, MultiplexResponse>;

export interface MultiplexOptions {
  readonly intake: Intake;
  readonly clock: Clock;
  /** The engine is stopped so long before a response's time is over: its last event still arrives. */
  readonly deadlineMarginMs: number;
}

interface Running {
  readonly gone: AbortController;
  /** Events that the edge still takes. */
  credit: number;
  readonly credited: Wakeup;
}

export class Multiplex {
  readonly #call: MultiplexCall;
  readonly #options: MultiplexOptions;
  readonly #running = new Map<number, Running>();
  readonly #batch: TurnBatch<Delivery>;
  #isEnding = false;
  #isBroken = false;

  constructor(call: MultiplexCall, options: MultiplexOptions) {
    this.#call = call;
    this.#options = options;
    this.#batch = new TurnBatch(MAX_DELIVERIES, (deliveries) => {
      return this.#isBroken || call.write(create(MultiplexResponseSchema, { deliveries }));
    });
    call.on("data", ({ signals }: MultiplexRequest) => {
      for (const signal of signals) this.#take(signal);
    });
    call.on("drain", () => this.#batch.resume());
    for (const lost of ["cancelled", "error", "end"]) call.on(lost, () => this.#abandon());
  }

  /** Ends the stream behind the last event of the responses that run. */
  end(): void {
    this.#isEnding = true;
    if (this.#running.size > 0) return;
    this.#batch.flush();
    this.#call.end();
  }

  #take({ call, signal }: Signal): void {
    // Absent once the response has ended.
    const running = this.#running.get(call);
    switch (signal.case) {
      case "start":
        void this.#answer(call, signal.value);
        break;
      case "credit":
        if (running) grant(running, signal.value);
        break;
      case "cancel":
        if (running) abandon(running);
        break;
      case undefined:
        break;
      default:
        unreachable(signal);
    }
  }

  /** The edge is gone. */
  #abandon(): void {
    this.#isBroken = true;
    for (const running of this.#running.values()) abandon(running);
    this.#batch.resume();
  }

  async #answer(call: number, { request, timeoutMs, credit }: Start): Promise<void> {
    const { intake, clock, deadlineMarginMs } = this.#options;
    const gone = new AbortController();
    const running: Running = { gone, credit, credited: new Wakeup() };
    this.#running.set(call, running);
    using _timer =
      timeoutMs === undefined
        ? undefined
        : clock.timer(Math.max(0, timeoutMs - deadlineMarginMs), () => gone.abort(deadlineError()));
    this.#push(call, { case: "arrived", value: create(ArrivalSchema) });
    let isEnded = false;
    try {
      for await (const event of intake.generate(request ?? create(GenerateRequestSchema), {}, gone.signal)) {
        await credited(running);
        await this.#push(call, { case: "event", value: encodeEvent(event) });
        isEnded = event.type === "end" || event.type === "error";
      }
    } catch {
      isEnded = false;
    }
    if (!isEnded) this.#push(call, { case: "broken", value: create(BreakageSchema) });
    this.#running.delete(call);
    if (this.#isEnding) this.end();
  }

  #push(call: number, delivery: Delivery["delivery"]): Promise<void> | undefined {
    return this.#batch.push(create(DeliverySchema, { call, delivery }));
  }
}

/** Stops a response whose events nobody reads any more. They are dropped, whatever the credit. */
function abandon(running: Running): void {
  running.gone.abort();
  grant(running, Number.POSITIVE_INFINITY);
}

function grant(running: Running, credit: number): void {
  running.credit += credit;
  running.credited.notify();
}

/** Resolves when the edge takes one more event. */
async function credited(running: Running): Promise<void> {
  while (running.credit === 0) {
    running.credited.reset();
    await running.credited.wait();
  }
  running.credit--;
}
