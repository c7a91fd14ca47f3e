/** The rules of docs/edit-events.md that hold within one stream of events, each by its name. */
import { readFileSync } from "node:fs";
import type { CommitEvent, DraftEvent, Edit, EditEvent, OpenEvent } from "@palimpsest/proto";
import { Ajv } from "ajv";

/** The rule's name is how reports, tests and the documentation refer to it. */
export const EVENT_RULES = {
  schema: "An event has the form that edit-event.schema.json gives to its type.",
  identity: "All events of a response have its id.",
  queued: "`queued` has attempt 0, and comes only where it was asked for and before all others.",
  first: "`open` is the first event but for `queued`, and comes once.",
  last: "`end` or `error` is the last event, and there is one.",
  order: "Within an attempt `seq` grows. `attempt` never falls, but for `commit`, `done` and `end`.",
  choice: "A choice is one of those that `open` counts.",
  draft: "A draft is of a block behind the committed ones, within the editing window, of a choice that is not done.",
  revision: "Within an attempt each draft of a choice has a higher `rev` than the one before it.",
  cells: "A draft masks at most `block_length` cells.",
  edit: "An edit's new text stands at its offset in the draft; a mask does behind `remask` and `insert`.",
  reason: "Only a grammar re-masks, and an edit has `reason: grammar` only if `open` says that one is in force.",
  commit: "Blocks are committed in their order, without a hole, and no block twice.",
  place: "`start` and `length` of a commit are those of its text in the text of the choice, in UTF-16 units.",
  character: "No commit splits a character.",
  stop: "`stop` is only on a choice's last commit, and the choice ends with `finish_reason` `stop`.",
  done: "Each choice is done once, behind its last commit and before `end`.",
  usage: "`usage` counts at least the cached tokens of `open`, and no more cached tokens than the prompt has.",
} as const;

export type EventRule = keyof typeof EVENT_RULES;

export interface Fault<Rule extends string = EventRule> {
  readonly rule: Rule;
  /** What was wrong, with the values. */
  readonly message: string;
}

interface ChoiceState {
  text: string;
  blocks: number;
  isDone: boolean;
  stop: string | undefined;
  revision: { attempt: number; rev: number };
}

const schemaFile = new URL(import.meta.resolve("@palimpsest/proto/edit-event.schema.json"));
const schemas = new Ajv({ strict: false }).addSchema(JSON.parse(readFileSync(schemaFile, "utf8")), "events");
const DEFINITIONS = {
  queued: "QueuedEvent",
  open: "OpenEvent",
  draft: "DraftEvent",
  commit: "PublishedCommit",
  done: "DoneEvent",
  end: "EndEvent",
  error: "ErrorEvent",
} as const satisfies Record<EditEvent["type"], string>;

/** Judges the events of one response, in the order in which a client received them. */
export class EventRules {
  readonly #choices = new Map<number, ChoiceState>();
  readonly #seqs = new Map<number, number>();
  #open: OpenEvent | undefined;
  #before: EditEvent | undefined;
  #attempt = 0;

