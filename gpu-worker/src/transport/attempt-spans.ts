/**
 * The spans of one attempt at a response: its wait in the queue, its start, its prefill and its blocks. The start ends when the
 * engine has admitted the request, before any of its children, so that no exported block lacks its parent if the worker crashes.
 */
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import type { Span, Tracer } from "@palimpsest/tracing";
import type { BlockReport, SequenceReport } from "../engine/sequence-reports.ts";
import type { Origin } from "./intake.ts";

export class AttemptSpans implements Disposable {
  readonly #tracer: Tracer;
  readonly #start: Span;
  #hasStarted = false;

  constructor(tracer: Tracer, request: GenerateRequest, { queue }: Origin) {
    const { responseId, attempt, committed, trace: parent } = request;
    this.#tracer = tracer;
    const place = { "gen_ai.response.id": responseId, "palimpsest.attempt": attempt };
    if (queue !== undefined) {
      const { storedMs, pulledMs } = queue;
      tracer.start("queue", { parent, atMs: storedMs, attributes: place }).end({ atMs: Math.max(storedMs, pulledMs) });
    }
    const blockTokens = committed.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const attributes = { ...place, "palimpsest.committed_tokens": blockTokens };
    this.#start = tracer.start(`attempt ${attempt}`, { parent, kind: "server", attributes });
  }

  /** Call with each event of the engine. */
  follow(event: EditEvent): void {
    if (event.type === "open") this.#started();
    else if (event.type === "error") this.#started(event.code);
  }

  report(report: SequenceReport): void {
    // A report may come before `open`, whose place is the main thread's queue.
    this.#started();
    const { choice, startMs, endMs } = report;
    const parent = this.#start.context;
    switch (report.kind) {
      case "prefill": {
        const attributes = { "palimpsest.choice": choice, "palimpsest.cached_tokens": report.cachedTokens };
        this.#tracer.start("prefill", { parent, atMs: startMs, attributes }).end({ atMs: endMs });
        return;
      }
      case "block": {
        const span = this.#tracer.start(`block ${report.block}`, {
          parent,
          atMs: startMs,
          attributes: attributesOf(report),
        });
        for (const { rank, ms } of report.waits) {
          const attributes = { "palimpsest.rank": rank };
          const exchange = this.#tracer.start("exchange", { parent: span.context, atMs: startMs, attributes });
          exchange.end({ atMs: startMs + ms });
        }
        span.end({ atMs: endMs });
        return;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#started("cancelled");
  }

  #started(error?: string): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#start.end({ error });
  }
}

function attributesOf({ choice, block, steps, tokens, edits, startMs, draftMs, endMs }: BlockReport) {
  return {
    "palimpsest.choice": choice,
    "palimpsest.block": block,
    "palimpsest.forwards": steps,
    "palimpsest.tokens": tokens,
    ...Object.fromEntries(Object.entries(edits).map(([op, count]) => [`palimpsest.edits.${op}`, count])),
    "palimpsest.first_step_ms": Math.round(draftMs - startMs),
    "palimpsest.draft_to_commit_ms": Math.round(endMs - draftMs),
  };
}
