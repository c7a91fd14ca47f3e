/**
 * How probable the tokens of an answer were, in the forms in which OpenAI's endpoints tell it. A token is told with the text
 * that it begins in: what a commit keeps back, it keeps back with its tokens; tokens without text, as end tokens, are left out.
 */
import { z } from "@hono/zod-openapi";
import type { ChoiceDocument, CommittedBlock, Logprob, TokenLogprob } from "@palimpsest/proto";

const logprob = z.object({ token: z.string(), bytes: z.array(z.int()), logprob: z.number() });

export const chatLogprobsBody = z
  .object({
    content: z.array(
      logprob.extend({
        step: z.int().openapi({ description: "The denoise step of its block, from 0, that wrote the token." }),
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
    steps: z.array(z.int()).openapi({ description: "The denoise step of its block, from 0, that wrote each token." }),
  })
  .nullable();

/** A token, and the UTF-16 units of the choice's text before it. */
export interface PlacedToken {
  readonly scored: TokenLogprob;
  readonly start: number;
}

/** Places the tokens of one choice in its text, commit by commit. */
export interface TokenPlacer {
  /** Those that begin in the text that is committed by now, each once. */
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

/** The tokens of a whole answer, as `chatLogprobs` or `completionLogprobs` tells them; null where nobody asked. */
export function logprobsOf<T>({ committed }: ChoiceDocument, tell: (tokens: PlacedToken[]) => T): T | null {
  if (!committed.some(({ logprobs }) => logprobs)) return null;
  const placer = createTokenPlacer();
  return tell(committed.flatMap((block) => placer.push(block)));
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
