/**
 * Edit events as JSON: what clients read on HTTP, and the one form in which edge and worker handle them. The protobuf
 * messages of `edit.proto` are the same events on the internal wire. docs/edit-events.md has the rules.
 */
import type { Failure } from "./error-codes.ts";

/** Fields of every event. Order is (attempt, seq): a higher attempt resets every open block. */
interface EventBase {
  v: 1;
  response_id: string;
  attempt: number;
  seq: number;
}

/** The response waits for a worker: before `open`, in attempt 0, for requests that ask for it. */
export interface QueuedEvent extends EventBase {
  type: "queued";
  /** Responses that are likely to begin before this one. */
  ahead: number;
  /** Several workers serve the queue, and nobody knows the place exactly. */
  approximate?: true;
}

/** First event of a response that has begun, once per response. */
export interface OpenEvent extends EventBase {
  type: "open";
  model: string;
  block_length: number;
  choices: number;
  decoding: Decoding;
  prompt_tokens: number;
  cached_tokens: number;
}

/** The decoding rule and its parameters, as applied. */
export interface Decoding {
  rule: "2.0" | "2.1" | "2.2";
  threshold: number;
  /** Absent in 2.0, which never edits. */
  editing_threshold?: number;
  max_post_steps?: number;
  /** Number of blocks that are edited together. Absent: 1, the newest. */
  editing_window?: number;
  /** Subtracted from the logit of the token in the cell before. Absent: 0. */
  penalty_lambda?: number;
  /** A grammar says what each answer must be. */
  grammar?: true;
}

/** An open block as it stands after a denoise step. */
export interface DraftEvent extends EventBase {
  type: "draft";
  choice: number;
  /** Generated blocks are numbered from 0 within a choice. */
  block: number;
  /** Number of earlier drafts of the choice in this attempt, over all blocks. A gap means that drafts were dropped. */
  rev: number;
  content: Content;
  edits: Edit[];
}

/** Text, and counts of cells still masked: `["function ", 3, "(x) {", 12]`. Nothing after the block's first end token. */
export type Content = (string | number)[];

/** A change of a denoise step, for display; `content` is authoritative. */
export interface Edit {
  op: EditOp;
  /** Index of the generated cell in the block, before the step. An insertion puts a mask before this cell. */
  at: number;
  /**
   * UTF-16 offset in the block's visible text, after the step, of the character that has the cell's first byte. For a deletion, of
   * the next cell.
   */
  offset: number;
  /** Text of the cell before the step, for a substitution, a deletion and a re-masking. Absent if the cell was masked. */
  before?: string;
  /** Text of the cell after the step, for an unmasking and a substitution. */
  after?: string;
  /** Probability of the candidate. */
  p: number;
  /** Absent: the model's rule made it. */
  reason?: "grammar";
}

export type EditOp = CountedOp | "remask";

/** Edits that usage counts. */
export type CountedOp = "unmask" | "substitute" | "delete" | "insert";

/** A block is final. Clients apply every commit; the first for a block wins. */
export interface CommitEvent extends EventBase {
  type: "commit";
  choice: number;
  block: number;
  text: string;
  /** UTF-16 offset in the choice's text, and length, of this commit's text. */
  start: number;
  length: number;
  /** The block's generated cells: on the internal wire only. */
  token_ids?: number[];
  /** With an editing window, the cells of the blocks that stay open behind this one: on the internal wire only. */
  open_ids?: number[];
  /** On the choice's last commit: on the internal wire only. */
  finish_reason?: FinishReason;
  /** On the choice's last commit: the stop string that ended the choice. Absent where none did. */
  stop?: string;
  /** Per generated cell, if the request asked for them. */
  logprobs?: TokenLogprob[];
}

/** A token and the natural logarithm of its probability in the model's own softmax. */
export interface Logprob {
  /** Text of the token. A part of a character is U+FFFD. */
  token: string;
  /** UTF-8 bytes of the token. Empty for a special token. */
  bytes: number[];
  logprob: number;
}

/** Probability of a committed token in the last denoise step that computed its cell. */
export interface TokenLogprob extends Logprob {
  /** The denoise step of the block, from 0, that wrote the token. */
  step: number;
  /** The most probable tokens of the cell in the same softmax. */
  top_logprobs: Logprob[];
}

/** The choice has its last commit. */
export interface DoneEvent extends EventBase {
  type: "done";
  choice: number;
  finish_reason: FinishReason;
}

export type FinishReason = "stop" | "length" | "tool_calls";

/** Last event of a response that succeeded. */
export interface EndEvent extends EventBase {
  type: "end";
  usage: Usage;
}

export interface Usage {
  /** Counted once for all choices. */
  prompt_tokens: number;
  /** Prompt tokens that this response did not prefill; at least the number in the open event. */
  cached_tokens: number;
  completion_tokens: number;
  /** Denoise forwards that used the head. A forward over two blocks counts once; prefill forwards are counted apart. */
  forwards: number;
  prefill_forwards: number;
  edits: Record<CountedOp, number>;
  /** Absent without a grammar. */
  grammar?: GrammarCounts;
}

/** Counts of a grammar's changes to the answers of a response. */
export interface GrammarCounts {
  /** Cells that it refused, and wrote again or masked again. */
  repairs: number;
  /** Cells that it forced, so that no forward was needed for them. */
  forced_tokens: number;
  /** Choices that it closed because the token limit came near: their form is whole, their content may be cut. */
  forced_finish: number;
}

/** Last event of a response that failed or was cancelled; its commits stay readable. */
export interface ErrorEvent extends EventBase, Failure {
  type: "error";
}

export type EditEvent = QueuedEvent | OpenEvent | DraftEvent | CommitEvent | DoneEvent | EndEvent | ErrorEvent;
