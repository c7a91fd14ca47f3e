/** The messages between an engine and its grammar thread. Everything here survives a structured clone. */
import type { Proposal, Settled } from "../decoding/constrained-blocks.ts";
import type { GrammarSequence } from "../engine/request-grammar.ts";

export type GrammarCall =
  | { readonly kind: "begin"; readonly sequence: GrammarSequence }
  | { readonly kind: "known"; readonly limit: number }
  | { readonly kind: "open"; readonly cells: readonly number[] }
  | { readonly kind: "settle"; readonly proposal: Proposal }
  | {
      readonly kind: "ending";
      readonly cells: readonly number[];
      readonly room: number;
      readonly oldest: number | undefined;
    }
  | { readonly kind: "commit"; readonly cells: readonly number[] }
  | { readonly kind: "close" };

export interface ToGrammar {
  readonly id: number;
  readonly sequence: number;
  readonly call: GrammarCall;
}

export type GrammarReply = Settled | readonly number[] | number | undefined;

export type FromGrammar =
  /** The vocabulary is read; calls are answered from here on. */
  | { readonly kind: "ready" }
  | { readonly kind: "reply"; readonly id: number; readonly reply: GrammarReply }
  /** The call's tokens are not of its grammar. */
  | { readonly kind: "refused"; readonly id: number; readonly message: string }
  /** The library is dead, and with it the thread. */
  | { readonly kind: "aborted"; readonly message: string };
