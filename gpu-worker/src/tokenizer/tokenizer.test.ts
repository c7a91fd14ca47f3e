import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tokenizer as Reference } from "@huggingface/tokenizers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openTokenizer, type Tokenizer } from "./tokenizer.ts";

const folder = fileURLToPath(new URL("../../../test/support/models/tokenizer/", import.meta.url));
const file = (name: string) => join(folder, name);
const json = JSON.parse(await readFile(file("tokenizer.json"), "utf8"));
const config = JSON.parse(await readFile(file("tokenizer_config.json"), "utf8"));
const reference = new Reference(json, config);
const marks: string[] = json.added_tokens.map((token: { content: string }) => token.content);

let scratch: string;
let tokenizer: Tokenizer;
let demo: Tokenizer;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "tokenizer-"));
  const chatTemplate = join(scratch, "demo.jinja");
  await writeFile(chatTemplate, config.chat_template);
  const files = { tokenizer: file("tokenizer.json"), config: file("tokenizer_config.json") };
  tokenizer = await openTokenizer({ ...files, chatTemplate: file("chat_template.jinja") });
  demo = await openTokenizer({ ...files, chatTemplate });
});

afterAll(() => rm(scratch, { recursive: true }));

const user = (content: string) => ({ role: "user", content });
const decode = (tokens: readonly number[]) => Buffer.concat(tokens.map((token) => tokenizer.bytes(token))).toString();
const ids = (text: string) => reference.encode(text, { add_special_tokens: false }).ids;
const plainIds = (text: string) => tokenizer.encode(text);
/** Text as people write it, with the marks of the template in between, and halves of characters. */
const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...marks, "你好", "👩‍👩‍👧", "\ud83d", "\udc4d", "\uE0FF", "  \n"),
    ),
  )
  .map((parts) => parts.join(""));

describe("text", () => {
  it("comes back from its tokens, whatever it is; half a character becomes U+FFFD", () => {
    fc.assert(fc.property(texts, (text) => decode(tokenizer.encode(text)) === text.toWellFormed()));
  });

  it("has the tokens that the reference implementation gives it", () => {
    const text = "function add(a, b) {\n  return a + b; // 你好 👍\n}\n";
    expect(tokenizer.encode(text)).toEqual(ids(text));
  });

  it("of a special token stays text", () => {
    const special = new Set(json.added_tokens.map((token: { id: number }) => token.id));
    fc.assert(fc.property(texts, (text) => !tokenizer.encode(text).some((id) => special.has(id))));
  });

  it("of a special token or of an unknown id is empty", () => {
    expect([0, 1, 999_999].map((token) => tokenizer.bytes(token).length)).toEqual([0, 0, 0]);
  });
});

