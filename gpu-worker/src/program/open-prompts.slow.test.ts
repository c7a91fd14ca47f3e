/** Long prompts of the shipped model, in the threads that a worker uses. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forever } from "../../../test/support/waiting.ts";
import type { TextPrompt } from "../engine/check-request.ts";
import { TooManyTokens } from "../errors.ts";
import type { PromptClient } from "../threads/prompt-client.ts";
import { encodePrompt, openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { openPrompts } from "./open-prompts.ts";

const folder = fileURLToPath(new URL("../../models/demo/", import.meta.url));
const files = {
  tokenizer: `${folder}tokenizer.json`,
  config: `${folder}tokenizer_config.json`,
  chatTemplate: `${folder}chat_template.jinja`,
};

let prompts: PromptClient;
let tokenizer: Tokenizer;
beforeAll(async () => {
  prompts = await openPrompts(files);
  tokenizer = await openTokenizer(files);
});
afterAll(() => prompts[Symbol.asyncDispose]());

const KINDS = {
  spaces: " ",
  "one long word": "a",
  prose: "The quick brown fox jumps over the lazy dog. ",
  code: "const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);\n",
  JSON: '{"name": "Tom", "age": 31, "tags": ["a", "b"]},',
  digits: "0123456789",
  Chinese: "敏捷的棕色狐狸跳过了懒狗。",
  emoji: "👩‍👩‍👧‍👦🙂",
  "special tokens' text": "<|endoftext|><|mask|>",
  "line breaks": "\n\r\n\t",
};

it.each(Object.entries(KINDS))("%s have the tokens that they have without a thread", async (_, unit) => {
  const text = unit.repeat(Math.ceil(3_000 / unit.length));
  const asked: TextPrompt[] = [
    { kind: "text", text },
    { kind: "chat", messages: [{ role: "user", content: text }], tools: [], answerStart: "So" },
  ];
  for (const prompt of asked) {
    expect(await prompts.encode(prompt, 1e6, forever)).toEqual(encodePrompt(tokenizer, prompt, 1e6));
  }
});

it("a prompt that is too long, or that the template refuses, is rejected as without a thread", async () => {
  const content = "word ".repeat(20_000);
  const user: TextPrompt = { kind: "chat", messages: [{ role: "user", content }], tools: [] };
  await expect(prompts.encode(user, 100, forever)).rejects.toThrow(TooManyTokens);
  const robot: TextPrompt = { kind: "chat", messages: [{ role: "robot", content }], tools: [] };
  const failure = (error: Error) => ({ ...error, message: error.message });
  const here = await Promise.resolve()
    .then(() => encodePrompt(tokenizer, robot, 1e6))
    .then(() => undefined, failure);
  expect(here).toMatchObject({ code: "invalid_request" });
  expect(await prompts.encode(robot, 1e6, forever).then(() => undefined, failure)).toEqual(here);
});
