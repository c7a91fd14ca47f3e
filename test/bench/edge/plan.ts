/** Messages between the processes of the edge's benchmark. */

/** The response that a prompt asks for, as JSON in its text. */
export interface Plan {
  readonly commits: number;
  /** A commit every 20 ms. Absent: all events at once. */
  readonly isPaced?: boolean;
  /** 30 drafts a second between paced commits. */
  readonly hasDrafts?: boolean;
}

/** A load, for the process that makes it. */
export interface Load {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly plan: Plan;
  readonly clients: number;
  /** Ends after this time, with the responses that run then; or after a number of responses for each client. */
  readonly ms?: number;
  readonly responsesPerClient?: number;
}

export interface LoadFigures {
  readonly responses: number;
  readonly ms: number;
  /** Of a whole response. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of paced commits, behind the time at which they were due; 0 without. */
  readonly lateP50Ms: number;
  readonly lateP999Ms: number;
  readonly commits: number;
  readonly drafts: number;
  /** The edge's own time by its header, median; 0 without. */
  readonly toldMs: number;
  readonly writes: number;
}
