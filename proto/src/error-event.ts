/** The last event of a response that failed or was cancelled, from its place and its failure. */
import type { ErrorEvent } from "./edit-event.ts";
import type { Failure } from "./error-codes.ts";

export function errorEvent(
  { response_id, attempt, seq }: Pick<ErrorEvent, "response_id" | "attempt" | "seq">,
  failure: Failure,
): ErrorEvent {
  return { v: 1, response_id, attempt, seq, type: "error", ...failure };
}
