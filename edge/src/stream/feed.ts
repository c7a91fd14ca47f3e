/**
 * Merges one response's log and its live events into a single ordered stream without duplicates. A slow reader misses
 * drafts and nothing else.
 *
 * | event            | received live                                          | read from the log                 |
 * |------------------|--------------------------------------------------------|-----------------------------------|
 * | any before open  | gap (an end or error is remembered)                    | gap                               |
 * | open             | emitted once                                           | emitted once                      |
 * | draft            | kept as the block's latest, from the latest attempt    | not in the log                    |
 * | commit           | next block: emitted; earlier: ignored; later: gap      | the same                          |
 * | done             | emitted after the choice's last commit; otherwise gap  | emitted                           |
 * | end              | over if all choices are done; otherwise ending and gap | over, or failed if parts are lost |
 * | error            | ending and gap                                         | over                              |
 *
 * After a gap the caller reads the log. While ending, it reads the log once more and calls `finish`.
 */
import { type DraftEvent, type EditEvent, errorEvent, type Failure, failureOf, type Position } from "@palimpsest/proto";
import { AsyncQueue } from "@palimpsest/proto/async-queue";

const PART_LOST = failureOf("unavailable", "A part of the response was lost; send the request again.");

type LastEvent = Extract<EditEvent, { type: "end" | "error" }>;

type State =
  | {
      readonly kind: "following";
      /** The number of choices; undefined before `open`. */
      choices: number | undefined;
      /** True if an event arrived before one that precedes it. */
      gap: boolean;
      /** A last event that arrived before everything that precedes it. */
      ending: LastEvent | undefined;
    }
  | { readonly kind: "over" };

interface ChoiceState {
  /** The next block to be committed. */
  next: number;
  /** True once the choice's last commit is in. */
  hasLastCommit: boolean;
  isDone: boolean;
}

export class Feed implements AsyncIterable<EditEvent> {
  readonly #responseId: string;
  /** The reader's position when it resumes. */
  readonly #after: Position;
  readonly #queue = new AsyncQueue<EditEvent>(() => this.#nextDraft());
  readonly #choices = new Map<number, ChoiceState>();
  /** The latest draft of each open block. */
  readonly #drafts = new Map<string, DraftEvent>();
  #latest: Position = { attempt: 0, seq: 0 };
  #state: State = { kind: "following", choices: undefined, gap: false, ending: undefined };

  constructor(responseId: string, after: Position = { attempt: 0, seq: 0 }) {
    this.#responseId = responseId;
    this.#after = after;
  }

  /** True if an event is missing here that the log has. */
  get hasGap(): boolean {
    return this.#state.kind === "following" && this.#state.gap;
  }

  /** True once any event was emitted or kept. */
  get hasStarted(): boolean {
    return this.#latest.attempt > 0;
  }

  /** True if a last event arrived, and only the log can tell whether anything is missing before it. */
  get isEnding(): boolean {
    return this.#state.kind === "following" && this.#state.ending !== undefined;
  }

  /** True once the last event is in. */
  get isOver(): boolean {
    return this.#state.kind === "over";
  }

