/** The client's one error type: what the server refused, how a response failed, or that the connection was lost. */

export class PalimpsestError extends Error {
  override readonly name = "PalimpsestError";
  /** The server's code, such as `model_not_found`. */
  readonly code: string;
  /** HTTP status, when the request was refused. */
  readonly status: number | undefined;
  /** The request parameter at fault. */
  readonly param: string | undefined;
  /** Whether the same request may succeed when sent again. */
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

/** The error that an answer other than 2xx stands for. Something between here and the edge may have written it. */
export async function refusal(response: Response): Promise<PalimpsestError> {
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
