/**
 * Edit events as JSON: what clients read on HTTP, and the one form in which edge and worker handle them. The protobuf
 * messages of `edit.proto` are the same events on the internal wire. docs/protocol.md has the rules.
 */
import type { Failure } from "./error-codes.ts";

/** Fields of every event. Order is (attempt, seq): a higher attempt resets every open block. */
interface EventBase {
  v: 1;
  response_id: string;
  attempt: number;
  seq: number;
}

/** First event, once per response. */
export interface OpenEvent extends EventBase {
  type: "open";
  model: string;
  block_length: number;
  choices: number;
  decoding: Decoding;
  prompt_tokens: number;
  cached_tokens: number;
}

/** The decoding rule and the parameters in force. */
export interface Decoding {
  rule: "2.0" | "2.1" | "2.2";
  threshold: number;
  /** Absent in 2.0, which never edits. */
  editing_threshold?: number;
  max_post_steps?: number;
  /** Blocks that may be edited at once; absent for one, the newest. */
  editing_window?: number;
  /** Taken off the logit of the token that stands one cell before; absent where nothing is. */
  penalty_lambda?: number;
}

/** An open block as it stands after a denoise step. */
export interface DraftEvent extends EventBase {
  type: "draft";
  choice: number;
  /** Generated blocks are numbered from 0 within a choice. */
  block: number;
  /** Drafts of the choice before it, whatever their block, within an attempt: a gap is a draft that was dropped. */
  rev: number;
  content: Content;
  edits: Edit[];
}

/** Text, and counts of cells still masked: `["function ", 3, "(x) {", 12]`. Nothing after the block's first end token. */
export type Content = (string | number)[];

/** A change of a denoise step, for display; `content` is authoritative. */
export interface Edit {
  op: EditOp;
  /** The generated cell within the block, counted as the cells were before the step: an insertion puts a mask before it. */
  at: number;
  /** UTF-16 units into the block's visible text after the step: where the change shows, or what was deleted stood. */
  offset: number;
  /** The cell's text before the step: of a substitution and a deletion. Absent where the cell was masked. */
  before?: string;
  /** The cell's text after it: of an unmasking and a substitution. */
  after?: string;
  /** The candidate's probability. */
  p: number;
}

export type EditOp = "unmask" | "substitute" | "delete" | "insert";

/** The block is final. Taken always, the first one wins, never changed. */
export interface CommitEvent extends EventBase {
  type: "commit";
  choice: number;
  block: number;
  text: string;
  /** UTF-16 units of the choice's text before this commit, and in it. */
  start: number;
  length: number;
  /** The block's generated cells: on the internal wire only. */
  token_ids?: number[];
  /** With an editing window, the cells of the blocks that stay open behind this one: on the internal wire only. */
  open_ids?: number[];
  /** On the choice's last commit: on the internal wire only. */
  finish_reason?: FinishReason;
  /** Per generated cell, if the request asked for them. */
  logprobs?: TokenLogprob[];
}

/** A token and the natural logarithm of its probability in the model's own softmax. */
export interface Logprob {
  /** Its text; a part of a character shows as U+FFFD. */
  token: string;
  /** The UTF-8 bytes that it stands for; none for a special token. */
  bytes: number[];
  logprob: number;
}

/** Probability of a committed token in the last denoise step that computed its cell. */
export interface TokenLogprob extends Logprob {
  /** The denoise step of its block, from 0, that wrote it. */
  step: number;
  /** The best tokens at its cell in the same softmax. */
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
  /** Counted once, whatever the number of choices. */
  prompt_tokens: number;
  /** Prompt tokens that this response did not have to prefill; at least as many as the open event says. */
  cached_tokens: number;
  completion_tokens: number;
  /** Denoise forwards that used the head, also where one ran two blocks; prefill forwards are counted apart. */
  forwards: number;
  prefill_forwards: number;
  edits: Record<EditOp, number>;
}

/** Last event of a response that failed or was cancelled; its commits stay readable. */
export interface ErrorEvent extends EventBase, Failure {
  type: "error";
}

export type EditEvent = OpenEvent | DraftEvent | CommitEvent | DoneEvent | EndEvent | ErrorEvent;
