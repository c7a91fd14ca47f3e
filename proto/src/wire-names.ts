/** The names of enum values in our own types, and their numbers on the wire. */
import * as edit from "../gen/palimpsest/v1/edit_pb.js";
import type { Decoding, EditOp, FinishReason } from "./edit-event.ts";
import type { ErrorCode } from "./error-codes.ts";

/** A message that this version cannot read. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  /** The request parameter at fault. */
  readonly param: string | undefined;

  constructor(message: string, { param, ...options }: ErrorOptions & { readonly param?: string } = {}) {
    super(message, options);
    this.param = param;
  }
}

/** @throws CodecError for a number that has no name here */
export function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  value: number,
  what: string,
  param?: string,
): Name {
  for (const name in table) if (table[name] === value) return name;
  const message = `unknown ${what} ${value}: was it written by a newer version?`;
  throw new CodecError(message, param === undefined ? {} : { param });
}

export const finishReasons = {
  stop: edit.FinishReason.STOP,
  length: edit.FinishReason.LENGTH,
  tool_calls: edit.FinishReason.TOOL_CALLS,
} as const satisfies Record<FinishReason, edit.FinishReason>;

export const editOps = {
  unmask: edit.EditOp.UNMASK,
  substitute: edit.EditOp.SUBSTITUTE,
  delete: edit.EditOp.DELETE,
  insert: edit.EditOp.INSERT,
  remask: edit.EditOp.REMASK,
} as const satisfies Record<EditOp, edit.EditOp>;

export const rules = {
  "2.0": edit.DecodingRule.V2_0,
  "2.1": edit.DecodingRule.V2_1,
  "2.2": edit.DecodingRule.V2_2,
} as const satisfies Record<Decoding["rule"], edit.DecodingRule>;

export const errors = {
  invalid_request: edit.ErrorCode.INVALID_REQUEST,
  model_not_found: edit.ErrorCode.MODEL_NOT_FOUND,
  context_length_exceeded: edit.ErrorCode.CONTEXT_LENGTH_EXCEEDED,
  overloaded: edit.ErrorCode.OVERLOADED,
  unavailable: edit.ErrorCode.UNAVAILABLE,
  cancelled: edit.ErrorCode.CANCELLED,
  deadline_exceeded: edit.ErrorCode.DEADLINE_EXCEEDED,
  internal: edit.ErrorCode.INTERNAL,
  poisoned: edit.ErrorCode.POISONED,
} as const satisfies Record<ErrorCode, edit.ErrorCode>;
