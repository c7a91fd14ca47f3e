/**
 * Log-probabilities of a completion's tokens, in the forms of OpenAI's endpoints. A token is reported with the commit whose
 * text it begins in: text that a commit holds back is held back with its tokens. Tokens without text, such as end tokens, are
 * left out.
 */
import { z } from "@hono/zod-openapi";
import type { ChoiceDocument, CommittedBlock, Logprob, TokenLogprob } from "@palimpsest/proto";

const logprob = z.object({ token: z.string(), bytes: z.array(z.int()), logprob: z.number() });

export const chatLogprobsBody = z
  .object({
    content: z.array(
      logprob.extend({
        step: z.int().openapi({ description: "The denoise step that wrote the token, counted from 0 in its block." }),
        top_logprobs: z.array(logprob),
      }),
    ),
    refusal: z.null(),
  })
  .nullable();

export const completionLogprobsBody = z
  .object({
    tokens: z.array(z.string()),
    token_logprobs: z.array(z.number()),
    top_logprobs: z.array(z.record(z.string(), z.number())),
    text_offset: z.array(z.int()).openapi({ description: "UTF-16 units of the answer before each token." }),
    steps: z
      .array(z.int())
      .openapi({ description: "The denoise step that wrote each token, counted from 0 in its block." }),
  })
  .nullable();

/** A token and its position in the choice's text, in UTF-16 units. */
export interface PlacedToken {
  readonly scored: TokenLogprob;
  readonly start: number;
}

/** Finds the positions of one choice's tokens in its text, commit by commit. */
export interface TokenPlacer {
  /** The tokens that begin in the text committed so far, each once. */
  push(commit: CommittedBlock): PlacedToken[];
}

export function createTokenPlacer(): TokenPlacer {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let decoded = 0;
  let waiting: PlacedToken[] = [];
  return {
    push({ text, start, logprobs = [] }) {
      for (const scored of logprobs) {
        if (scored.bytes.length > 0) waiting.push({ scored, start: decoded });
        decoded += decoder.decode(Uint8Array.from(scored.bytes), { stream: true }).length;
      }
      const shown = waiting.filter((token) => token.start < start + text.length);
      waiting = waiting.slice(shown.length);
      return shown;
    },
  };
}

/** The logprobs of a whole choice, formatted by `format`; null if the request did not ask for them. */
export function logprobsOf<T>({ committed }: ChoiceDocument, format: (tokens: PlacedToken[]) => T): T | null {
  if (!committed.some(({ logprobs }) => logprobs)) return null;
  const placer = createTokenPlacer();
  return format(committed.flatMap((block) => placer.push(block)));
}

export function chatLogprobs(tokens: readonly PlacedToken[]): NonNullable<z.infer<typeof chatLogprobsBody>> {
  return { content: tokens.map(({ scored }) => scored), refusal: null };
}

export function completionLogprobs(
  tokens: readonly PlacedToken[],
): NonNullable<z.infer<typeof completionLogprobsBody>> {
  const entry = ({ token, logprob }: Logprob): [string, number] => [token, logprob];
  return {
    tokens: tokens.map(({ scored }) => scored.token),
    token_logprobs: tokens.map(({ scored }) => scored.logprob),
    top_logprobs: tokens.map(({ scored }) => Object.fromEntries([...scored.top_logprobs, scored].map(entry))),
    text_offset: tokens.map(({ start }) => start),
    steps: tokens.map(({ scored }) => scored.step),
  };
}
