/** The worker's one error type. Its code is the protocol's `ErrorCode`, in lower case; adapters translate it at the border. */
import type { ErrorCode } from "@palimpsest/proto";
import type { ZodError } from "zod";

export type { ErrorCode };

export interface WorkerErrorOptions extends ErrorOptions {
  /** The request parameter at fault. */
  param?: string;
}

/** Something a caller must be told: what was wrong and what to do about it. */
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

/** A file of a checkpoint or package that cannot be used. The message names the file, and the tensor where there is one. */
export class PackageError extends Error {
  override readonly name = "PackageError";
}

/** What a schema objects to, on one line. @param whole what the checked value itself is called */
export function describeIssues(error: ZodError, whole = "(root)"): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || whole}: ${message}`).join("; ");
}

/** Marks a branch that the types rule out. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
