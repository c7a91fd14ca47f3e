/** Anthropic's client library, unmodified, against a running edge over gRPC. */
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MessageAnswer } from "../../edge/src/anthropic/message-answer.ts";
import type { MessageEvent } from "../../edge/src/anthropic/message-events.ts";
import { openScriptedModel, type ServedModel, toolName } from "./served-model.ts";

// The compiler checks that answers and events have the forms of the library's types.
const asMessage = (answer: MessageAnswer): Anthropic.Message => answer;
const asEvent = (event: MessageEvent): Anthropic.RawMessageStreamEvent => event;

const tools: Anthropic.Tool[] = [
  {
    name: toolName,
    description: "The weather in a city.",
    input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];
const text = "Hello, wörld 🙂\nBye.";

let served: ServedModel;
let client: Anthropic;

beforeAll(async () => {
  served = await openScriptedModel();
  client = new Anthropic({ baseURL: served.baseUrl, apiKey: "none", maxRetries: 0 });
});
afterAll(() => served[Symbol.asyncDispose]());

const asking = (content: string) => ({
  model: served.model,
  max_tokens: 64,
  messages: [{ role: "user" as const, content }],
});

describe("@anthropic-ai/sdk", () => {
  it("reads a whole answer", async () => {
    const message = await client.messages.create(asking(served.prompts.text));
    expect(message.content).toEqual([{ type: "text", text, citations: null }]);
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 3, output_tokens: 9 } });
    expect(message._request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect([asMessage, asEvent].map((check) => check.length)).toEqual([1, 1]);
  });

  it("reads the events of a stream in order", async () => {
    const stream = await client.messages.create({ ...asking(served.prompts.text), stream: true });
    let read = "";
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") read += event.delta.text;
    }
    expect(read).toBe(text);
    expect(types.slice(0, 2)).toEqual(["message_start", "content_block_start"]);
    expect(types.slice(-3)).toEqual(["content_block_stop", "message_delta", "message_stop"]);
  });

  it("folds a stream with its own helper to the answer that is not streamed", async () => {
    const streamed = await client.messages.stream(asking(served.prompts.text)).finalMessage();
    const whole = await client.messages.create(asking(served.prompts.text));
    expect({ ...streamed, id: "" }).toEqual({ ...whole, id: "", parsed_output: null });
  });

  it.each([false, true])("calls a tool and sends its result, streamed: %s", async (streamed) => {
    const request = { ...asking(served.prompts.toolCall), tools };
    const message = streamed
      ? await client.messages.stream(request).finalMessage()
      : await client.messages.create(request);
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content).toMatchObject([
      { type: "text", text: "One moment." },
      { type: "tool_use", name: toolName, input: { city: "Oslo" } },
    ]);
    const call = message.content.find((block) => block.type === "tool_use")!;
    const result = { type: "tool_result" as const, tool_use_id: call.id, content: "rain" };
    const messages: Anthropic.MessageParam[] = [
      ...request.messages,
      { role: "assistant", content: message.content },
      { role: "user", content: [result] },
    ];
    const next = await client.messages.create({ ...request, messages });
    expect(next.content).toMatchObject([{ type: "text", text }]);
  });

  it("stops the worker when it aborts", async () => {
    const stream = client.messages.stream(asking(served.prompts.endless));
    stream.on("text", () => stream.abort());
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    await served.idle();
  });

  it("throws for an invalid request, another model and an error within a stream", async () => {
    const wrong = client.messages.create({ ...asking("hi"), tool_choice: { type: "tool", name: "nobody" }, tools });
    await expect(wrong).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(wrong).rejects.toMatchObject({
      error: { error: { type: "invalid_request_error", message: expect.stringContaining("tool_choice.name") } },
    });
    const unknown = client.messages.create({ ...asking("hi"), model: "claude" });
    await expect(unknown).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    const count = client.messages.countTokens({ model: served.model, messages: asking("hi").messages });
    await expect(count).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    const stream = client.messages.stream(asking(served.prompts.failing));
    let read = "";
    stream.on("text", (delta) => (read += delta));
    await expect(stream.finalMessage()).rejects.toThrow("the model broke");
    expect(read).not.toBe("");
  });
});
