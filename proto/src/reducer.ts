/**
 * Folds edit events into the document they describe. Pure: the same events give the same document, whatever was sent
 * twice, dropped, coalesced or overtaken on the way. It knows no sockets and no tokens.
 */
import { defined } from "./defined.ts";
import type {
  CommitEvent,
  Content,
  DraftEvent,
  Edit,
  EditEvent,
  FinishReason,
  OpenEvent,
  QueuedEvent,
  TokenLogprob,
  Usage,
} from "./edit-event.ts";
import { type Failure, failureOf } from "./error-codes.ts";
import { unreachable } from "./unreachable.ts";

/** A response as far as it is known. Treat it as frozen: parts that did not change are shared between documents. */
export interface ResponseDocument {
  /** `waiting` for the first event, `open`, then `ended` or `failed` for good. */
  readonly status: "waiting" | "open" | "ended" | "failed";
  /** The latest event taken: what to ask to go on after. */
  readonly attempt: number;
  readonly seq: number;
  readonly open?: OpenEvent;
  /** While it waits: responses that are likely to begin before this one. */
  readonly ahead?: number;
  readonly choices: readonly ChoiceDocument[];
  readonly usage?: Usage;
  readonly error?: Failure;
}

export interface ChoiceDocument {
  /** The committed text: it only grows. */
  readonly text: string;
  /** Block n is at index n. */
  readonly committed: readonly CommittedBlock[];
  /** Blocks still being written, by number. Empty once the response has ended or failed. */
  readonly drafts: readonly DraftBlock[];
  readonly finishReason?: FinishReason;
  /** The stop string that ended the choice. */
  readonly stop?: string;
}

export interface CommittedBlock {
  readonly text: string;
  /** UTF-16 units of the choice's text before the block. */
  readonly start: number;
  /** Per generated cell, if the request asked for them. */
  readonly logprobs?: readonly TokenLogprob[];
}

export interface DraftBlock {
  readonly block: number;
  readonly rev: number;
  /** Text, and counts of cells still masked. */
  readonly content: Content;
  /** Edits of the last step. */
  readonly edits: readonly Edit[];
}

const TYPES: ReadonlySet<string> = new Set<EditEvent["type"]>([
  "queued",
  "open",
  "draft",
  "commit",
  "done",
  "end",
  "error",
]);

export const emptyDocument: ResponseDocument = { status: "waiting", attempt: 0, seq: 0, choices: [] };

/** The document after an event. The same object comes back when the event says nothing new. */
export function reduce(document: ResponseDocument, event: EditEvent): ResponseDocument {
  // A commit is taken always: it may come late, even after the error of its own attempt.
  if (event.type === "commit") return commit(document, event);
  // A later release may send more types, none of which a reader must know.
  if (!TYPES.has(event.type)) return document;
  if (event.type === "queued") return queued(document, event);
  if (document.status === "ended" || document.status === "failed") return document;
  // So is the end of a choice, and of all: a worker that was given up may have written them.
  const late = event.attempt < document.attempt;
  if (late && event.type !== "done" && event.type !== "end") return document;
  const known = advance(document, event);
  switch (event.type) {
    case "open": {
      if (known.open) return known;
      const { ahead: _, ...begun } = known;
      return { ...begun, status: "open", open: event, choices: padded(known.choices, event.choices) };
    }
    case "draft":
      return updateChoice(known, event.choice, (choice) => draft(choice, event));
    case "done":
      return updateChoice(known, event.choice, (choice) =>
        // Blocks of an editing window that stand behind the end are nobody's.
        choice.finishReason ? choice : { ...choice, finishReason: event.finish_reason, drafts: [] },
      );
    case "end":
      return { ...withoutDrafts(known), status: "ended", usage: event.usage };
    case "error":
      return fail(known, event);
    default:
      return unreachable(event);
  }
}

/** The document of a response that failed: commits stay, drafts go. Also for a stream that broke off without saying so. */
export function fail(document: ResponseDocument, { code, message, retryable, param }: Failure): ResponseDocument {
  const error = { code, message, retryable, ...defined({ param }) };
  return { ...withoutDrafts(document), status: "failed", error };
}

function queued(document: ResponseDocument, { ahead }: QueuedEvent): ResponseDocument {
  return document.status === "waiting" && document.ahead !== ahead ? { ...document, ahead } : document;
}

/** Moves the position forward. A higher attempt is another worker: what the one before it had open starts again. */
function advance(document: ResponseDocument, { attempt, seq }: EditEvent): ResponseDocument {
  if (attempt > document.attempt) return { ...withoutDrafts(document), attempt, seq };
  if (attempt === document.attempt && seq > document.seq) return { ...document, seq };
  return document;
}

function commit(document: ResponseDocument, event: CommitEvent): ResponseDocument {
  const { choice: index, block, text, start, length, stop, logprobs } = event;
  const { committed, text: before } = document.choices[index] ?? emptyChoice;
  if (block < committed.length) return document;
  if (block > committed.length || start !== before.length || length !== text.length) {
    // A worker that was given up may speak again: its successor writes what is missing.
    if (event.attempt < document.attempt || document.status === "ended" || document.status === "failed")
      return document;
    const expected = `block ${committed.length} at ${before.length}`;
    const message = `commits have a hole: choice ${index} expected ${expected}, got block ${block} at ${start}`;
    return fail(document, failureOf("internal", message));
  }
  return updateChoice(advance(document, event), index, (choice) => ({
    ...choice,
    ...defined({ stop }),
    text: before + text,
    committed: [...committed, { text, start, ...defined({ logprobs }) }],
    drafts: choice.drafts.filter((open) => open.block > block),
  }));
}

function draft(choice: ChoiceDocument, event: DraftEvent): ChoiceDocument {
  const { block, rev, content, edits } = event;
  if (choice.finishReason || block < choice.committed.length) return choice;
  const shown = choice.drafts.find((open) => open.block === block);
  if (shown && shown.rev >= rev) return choice;
  const others = choice.drafts.filter((open) => open !== shown);
  return { ...choice, drafts: [...others, { block, rev, content, edits }].sort((a, b) => a.block - b.block) };
}

function updateChoice(
  document: ResponseDocument,
  index: number,
  update: (choice: ChoiceDocument) => ChoiceDocument,
): ResponseDocument {
  const choices = padded(document.choices, index + 1);
  const before = choices[index]!;
  const after = update(before);
  return after === before ? document : { ...document, choices: choices.with(index, after) };
}

const emptyChoice: ChoiceDocument = { text: "", committed: [], drafts: [] };

function padded(choices: readonly ChoiceDocument[], count: number): readonly ChoiceDocument[] {
  return [...choices, ...Array.from({ length: count - choices.length }, () => emptyChoice)];
}

function withoutDrafts(document: ResponseDocument): ResponseDocument {
  if (document.choices.every((choice) => choice.drafts.length === 0)) return document;
  return { ...document, choices: document.choices.map((choice) => ({ ...choice, drafts: [] })) };
}
