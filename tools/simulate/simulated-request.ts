import type { TracedRequest } from "./trace.ts";

/** A request on its way through a simulated fleet. */
export interface SimulatedRequest extends Omit<TracedRequest, "atMs" | "blocks"> {
  /** Identifies it. */
  readonly number: number;
  readonly sentMs: number;
  /** Blocks that are not committed yet. */
  blocks: number;
  /** Answers that told the client to come back. */
  returns: number;
  /** True once an engine has had it. */
  hasStarted: boolean;
}
