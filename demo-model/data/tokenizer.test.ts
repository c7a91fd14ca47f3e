/** The tokenizer's files, read by Hugging Face's own code, must do exactly what packing did. */
import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";
import { describe, expect, it } from "vitest";
import { countPieces, createEncoder, trainBytePairs } from "./bpe.ts";
import { drawSample } from "./corpus.ts";
import { CHAT_TEMPLATE, createRenderer } from "./template.ts";
import { readTokenizerJson, tokenizerConfig, tokenizerJson } from "./tokenizer-files.ts";
import { writeCalls } from "./tools.ts";

const render = createRenderer();
const samples = Array.from({ length: 400 }, (_, i) => drawSample({ seed: 5, split: "train" }, i));
const texts = samples.map((sample) => `${render(sample.messages, sample.tools)}${sample.reference}<|role_end|>`);
const pairs = trainBytePairs(countPieces(texts), 700);
const loaded = new Tokenizer(tokenizerJson(pairs), tokenizerConfig());

describe("tokenizer", () => {
  it("encodes as @huggingface/tokenizers does, also text that it was not trained on", () => {
    const encode = createEncoder(readTokenizerJson(JSON.stringify(tokenizerJson(pairs))));
    for (const text of [...texts, "naïve 🙂 café", "多字节字符", "tabs\tand\r\n\n  spaces ", "x=1e-9;;", ""]) {
      expect(encode(text)).toEqual(loaded.encode(text, { add_special_tokens: false }).ids);
    }
  });

  it("decodes to the text that was encoded", () => {
    const encode = createEncoder(pairs);
    for (const text of texts) expect(loaded.decode(encode(text), { skip_special_tokens: false })).toBe(text);
  });

  it("keeps special tokens at their ids and digits apart", () => {
    const encode = createEncoder(pairs);
    expect(encode("<|endoftext|><|mask|><role></role><|role_end|>")).toEqual([0, 1, 2, 3, 4]);
    expect(encode("2048")).toHaveLength(4);
  });
});

describe("chat template", () => {
  const apply = (value: object): string => new Template(CHAT_TEMPLATE).render(value as Record<string, unknown>);

  it("writes turns without anything between them", () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello!" },
      { role: "user", content: "Bye" },
    ];
    expect(apply({ messages, add_generation_prompt: true })).toBe(
      "<role>SYSTEM</role>Be brief.<|role_end|><role>HUMAN</role>Hi<|role_end|><role>ASSISTANT</role>Hello!<|role_end|><role>HUMAN</role>Bye<|role_end|><role>ASSISTANT</role>",
    );
  });

  it("writes an assistant's tool calls as the references write them, from objects and from JSON text", () => {
    const call = { name: "get_weather", arguments: { city: "Paris", day: "Monday" } };
    const expected = `<role>ASSISTANT</role>${writeCalls([call, call])}<|role_end|>`;
    const text = { ...call, arguments: '{"city": "Paris", "day": "Monday"}' };
    for (const made of [call, text]) {
      const tool_calls = [
        { type: "function", function: made },
        { type: "function", function: made },
      ];
      expect(apply({ messages: [{ role: "assistant", content: null, tool_calls }] })).toBe(expected);
    }
  });

  it("puts consecutive tool results into one turn", () => {
    const messages = [
      { role: "tool", content: "1" },
      { role: "tool", content: "2" },
    ];
    const response = (n: number): string => `<tool_response>\n${n}\n</tool_response>`;
    expect(apply({ messages })).toBe(`<role>OBSERVATION</role>${response(1)}\n${response(2)}<|role_end|>`);
  });

  it("lists tools in the system turn", () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    const text = apply({
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: "U" },
      ],
      tools,
    });
    expect(text).toMatch(
      /^<role>SYSTEM<\/role>S\n# Tools\n<tools>\n\{"type": "function", "function": \{"name": "f"\}\}\n<\/tools>\n/,
    );
    expect(text.match(/<role>/g)).toHaveLength(2);
  });
});
