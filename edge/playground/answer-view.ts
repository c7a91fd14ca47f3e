/**
 * An answer on the page: an element for each cell, within an element for each line. A step changes the last lines alone, and the
 * browser keeps the others as they are, however long the answer.
 */
import type { Answer, Block, Cell } from "./block-cells.ts";
import { type CellParts, cellParts, isCode } from "./highlight.ts";

const MASK = "░";

/** Classes and descriptions of what a step did to a cell. */
const CHANGES = {
  unmask: "unmasked",
  substitute: "substituted",
  insert: "inserted",
  delete: "deleted",
  remask: "masked again",
} as const;

/** The colours of a committed block's cells. */
interface Colours {
  readonly parts: readonly CellParts[];
  /** Equal for equal colours. */
  readonly key: string;
}

interface ShownBlock {
  readonly block: Block;
  readonly colours: Colours | undefined;
  readonly elements: readonly HTMLElement[];
}

export class AnswerView {
  readonly element = document.createElement("div");
  readonly #shown: ShownBlock[] = [];
  /** The colours of the committed blocks, which come first. */
  #colours: readonly Colours[] = [];

  constructor() {
    this.element.className = "answer";
    this.element.tabIndex = 0;
    this.element.role = "group";
  }

  show({ blocks }: Answer): void {
    const committed = blocks.filter(({ isCommitted }) => isCommitted);
    if (committed.length !== this.#colours.length) this.#colour(committed);
    const changed = blocks.findIndex((block, i) => {
      const shown = this.#shown[i];
      return shown?.block !== block || shown.colours?.key !== this.#colours[i]?.key;
    });
    const from = changed < 0 ? blocks.length : changed;
    for (const { elements } of this.#shown.splice(from)) {
      for (const element of elements) element.remove();
    }
    while (this.element.lastElementChild?.childElementCount === 0) this.element.lastElementChild.remove();
    for (const [i, block] of blocks.entries()) {
      if (i >= from) this.#append(block, i);
    }
  }

  #colour(committed: readonly Block[]): void {
    const texts = committed.flatMap(({ cells }) => cells.map(({ text = "" }) => text));
    this.element.classList.toggle("code", isCode(texts.join("")));
    const parts = cellParts(texts);
    let at = 0;
    this.#colours = committed.map(({ cells }) => {
      at += cells.length;
      const own = parts.slice(at - cells.length, at);
      return { parts: own, key: own.map((cell) => cell.map(({ kind, text }) => `${kind}${text.length}`)).join() };
    });
  }

  #append(block: Block, number: number): void {
    const colours = this.#colours[number];
    const elements = cellElements(block, number, colours?.parts ?? []);
    for (const element of elements) {
      const last = this.element.lastElementChild;
      const line = !last || last.textContent.endsWith("\n") ? document.createElement("div") : last;
      if (line !== last) this.element.append(line);
      line.append(element);
    }
    this.#shown.push({ block, colours, elements });
  }

  /** The cell that an element shows. */
  cellOf(element: Element): { readonly block: number; readonly index: number; readonly cell: Cell } | undefined {
    const { block, cell } = element.closest<HTMLElement>(".cell")?.dataset ?? {};
    if (block === undefined || cell === undefined) return undefined;
    const found = this.#shown[Number(block)]?.block.cells[Number(cell)];
    return found && { block: Number(block), index: Number(cell), cell: found };
  }

  /** Marks a cell as the one whose history is shown. @returns its element */
  select(block: number, index: number): HTMLElement | undefined {
    for (const element of this.element.querySelectorAll(".selected")) element.classList.remove("selected");
    const elements = this.element.querySelectorAll<HTMLElement>(`[data-block="${block}"][data-cell="${index}"]`);
    for (const element of elements) element.classList.add("selected");
    return elements[0];
  }
}

/** The elements of a block: of a cell with line breaks, one for each line. */
function cellElements(block: Block, number: number, parts: readonly CellParts[]): HTMLElement[] {
  const state = block.isCommitted ? "committed" : "open";
  const cells = block.cells.map((cell, i) => {
    const lines =
      cell.text === undefined
        ? [[MASK]]
        : parts[i]
          ? linesOf(parts[i])
          : cell.text.split(/(?<=\n)/).map((line) => [line]);
    return lines.map((contents) => {
      const element = document.createElement("span");
      element.append(...contents);
      element.dataset.block = String(number);
      element.dataset.cell = String(i);
      element.classList.add("cell", state);
      if (cell.text === undefined) element.classList.add("masked");
      if (cell.change) element.classList.add(cell.change);
      if (cell.history.at(-1)?.reason) element.classList.add("grammar");
      return element;
    });
  });
  // Deleted tokens are shown once, where they stood.
  for (const { before, text } of [...block.deleted].sort((a, b) => b.before - a.before)) {
    const deleted = document.createElement("del");
    deleted.textContent = text;
    cells.splice(Math.min(before, cells.length), 0, [deleted]);
  }
  return cells.flat();
}

/** The contents of a cell by line: text, and elements for coloured parts. */
function linesOf(parts: CellParts): (string | HTMLElement)[][] {
  const lines: (string | HTMLElement)[][] = [];
  let isOpen = false;
  for (const { kind, text } of parts) {
    for (const piece of text.split(/(?<=\n)/)) {
      if (!isOpen) lines.push([]);
      lines.at(-1)?.push(kind === undefined ? piece : colouredText(kind, piece));
      isOpen = !piece.endsWith("\n");
    }
  }
  return lines;
}

function colouredText(kind: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = `code-${kind}`;
  element.textContent = text;
  return element;
}

/** Describes the history of a cell in words. */
export function historyNodes(cell: Cell | undefined): Node[] {
  if (cell === undefined || cell.history.length === 0) {
    const hint = document.createElement("p");
    hint.textContent =
      cell === undefined
        ? "Point at a token, or move with the arrow keys, to see what stood there."
        : cell.text === undefined
          ? "Masked: nothing has stood here yet."
          : "Only the text is known: its steps did not reach this page.";
    return [hint];
  }
  const list = document.createElement("ol");
  list.append(
    ...cell.history.map(({ op, step, ms, text, probability, reason }) => {
      const item = document.createElement("li");
      const what = document.createElement("code");
      what.textContent = text === undefined ? MASK : visible(text);
      const sure = op === "insert" || op === "remask" ? "" : `, ${(probability * 100).toFixed(0)}% sure`;
      const by = reason === "grammar" ? ", by the grammar" : "";
      item.append(what, ` ${CHANGES[op]} in step ${step}, after ${(ms / 1000).toFixed(2)} s${sure}${by}`);
      return item;
    }),
  );
  return [list];
}

/** White space as signs. */
function visible(text: string): string {
  return text.replaceAll(" ", "·").replaceAll("\n", "⏎").replaceAll("\t", "⇥") || "end";
}
