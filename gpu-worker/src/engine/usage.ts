/** A response's usage before its first step. */
import type { Usage } from "@palimpsest/proto";

export function emptyUsage(): Usage {
  const edits = { unmask: 0, substitute: 0, delete: 0, insert: 0 };
  const forwards = { forwards: 0, prefill_forwards: 0 };
  return { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, ...forwards, edits };
}