  /** The faults of the next event; none of its other rules is judged if it breaks `schema`. */
  push(value: unknown): Fault[] {
    const malformed = formFault(value);
    if (malformed) return [fault("schema", `${malformed}: ${JSON.stringify(value)}`)];
    const event = value as EditEvent;
    const faults = [...this.#faultsOf(event)];
    this.#before = event;
    return faults;
  }

  /** The faults that show when the stream is over. */
  end(): Fault[] {
    const { type } = this.#before ?? {};
    if (type === "end" || type === "error") return [];
    return [fault("last", type ? `the stream ended behind \`${type}\`` : "the stream had no event")];
  }

  *#faultsOf(event: EditEvent): Generator<Fault> {
    const before = this.#before;
    if (before && before.response_id !== event.response_id)
      yield fault("identity", `${JSON.stringify(before.response_id)} became ${JSON.stringify(event.response_id)}`);
    if (before?.type === "end" || before?.type === "error")
      yield fault("last", `\`${event.type}\` came behind \`${before.type}\``);
    if (event.type === "queued") {
      if (event.attempt !== 0) yield fault("queued", `it has attempt ${event.attempt}`);
      if (before && before.type !== "queued") yield fault("queued", `it came behind \`${before.type}\``);
      return;
    }
    yield* this.#orderFaults(event);
    const isFirst = before === undefined || (before.type === "queued" && !this.#open);
    if (event.type === "open") {
      if (this.#open) yield fault("first", "`open` came twice");
      this.#open ??= event;
    } else if (isFirst && event.type !== "error") yield fault("first", `\`${event.type}\` came before \`open\``);
    if ("choice" in event && this.#open && event.choice >= this.#open.choices)
      yield fault("choice", `choice ${event.choice} of ${this.#open.choices}`);
    if (event.type === "draft") yield* this.#draftFaults(event);
    if (event.type === "commit") yield* this.#commitFaults(event);
    if (event.type === "done") {
      const choice = this.#choice(event.choice);
      if (choice.isDone) yield fault("done", `choice ${event.choice} was done twice`);
      if (choice.stop !== undefined && event.finish_reason !== "stop")
        yield fault("stop", `choice ${event.choice} has a stop string and ended with \`${event.finish_reason}\``);
      choice.isDone = true;
    }
    if (event.type === "end") {
      for (let i = 0; i < (this.#open?.choices ?? 0); i++)
        if (!this.#choice(i).isDone) yield fault("done", `\`end\` came before choice ${i} was done`);
      const { prompt_tokens, cached_tokens } = event.usage;
      const early = this.#open?.cached_tokens ?? 0;
      if (cached_tokens < early || cached_tokens > prompt_tokens)
        yield fault("usage", `${cached_tokens} cached tokens of ${prompt_tokens}; \`open\` had ${early}`);
    }
  }

  *#orderFaults({ type, attempt, seq }: EditEvent): Generator<Fault> {
    const isLate = type === "commit" || type === "done" || type === "end";
    if (attempt < this.#attempt && !isLate) {
      yield fault("order", `\`${type}\` of attempt ${attempt} came behind attempt ${this.#attempt}`);
    }
    const last = this.#seqs.get(attempt);
    if (last !== undefined && seq <= last) yield fault("order", `seq ${seq} came behind ${last}`);
    this.#seqs.set(attempt, Math.max(seq, last ?? 0));
    this.#attempt = Math.max(attempt, this.#attempt);
  }

  *#draftFaults({ attempt, choice: index, block, rev, content, edits }: DraftEvent): Generator<Fault> {
    const choice = this.#choice(index);
    const { block_length = Number.POSITIVE_INFINITY, decoding } = this.#open ?? {};
    const end = choice.blocks + (decoding?.editing_window ?? 1);
    if (choice.isDone) yield fault("draft", `choice ${index} is done`);
    else if (block < choice.blocks || block >= end)
      yield fault("draft", `block ${block}, where blocks ${choice.blocks} to ${end - 1} can be open`);
    if (attempt === choice.revision.attempt && rev <= choice.revision.rev)
      yield fault("revision", `rev ${rev} came behind ${choice.revision.rev}`);
    choice.revision = { attempt, rev };
    const masks = content.reduce<number>((sum, part) => sum + (typeof part === "number" ? part : 0), 0);
    if (masks > block_length) yield fault("cells", `${masks} masked cells in a block of ${block_length}`);
    for (const edit of edits) {
      const isGrammars = edit.op === "remask" || edit.reason !== undefined;
      if (isGrammars && !(decoding?.grammar && edit.reason)) yield fault("reason", JSON.stringify(edit));
      const message = misplaced(edit, content);
      if (message) yield fault("edit", message);
    }
  }

  *#commitFaults({ choice: index, block, text, start, length, stop }: CommitEvent): Generator<Fault> {
    const choice = this.#choice(index);
    if (choice.isDone) yield fault("done", `block ${block} was committed behind \`done\``);
    if (block !== choice.blocks) {
      yield fault("commit", `block ${block} was committed, where block ${choice.blocks} is the next`);
      return;
    }
    if (start !== choice.text.length || length !== text.length) {
      const expected = `text of length ${text.length} behind ${choice.text.length} units`;
      yield fault("place", `${expected} says start ${start} and length ${length}`);
    }
    if (!text.isWellFormed()) yield fault("character", JSON.stringify(text));
    if (choice.stop !== undefined) yield fault("stop", `block ${block} came behind the commit with \`stop\``);
    choice.stop = stop;
    choice.blocks = block + 1;
    choice.text += text;
  }

  #choice(index: number): ChoiceState {
    const known = this.#choices.get(index);
    if (known) return known;
    const created = { text: "", blocks: 0, isDone: false, stop: undefined, revision: { attempt: 0, rev: -1 } };
    this.#choices.set(index, created);
    return created;
  }
}

function fault(rule: EventRule, message: string): Fault {
  return { rule, message };
}

function formFault(value: unknown): string | undefined {
  const type = (value as { type?: unknown } | null)?.type;
  const definition = Object.entries(DEFINITIONS).find(([name]) => name === type)?.[1];
  if (!definition) return "its `type` is none of an event";
  const validate = schemas.getSchema(`events#/definitions/${definition}`)!;
  if (validate(value)) return undefined;
  return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`.trim()).join(", ");
}

/** Says how an edit is misplaced. A cell's text may have a U+FFFD where the draft has a character that cells share. */
function misplaced({ op, offset, after }: Edit, content: DraftEvent["content"]): string | undefined {
  const text = content.filter((part) => typeof part === "string").join("");
  if (offset > text.length) return `offset ${offset} in a text of ${text.length} units`;
  const whole = after?.split("\uFFFD")[0];
  if (whole !== undefined && !text.startsWith(whole, offset)) {
    return `${JSON.stringify(after)} is not at ${offset} of ${JSON.stringify(content)}`;
  }
  if (op !== "remask" && op !== "insert") return undefined;
  let at = 0;
  for (const part of content) {
    if (typeof part === "number" && at === offset) return undefined;
    if (typeof part === "string") at += part.length;
  }
  return `no mask is at ${offset} of ${JSON.stringify(content)}`;
}
