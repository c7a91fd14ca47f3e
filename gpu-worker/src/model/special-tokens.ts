/** The special tokens of a `tokenizer.json`, by their text. It parses the file's list and loads no tokenizer. */
import { z } from "zod";
import { describeIssues, PackageError } from "../errors.ts";

const tokenizerJson = z.object({
  added_tokens: z.array(z.object({ id: z.int().nonnegative(), content: z.string().min(1) })),
});

/**
 * The added tokens of a parsed `tokenizer.json`: `<|mask|>`, `<|endoftext|>`, `<|role_end|>` and so on, each with its id.
 * @param file its path, for messages
 * @throws PackageError when the list is missing or malformed
 */
export function specialTokens(json: unknown, file = "tokenizer.json"): Map<string, number> {
  const parsed = tokenizerJson.safeParse(json);
  if (!parsed.success) throw new PackageError(`${file}: ${describeIssues(parsed.error)}`);
  return new Map(parsed.data.added_tokens.map((token) => [token.content, token.id]));
}
