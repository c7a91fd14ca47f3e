/**
 * A reader's position in a response: another connection continues exactly there. Its text is the part of an event's id
 * behind the response's id: clients send it back as it is.
 */
import type { EditEvent } from "./edit-event.ts";
import type { ResponseDocument } from "./reducer.ts";

export interface Position {
  /** The latest event. Attempt 0 is before every event. */
  readonly attempt: number;
  readonly seq: number;
  /**
   * The reader's part of each choice: an attempt that has committed nothing yet does not tell. Absent where it is not known:
   * commits may be sent again then.
   */
  readonly choices?: readonly ChoicePosition[];
}

export interface ChoicePosition {
  /** Committed blocks. */
  readonly blocks: number;
  /** The reader has the choice's `done`. */
  readonly isDone: boolean;
}

const BEGINNING: Position = { attempt: 0, seq: 0 };

/** `<attempt>.<seq>`, and for each choice the number of its blocks, with a d behind it if it is done: `2.17.3,4d`. */
export function formatPosition({ attempt, seq, choices }: Position): string {
  const known = choices?.map(({ blocks, isDone }) => `${blocks}${isDone ? "d" : ""}`).join(",");
  return known ? `${attempt}.${seq}.${known}` : `${attempt}.${seq}`;
}

/** Undefined for a text that is no position. */
export function parsePosition(text: string): Position | undefined {
  const [, attempt, seq, known] = /^(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}d?(?:,\d{1,9}d?)*))?$/.exec(text) ?? [];
  if (attempt === undefined || seq === undefined) return undefined;
  const choices = known?.split(",").map((one) => ({ blocks: Number.parseInt(one, 10), isDone: one.endsWith("d") }));
  return { attempt: Number(attempt), seq: Number(seq), ...(choices && { choices }) };
}

/** The position behind an event. @param before absent at the beginning of the response */
export function positionAfter(before: Position | undefined, event: EditEvent): Position {
  if (event.type === "queued") return before ?? BEGINNING;
  const { attempt, seq } = before && isLater(before, event) ? before : event;
  const choices = choicesAfter(before, event);
  return { attempt, seq, ...(choices && { choices }) };
}

/** The position of a reader that has reduced its events to this document. */
export function positionOf({ attempt, seq, open, choices }: ResponseDocument): Position {
  if (!open) return { attempt, seq };
  return {
    ...{ attempt, seq },
    choices: choices.map(({ committed, finishReason }) => {
      return { blocks: committed.length, isDone: finishReason !== undefined };
    }),
  };
}

function choicesAfter(before: Position | undefined, event: EditEvent): readonly ChoicePosition[] | undefined {
  if (event.type === "open" && (before === undefined || before.attempt === 0)) {
    return Array.from({ length: event.choices }, () => ({ blocks: 0, isDone: false }));
  }
  const known = before?.choices;
  if (event.type !== "commit" && event.type !== "done") return known;
  return known?.map((choice, i) => {
    if (i !== event.choice) return choice;
    return event.type === "done" ? { ...choice, isDone: true } : { ...choice, blocks: event.block + 1 };
  });
}

function isLater(position: Position, event: EditEvent): boolean {
  return position.attempt > event.attempt || (position.attempt === event.attempt && position.seq > event.seq);
}
