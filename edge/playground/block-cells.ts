/**
 * An answer cell by cell, with the history of each: what stood there, when, and how sure the model was. Made from the edits of
 * the drafts; where some are missing, because drafts were dropped, from their content, which is authoritative.
 */
import type { Content, DraftEvent, Edit, EditEvent, EditOp, Usage } from "@palimpsest/client";

/** A change of a cell in a step. */
export interface Moment {
  readonly op: EditOp;
  /** Denoise step of the block, from 1. */
  readonly step: number;
  /** Since the request was sent. */
  readonly ms: number;
  /** Absent where the cell became a mask. */
  readonly text?: string;
  readonly probability: number;
  readonly reason?: "grammar";
}

export interface Cell {
  /** Undefined while it is masked. */
  readonly text: string | undefined;
  /** The last step's change. Absent: it left the cell as it was. */
  readonly change?: EditOp | undefined;
  readonly history: readonly Moment[];
}

export interface Block {
  readonly cells: readonly Cell[];
  /** Cells that are not shown, because an end token stands before them. */
  readonly behind: readonly Cell[];
  readonly isCommitted: boolean;
  readonly steps: number;
  /** Tokens that the last step deleted, and the cells that follow them. */
  readonly deleted: readonly { readonly before: number; readonly text: string }[];
}

/** The state of an answer in numbers. */
export interface Counters {
  readonly firstDraftMs?: number;
  readonly firstCommitMs?: number;
  /** Committed tokens, as far as the page can tell them apart. */
  readonly committed: number;
  /** Edits that changed what stood there. */
  readonly revised: number;
  /** Once the answer has ended. */
  readonly usage?: Usage;
}

const MASKED: Cell = { text: undefined, history: [] };

/** The first choice of a response, as far as its events go. Blocks are replaced, never changed. */
export class Answer {
  /** By number. */
  readonly blocks: Block[] = [];
  #blockLength = 0;
  #attempt = 0;
  #counters: Counters = { committed: 0, revised: 0 };

  get counters(): Counters {
    return this.#counters;
  }

  /** The committed text. */
  get text(): string {
    return this.blocks
      .filter(({ isCommitted }) => isCommitted)
      .map(textOf)
      .join("");
  }

  take(event: EditEvent, ms: number): void {
    if (event.attempt > this.#attempt) this.#begin(event.attempt);
    if (event.type === "open") this.#blockLength = event.block_length;
    if (event.type === "draft" && event.choice === 0) this.#draft(event, ms);
    if (event.type === "commit" && event.choice === 0) this.#commit(event.block, event.text, ms);
    if (event.type === "end") this.#counters = { ...this.#counters, usage: event.usage };
    if (event.type === "end" || event.type === "error" || (event.type === "done" && event.choice === 0)) this.#close();
  }

  /** Another worker starts the open blocks again. */
  #begin(attempt: number): void {
    this.#attempt = attempt;
    this.#close();
  }

  #close(): void {
    const open = this.blocks.findIndex(({ isCommitted }) => !isCommitted);
    if (open >= 0) this.blocks.length = open;
  }

  #draft({ block, content, edits }: DraftEvent, ms: number): void {
    const { firstDraftMs = ms, revised, ...counters } = this.#counters;
    const revising = edits.filter(({ op }) => op !== "unmask").length;
    this.#counters = { ...counters, firstDraftMs, revised: revised + revising };
    const before = this.blocks[block] ?? emptyBlock(this.#blockLength);
    if (before.isCommitted || block > this.blocks.length) return;
    const step = before.steps + 1;
    const edited = withEdits([...before.cells, ...before.behind], edits, { step, ms });
    const { cells, behind } = shownAs(edited, content) ?? { cells: cellsOf(content), behind: [] };
    const deleted = edits.flatMap(({ op, at, before: text }) =>
      op === "delete" && text ? [{ before: at, text }] : [],
    );
    this.blocks[block] = { cells, behind, isCommitted: false, steps: step, deleted };
  }

  #commit(block: number, text: string, ms: number): void {
    const before = this.blocks[block] ?? emptyBlock(0);
    if (before.isCommitted || block > this.blocks.length) return;
    const cells: Cell[] = [];
    let rest = text;
    for (const cell of before.cells) {
      if (cell.text === undefined || rest === "" || !rest.startsWith(cell.text)) break;
      cells.push({ text: cell.text, history: cell.history });
      rest = rest.slice(cell.text.length);
    }
    if (rest !== "") cells.push({ text: rest, history: [] });
    const written = cells.filter((cell) => cell.text !== "");
    this.blocks[block] = { ...before, cells: written, behind: [], isCommitted: true, deleted: [] };
    const { firstCommitMs = ms, committed, ...counters } = this.#counters;
    this.#counters = { ...counters, firstCommitMs, committed: committed + written.length };
  }
}

