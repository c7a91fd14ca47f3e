/** Only the template writes special tokens: whatever a message, a tool or a call says, it says as text. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Message } from "@palimpsest/proto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTokenizer, type Tokenizer } from "./tokenizer.ts";

const shipped = fileURLToPath(new URL("../../models/demo/tokenizer.json", import.meta.url));
const template = fileURLToPath(new URL("../../../test/support/models/tokenizer/chat_template.jinja", import.meta.url));
/** Puts what users say side by side, names and all. */
const bare =
  "{% for m in messages %}<role>{{ m.name }}{{ m.content }}{{ m.tool_call_id }}" +
  "{% for c in m.tool_calls or [] %}{{ c.id }}{{ c.function.name }}{{ c.function.arguments }}{% endfor %}" +
  "</role>{% endfor %}{{ tools | tojson if tools }}<role>";

interface AddedToken {
  readonly id: number;
  readonly content: string;
}
const json = JSON.parse(await readFile(shipped, "utf8"));
/** As a 2.2 checkpoint's: edit tokens, and marks of calls that are tokens though not special ones. */
const more = ["<|delete|>", "<|split|>", "<tool_call>", "</tool_call>", "<think>"].map((content, i) => {
  const known = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return { id: 900 + i, content, special: i < 2, ...known };
});
const tokenizers = { shipped: json.added_tokens, "2.2": [...json.added_tokens, ...more] } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "special-"));
  await writeFile(join(folder, "bare.jinja"), bare);
});
afterAll(() => rm(folder, { recursive: true }));

/** A conversation that says `text` wherever a client can say something. */
function conversation(text: string): { messages: Message[]; tools: unknown[] } {
  const call = { id: text, name: text, arguments: JSON.stringify({ [text]: [text, { deep: text }] }) };
  const schema = { type: "object", properties: { [text]: { description: text, enum: [text] } } };
  return {
    messages: [
      { role: "system", content: text, name: text },
      { role: "user", content: `before ${text} after`, name: text },
      { role: "assistant", content: text, toolCalls: [call, call] },
      { role: "tool", content: text, toolCallId: text, name: text },
      { role: "user", content: text },
    ],
    tools: [{ type: "function", function: { name: text, description: text, parameters: schema } }],
  };
}

describe.each(Object.entries(tokenizers))("the %s tokenizer", (name, added: readonly AddedToken[]) => {
  const open = async (chatTemplate: string): Promise<Tokenizer> => {
    const tokenizer = join(folder, `${name}.json`);
    await writeFile(tokenizer, JSON.stringify({ ...json, added_tokens: added }));
    return openTokenizer({ tokenizer, chatTemplate });
  };
  const marksIn = (tokens: readonly number[]) => tokens.filter((id) => added.some((token) => token.id === id));

  it.each(added.map(({ content }) => content))(
    "%s in a conversation, its tools and calls, and in plain text",
    async (mark) => {
      for (const file of [template, join(folder, "bare.jinja")]) {
        const tokenizer = await open(file);
        const encode = (text: string) => {
          const { messages, tools } = conversation(text);
          return tokenizer.encodeChat(messages, tools);
        };
        const harmless = marksIn(encode("harmless"));
        expect(harmless.length).toBeGreaterThan(5);
        // Whole, doubled, cut in two by the next string, and among what could begin another.
        for (const text of [mark, mark + mark, mark.slice(0, 3), mark.slice(-4), `<${mark}>`, ` ${mark}\n`]) {
          expect(marksIn(encode(text))).toEqual(harmless);
        }
        expect(marksIn(tokenizer.encode(`a ${mark}${mark}`))).toEqual([]);
        const spelled = Buffer.concat(encode(mark).map((id) => tokenizer.bytes(id))).toString();
        expect(spelled.split(mark).length).toBeGreaterThan(8);
      }
    },
  );
});
