/** Turns an error into the last event of a response. */
import type { ErrorEvent } from "@palimpsest/proto";
import { isPastDeadline } from "../clock.ts";
import { WorkerError } from "../errors.ts";

/** The last event of a response that failed. */
export function failure(
  error: unknown,
  signal: AbortSignal,
): Pick<ErrorEvent, "type" | "code" | "message" | "retryable" | "param"> {
  if (error instanceof WorkerError) {
    const { code, message, param } = error;
    const retryable = code === "overloaded" || code === "unavailable";
    return { type: "error", code, message, retryable, ...(param !== undefined && { param }) };
  }
  if (signal.aborted) {
    if (isPastDeadline(signal)) {
      return { type: "error", code: "deadline_exceeded", message: "the deadline has passed", retryable: false };
    }
    return { type: "error", code: "cancelled", message: "the request was cancelled", retryable: false };
  }
  const message = `the computation failed: ${error instanceof Error ? error.message : String(error)}`;
  return { type: "error", code: "internal", message, retryable: true };
}