export function textOf({ cells }: Block): string {
  return cells.map(({ text = "" }) => text).join("");
}

function emptyBlock(length: number): Block {
  return { cells: Array.from({ length }, () => MASKED), behind: [], isCommitted: false, steps: 0, deleted: [] };
}

/** The cells after a step. Places are those before it: what moves cells is done last, from the right. */
function withEdits(cells: readonly Cell[], edits: readonly Edit[], { step, ms }: { step: number; ms: number }): Cell[] {
  const next = cells.map(({ text, history }): Cell => ({ text, history }));
  for (const edit of edits) {
    const { op, at, after, p, reason } = edit;
    if (op === "delete" || op === "insert") continue;
    const text = op === "remask" ? undefined : (after ?? "");
    const moment = { op, step, ms, probability: p, ...(text !== undefined && { text }), ...(reason && { reason }) };
    next[at] = { text, change: op, history: [...(next[at]?.history ?? []), moment] };
  }
  const moving = edits.filter(({ op }) => op === "delete" || op === "insert").sort((a, b) => b.at - a.at);
  for (const { op, at, p } of moving) {
    if (op === "delete") next.splice(at, 1);
    else next.splice(at, 0, { text: undefined, change: op, history: [{ op, step, ms, probability: p }] });
  }
  return Array.from(next, (cell) => cell ?? MASKED);
}

const HOLE = "\0";

/** In the text of a cell that has a part of a character. */
const PART = "\uFFFD";

/**
 * The cells with their texts as they stand in the content. Of cells that share characters, the first shows them all.
 * @returns undefined if the content is not that of the cells
 */
function shownAs(cells: readonly Cell[], content: Content): Pick<Block, "cells" | "behind"> | undefined {
  const flat = content.map((part) => (typeof part === "number" ? HOLE.repeat(part) : part)).join("");
  const own = cells.map(({ text, history }) => (history.length > 0 ? history.at(-1)?.text : text) ?? HOLE);
  const shown: Cell[] = [];
  let at = 0;
  for (const [i, text] of own.entries()) {
    if (at === flat.length && text !== "") break;
    const part = text.indexOf(PART);
    const isContinued = part >= 0 && own[i - 1]?.includes(PART);
    const piece = isContinued
      ? ""
      : flat.slice(at, part < 0 ? at + text.length : endOfShared(flat, at + part, own.slice(i)));
    if (!isContinued && !piece.startsWith(part < 0 ? text : text.slice(0, part))) return undefined;
    at += piece.length;
    shown.push({ ...(cells[i] as Cell), text: piece === HOLE ? undefined : piece });
  }
  return at < flat.length ? undefined : { cells: shown, behind: cells.slice(shown.length) };
}

/** The end of the characters that the first of these cells share: the next cell with whole text follows it. */
function endOfShared(flat: string, from: number, own: readonly string[]): number {
  const next = own.find((text) => text !== "" && !text.includes(PART));
  const end = next === undefined ? -1 : flat.indexOf(next, from + 1);
  return end < 0 ? flat.length : end;
}

function cellsOf(content: Content): Cell[] {
  return content.flatMap((part): Cell[] =>
    typeof part === "number" ? Array.from({ length: part }, () => MASKED) : [{ text: part, history: [] }],
  );
}
