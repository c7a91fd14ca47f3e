/** The messages between an engine and a thread that encodes prompts. Everything here survives a structured clone. */
import type { TextPrompt } from "../engine/check-request.ts";
import type { ErrorCode } from "../errors.ts";

export interface ToPrompt {
  readonly prompt: TextPrompt;
  /** The most tokens that it may have. */
  readonly limit: number;
}

export type FromPrompt =
  | { readonly kind: "tokens"; readonly tokens: Uint32Array<ArrayBuffer> }
  | { readonly kind: "too-many"; readonly atLeast: number }
  | {
      readonly kind: "rejected";
      readonly code: ErrorCode;
      readonly message: string;
      readonly param: string | undefined;
    };
