/** Prompts in real threads, with a tokenizer that a test can see through. */
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it } from "vitest";
import { forever, until } from "../../../test/support/waiting.ts";
import type { TextPrompt } from "../engine/check-request.ts";
import { TooManyTokens, WorkerError } from "../errors.ts";
import { PromptClient } from "./prompt-client.ts";

/** A thread that answers with a prompt's length, fails or dies as the prompt says, and hangs for one that says so. */
const THREAD = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", ({ prompt, limit }) => {
  const text = prompt.text ?? prompt.messages[0].content;
  if (text.startsWith("hang")) for (;;);
  if (text.startsWith("die")) throw new Error("dead");
  if (text.length > limit) parentPort.postMessage({ kind: "too-many", atLeast: text.length });
  else if (text.startsWith("wrong"))
    parentPort.postMessage({ kind: "rejected", code: "invalid_request", message: "messages: wrong", param: "messages" });
  else parentPort.postMessage({ kind: "tokens", tokens: Uint32Array.of(text.length) });
});`;

let client: PromptClient;
let threads: Worker[];
let here: TextPrompt[];
beforeEach(() => {
  threads = [];
  here = [];
  client = new PromptClient({
    encodeHere: (prompt) => {
      here.push(prompt);
      return [0];
    },
    bytes: () => new Uint8Array(0),
    openThread: () => {
      const thread = new Worker(THREAD, { eval: true, stderr: true });
      threads.push(thread);
      return thread;
    },
  });
});
afterEach(() => client[Symbol.asyncDispose]());

const MEDIUM = 10_000;
const LONG = 100_000;
const text = (begin: string, length: number): TextPrompt => ({ kind: "text", text: begin.padEnd(length) });
const encode = (prompt: TextPrompt, signal = forever) => client.encode(prompt, 1_000_000, signal);

it("short prompts are encoded here, others in a thread for their size", async () => {
  expect(await encode(text("short", 100))).toEqual([0]);
  expect(threads).toHaveLength(0);
  expect(await Promise.all([encode(text("a", MEDIUM)), encode(text("b", MEDIUM + 1))])).toEqual([
    [MEDIUM],
    [MEDIUM + 1],
  ]);
  expect(threads).toHaveLength(1);
  expect(await encode({ kind: "chat", tools: [], messages: [{ role: "user", content: "c".repeat(LONG) }] })).toEqual([
    LONG,
  ]);
  expect(threads).toHaveLength(2);
  expect(here).toHaveLength(1);
});

it("a chat counts with its tools, its calls and the beginning of its answer", async () => {
  const long = "x".repeat(MEDIUM);
  const messages = [{ role: "user", content: "hi" }];
  const called = { role: "assistant", content: "", toolCalls: [{ id: "a", name: "f", arguments: long }] };
  await encode({ kind: "chat", messages, tools: [{ description: long }] });
  await encode({ kind: "chat", messages, tools: [], answerStart: long });
  await encode({ kind: "chat", messages: [...messages, called], tools: [] });
  await encode({ kind: "chat", messages: Array.from({ length: 1000 }, () => messages[0]!), tools: [] });
  expect(here).toEqual([]);
});

it("a rejection is the same as without a thread", async () => {
  await expect(encode(text("wrong", MEDIUM))).rejects.toThrow(
    expect.objectContaining({
      name: "WorkerError",
      code: "invalid_request",
      message: "messages: wrong",
      param: "messages",
    }),
  );
  await expect(client.encode(text("a", MEDIUM), 5, forever)).rejects.toThrow(new TooManyTokens(MEDIUM));
});

it("a prompt that takes long holds up no shorter one, and ends with its request", async () => {
  const request = new AbortController();
  const hanging = encode(text("hang", LONG), request.signal);
  const behind = encode(text("a", LONG));
  expect(await encode(text("a", MEDIUM))).toEqual([MEDIUM]);
  request.abort(new Error("left"));
  await expect(hanging).rejects.toThrow("left");
  expect(await behind).toEqual([LONG]);
  expect(threads).toHaveLength(3);
  await until(() => threads.filter(({ threadId }) => threadId === -1).length === 1);
});

it("a prompt that has not begun is dropped with its request", async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const hanging = encode(text("hang", LONG), first.signal);
  const waiting = encode(text("hang", LONG), second.signal);
  second.abort(new Error("left first"));
  await expect(waiting).rejects.toThrow("left first");
  const behind = encode(text("a", LONG));
  first.abort(new Error("left"));
  await expect(hanging).rejects.toThrow("left");
  expect(await behind).toEqual([LONG]);
  await expect(encode(text("a", LONG), AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
});

it("a thread that dies fails its prompt only", async () => {
  const dying = encode(text("die", LONG));
  const behind = encode(text("a", LONG));
  await expect(dying).rejects.toThrow(WorkerError);
  expect(await behind).toEqual([LONG]);
});

it("a prompt that runs fails when the worker leaves", async () => {
  const hanging = encode(text("hang", LONG));
  const waiting = encode(text("a", LONG));
  await Promise.all([
    expect(hanging).rejects.toThrow("the worker is leaving"),
    expect(waiting).rejects.toThrow("the worker is leaving"),
    client[Symbol.asyncDispose](),
  ]);
});
