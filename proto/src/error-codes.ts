/** The error codes of a response: the HTTP status of each, and whether the same request may succeed when sent again. */
import { defined } from "./defined.ts";

export interface ErrorTraits {
  readonly status: number;
  readonly retryable: boolean;
}

export const errorCodes = {
  invalid_request: { status: 400, retryable: false },
  context_length_exceeded: { status: 400, retryable: false },
  model_not_found: { status: 404, retryable: false },
  // Several workers crashed over the request. Not 5xx: OpenAI's clients would send it again, to the next worker.
  poisoned: { status: 422, retryable: false },
  // The replica, or the queue of the model, is full.
  overloaded: { status: 429, retryable: true },
  // nginx's "client closed request": the standard has no status for it.
  cancelled: { status: 499, retryable: false },
  internal: { status: 500, retryable: true },
  // No worker can be reached, or the worker crashed.
  unavailable: { status: 503, retryable: true },
  deadline_exceeded: { status: 504, retryable: false },
} as const satisfies Record<string, ErrorTraits>;

export type ErrorCode = keyof typeof errorCodes;

/** Why a response failed. */
export interface Failure {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  /** The request parameter at fault, as in `messages[0].content`. */
  param?: string;
}

/** A failure that is as retryable as its code. */
export function failureOf(code: ErrorCode, message: string, param?: string): Failure {
  const { retryable } = errorCodes[code];
  return { code, message, retryable, ...defined({ param }) };
}

/** The message of `model_not_found`. */
export function modelNotFoundMessage(model: string, served: Iterable<string>): string {
  const names = Array.from(served, (name) => JSON.stringify(name)).join(", ");
  return `The model ${JSON.stringify(model)} is not served here. Served: ${names || "none"}.`;
}
