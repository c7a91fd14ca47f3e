/** Draws a response on a terminal while it is generated: committed text stays, the open block is redrawn below it. */
import type { WriteStream } from "node:tty";
import type { Content, EditEvent } from "@palimpsest/proto";

const CLEAR_BELOW = "\x1b[0J";
const DIM = "\x1b[2m";
const EDITED = "\x1b[33m";
const RESET = "\x1b[0m";

/** Draws until the events end, then prints a line of statistics. */
export async function drawBlocks(events: AsyncIterable<EditEvent>, terminal: WriteStream): Promise<void> {
  let open = "";
  let committed = "";
  const redraw = (text: string, styled: string): void => {
    terminal.write(`${eraseDraft(committed, open, terminal.columns)}${styled}`);
    open = text;
  };
  for await (const event of events) {
    if (event.type === "draft") {
      const edited = event.edits.some(({ op }) => op !== "unmask");
      const text = plain(event.content);
      redraw(text, `${edited ? EDITED : DIM}${text}${RESET}`);
    } else if (event.type === "commit") {
      redraw("", event.text);
      committed = (committed + event.text).split("\n").at(-1) as string;
    } else if (event.type === "end") {
      const { completion_tokens: tokens, forwards, edits } = event.usage;
      const revised = edits.substitute + edits.delete + edits.insert;
      const rate = (tokens / forwards).toFixed(2);
      terminal.write(`\n${DIM}${tokens} tokens in ${forwards} forwards (${rate} each), ${revised} edits${RESET}\n`);
    }
  }
}

/** Moves the cursor to the start of the open block and clears it. `lineBefore` is the committed part of its first line. */
function eraseDraft(lineBefore: string, draft: string, columns: number): string {
  const rows = (line: string): number => Math.floor(Math.max(0, line.length - 1) / columns);
  const lines = (lineBefore + draft).split("\n");
  const up = lines.reduce((sum, line) => sum + rows(line) + 1, 0) - 1 - rows(lineBefore);
  const column = lineBefore.length === 0 ? 0 : ((lineBefore.length - 1) % columns) + 1;
  return `${up > 0 ? `\x1b[${up}A` : ""}\r${column > 0 ? `\x1b[${column}C` : ""}${CLEAR_BELOW}`;
}

function plain(content: Content): string {
  return content.map((part) => (typeof part === "number" ? "░".repeat(part) : part)).join("");
}
