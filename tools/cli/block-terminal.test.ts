import type { EditEvent } from "@palimpsest/client";
import { Terminal } from "@xterm/headless";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { BlockTerminal } from "./block-terminal.ts";

const COLUMNS = 20;
afterEach(() => vi.unstubAllEnvs());
const base = { v: 1, response_id: "r", attempt: 1 } as const;

/** A terminal emulator, and the rows that it shows. */
function emulator(columns = COLUMNS, rows = 12) {
  const terminal = new Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  const written: Promise<void>[] = [];
  const write = (data: string | Uint8Array): boolean => {
    written.push(new Promise((resolve) => terminal.write(data, resolve)));
    return true;
  };
  /** Every row with its text, those that scrolled away included. */
  const shown = async (): Promise<string[]> => {
    await Promise.all(written);
    const { active } = terminal.buffer;
    return Array.from({ length: active.baseY + active.cursorY + 1 }, (_, i) =>
      active.getLine(i)!.translateToString(true),
    );
  };
  return { write, columns, shown, buffer: terminal.buffer.active };
}

/** Events of one response, numbered. */
function told(...events: readonly Record<string, unknown>[]): EditEvent[] {
  return events.map((event, seq) => ({ ...base, seq, ...event }) as unknown as EditEvent);
}

const open = { type: "open", model: "m", block_length: 4, choices: 1, decoding: { rule: "2.1", threshold: 0.7 } };
const draft = (block: number, rev: number, content: (string | number)[], edits: object[] = []) => {
  return { type: "draft", choice: 0, block, rev, content, edits };
};
const commit = (block: number, start: number, text: string) => {
  return { type: "commit", choice: 0, block, text, start, length: text.length };
};

it("redraws the open block in place, and leaves committed text alone", async () => {
  const screen = emulator();
  const blocks = new BlockTerminal(screen);
  for (const event of told(open, draft(0, 0, [4]), draft(0, 1, ["one ", 2]))) blocks.show(event);
  expect(await screen.shown()).toEqual(["one ░░"]);
  for (const event of told(open, draft(0, 2, ["one\ntwo\n", 1]), commit(0, 0, "one\ntwo\n")))
    blocks.show({ ...event, seq: event.seq + 3 });
  for (const event of told(open, draft(1, 3, ["three", 3]))) blocks.show({ ...event, seq: event.seq + 6 });
  expect(await screen.shown()).toEqual(["one", "two", "three░░░"]);
  blocks.end();
  expect(await screen.shown()).toEqual(["one", "two", ""]);
});

it("redraws in place on a terminal that does not know its size", async () => {
  const screen = emulator(80);
  screen.write("before\n");
  const blocks = new BlockTerminal({ write: screen.write, columns: 0 });
  for (const event of told(open, draft(0, 0, ["first", 2]), draft(0, 1, ["second", 1]))) blocks.show(event);
  expect(await screen.shown()).toEqual(["before", "second░"]);
});

it("shows the committed text whatever the drafts before it were: wide characters, full rows, scrolling", async () => {
  const piece = fc.constantFrom("a", "long word ", "\n", "数字", "é", "x".repeat(COLUMNS), "  ");
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 5 }), async (blocks) => {
      const plain = emulator(COLUMNS, 60);
      const drawn = emulator(COLUMNS, 60);
      const terminal = new BlockTerminal(drawn);
      let start = 0;
      let rev = 0;
      let seq = 0;
      const show = (event: object) => terminal.show({ ...base, seq: seq++, ...event } as EditEvent);
      show(open);
      for (const [block, [first, second, final]] of blocks.entries()) {
        show(draft(block, rev++, [first, 3]));
        show(draft(block, rev++, [second]));
        show(commit(block, start, final));
        start += final.length;
      }
      plain.write(blocks.map(([, , final]) => final).join(""));
      const trimmed = (rows: string[]) => rows.join("\n").trimEnd();
      expect(trimmed(await drawn.shown())).toBe(trimmed(await plain.shown()));
    }),
    { numRuns: 60 },
  );
});

it("marks what the last step edited, where colours are allowed", async () => {
  vi.stubEnv("NO_COLOR", "");
  vi.stubEnv("FORCE_COLOR", "1");
  const screen = emulator();
  const terminal = new BlockTerminal(screen);
  const edits = [
    { op: "substitute", at: 0, offset: 0, before: "a", after: "b", p: 0.9 },
    { op: "unmask", at: 1, offset: 1, after: "c", p: 0.9 },
  ];
  for (const event of told(open, draft(0, 0, ["bcd", 1], edits))) terminal.show(event);
  await screen.shown();
  const cell = (column: number) => screen.buffer.getLine(0)!.getCell(column)!;
  expect([0, 1, 2, 3].map((column) => cell(column).getChars()).join("")).toBe("bcd░");
  expect([0, 1].map((column) => cell(column).getFgColor())).toEqual([3, 6]);
  expect([2, 3].map((column) => Boolean(cell(column).isDim()))).toEqual([true, true]);
});

it("marks a whole character where the step wrote a part of it", async () => {
  vi.stubEnv("NO_COLOR", "");
  vi.stubEnv("FORCE_COLOR", "1");
  const screen = emulator();
  const halves = [0, 1].map((at) => ({ op: "unmask", at, offset: 0, after: "\uFFFD", p: 0.9 }));
  const terminal = new BlockTerminal(screen);
  for (const event of told(open, draft(0, 0, ["🙂", 1], halves))) terminal.show(event);
  await screen.shown();
  const cell = screen.buffer.getLine(0)!.getCell(0)!;
  expect([cell.getChars(), cell.getFgColor()]).toEqual(["🙂", 6]);
});
