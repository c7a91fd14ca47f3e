/**
 * The event log of responses: every event but drafts, one message per subject, which the first write keeps. The drafts'
 * stream has the latest draft of each open block.
 */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import { type DraftEvent, decodeEvent, type EditEvent, type ErrorEvent, encodeEvent } from "@palimpsest/proto";
import { EditEventSchema } from "@palimpsest/proto/edit";
import { isFull, isOvertaken } from "./jetstream-errors.ts";
import {
  commitSubject,
  DRAFT_STREAM,
  doneSubject,
  draftSubject,
  EDIT_STREAM,
  endSubject,
  errorSubject,
  openSubject,
} from "./subjects.ts";

/** `stored`: by this call, or an earlier one whose answer was lost. `taken`: another event is there. */
export type Appended = "stored" | "taken";

export function encode(event: EditEvent): Uint8Array {
  return toBinary(EditEventSchema, encodeEvent(event));
}

/** @throws Error when the bytes are no edit event of this version */
export function decode(bytes: Uint8Array): EditEvent {
  return decodeEvent(fromBinary(EditEventSchema, bytes));
}

/** @throws Error for a `queued` event, which only its reader gets */
export function subjectOf(event: EditEvent): string {
  const { response_id: id } = event;
  switch (event.type) {
    case "open":
      return openSubject(id);
    case "draft":
      return draftSubject(id, event.choice, event.block);
    case "commit":
      return commitSubject(id, event.choice, event.block);
    case "done":
      return doneSubject(id, event.choice);
    case "end":
      return endSubject(id);
    case "error":
      return errorSubject(id);
    case "queued":
      throw new Error("a place in the queue has no subject");
  }
}

/** Appends an event. @throws when the server does not answer: the event may be stored or not; append it again */
export async function append(
  js: JetStreamClient,
  jsm: JetStreamManager,
  event: Exclude<EditEvent, DraftEvent>,
  timeoutMs: number,
): Promise<Appended> {
  const subject = subjectOf(event);
  for (;;) {
    try {
      await js.publish(subject, encode(event), { expect: { lastSubjectSequence: 0 }, timeout: timeoutMs });
      return "stored";
    } catch (error) {
      if (!isOvertaken(error) && !isFull(error)) throw error;
    }
    const there = await jsm.direct.getMessage(EDIT_STREAM, { last_by_subj: subject });
    if (there === null) continue;
    const [written] = eventsOf([there.data], event.response_id);
    if (written) return written.attempt === event.attempt && written.seq === event.seq ? "stored" : "taken";
    // A message that is no event of this response must not block its subject.
    await jsm.streams.deleteMessage(EDIT_STREAM, there.seq);
  }
}

/**
 * A response's events, in the order in which they were written. Messages that are no events are skipped. Subjects are read
 * by name: for a pattern, a server may search the subjects of all responses.
 * @param next the first block of a choice that the reader does not have yet
 */
export async function readLog(
  jsm: JetStreamManager,
  responseId: string,
  next: (choice: number) => number = () => 0,
): Promise<EditEvent[]> {
  const read = (subject: string) => readLast(jsm, EDIT_STREAM, subject, responseId);
  // The end is read before the commits: if it is there, they are.
  const around = await Promise.all(
    [openSubject, endSubject, errorSubject].map((subjectFor) => read(subjectFor(responseId))),
  );
  const open = around[0]?.event;
  const choices = open?.type === "open" ? Array.from({ length: open.choices }, (_, choice) => choice) : [];
  const written = choices.map((choice) => [
    read(doneSubject(responseId, choice)).then((done) => (done ? [done] : [])),
    readRow((block) => read(commitSubject(responseId, choice, block)), next(choice)),
  ]);
  const found = [...around, ...(await Promise.all(written.flat())).flat()];
  return found
    .filter((it) => it !== undefined)
    .sort((a, b) => a.seq - b.seq)
    .map(({ event }) => event);
}

/** The error that ended a response, if one has. */
export async function readError(jsm: JetStreamManager, responseId: string): Promise<ErrorEvent | undefined> {
  const event = (await readLast(jsm, EDIT_STREAM, errorSubject(responseId), responseId))?.event;
  return event?.type === "error" ? event : undefined;
}

/** The latest draft of every open block: of each choice, from block `next` on. */
export async function readDrafts(
  jsm: JetStreamManager,
  responseId: string,
  next: ReadonlyMap<number, number>,
): Promise<EditEvent[]> {
  const rows = Array.from(next, ([choice, first]) =>
    readRow((block) => readLast(jsm, DRAFT_STREAM, draftSubject(responseId, choice, block), responseId), first),
  );
  return (await Promise.all(rows)).flat().map(({ event }) => event);
}

interface Stored {
  readonly event: EditEvent;
  /** In its stream. */
  readonly seq: number;
}

/** Reads block after block, from the first to the last that is stored. */
async function readRow(read: (block: number) => Promise<Stored | undefined>, first: number): Promise<Stored[]> {
  const row: Stored[] = [];
  for (let it = await read(first); it !== undefined; it = await read(first + row.length)) row.push(it);
  return row;
}

/** The message under a subject, if it is an event of this response. */
async function readLast(
  jsm: JetStreamManager,
  stream: string,
  subject: string,
  responseId: string,
): Promise<Stored | undefined> {
  const message = await jsm.direct.getMessage(stream, { last_by_subj: subject });
  const [event] = message === null ? [] : eventsOf([message.data], responseId);
  return message === null || event === undefined ? undefined : { event, seq: message.seq };
}

/** The messages of a stream under these subjects, in order. One request each: servers before 2.11 have no batch. */
export async function readSubjects(jsm: JetStreamManager, stream: string, subject: string): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  for (let seq = 1; ; ) {
    const message = await jsm.direct.getMessage(stream, { seq, next_by_subj: subject });
    if (message === null) return messages;
    seq = message.seq + 1;
    messages.push(message.data);
  }
}

/** Parses the events of this response, and skips other messages, which may have been written by mistake. */
function eventsOf(messages: readonly Uint8Array[], responseId: string): EditEvent[] {
  return messages.flatMap((bytes) => {
    try {
      const event = decode(bytes);
      return event.response_id === responseId ? event : [];
    } catch {
      return [];
    }
  });
}
