import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type AnswerPart, createToolCallParser, type ToolUse } from "./tool-calls.ts";

const weather = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const call: AnswerPart = { type: "tool_call", name: "weather", arguments: '{"city":"Oslo"}' };

const use: ToolUse = { names: new Set(["weather", "print", "get", "now"]), parallel: true, stops: false };

const parse = (...pieces: string[]) => parseWith({}, ...pieces);

/** Parses a text given in pieces; neighbouring texts become one. */
function parseWith({ cut = false, ...given }: Partial<ToolUse> & { cut?: boolean }, ...pieces: string[]): AnswerPart[] {
  const parser = createToolCallParser({ ...use, ...given });
  const joined: AnswerPart[] = [];
  for (const part of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.flush(cut)]) {
    const last = joined.at(-1);
    if (last?.type === "text" && part.type === "text") joined[joined.length - 1] = text(last.text + part.text);
    else joined.push(part);
  }
  return joined;
}

const text = (shown: string): AnswerPart => ({ type: "text", text: shown });

describe("tool calls", () => {
  it("are removed from the text with the white space around them", () => {
    expect(parse(weather)).toEqual([call]);
    expect(parse(`Let me look.\n\n${weather}\n`)).toEqual([text("Let me look."), call]);
    expect(parse(`${weather}\n${weather}`)).toEqual([call, call]);
    expect(parse(`${weather}\nDone.`)).toEqual([call, text("Done.")]);
  });

  it("need no arguments", () => {
    expect(parse('<tool_call>{"name":"now"}</tool_call>')).toEqual([
      { type: "tool_call", name: "now", arguments: "{}" },
    ]);
  });

  it("may contain the marks in a string", () => {
    const body = { name: "print", arguments: { html: 'a "</tool_call>" \\ <tool_call>' } };
    expect(parse(`<tool_call>\n${JSON.stringify(body)}\n</tool_call>`)).toEqual([
      { type: "tool_call", name: "print", arguments: JSON.stringify(body.arguments) },
    ]);
  });

  it("keep every digit of their numbers", () => {
    const numbers = '{"id":9007199254740993,"price":1.0,"list":[1234567890123456789]}';
    expect(parse(`<tool_call>\n{"name": "get", "arguments": ${numbers}}\n</tool_call>`)).toEqual([
      { type: "tool_call", name: "get", arguments: numbers },
    ]);
  });

  it("are found after a mark that is only mentioned in text", () => {
    expect(parse(`I write <tool_call> first.\n${weather}`)).toEqual([text("I write <tool_call> first."), call]);
  });

  it.each([
    "plain text with a trailing space ",
    "<tool_call>\nnot json\n</tool_call>",
    '<tool_call>\n{"name": 5, "arguments": {}}\n</tool_call>',
    '<tool_call>\n{"name": "set_timer", "arguments": {}}\n</tool_call>',
    '<tool_call>\n{"name": "weather", "arguments": "Oslo"}\n</tool_call>',
    '<tool_call>\n{"name": "weather", "arguments": 12}\n</tool_call>',
    '<tool_call>\n{"name": "weather", "argum',
    "a < b and <tool_cal",
    '<tool_call>\n{"name": "unclosed string\n</tool_call> and more',
  ])("stay text when they are not calls: %j", (answer) => {
    expect(parse(answer)).toEqual([text(answer)]);
  });

  it("text is emitted as soon as it cannot be part of a call", () => {
    const parser = createToolCallParser(use);
    expect(parser.push("Sure. <b>")).toEqual([text("Sure. <b>")]);
    expect(parser.push(" <tool")).toEqual([]);
    expect(parser.push("box>")).toEqual([text(" <toolbox>")]);
  });

  it("nested too deeply stay text", () => {
    const nested = (depth: number) =>
      `<tool_call>{"name": "get", "arguments": {"x": ${"[".repeat(depth)}${"]".repeat(depth)}}}</tool_call>`;
    expect(parse(nested(200))).toMatchObject([{ type: "tool_call" }]);
    expect(parse(nested(5000))).toEqual([text(nested(5000))]);
  });

  it("a mark that text mentions holds nothing back", () => {
    const parser = createToolCallParser(use);
    expect(parser.push("Write <tool_call> to")).toEqual([text("Write"), text(" <tool_call>"), text(" to")]);
    expect(parser.push(" call.")).toEqual([text(" call.")]);
    expect(parser.push("<tool_call>{")).toEqual([]);
    expect(parser.push("x <b>")).toEqual([text("<tool_call>"), text("{x <b>")]);
  });

  it.each(["<tool_", "<tool_call>", "<tool_call>\n", '<tool_call>\n{"name": "weather", "argum'])(
    "of which a limit cuts all but %j are dropped",
    (begun) => {
      expect(parseWith({ cut: true }, `Let me look.\n${begun}`)).toEqual([text("Let me look.")]);
      expect(parseWith({ cut: true }, weather, begun)).toEqual([call]);
    },
  );

  it.each(["<", "<tool_call> tag", "<tool_call>{oops"])("a limit drops no text: %j", (end) => {
    expect(parseWith({ cut: true }, `Look: ${end}`)).toEqual([text(`Look: ${end}`)]);
  });

  it.each([true, false])("without all of their closing mark are calls, cut: %s", (cut) => {
    for (const end of ["", "\n", "</tool_"]) expect(parseWith({ cut }, weather.slice(0, -13) + end)).toEqual([call]);
  });

  it("that may not be parallel end the answer", () => {
    expect(parseWith({ parallel: false }, `One:\n${weather}\n`, `${weather}\nDone.`)).toEqual([text("One:"), call]);
  });

  it("are read once, however many pieces they come in", () => {
    const read = vi.spyOn(String.prototype, "indexOf");
    const parser = createToolCallParser(use);
    parser.push('<tool_call>{"name": "get", "arguments": {"text": "');
    const before = read.mock.calls.length;
    for (let i = 0; i < 1000; i++) parser.push("word ");
    expect(read.mock.calls.length - before).toBe(0);
    read.mockRestore();
    expect(parser.push('"}}</tool_call>')).toHaveLength(1);
  });

  it("are found for any split of the text", () => {
    const piece = fc.constantFrom(weather, "<tool_call>", "</tool_call>", " ", "\n", '"', "{", "text ", "\\", "<", "é");
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat({ max: 20 }), { maxLength: 30 }),
        (pieces, cuts) => {
          const whole = pieces.join("");
          const cut: string[] = [];
          let at = 0;
          for (const length of cuts) {
            cut.push(whole.slice(at, at + length));
            at += length;
          }
          expect(parse(...cut, whole.slice(at))).toEqual(parse(whole));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
