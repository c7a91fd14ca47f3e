/** Turns an error into the last event of a response. */
import { type Failure, failureOf } from "@palimpsest/proto";
import { isPastDeadline } from "../clock.ts";
import { WorkerError } from "../errors.ts";
import type { FailureEvent } from "./engine.ts";

/** @param signal the request's: once it is aborted, an unknown error is taken for the abort's consequence */
export function failure(error: unknown, signal?: AbortSignal): FailureEvent {
  return { type: "error", ...reasonOf(error, signal) };
}

function reasonOf(error: unknown, signal: AbortSignal | undefined): Failure {
  if (error instanceof WorkerError) {
    const { code, message, param } = error;
    return failureOf(code, message, param);
  }
  if (signal?.aborted) {
    if (isPastDeadline(signal)) return failureOf("deadline_exceeded", "the deadline has passed");
    return failureOf("cancelled", "the request was cancelled");
  }
  return failureOf("internal", `the computation failed: ${error instanceof Error ? error.message : String(error)}`);
}
