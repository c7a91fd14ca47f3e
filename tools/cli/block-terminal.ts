/** Shows a response on a terminal while it is written: committed text stays, the open blocks are redrawn in place behind it. */
import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { type DraftBlock, type EditEvent, emptyDocument, reduce, type Usage } from "@palimpsest/client";
import stringWidth from "string-width";

const CLEAR_BELOW = "\x1b[0J";
/** A cell that is still masked. */
const MASK = "░";

/** Columns of a terminal that does not know its size and says 0, as some that programs open. */
const USUAL_COLUMNS = 80;

/** The part of a terminal that is used. */
export type Terminal = Pick<WriteStream, "write" | "columns">;

/** Draws a response on a terminal, event by event. */
export class BlockTerminal {
  readonly #terminal: Terminal;
  #document = emptyDocument;
  /** Length of the committed text that is on the terminal. */
  #written = 0;
  /** Column behind it. */
  #column = 0;
  /** The committed text fills its last row: the cursor has moved on to the next one, as a line break would. */
  #isWrapped = false;
  /** Rows that the open blocks reach down from there. */
  #rows = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The response so far. */
  get document() {
    return this.#document;
  }

  show(event: EditEvent): void {
    this.#document = reduce(this.#document, event);
    const { text, drafts } = this.#document.choices[0] ?? { text: "", drafts: [] };
    this.#redraw(text.slice(this.#written), drafts);
  }

  /** Leaves the cursor at the start of an empty line. */
  end(): void {
    this.#redraw("", []);
    if (this.#column > 0) this.#terminal.write("\n");
  }

  #redraw(committed: string, drafts: readonly DraftBlock[]): void {
    const columns = this.#terminal.columns || USUAL_COLUMNS;
    const up = this.#rows > 0 ? `\x1b[${this.#rows}A` : "";
    const right = this.#column > 0 ? `\x1b[${this.#column}C` : "";
    const more = this.#isWrapped && committed.startsWith("\n") ? committed.slice(1) : committed;
    let out = `${up}\r${right}${CLEAR_BELOW}${more}`;
    this.#written += committed.length;
    this.#column = cursorAfter(more, this.#column, columns).column;
    if (committed !== "") this.#isWrapped = this.#column === columns;
    if (this.#column === columns) {
      // The cursor waits at the edge, and no terminal can be told to come back there.
      out += "\r\n";
      this.#column = 0;
    }
    const text = drafts.map(({ content }) => content.map((part) => shown(part)).join("")).join("");
    this.#rows = cursorAfter(text, this.#column, columns).row;
    this.#terminal.write(out + drafts.map(styled).join(""));
  }
}

/** A line of figures. */
export function summary({ completion_tokens: tokens, forwards, edits }: Usage): string {
  const revised = edits.substitute + edits.delete + edits.insert;
  const rate = (tokens / Math.max(1, forwards)).toFixed(2);
  return styleText("dim", `${tokens} tokens in ${forwards} forwards (${rate} each), ${revised} edits`);
}

/** The second UTF-16 unit of a character that has two. */
const LOW_SURROGATE = /[\udc00-\udfff]/;

/** A draft: what the last step unmasked and what it edited stand out. */
function styled({ content, edits }: DraftBlock): string {
  const spans = edits.flatMap(({ op, offset, after }) =>
    after === undefined || after === "" ? [] : [{ from: offset, to: offset + after.length, isNew: op === "unmask" }],
  );
  let offset = 0;
  return content
    .map((part) => {
      if (typeof part === "number") return styleText("dim", shown(part));
      const start = offset;
      offset += part.length;
      const inside = spans.filter(({ from, to }) => from >= start && to <= offset).sort((a, b) => a.from - b.from);
      let at = start;
      const pieces = inside.flatMap(({ from, to, isNew }) => {
        if (from < at) return [];
        const before = part.slice(at - start, from - start);
        // A cell that has only a part of a character marks all of it.
        at = LOW_SURROGATE.test(part[to - start] ?? "") ? to + 1 : to;
        return [styleText("dim", before), styleText(isNew ? "cyan" : "yellow", part.slice(from - start, at - start))];
      });
      return [...pieces, styleText("dim", part.slice(at - start))].join("");
    })
    .join("");
}

function shown(part: string | number): string {
  return typeof part === "number" ? MASK.repeat(part) : part;
}

const graphemes = new Intl.Segmenter();

/** The cursor behind a text that begins in a column. In a full row it stays at the edge until more is written. */
function cursorAfter(text: string, column: number, columns: number): { readonly row: number; readonly column: number } {
  let row = 0;
  let at = column;
  for (const { segment } of graphemes.segment(text)) {
    if (segment === "\n" || segment === "\r\n") {
      row++;
      at = 0;
      continue;
    }
    const width = segment === "\t" ? 8 - (at % 8) : stringWidth(segment);
    if (at + width > columns) {
      row++;
      at = segment === "\t" ? columns : width;
    } else at += width;
  }
  return { row, column: at };
}
