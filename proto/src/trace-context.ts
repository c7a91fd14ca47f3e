/** The place of a request in a trace, as the W3C headers `traceparent` and `tracestate` carry it between programs. */

export interface TraceContext {
  /** Version, trace id, span id and flags, in hexadecimal. */
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Versions above 00 may have more fields. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
/** Programs may drop a longer one. */
const MAX_TRACESTATE_LENGTH = 512;

/** The context in these headers; undefined if there is none, or the header is malformed: such a request begins a trace. */
export function traceContextOf(
  traceparent: string | null | undefined,
  tracestate?: string | null | undefined,
): TraceContext | undefined {
  if (!traceparent || !TRACEPARENT.test(traceparent)) return undefined;
  const isShort = tracestate && tracestate.length <= MAX_TRACESTATE_LENGTH;
  return { traceparent: traceparent.slice(0, 55), ...(isShort && { tracestate }) };
}
