/** A request's grammar: converted, tried and known to have an answer within the token limit, before any work starts. */
import { defined, type GrammarSource } from "@palimpsest/proto";
import type { Constraint } from "../decoding/constrained.ts";
import { invalid, WorkerError } from "../errors.ts";
import type { Plan } from "./check-request.ts";

/** A sequence under a grammar. */
export interface GrammarSequence {
  readonly ebnf: string;
  /** Tokens that end its answer; the last is written where nothing else is allowed. */
  readonly endTokens: readonly number[];
  /** Tokens of its committed blocks. */
  readonly committed: readonly number[];
  readonly shortest?: string | undefined;
}

/** Grammars, as the engine needs them. */
export interface Grammars extends AsyncDisposable {
  /** @returns the grammar as text, and a short text of it if one is known @throws WorkerError naming the place at fault */
  convert(source: GrammarSource): { readonly ebnf: string; readonly shortest?: string };
  /** @returns the reason why a grammar cannot be used */
  try(ebnf: string): Promise<string | undefined>;
  sequence(sequence: GrammarSequence): OpenConstraint;
}

export interface OpenConstraint extends Constraint, Disposable {
  /** Tokens of a known completion, if possible of at most `limit`. */
  known(limit: number): Promise<number | undefined>;
}

/** An engine's grammars, or the reason why it has none, with the way to get them. */
export type GrammarSupport = Grammars | { readonly missing: string };

/** Opens the grammar of a request's sequences behind their committed tokens. */
export type Constrain = (committed: readonly number[]) => OpenConstraint;

/**
 * @param endTokens of the request
 * @returns undefined for a request without a grammar
 * @throws WorkerError naming the parameter and the place in it
 */
export async function openGrammar(
  { request, maxTokens, committed, prompt }: Plan,
  support: GrammarSupport | undefined,
  endTokens: readonly number[],
  maxContextTokens: number,
): Promise<Constrain | undefined> {
  const { grammar } = request;
  if (grammar === undefined) return undefined;
  const grammars = requireGrammars(grammar, support);
  const { ebnf, shortest } = grammars.convert(grammar);
  const reason = await grammars.try(ebnf);
  if (reason !== undefined) throw invalid(grammar.param, reason);
  const constrain: Constrain = (tokens) =>
    grammars.sequence({ ebnf, endTokens, committed: tokens, ...defined({ shortest }) });
  if (committed.some(({ tokens, finishReason }) => tokens.length === 0 && finishReason === undefined)) {
    using start = constrain([]);
    const known = (await start.known(maxTokens)) ?? (await start.known(maxContextTokens - prompt.length));
    if (known === undefined) {
      throw invalid(grammar.param, `no answer of at most ${maxContextTokens - prompt.length} tokens is known`);
    }
    if (known > maxTokens) {
      const problem = `${maxTokens} tokens may be too few for this ${grammar.param}: at least one answer of ${known} tokens is known`;
      throw invalid("max_tokens", problem);
    }
  }
  return constrain;
}

function requireGrammars({ param }: GrammarSource, support: GrammarSupport | undefined): Grammars {
  if (support !== undefined && !("missing" in support)) return support;
  throw new WorkerError("invalid_request", `${param}: ${support?.missing ?? "this worker has no grammars"}`, { param });
}

/** @throws WorkerError for a parameter that a grammar cannot keep */
export function checkWithGrammar(
  { request, adjustments: { minTokens } }: Pick<Plan, "request" | "adjustments">,
  isText: (token: number) => boolean,
): void {
  const { grammar, ignoreEos, stopTokenIds = [], logprobs } = request;
  if (grammar === undefined) return;
  const clash = (param: string, why: string) => invalid(param, `can't be combined with ${grammar.param}: ${why}`);
  if (minTokens > 0) throw clash("min_tokens", "the answer ends where its form is complete");
  if (ignoreEos) throw clash("ignore_eos", "the answer ends where its form is complete");
  if (logprobs !== undefined) throw clash("logprobs", "no forward scores an ending that max_tokens forces");
  const text = stopTokenIds.find(isText);
  if (text !== undefined) throw clash("stop_token_ids", `token ${text} is text, which the form could not have then`);
}
