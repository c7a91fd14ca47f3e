/** Prints a response while it comes in: in place on a terminal, else the committed text alone. */
import type { EditEvent } from "@palimpsest/client";
import { BlockTerminal, summary } from "./block-terminal.ts";

/** @returns the committed text of the first choice */
export async function printEvents(events: AsyncIterable<EditEvent>, out = process.stdout): Promise<string> {
  return out.isTTY ? draw(events, out) : printCommits(events, out);
}

async function draw(events: AsyncIterable<EditEvent>, out: NodeJS.WriteStream & { fd: 1 }): Promise<string> {
  const terminal = new BlockTerminal(out);
  try {
    for await (const event of events) terminal.show(event);
  } finally {
    terminal.end();
  }
  const { usage, choices } = terminal.document;
  if (usage) out.write(`${summary(usage)}\n`);
  return choices[0]?.text ?? "";
}

async function printCommits(events: AsyncIterable<EditEvent>, out: NodeJS.WritableStream): Promise<string> {
  let text = "";
  try {
    for await (const event of events) {
      if (event.type !== "commit" || event.choice !== 0 || event.start < text.length) continue;
      text += event.text;
      out.write(event.text);
    }
  } finally {
    out.write("\n");
  }
  return text;
}
