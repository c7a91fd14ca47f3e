/** A grammar that cannot be used. The message says where and why; the caller knows which parameter it came from. */
export class GrammarError extends Error {
  override readonly name = "GrammarError";
}
