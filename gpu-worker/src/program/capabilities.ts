/** What requests may ask of this worker. Edges send it nothing else, and answer 503 if no worker can do it. */
import type { Capability } from "@palimpsest/proto";

export function capabilities(): readonly Capability[] {
  return ["penalties"];
}
