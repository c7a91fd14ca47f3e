/** A recorded answer as an animated SVG: an image that plays by itself, without a script, wherever images are shown. */
import { Answer, type Block, type Cell } from "./block-cells.ts";
import type { Lane } from "./run.ts";

const COLUMNS = 76;
/** A monospaced column and a line, in pixels; every text is stretched to its columns, whatever the font. */
const [COLUMN, LINE, MARGIN] = [8.4, 22, 18] as const;
/** The whole answer stays so long before the animation begins again. */
const REST_MS = 3_000;
/** A state that is shown for less than this is not seen. */
const SHORTEST_MS = 16;
const MASK = "░";

export interface AnimationOptions {
  /** The run's time for one of the animation: 0.25 is four times slower. */
  readonly rate: number;
}

/** Text of a line in one style. */
interface Piece {
  text: string;
  readonly column: number;
  readonly line: number;
  readonly style: string;
}

/** @throws Error for an answer without events */
export function animatedSvg({ label, events }: Lane, { rate }: AnimationOptions): string {
  const answer = new Answer();
  const frames: { ms: number; pieces: Piece[] }[] = [];
  for (const { ms, event } of events) {
    answer.take(event, ms);
    if (event.type === "draft" || event.type === "commit" || event.type === "end") {
      const pieces = laidOut(answer.blocks);
      const last = frames.at(-1);
      if (last && ms / rate - last.ms < SHORTEST_MS) last.pieces = pieces;
      else frames.push({ ms: ms / rate, pieces });
    }
  }
  const last = frames.at(-1);
  if (!last) throw new Error("There is no answer to show.");
  const durationMs = last.ms + REST_MS;
  const lines = Math.max(...frames.flatMap(({ pieces }) => pieces.map(({ line }) => line + 1)), 1);
  const [width, height] = [COLUMNS * COLUMN + 2 * MARGIN, lines * LINE + 2 * MARGIN];
  const share = (ms: number) => `${((100 * ms) / durationMs).toFixed(2)}%`;
  const rules = frames.map(({ ms }, i) => {
    const endMs = frames[i + 1]?.ms ?? durationMs;
    const hidden = "visibility:hidden";
    const before = ms > 0 ? `0%{${hidden}}` : "";
    const after = i < frames.length - 1 ? `${share(endMs)}{${hidden}}` : "";
    return `@keyframes f${i}{${before}${share(ms)}{visibility:visible}${after}}#f${i}{animation-name:f${i}}`;
  });
  const groups = frames.map(({ pieces }, i) => `<g class="frame" id="f${i}">${pieces.map(drawn).join("")}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" role="img" aria-label="${escaped(`An answer being written: ${label}`)}">
<style>${STYLE}.frame{visibility:hidden;animation:${(durationMs / 1000).toFixed(2)}s step-end infinite}${rules.join("")}
@media(prefers-reduced-motion:reduce){.frame{animation:none}#f${frames.length - 1}{visibility:visible}}</style>
<rect class="page" width="100%" height="100%" rx="8"/>
${groups.join("\n")}
</svg>
`;
}

const STYLE = `
svg{--page:#fff;--ink:#23211c;--soft:#655f54;--mask:#b9b09d;--fresh:#cfe6f5;--edited:#ffdf9a;--gone:#f4cfd9}
@media(prefers-color-scheme:dark){svg{--page:#1e2023;--ink:#e9e7e2;--soft:#a3a199;--mask:#5b5d63;--fresh:#1d4258;--edited:#6a4a06;--gone:#5e2336}}
text{font:14px ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",monospace;white-space:pre;fill:var(--soft)}
.page{fill:var(--page)}.committed{fill:var(--ink)}.masked{fill:var(--mask)}.unmask,.substitute{fill:var(--ink)}
rect.unmask{fill:var(--fresh)}rect.substitute,rect.insert{fill:var(--edited)}rect.remask{fill:var(--gone)}
`;

/** Styles with a mark behind the text: each cell has its own. */
const MARKED = /unmask|substitute|insert|remask/;
/** A row of text, with the break that ends it. */
const ROW = new RegExp(`[^\n]{1,${COLUMNS}}\n?|\n`, "gu");

function laidOut(blocks: readonly Block[]): Piece[] {
  const pieces: Piece[] = [];
  let [line, column] = [0, 0];
  for (const block of blocks) {
    for (const cell of block.cells) {
      for (const text of (cell.text ?? MASK).match(ROW) ?? []) {
        const shown = text.replace("\n", "");
        if (column > 0 && column + columnsOf(shown) > COLUMNS) [line, column] = [line + 1, 0];
        const style = styleOf(cell, block.isCommitted);
        const last = pieces.at(-1);
        const continues = last?.line === line && last.style === style && !MARKED.test(style);
        if (continues) last.text += shown;
        else if (shown !== "") pieces.push({ text: shown, column, line, style });
        column += columnsOf(shown);
        if (text.endsWith("\n")) [line, column] = [line + 1, 0];
      }
    }
  }
  return pieces;
}

function styleOf({ text, change }: Cell, isCommitted: boolean): string {
  if (isCommitted) return "committed";
  return [text === undefined && "masked", change].filter(Boolean).join(" ");
}

function drawn({ text, column, line, style }: Piece): string {
  const [x, y] = [MARGIN + column * COLUMN, MARGIN + line * LINE];
  const width = (columnsOf(text) * COLUMN).toFixed(1);
  const mark = `<rect class="${style}" x="${x.toFixed(1)}" y="${y}" width="${width}" height="${LINE - 2}" rx="3"/>`;
  const place = `x="${x.toFixed(1)}" y="${y + 15}" textLength="${width}" lengthAdjust="spacingAndGlyphs"`;
  return `${MARKED.test(style) ? mark : ""}<text class="${style}" ${place}>${escaped(text)}</text>`;
}

/** Characters that take two columns: of East Asian scripts, and emoji. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u;

function columnsOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
