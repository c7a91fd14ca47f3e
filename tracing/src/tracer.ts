/** Spans of a trace, as edge and worker make them. A program without a tracer makes none. */
import type { TraceContext } from "@palimpsest/proto";

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface SpanOptions {
  /** Absent: the span begins a trace. */
  readonly parent?: TraceContext | undefined;
  /** `server`: a request of another program began it. */
  readonly kind?: "server" | "internal";
  /** Unix milliseconds; now by default. */
  readonly atMs?: number;
  readonly attributes?: Attributes;
}

export interface SpanEnd {
  /** Absent: it succeeded. */
  readonly error?: string | undefined;
  /** Unix milliseconds; now by default. */
  readonly atMs?: number;
}

export interface Span {
  /** Parent of spans that follow from it, in this program or another. */
  readonly context: TraceContext;
  set(attributes: Attributes): void;
  /** Notes that something happened within the span. */
  add(event: string, attributes?: Attributes): void;
  end(end?: SpanEnd): void;
}

export interface Tracer {
  start(name: string, options?: SpanOptions): Span;
}
