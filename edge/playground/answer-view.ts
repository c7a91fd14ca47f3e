/** An answer on the page: an element for each block and each cell, of which only those that changed are made anew. */
import type { Answer, Block, Cell } from "./block-cells.ts";
import { colour, isCode } from "./highlight.ts";

const MASK = "░";

/** Classes and descriptions of what a step did to a cell. */
const CHANGES = {
  unmask: "unmasked",
  substitute: "substituted",
  insert: "inserted",
  delete: "deleted",
  remask: "masked again",
} as const;

export class AnswerView {
  readonly element = document.createElement("div");
  readonly #name: string;
  readonly #shown: Block[] = [];
  #committed = 0;

  /** @param name differs from those of all other answers on the page */
  constructor(name: string) {
    this.#name = name;
    this.element.className = "answer";
    this.element.tabIndex = 0;
    this.element.role = "group";
  }

  show({ blocks }: Answer): void {
    for (const [i, block] of blocks.entries()) {
      if (this.#shown[i] === block) continue;
      this.#shown[i] = block;
      const element = blockElement(block, i);
      const old = this.element.children[i];
      if (old) old.replaceWith(element);
      else this.element.append(element);
    }
    this.#shown.length = blocks.length;
    while (this.element.children.length > blocks.length) this.element.lastElementChild?.remove();
    const committed = blocks.filter(({ isCommitted }) => isCommitted).length;
    if (committed === this.#committed) return;
    this.#committed = committed;
    const cells = [...this.element.children].slice(0, committed).flatMap(({ children }) => [...children]);
    this.element.classList.toggle("code", isCode(cells.map(({ textContent }) => textContent).join("")));
    colour(this.#name, cells);
  }

  /** The cell that an element shows. */
  cellOf(element: Element): { readonly block: number; readonly index: number; readonly cell: Cell } | undefined {
    const { block, cell } = (element as HTMLElement).dataset;
    if (block === undefined || cell === undefined) return undefined;
    const found = this.#shown[Number(block)]?.cells[Number(cell)];
    return found && { block: Number(block), index: Number(cell), cell: found };
  }

  /** Marks a cell as the one whose history is shown. @returns its element */
  select(block: number, index: number): HTMLElement | undefined {
    this.element.querySelector(".selected")?.classList.remove("selected");
    const element = this.element.querySelector<HTMLElement>(`[data-block="${block}"][data-cell="${index}"]`);
    element?.classList.add("selected");
    return element ?? undefined;
  }
}

function blockElement(block: Block, number: number): HTMLElement {
  const element = document.createElement("span");
  element.className = block.isCommitted ? "block committed" : "block open";
  const cells = block.cells.map((cell, i) => cellElement(cell, number, i));
  // Deleted tokens are shown once, where they stood.
  for (const { before, text } of [...block.deleted].sort((a, b) => b.before - a.before)) {
    const deleted = document.createElement("del");
    deleted.textContent = text;
    cells.splice(Math.min(before, cells.length), 0, deleted);
  }
  element.append(...cells);
  return element;
}

function cellElement({ text, change, history }: Cell, block: number, index: number): HTMLElement {
  const element = document.createElement("span");
  element.textContent = text ?? MASK;
  element.dataset.block = String(block);
  element.dataset.cell = String(index);
  element.classList.add("cell");
  if (text === undefined) element.classList.add("masked");
  if (change) element.classList.add(change);
  if (history.at(-1)?.reason) element.classList.add("grammar");
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
