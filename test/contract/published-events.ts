/** The events as clients receive them: test/contract/edit-event-schema.ts makes proto/edit-event.schema.json of this type. */
import type {
  CommitEvent,
  DoneEvent,
  DraftEvent,
  EndEvent,
  ErrorEvent,
  OpenEvent,
  QueuedEvent,
} from "@palimpsest/proto";

/** A block is final. Clients apply every commit; the first for a block wins. */
export interface PublishedCommit extends Omit<CommitEvent, "token_ids" | "open_ids" | "finish_reason"> {}

export type PublishedEvent = QueuedEvent | OpenEvent | DraftEvent | PublishedCommit | DoneEvent | EndEvent | ErrorEvent;
