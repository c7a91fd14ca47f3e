/**
 * Detects prompts whose cached prefix was lost to retokenization: a chat's next turn repeats the last answer as text, and if
 * the tokenizer splits that text differently from the model, the ids differ and the cached blocks do not match.
 */
import type { TokenBytes } from "../tokenizer/token-bytes.ts";
import { blockTokens } from "./prefix-cache.ts";

/** True if the prompt continues, after its first `after` blocks, with the text of the blocks of `keys`. */
export type SameText = (after: number, keys: readonly string[]) => boolean;

export function sameText(
  prompt: readonly number[],
  { blockLength, scope, bytes }: { blockLength: number; scope: string; bytes: TokenBytes },
): SameText {
  // A special token has no bytes: it is written as its id between two characters that no byte maps to.
  const read = (token: number): string => {
    const text = bytes(token);
    return text.length > 0 ? String.fromCharCode(...text) : `\u{100}${token}\u{101}`;
  };
  return (after, keys) => {
    const blocks = keys.map((key) => blockTokens(key, scope));
    if (blocks.some((tokens) => tokens === undefined)) return false;
    const text = blocks.flatMap((tokens) => (tokens as number[]).map(read)).join("");
    let rest = "";
    for (let at = after * blockLength; at < prompt.length && rest.length < text.length; at++) {
      rest += read(prompt[at] as number);
      if (!text.startsWith(rest.slice(0, text.length))) return false;
    }
    return rest.length >= text.length;
  };
}
