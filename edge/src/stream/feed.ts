/**
 * One response's events put together from what is written and what is heard, in order, each once: commits as the log has
 * them, the latest draft of each open block. A slow reader misses drafts and nothing else. It knows no network.
 */
import type { DraftEvent, EditEvent, ErrorEvent, OpenEvent } from "@palimpsest/proto";
import type { Position } from "../ports.ts";

interface ChoiceState {
  /** The next block to be committed. */
  next: number;
  /** Whether its last commit is there. */
  last: boolean;
  done: boolean;
}

export class Feed implements AsyncIterable<EditEvent> {
  readonly #responseId: string;
  readonly #after: Position;
  readonly #choices = new Map<number, ChoiceState>();
  readonly #kept: EditEvent[] = [];
  readonly #drafts = new Map<string, DraftEvent>();
  #open: OpenEvent | undefined;
  #attempt = 0;
  #seq = 0;
  #ending: EditEvent | undefined;
  #incomplete = false;
  #over = false;
  #wake = () => {};

  constructor(responseId: string, after: Position = { attempt: 0, seq: 0 }) {
    this.#responseId = responseId;
    this.#after = after;
  }

  /** Whether something was heard of which an earlier part was not: the log has it. */
  get incomplete(): boolean {
    return this.#incomplete;
  }

  /** Whether anything came at all. */
  get begun(): boolean {
    return this.#attempt > 0;
  }

  /** Of each choice, the first block whose commit is not here. */
  get next(): ReadonlyMap<number, number> {
    const choices = this.#over ? 0 : (this.#open?.choices ?? 0);
    return new Map(Array.from({ length: choices }, (_, choice) => [choice, this.#choice(choice).next]));
  }

  /** Whether the last event is in. */
  get over(): boolean {
    return this.#over;
  }

  /** An event that was heard, perhaps twice, too late, or without those before it. */
  hear(event: EditEvent): void {
    this.#take(event, false);
  }

  /** Whether the last event was heard, and waits for the log to say that nothing is missing before it. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** The log as far as it is written, or what of it is not here yet. */
  read(log: readonly EditEvent[]): void {
    this.#incomplete = false;
    for (const event of log) {
      if (event.type === "end" || event.type === "error") this.#ending = event;
      else this.#take(event, true);
    }
    if (log.some(({ type }) => type === "end" || type === "error")) this.settle();
  }

  /** The log has nothing more, so what was heard last is the end. */
  settle(): void {
    const ending = this.#ending;
    if (this.#over || ending === undefined) return;
    if (ending.type === "error" || this.#complete()) this.#finish(ending);
    else this.fail({ code: "unavailable", message: "A part of the response was lost.", retryable: true });
  }

  /** Ends the response for this reader. */
  fail(failure: Pick<ErrorEvent, "code" | "message" | "retryable">): void {
    if (this.#over) return;
    this.#finish({ v: 1, response_id: this.#responseId, ...this.#behind(), type: "error", ...failure });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EditEvent, void, void> {
    for (;;) {
      const event = this.#kept.shift() ?? this.#nextDraft();
      if (event) yield event;
      else if (this.#over) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #take(event: EditEvent, written: boolean): void {
    if (this.#over) return;
    if (event.type !== "open" && this.#open === undefined && event.type !== "error") {
      if (event.type === "end") this.#ending = event;
      this.#incomplete = true;
      return;
    }
    switch (event.type) {
      case "open":
        if (this.#open !== undefined) return;
        this.#open = event;
        this.#keep(event);
        return;
      case "draft":
        this.#draft(event);
        return;
      case "commit": {
        const choice = this.#choice(event.choice);
        // The first one stands, whoever wrote it; every attempt of a response writes the same.
        if (event.block < choice.next) return;
        if (event.block > choice.next) {
          this.#incomplete = true;
          return;
        }
        choice.next++;
        choice.last = event.finish_reason !== undefined;
        this.#drafts.delete(keyOf(event));
        this.#keep(event);
        return;
      }
      case "done": {
        const choice = this.#choice(event.choice);
        if (choice.done) return;
        if (!choice.last && !written) {
          this.#incomplete = true;
          return;
        }
        choice.done = true;
        this.#keep(event);
        return;
      }
      case "end":
      case "error":
        this.#ending ??= event;
        if (event.type === "end" && this.#complete()) this.#finish(event);
        else this.#incomplete = true;
        return;
    }
  }

  #draft(event: DraftEvent): void {
    const choice = this.#choice(event.choice);
    if (event.attempt < this.#attempt || event.block < choice.next || choice.last || choice.done) return;
    this.#advance(event);
    const key = keyOf(event);
    if ((this.#drafts.get(key)?.seq ?? -1) >= event.seq) return;
    this.#drafts.set(key, event);
    this.#wake();
  }

  /**
   * What must arrive is told in one order, that of the log, in which a worker that was given up may stand behind its successor:
   * a reader has seen what it names and all before it. Of an attempt before the one that it names, it may have seen nothing.
   */
  #keep(event: EditEvent): void {
    this.#advance(event);
    if (event.attempt === this.#after.attempt && event.seq <= this.#after.seq) this.#kept.length = 0;
    else this.#kept.push(event);
    this.#wake();
  }

  /** The last event is the latest attempt's, whoever wrote it: nobody goes on after it. */
  #finish(event: EditEvent): void {
    this.#drafts.clear();
    this.#over = true;
    const place = this.#behind();
    this.#keep(event.attempt < place.attempt ? { ...event, ...place } : event);
  }

  /** A place behind all that came and all that the reader has. */
  #behind(): Position {
    const attempt = Math.max(1, this.#attempt, this.#after.attempt);
    const seen = this.#after.attempt === attempt ? this.#after.seq : 0;
    return { attempt, seq: Math.max(this.#attempt === attempt ? this.#seq : 0, seen) + 1 };
  }

  /** A higher attempt is another worker: what the one before it had open starts again. */
  #advance({ attempt, seq }: EditEvent): void {
    if (attempt > this.#attempt) {
      this.#attempt = attempt;
      this.#drafts.clear();
      this.#seq = seq;
    } else if (attempt === this.#attempt) this.#seq = Math.max(this.#seq, seq);
  }

  #nextDraft(): DraftEvent | undefined {
    for (const [key, draft] of this.#drafts) {
      this.#drafts.delete(key);
      if (isAfter(draft, this.#after)) return draft;
    }
    return undefined;
  }

  #choice(index: number): ChoiceState {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { next: 0, last: false, done: false };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #complete(): boolean {
    const count = this.#open?.choices ?? Number.POSITIVE_INFINITY;
    return [...this.#choices.values()].filter(({ done }) => done).length >= count;
  }
}

function keyOf({ choice, block }: { choice: number; block: number }): string {
  return `${choice}.${block}`;
}

function isAfter(event: EditEvent, { attempt, seq }: Position): boolean {
  if (attempt === 0) return true;
  return event.attempt > attempt || (event.attempt === attempt && event.seq > seq);
}
