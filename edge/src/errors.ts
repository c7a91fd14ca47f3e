/** The edge's one error type, and the one table that says how a code looks on HTTP. */
import type { ErrorEvent, ErrorCode as WorkerErrorCode } from "@palimpsest/proto";
import type { Log } from "./ports.ts";

export type ErrorCode =
  | WorkerErrorCode
  | "invalid_api_key"
  | "payload_too_large"
  | "unsupported_content_type"
  | "unknown_url"
  | "response_not_found"
  | "idempotency_conflict"
  | "method_not_allowed";

interface EdgeErrorOptions {
  param?: string | undefined;
  retryAfterMs?: number;
}

/** Something the client must be told: what was wrong and what to do about it. */
export class EdgeError extends Error {
  override readonly name = "EdgeError";
  readonly code: ErrorCode;
  /** The request parameter at fault, as in `messages[0].content`. */
  readonly param: string | null;
  /** When it is worth trying again, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { param, retryAfterMs, ...options }: ErrorOptions & EdgeErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.param = param ?? null;
    this.retryAfterMs = retryAfterMs;
  }

  get status(): number {
    return forms[this.code].status;
  }

  /** The body that OpenAI clients read. */
  toJSON(): ErrorBody {
    const { code, message, param } = this;
    return { error: { message, type: forms[code].type, param, code } };
  }
}

export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

export function errorResponse(error: EdgeError, headers: Record<string, string> = {}): Response {
  const { status, retryAfterMs } = error;
  // OpenAI's clients read the first of these, everybody else the second.
  const retry = retryAfterMs !== undefined && {
    "retry-after-ms": String(retryAfterMs),
    "retry-after": String(Math.ceil(retryAfterMs / 1000)),
  };
  const final = forms[error.code].final && { "x-should-retry": "false" };
  return Response.json(error, { status, headers: { ...retry, ...final, ...headers } });
}

/** An error that nobody meant for the client: the log gets all of it, the client an id to ask about. */
export function unexpected(error: unknown, log: Log, fields: object): EdgeError {
  log.error({ ...fields, err: error }, "a request failed unexpectedly");
  return new EdgeError("internal", "The server failed; its log has the reason under this request's id.");
}

/** The error event, as HTTP reports it. */
export function failureOf({ code, message, param }: Pick<ErrorEvent, "code" | "message" | "param">): EdgeError {
  return new EdgeError(code, message, { param });
}

/** @param param the request parameter that names the model, where one does */
export function modelNotFound(model: string, served: readonly string[], param?: "model"): EdgeError {
  const names = [...new Set(served)].map((name) => `"${name}"`).join(", ");
  return new EdgeError("model_not_found", `The model "${model}" is not served here. Served: ${names || "none"}.`, {
    param,
  });
}

export function responseNotFound(id: string): EdgeError {
  return new EdgeError("response_not_found", `Response "${id}" not found or expired.`);
}

/**
 * OpenAI's clients send a request again by themselves on 408, 409, 429 and 500 upwards, and on no other status, unless a header
 * says that the answer is `final`.
 */
const forms: Record<ErrorCode, { status: number; type: string; final?: true }> = {
  invalid_request: { status: 400, type: "invalid_request_error" },
  context_length_exceeded: { status: 400, type: "invalid_request_error" },
  unsupported_content_type: { status: 400, type: "invalid_request_error" },
  invalid_api_key: { status: 401, type: "authentication_error" },
  model_not_found: { status: 404, type: "invalid_request_error" },
  unknown_url: { status: 404, type: "invalid_request_error" },
  response_not_found: { status: 404, type: "invalid_request_error" },
  method_not_allowed: { status: 405, type: "invalid_request_error" },
  idempotency_conflict: { status: 409, type: "invalid_request_error", final: true },
  payload_too_large: { status: 413, type: "invalid_request_error" },
  // Not 5xx: clients would send it again by themselves, to the next worker.
  poisoned: { status: 422, type: "server_error" },
  overloaded: { status: 429, type: "rate_limit_error" },
  // nginx's "client closed request": the standard has no status for it.
  cancelled: { status: 499, type: "cancelled" },
  internal: { status: 500, type: "server_error" },
  unavailable: { status: 503, type: "server_error" },
  deadline_exceeded: { status: 504, type: "server_error", final: true },
};
