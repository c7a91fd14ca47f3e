/** The edge's one error type, and how each code looks on HTTP. */
import { type ErrorEvent, type ErrorTraits, errorCodes, type Failure, modelNotFoundMessage } from "@palimpsest/proto";
import type { Log } from "./ports.ts";

/** The codes of a response, which proto has, and those of the edge itself. */
const codes = {
  ...errorCodes,
  unsupported_content_type: { status: 400, retryable: false },
  previous_response_not_found: { status: 400, retryable: false },
  invalid_api_key: { status: 401, retryable: false },
  model_not_allowed: { status: 403, retryable: false },
  priority_not_allowed: { status: 403, retryable: false },
  unknown_url: { status: 404, retryable: false },
  response_not_found: { status: 404, retryable: false },
  method_not_allowed: { status: 405, retryable: false },
  idempotency_conflict: { status: 409, retryable: false },
  payload_too_large: { status: 413, retryable: false },
  unsupported_content_encoding: { status: 415, retryable: false },
  rate_limit_exceeded: { status: 429, retryable: true },
  insufficient_quota: { status: 429, retryable: false },
} as const satisfies Record<string, ErrorTraits>;

export type ErrorCode = keyof typeof codes;

/** Every status that an error may have. */
export const errorStatuses: ReadonlySet<number> = new Set(Object.values(codes).map(({ status }) => status));

interface EdgeErrorOptions {
  param?: string | undefined;
  retryAfterMs?: number;
}

/** An error for the client: what was wrong, and what to do about it. */
export class EdgeError extends Error {
  override readonly name = "EdgeError";
  readonly code: ErrorCode;
  /** The request parameter at fault, as in `messages[0].content`. */
  readonly param: string | null;
  /** Known for a full queue and for a key's limit: when to try again. */
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
    return codes[this.code].status;
  }

  /** The body that OpenAI's clients read. */
  toJSON(): ErrorBody {
    const { code, message, param } = this;
    return { error: { message, type: typeOf(code), param, code } };
  }
}

export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

export function errorResponse(error: EdgeError, headers: Record<string, string> = {}): Response {
  const { status, retryAfterMs } = error;
  // OpenAI's clients read the first of these, all others the second.
  const retry = retryAfterMs !== undefined && {
    "retry-after-ms": String(retryAfterMs),
    "retry-after": String(Math.ceil(retryAfterMs / 1000)),
  };
  // RFC 9110 asks for it on a 401.
  const challenge = status === 401 && { "www-authenticate": "Bearer" };
  const final = !codes[error.code].retryable && isRetriedByClients(status) && { "x-should-retry": "false" };
  return Response.json(error, { status, headers: { ...retry, ...challenge, ...final, ...headers } });
}

/** Logs an unexpected error, and returns a generic one for the client. */
export function unexpected(error: unknown, log: Log, fields: object): EdgeError {
  log.error({ ...fields, err: error }, "request failed unexpectedly");
  return new EdgeError("internal", "The server failed unexpectedly; its log has the details under this request's id.");
}

/** The error event, as HTTP reports it. */
export function errorOf({ code, message, param }: Pick<ErrorEvent, "code" | "message" | "param">): EdgeError {
  return new EdgeError(code, message, { param });
}

/** @param param the request parameter that names the model, if one does */
export function modelNotFound(model: string, served: Iterable<string>, param?: "model"): EdgeError {
  return new EdgeError("model_not_found", modelNotFoundMessage(model, served), { param });
}

export function responseNotFound(id: string): EdgeError {
  return new EdgeError("response_not_found", `Response "${id}" not found or expired.`);
}

/** `type` of OpenAI's error body. */
function typeOf(code: ErrorCode): string {
  switch (code) {
    case "invalid_api_key":
      return "authentication_error";
    case "model_not_allowed":
    case "priority_not_allowed":
      return "permission_error";
    case "overloaded":
    case "rate_limit_exceeded":
      return "rate_limit_error";
    case "insufficient_quota":
      return "insufficient_quota";
    case "cancelled":
      return "cancelled";
    case "poisoned":
      return "server_error";
    default:
      return codes[code].status >= 500 ? "server_error" : "invalid_request_error";
  }
}

/** OpenAI's clients retry on these statuses, unless a header says not to. */
function isRetriedByClients(status: number): boolean {
  return [408, 409, 429].includes(status) || status >= 500;
}

/** False for a failure after which the client may send the same request again, with its Idempotency-Key, and perhaps corrected. */
export function isFinal({ code, retryable }: Failure): boolean {
  if (retryable || code === "cancelled") return false;
  return errorCodes[code].status !== 400 && code !== "model_not_found";
}
