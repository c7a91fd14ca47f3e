/**
 * What a prompt loses to retokenization: a chat's next turn repeats the last answer as text, and where the tokenizer cuts that
 * text otherwise than the model wrote it, the ids differ and the cached blocks do not fit. It knows no cache and no queue.
 */
import type { TokenBytes } from "../tokenizer/token-bytes.ts";
import { blockTokens } from "./prefix-cache.ts";

/** Whether a prompt goes on, after its first `after` blocks, with the text of the blocks of `keys`. */
export type SameText = (after: number, keys: readonly string[]) => boolean;

export function sameText(
  prompt: readonly number[],
  { blockLength, scope, bytes }: { blockLength: number; scope: string; bytes: TokenBytes },
): SameText {
  // A special token stands for no bytes: it is told by its id, in characters that no byte has.
  const read = (token: number): string => {
    const found = bytes(token);
    return found.length > 0 ? String.fromCharCode(...found) : `\u{100}${token}\u{101}`;
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
