/** The model that a worker serves. */
export interface ModelInfo {
  /** The name that clients use. */
  readonly name: string;
  /** Unix seconds of the package's conversion. */
  readonly created: number;
  readonly blockLength: number;
  /** Prompt and answer together, in tokens. */
  readonly maxContextTokens: number;
  /** Prompts may be messages: the package has a chat template. */
  readonly chat: boolean;
  /** Prompts may be text: the package has a tokenizer. */
  readonly text: boolean;
  /** Sequences that may run at once. */
  readonly capacity: number;
  /** `Capability`s of the worker, and perhaps those of a newer release. A worker of an earlier release states none. */
  readonly capabilities: readonly string[];
}
