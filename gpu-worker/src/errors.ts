/** The worker's errors. Codes are the protocol's; transports translate them. */
import type { ErrorCode } from "@palimpsest/proto";
import type { ZodError } from "zod";

export type { ErrorCode };

export interface WorkerErrorOptions extends ErrorOptions {
  /** The request parameter at fault. */
  param?: string;
}

/** An error for the client: what was wrong, and what to do about it. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly code: ErrorCode;
  readonly param: string | undefined;

  constructor(code: ErrorCode, message: string, options: WorkerErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.param = options.param;
  }
}

/** A request whose parameter `param` is at fault. */
export function invalid(param: string, message: string, options: ErrorOptions = {}): WorkerError {
  return new WorkerError("invalid_request", `${param}: ${message}`, { ...options, param });
}

/** A text that has more tokens than its limit, told from its bytes. */
export class TooManyTokens extends Error {
  override readonly name = "TooManyTokens";
  /** How many it has at least. */
  readonly atLeast: number;

  constructor(atLeast: number) {
    super(`the text has at least ${atLeast} tokens`);
    this.atLeast = atLeast;
  }
}

/** A file of a checkpoint or package that cannot be used. The message names the file, and the tensor if there is one. */
export class PackageError extends Error {
  override readonly name = "PackageError";
}

/** Parses the text of a file. @param file its name, for the message @throws PackageError when it is not JSON */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PackageError(`${file}: not JSON (${(cause as Error).message})`, { cause });
  }
}

/** The issues of a schema, on one line. @param whole the name of the checked value itself */
export function describeIssues(error: ZodError, whole = "(root)"): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || whole}: ${message}`).join("; ");
}