  /** The first block of each choice whose commit is missing. Empty before `open` and once the feed is over. */
  get nextBlocks(): ReadonlyMap<number, number> {
    const choices = this.#state.kind === "following" ? (this.#state.choices ?? 0) : 0;
    return new Map(Array.from({ length: choices }, (_, choice) => [choice, this.#choice(choice).next]));
  }

  /** Takes a live event, which may be repeated, late, or ahead of earlier ones. */
  receive(event: EditEvent): void {
    this.#take(event, "live");
  }

  /** Takes the log as far as it is written, or the part of it that is missing here. */
  readLog(log: readonly EditEvent[]): void {
    if (this.#state.kind === "over") return;
    this.#state.gap = false;
    const last = log.findLast(isLast);
    for (const event of log) if (!isLast(event)) this.#take(event, "log");
    if (last === undefined) return;
    this.#state.ending = last;
    this.finish();
  }

  /** Ends the feed with the remembered last event: the log has no more than what was read. */
  finish(): void {
    const state = this.#state;
    if (state.kind === "over" || state.ending === undefined) return;
    if (state.ending.type === "error" || this.#isComplete()) this.#end(state.ending);
    else this.fail(PART_LOST);
  }

  /** Ends the feed with an error for this reader. Ignored once the feed is over. */
  fail(failure: Failure): void {
    if (this.#state.kind === "over") return;
    this.#end(errorEvent({ response_id: this.#responseId, ...this.#nextPosition() }, failure));
  }

  [Symbol.asyncIterator](): AsyncGenerator<EditEvent, void, void> {
    return this.#queue[Symbol.asyncIterator]();
  }

  #take(event: EditEvent, source: "live" | "log"): void {
    const state = this.#state;
    if (state.kind === "over") return;
    if (state.choices === undefined && event.type !== "open" && event.type !== "error") {
      if (event.type === "end") state.ending = event;
      state.gap = true;
      return;
    }
    switch (event.type) {
      case "open":
        if (state.choices !== undefined) return;
        state.choices = event.choices;
        for (let choice = 0; choice < event.choices; choice++) this.#choice(choice);
        if (this.#after.choices === undefined) this.#emit(event);
        else this.#advance(event);
        return;
      case "draft":
        this.#keepDraft(event);
        return;
      case "commit": {
        const choice = this.#choice(event.choice);
        // The first commit of a block counts: every attempt writes the same.
        if (event.block < choice.next) return;
        if (event.block > choice.next) {
          state.gap = true;
          return;
        }
        choice.next++;
        choice.hasLastCommit = event.finish_reason !== undefined;
        this.#drafts.delete(keyOf(event));
        this.#emit(event);
        return;
      }
      case "done": {
        const choice = this.#choice(event.choice);
        if (choice.isDone) return;
        if (!choice.hasLastCommit && source === "live") {
          state.gap = true;
          return;
        }
        choice.isDone = true;
        this.#emit(event);
        return;
      }
      case "end":
      case "error":
        state.ending ??= event;
        if (event.type === "end" && this.#isComplete()) this.#end(event);
        else state.gap = true;
        return;
    }
  }

  #keepDraft(event: DraftEvent): void {
    const choice = this.#choice(event.choice);
    if (event.attempt < this.#latest.attempt || event.block < choice.next) return;
    if (choice.hasLastCommit || choice.isDone) return;
    this.#advance(event);
    const key = keyOf(event);
    if ((this.#drafts.get(key)?.seq ?? -1) >= event.seq) return;
    this.#drafts.set(key, event);
    this.#queue.wake();
  }

  /**
   * Emits events in the log's order, in which a stale worker's event may follow its successor's. Of a reader whose position
   * does not tell what it has of each choice, only this is known: it has seen the event at its position and all that were
   * emitted before it; events of an earlier attempt that come later are new to it.
   */
  #emit(event: EditEvent): void {
    this.#advance(event);
    const { attempt, seq, choices } = this.#after;
    const isSeen = event.attempt === attempt && event.seq <= seq;
    if (isSeen && (choices === undefined || isLast(event))) this.#queue.clear();
    else this.#queue.push(event);
  }

  /** The last event belongs to the latest attempt, whichever worker wrote it: no worker continues after it. */
  #end(event: LastEvent): void {
    this.#drafts.clear();
    this.#state = { kind: "over" };
    const next = this.#nextPosition();
    this.#emit(event.attempt < next.attempt ? { ...event, ...next } : event);
    this.#queue.close();
  }

  /** The position after every event here and after the reader's. */
  #nextPosition(): Position {
    const attempt = Math.max(1, this.#latest.attempt, this.#after.attempt);
    const seqIn = (position: Position) => (position.attempt === attempt ? position.seq : 0);
    return { attempt, seq: Math.max(seqIn(this.#latest), seqIn(this.#after)) + 1 };
  }

  /** A higher attempt is another worker, which starts the open blocks again. */
  #advance({ attempt, seq }: EditEvent): void {
    if (attempt < this.#latest.attempt) return;
    if (attempt > this.#latest.attempt) this.#drafts.clear();
    else seq = Math.max(seq, this.#latest.seq);
    this.#latest = { attempt, seq };
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
      const { blocks = 0, isDone = false } = this.#after.choices?.[index] ?? {};
      choice = { next: blocks, hasLastCommit: isDone, isDone };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #isComplete(): boolean {
    const { choices } = this.#state.kind === "following" ? this.#state : {};
    return choices !== undefined && [...this.#choices.values()].filter(({ isDone }) => isDone).length >= choices;
  }
}

function isLast(event: EditEvent): event is LastEvent {
  return event.type === "end" || event.type === "error";
}

function keyOf({ choice, block }: { choice: number; block: number }): string {
  return `${choice}.${block}`;
}

function isAfter(event: EditEvent, { attempt, seq }: Position): boolean {
  if (attempt === 0) return true;
  return event.attempt > attempt || (event.attempt === attempt && event.seq > seq);
}
