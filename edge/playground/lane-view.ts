/** An answer on the page with its figures, the heat of its blocks, the history of a token, and its result. */
import { AnswerView, historyNodes } from "./answer-view.ts";
import { Answer, type Block } from "./block-cells.ts";
import { showResult } from "./result-view.ts";
import { answerAt, type Lane } from "./run.ts";
import type { Schema } from "./schema-notes.ts";

export class LaneView {
  readonly element = document.createElement("article");
  readonly #lane: Lane;
  readonly #answer: AnswerView;
  readonly #history: HTMLElement;
  readonly #schema: Schema | undefined;
  readonly #figures = document.createElement("p");
  readonly #heat = document.createElement("ol");
  readonly #result = document.createElement("div");
  /** The answer that is shown. It is built on as long as time goes forward. */
  #shown = new Answer();
  /** The blocks whose heat is shown. */
  readonly #heated: Block[] = [];
  #taken = 0;
  #ms = 0;
  #selected: { block: number; index: number } | undefined;

  /** @param history where the history of the selected token is shown */
  constructor(lane: Lane, history: HTMLElement, schema?: Schema) {
    this.#lane = lane;
    this.#schema = schema;
    this.#history = history;
    this.#answer = new AnswerView();
    this.#answer.element.ariaLabel = `Answer, ${lane.label}; the arrow keys move from token to token`;
    const title = document.createElement("h2");
    title.textContent = lane.label;
    this.#figures.className = "figures";
    this.#heat.className = "heat";
    this.#heat.ariaLabel = "Steps of each block";
    this.#result.className = "result";
    this.#result.hidden = true;
    this.element.className = "lane";
    this.element.append(title, this.#answer.element, this.#heat, this.#figures, this.#result);
    this.#history.replaceChildren(...historyNodes(undefined));
    this.#answer.element.addEventListener("pointerover", ({ target }) => {
      const found = target instanceof Element ? this.#answer.cellOf(target) : undefined;
      if (found) this.#select(found.block, found.index);
    });
    this.#answer.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  show(ms: number): void {
    const { events } = this.#lane;
    const isBack = ms < this.#ms;
    this.#ms = ms;
    if (isBack) {
      this.#shown = answerAt(this.#lane, ms);
      this.#taken = events.findIndex((recorded) => recorded.ms > ms);
      if (this.#taken < 0) this.#taken = events.length;
    }
    const before = this.#taken;
    for (let next = events[this.#taken]; next !== undefined && next.ms <= ms; next = events[++this.#taken]) {
      this.#shown.take(next.event, next.ms);
    }
    if (!isBack && before === this.#taken && before > 0 && this.#lane.failure === undefined) return;
    this.#answer.show(this.#shown);
    this.#showFigures();
    this.#showHeat();
    const isOver = this.#taken === events.length && events.at(-1)?.event.type === "end";
    if (isOver) showResult(this.#result, this.#shown.text, this.#schema);
    else this.#result.hidden = true;
    if (this.#selected) this.#showHistory();
  }

  #showHeat(): void {
    const { blocks } = this.#shown;
    for (const [i, block] of blocks.entries()) {
      if (this.#heated[i] === block) continue;
      this.#heated[i] = block;
      const old = this.#heat.children[i];
      if (old) old.replaceWith(heatElement(block, i));
      else this.#heat.append(heatElement(block, i));
    }
    this.#heated.length = blocks.length;
    while (this.#heat.children.length > blocks.length) this.#heat.lastElementChild?.remove();
  }

  #showFigures(): void {
    const { failure, events } = this.#lane;
    const { firstDraftMs, firstCommitMs, committed, revised, usage } = this.#shown.counters;
    const tokens = usage?.completion_tokens ?? committed;
    const seconds = Math.min(this.#ms, events.at(-1)?.ms ?? 0) / 1000;
    const figures = [
      `${tokens} ${tokens === 1 ? "token" : "tokens"}`,
      ...(seconds > 0 && tokens > 0 ? [`${(tokens / seconds).toFixed(0)} a second`] : []),
      ...(usage
        ? [`${usage.forwards} forwards, ${(tokens / Math.max(1, usage.forwards)).toFixed(1)} tokens each`]
        : []),
      `${revised} revised`,
      ...(firstDraftMs === undefined ? [] : [`first draft ${(firstDraftMs / 1000).toFixed(2)} s`]),
      ...(firstCommitMs === undefined ? [] : [`first commit ${(firstCommitMs / 1000).toFixed(2)} s`]),
      ...(failure !== undefined && this.#taken === events.length ? [failure] : []),
    ];
    this.#figures.textContent = figures.join(" · ");
  }

  #select(block: number, index: number): HTMLElement | undefined {
    this.#selected = { block, index };
    const element = this.#answer.select(block, index);
    this.#showHistory();
    return element;
  }

  #showHistory(): void {
    const { block, index } = this.#selected as { block: number; index: number };
    this.#answer.select(block, index);
    this.#history.replaceChildren(...historyNodes(this.#shown.blocks[block]?.cells[index]));
  }

  #onKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const cells = this.#shown.blocks.flatMap(({ cells }, block) => cells.map((_, index) => ({ block, index })));
    const { block, index } = this.#selected ?? { block: 0, index: -1 };
    const at = cells.findIndex((cell) => cell.block === block && cell.index === index);
    const next = cells[Math.min(cells.length - 1, Math.max(0, at + by))];
    if (next) this.#select(next.block, next.index)?.scrollIntoView({ block: "nearest" });
  }
}

/** Steps at which a block counts as hard. */
const HOT_STEPS = 12;

function heatElement({ cells, isCommitted, steps }: Block, number: number): HTMLElement {
  const revised = cells.reduce((sum, { history }) => sum + Math.max(0, history.length - 1), 0);
  const sure = cells.flatMap(({ history }) => history.at(-1)?.probability ?? []);
  const element = document.createElement("li");
  const lowest = sure.length > 0 ? `, the least sure token ${(Math.min(...sure) * 100).toFixed(0)}%` : "";
  const text = `block ${number + 1}: ${steps} steps, ${revised} tokens revised${lowest}`;
  element.title = text;
  element.ariaLabel = text;
  element.style.setProperty("--heat", String(Math.min(1, steps / HOT_STEPS)));
  if (!isCommitted) element.className = "open";
  return element;
}
