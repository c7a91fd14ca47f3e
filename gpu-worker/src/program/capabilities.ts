/** What requests may ask of this worker. Edges send it nothing else, and answer 503 if no worker can do it. */
import type { Capability } from "@palimpsest/proto";

/** @param hasGrammars false for a package whose head takes no grammar, or without a tokenizer */
export function capabilities(hasGrammars: boolean): readonly Capability[] {
  const always = ["penalties", "continuation"] as const;
  return hasGrammars ? ["grammar", ...always] : always;
}
