/** The messages between an engine and its grammar thread. Everything here survives a structured clone. */
import type { Proposal, Settled } from "../decoding/constrained-blocks.ts";

/** A sequence under a grammar: all that is needed to build it, in a new thread too. */
export interface GrammarSequence {
  readonly ebnf: string;
  readonly endTokens: readonly number[];
  /** Tokens of committed blocks. */
  readonly committed: readonly number[];
}

export type GrammarCall =
  | { readonly kind: "begin"; readonly sequence: GrammarSequence }
  | { readonly kind: "known"; readonly limit: number; readonly shortest?: string }
  | { readonly kind: "open"; readonly cells: readonly number[] }
  | { readonly kind: "settle"; readonly proposal: Proposal }
  | { readonly kind: "ending"; readonly cells: readonly number[]; readonly room: number }
  | { readonly kind: "commit"; readonly cells: readonly number[] }
  | { readonly kind: "close" };

export interface ToGrammar {
  readonly id: number;
  readonly sequence: number;
  readonly call: GrammarCall;
}

export type GrammarReply = Settled | readonly number[] | number | undefined;

export type FromGrammar =
  | { readonly kind: "reply"; readonly id: number; readonly reply: GrammarReply }
  /** The library is dead, and with it the thread. */
  | { readonly kind: "aborted"; readonly message: string };