describe("a conversation", () => {
  it("is what the template writes around its messages", () => {
    const messages = [
      { role: "developer", content: "Be brief." },
      user("hi"),
      { role: "assistant", content: "hello" },
      user("?"),
    ];
    expect(demo.encodeChat(messages, [])).toEqual(
      ids(
        "<role>SYSTEM</role>Be brief.<|role_end|><role>HUMAN</role>hi<|role_end|><role>ASSISTANT</role>hello<|role_end|>" +
          "<role>HUMAN</role>?<|role_end|><role>ASSISTANT</role>",
      ),
    );
  });

  it("keeps special tokens that a user writes as text", () => {
    const [before, after] = ["<role>HUMAN</role>", "<|role_end|><role>ASSISTANT</role>"].map(ids);
    fc.assert(
      fc.property(texts, (text) => {
        expect(demo.encodeChat([user(text)], [])).toEqual([...before!, ...plainIds(text), ...after!]);
      }),
    );
  });

  it("ends with the text that the answer begins with, in which special tokens are text", () => {
    const prompt = demo.encodeChat([user("hi")], []);
    fc.assert(
      fc.property(texts, (text) => {
        expect(demo.encodeChat([user("hi")], [], undefined, text)).toEqual([...prompt, ...plainIds(text)]);
      }),
    );
  });

  it("carries tools, calls and results", () => {
    const tools = [{ type: "function", function: { name: "weather", description: "<|mask|>", parameters: {} } }];
    const call = { id: "call_1", name: "weather", arguments: '{"city": "<role>Köln"}' };
    const messages = [
      user("Rain?"),
      { role: "assistant", content: "", toolCalls: [call] },
      { role: "tool", content: "</role>dry", toolCallId: "call_1" },
    ];
    expect(tokenizer.encodeChat(messages, tools)).toEqual([
      ...ids("<role>SYSTEM</role>"),
      ...plainIds(
        '\n# Tools\n{"type": "function", "function": {"name": "weather", "description": "<|mask|>", "parameters": {}}}',
      ),
      ...ids("<|role_end|><role>HUMAN</role>Rain?<|role_end|><role>ASSISTANT</role>"),
      ...plainIds('\n<tool_call>\n{"name": "weather", "arguments": {"city": "<role>Köln"}}\n</tool_call>'),
      ...ids("<|role_end|><role>OBSERVATION</role>"),
      ...plainIds("\n<tool_response>\n</role>dry\n</tool_response>"),
      ...ids("<|role_end|><role>ASSISTANT</role>"),
    ]);
  });

  it.each([
    ["the role that the template fails on", () => demo, [user("a"), { role: "tool", content: "b" }], "messages[1]"],
    ["the role that it would drop", () => tokenizer, [user("a"), { role: "critic", content: "b" }], "messages[1]"],
    [
      "the message that it refuses",
      () => tokenizer,
      [user("a"), { role: "tool", content: "b" }, user("c")],
      "messages[1]",
    ],
    [
      "arguments that are nested too deeply",
      () => tokenizer,
      [
        {
          role: "assistant",
          content: "",
          toolCalls: [{ id: "1", name: "f", arguments: `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}` }],
        },
      ],
      "messages[0]",
    ],
    [
      "arguments that are no object",
      () => tokenizer,
      [{ role: "assistant", content: "", toolCalls: [{ id: "1", name: "f", arguments: "{" }] }],
      "messages[0]",
    ],
  ])("names %s", (_, which, messages, param) => {
    const refused = expect.objectContaining({
      code: "invalid_request",
      param,
      message: expect.stringContaining(param),
    });
    expect(() => which().encodeChat(messages, [])).toThrow(refused);
  });

  it("needs a template", async () => {
    const bare = await openTokenizer({ tokenizer: file("tokenizer.json") });
    expect(() => bare.encodeChat([user("hi")], [])).toThrow(/no chat template/);
  });
});

describe("a prompt with more tokens than its limit", () => {
  const limit = 16;
  const refused = expect.objectContaining({ name: "TooManyTokens" });

  it("is refused by its bytes, before it is rendered or encoded", () => {
    const tokenizing = vi.spyOn(Reference.prototype, "encode");
    for (const unit of [" ", "a", "你好", "\n", "👍", "<|mask|>", "word "]) {
      expect(() => tokenizer.encode(unit.repeat(100_000), limit)).toThrow(refused);
      expect(() => tokenizer.encodeChat([user(unit.repeat(100_000))], [], limit)).toThrow(refused);
    }
    expect(() => tokenizer.encodeChat(new Array(100_000).fill(user("a")), [], limit)).toThrow(refused);
    expect(tokenizing).not.toHaveBeenCalled();
    tokenizing.mockRestore();
  });

  it("is the only one that is refused", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const tokens = tokenizer.encode(text);
        expect(tokenizer.encode(text, tokens.length)).toEqual(tokens);
        const prompt = tokenizer.encodeChat([user(text)], []);
        expect(tokenizer.encodeChat([user(text)], [], prompt.length)).toEqual(prompt);
      }),
    );
  });
});

describe("a package", () => {
  it.each([
    ["another decoder", { ...json, decoder: { type: "Metaspace" } }, /decoder.type: only byte-level BPE/],
    ["another model", { ...json, model: { type: "Unigram", vocab: [] } }, /model.type: only byte-level BPE/],
    ["bytes without a token", { ...json, model: { ...json.model, vocab: { a: 0 } } }, /bytes 0, 1, 2/],
    ["no list of added tokens", { ...json, added_tokens: undefined }, /broken.json: added_tokens/],
  ])("with %s is refused", async (_, broken, message) => {
    await writeFile(join(scratch, "broken.json"), JSON.stringify(broken));
    await expect(openTokenizer({ tokenizer: join(scratch, "broken.json") })).rejects.toThrow(message);
  });

  it("with a template that is none is refused", async () => {
    await writeFile(join(scratch, "broken.jinja"), "{% if %}");
    const files = { tokenizer: file("tokenizer.json"), chatTemplate: join(scratch, "broken.jinja") };
    await expect(openTokenizer(files)).rejects.toThrow(/broken.jinja: not a chat template/);
  });
});
