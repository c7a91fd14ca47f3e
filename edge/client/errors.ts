/** The client's one error type: a rejected request, a failed response, or a lost connection. */

export class PalimpsestError extends Error {
  override readonly name = "PalimpsestError";
  /** The server's code, such as `model_not_found`. */
  readonly code: string;
  /** The HTTP status, when the server rejected the request. */
  readonly status: number | undefined;
  /** The request parameter at fault. */
  readonly param: string | undefined;
  /** True if a retry of the same request may succeed. */
  readonly retryable: boolean;

  constructor(code: string, message: string, options: PalimpsestErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.param = options.param;
    this.retryable = options.retryable ?? false;
  }
}

export interface PalimpsestErrorOptions {
  readonly status?: number;
  readonly param?: string;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The error for an HTTP response that is not 2xx. A proxy may have written it, so that its body need not be JSON. */
export async function errorOf(response: Response): Promise<PalimpsestError> {
  const { status } = response;
  const retryable = (status === 429 || status >= 500) && response.headers.get("x-should-retry") !== "false";
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; param?: string | null } };
    const options = { status, retryable, ...(error.param != null && { param: error.param }) };
    return new PalimpsestError(error.code, error.message, options);
  } catch {
    return new PalimpsestError("internal", `HTTP ${status}: ${text.slice(0, 200)}`, { status, retryable });
  }
}
