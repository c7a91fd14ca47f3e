/** Popular client libraries, unmodified, against a running edge: with and without edit events between their chunks. */
import { createOpenAICompatible, type MetadataExtractor } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openScriptedModel, openShippedModel, type ServedModel, toolName } from "./served-model.ts";

/** Only a scripted worker can be made to call a tool, or to fail within an answer. */
const models: [string, { open: () => Promise<ServedModel>; scripted: boolean }][] = [
  ["a scripted worker", { open: openScriptedModel, scripted: true }],
  ["the shipped model", { open: openShippedModel, scripted: false }],
];

const citySchema = { type: "object" as const, properties: { city: { type: "string" as const } }, required: ["city"] };
const openaiTools = [{ type: "function" as const, function: { name: toolName, parameters: { ...citySchema } } }];

describe.each(models)("%s", (_, { open, scripted }) => {
  let served: ServedModel;
  /** The answer to the text prompt, requested without an SDK. */
  let expected: { text: string; tokens: number };

  beforeAll(async () => {
    served = await open();
    const body = { model: served.model, messages: [{ role: "user", content: served.prompts.text }] };
    const response = await fetch(`${served.baseUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as OpenAI.ChatCompletion;
    expected = { text: answer.choices[0]!.message.content!, tokens: answer.usage!.completion_tokens };
    expect(expected.text).not.toBe("");
  });
  afterAll(() => served[Symbol.asyncDispose]());

  describe("the openai package", () => {
    const client = () => new OpenAI({ baseURL: `${served.baseUrl}/v1`, apiKey: "none", maxRetries: 0 });
    const asking = (content: string) => ({ model: served.model, messages: [{ role: "user" as const, content }] });

    it("reads a whole answer", async () => {
      const answer = await client().chat.completions.create(asking(served.prompts.text));
      expect(answer.choices[0]).toMatchObject({ message: { content: expected.text }, finish_reason: "stop" });
      expect(answer.usage?.completion_tokens).toBe(expected.tokens);
    });

    it.each([false, true])("reads a stream, with edits: %s", async (include_edits) => {
      const stream_options = { include_usage: true, include_edits };
      const stream = await client().chat.completions.create({
        ...asking(served.prompts.text),
        stream: true,
        stream_options,
      });
      let text = "";
      let finish: string | null = null;
      let usage: OpenAI.CompletionUsage | null | undefined;
      let edits = 0;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        finish = chunk.choices[0]?.finish_reason ?? finish;
        usage = chunk.usage ?? usage;
        edits += "edit" in chunk ? 1 : 0;
      }
      expect({ text, finish, tokens: usage?.completion_tokens }).toEqual({
        text: expected.text,
        finish: "stop",
        tokens: expected.tokens,
      });
      expect(edits > 0).toBe(include_edits);
    });

    it.each([false, true])("folds a stream with its own helper, with edits: %s", async (include_edits) => {
      const stream_options = { include_usage: true, include_edits };
      const stream = client().chat.completions.stream({ ...asking(served.prompts.text), stream_options });
      const answer = await stream.finalChatCompletion();
      expect(answer.choices[0]).toMatchObject({ message: { content: expected.text }, finish_reason: "stop" });
      expect((await stream.totalUsage()).completion_tokens).toBe(expected.tokens);
    });

    it("separates two choices", async () => {
      const stream = client().chat.completions.stream({ ...asking(served.prompts.text), n: 2 });
      const { choices } = await stream.finalChatCompletion();
      expect(choices.map(({ message }) => message.content)).toEqual([expected.text, expected.text]);
    });

    if (scripted)
      it.each([false, true])("reads a tool call, streamed: %s", async (streamed) => {
        const request = { ...asking(served.prompts.toolCall), tools: openaiTools };
        const answer = streamed
          ? await client().chat.completions.stream(request).finalChatCompletion()
          : await client().chat.completions.create(request);
        const { message, finish_reason } = answer.choices[0]!;
        expect(finish_reason).toBe("tool_calls");
        const call = message.tool_calls?.[0] as OpenAI.ChatCompletionMessageFunctionToolCall;
        expect(call.function.name).toBe(toolName);
        expect(JSON.parse(call.function.arguments)).toHaveProperty("city");
      });

    if (!scripted)
      it("reads log-probabilities: whole, streamed and in the legacy format", async () => {
        const request = { ...asking(served.prompts.text), logprobs: true, top_logprobs: 2 };
        const whole = (await client().chat.completions.create(request)).choices[0]!;
        const content = whole.logprobs!.content!;
        expect(Buffer.from(content.flatMap(({ bytes }) => bytes ?? [])).toString()).toBe(expected.text);
        for (const { logprob, top_logprobs } of content) {
          expect(logprob).toBeLessThanOrEqual(top_logprobs[0]!.logprob);
          expect(top_logprobs).toHaveLength(2);
        }
        const streamed = await client().chat.completions.stream(request).finalChatCompletion();
        expect(streamed.choices[0]!.logprobs!.content).toEqual(content);
        const plain = { model: served.model, prompt: "function ", max_tokens: 12, logprobs: 2 };
        const { choices } = await client().completions.create(plain);
        const { tokens, token_logprobs, text_offset } = choices[0]!.logprobs!;
        expect(tokens!.join("")).toBe(choices[0]!.text);
        expect([token_logprobs, text_offset].map((list) => list!.length)).toEqual([tokens!.length, tokens!.length]);
      });

    it.each([false, true])("stops the worker when it aborts, with edits: %s", async (include_edits) => {
      const endless = { ...asking(served.prompts.endless), ignore_eos: true, max_tokens: 1_900 };
      const stream = await client().chat.completions.create({
        ...endless,
        stream: true,
        stream_options: { include_edits } as OpenAI.ChatCompletionStreamOptions,
      });
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) stream.controller.abort();
      await served.idle();
    });

    it("throws for an invalid request", async () => {
      const wrong = client().chat.completions.create({ ...asking("hi"), temperature: 3 });
      await expect(wrong).rejects.toMatchObject({ status: 400, param: "temperature", code: "invalid_request" });
      const unknown = client().chat.completions.create({ ...asking("hi"), model: "gpt-9" });
      await expect(unknown).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    });

    if (scripted)
      it.each([false, true])("throws an error within a stream, with edits: %s", async (include_edits) => {
        const stream_options = { include_edits } as OpenAI.ChatCompletionStreamOptions;
        const stream = await client().chat.completions.create({
          ...asking(served.prompts.failing),
          stream: true,
          stream_options,
        });
        let text = "";
        const reading = (async () => {
          for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
        })();
        await expect(reading).rejects.toThrow("the model broke");
        expect(text).not.toBe("");
      });

    it("lists models and completes a prompt", async () => {
      expect((await client().models.list()).data.map(({ id }) => id)).toEqual([served.model]);
      expect((await client().models.retrieve(served.model)).id).toBe(served.model);
      const { choices } = await client().completions.create({ model: served.model, prompt: "text", max_tokens: 8 });
      expect(choices[0]?.finish_reason).toMatch(/stop|length/);
    });
  });

  describe("the ai package", () => {
    /** The model as the package sees it. It sets its own stream options, so edits are requested underneath it. */
    const model = (include_edits = false, metadataExtractor?: MetadataExtractor) =>
      createOpenAICompatible({
        ...(metadataExtractor && { metadataExtractor }),
        name: "palimpsest",
        baseURL: `${served.baseUrl}/v1`,
        includeUsage: true,
        transformRequestBody: (body) =>
          body.stream ? { ...body, stream_options: { ...body.stream_options, include_edits } } : body,
      })(served.model);
    const weather = tool({
      inputSchema: jsonSchema<{ city: string }>({ ...citySchema }),
      execute: async ({ city }) => `rain in ${city}`,
    });

    it("reads a whole answer", async () => {
      const { text, finishReason, usage } = await generateText({ model: model(), prompt: served.prompts.text });
      expect({ text, finishReason, tokens: usage.outputTokens }).toEqual({
        text: expected.text,
        finishReason: "stop",
        tokens: expected.tokens,
      });
    });

    it.each([false, true])("reads a stream, with edits: %s", async (edits) => {
      const result = streamText({ model: model(edits), prompt: served.prompts.text });
      let text = "";
      for await (const delta of result.textStream) text += delta;
      expect(text).toBe(expected.text);
      expect(await result.finishReason).toBe("stop");
      expect((await result.usage).outputTokens).toBe(expected.tokens);
    });

    if (!scripted)
      it.each([false, true])("passes on log-probabilities, with edits: %s", async (edits) => {
        const bytes: number[] = [];
        const take = (body: unknown): void => {
          const { choices = [] } = body as Pick<OpenAI.ChatCompletion, "choices">;
          for (const one of choices[0]?.logprobs?.content ?? []) bytes.push(...(one.bytes ?? []));
        };
        const extractor: MetadataExtractor = {
          extractMetadata: async ({ parsedBody }) => void take(parsedBody) as undefined,
          createStreamExtractor: () => ({ processChunk: take, buildMetadata: () => undefined }),
        };
        const providerOptions = { palimpsest: { logprobs: true, top_logprobs: 1 } };
        const request = { model: model(edits, extractor), prompt: served.prompts.text, providerOptions };
        expect((await generateText(request)).text).toBe(expected.text);
        expect(Buffer.from(bytes.splice(0)).toString()).toBe(expected.text);
        expect(await streamText(request).text).toBe(expected.text);
        expect(Buffer.from(bytes).toString()).toBe(expected.text);
      });

    if (scripted)
      it.each([false, true])("calls a tool, with edits: %s", async (edits) => {
        const request = { prompt: served.prompts.toolCall, tools: { [toolName]: weather }, stopWhen: stepCountIs(1) };
        const result = streamText({ model: model(edits), ...request });
        expect(await result.finishReason).toBe("tool-calls");
        expect(await result.toolCalls).toMatchObject([{ toolName, input: { city: expect.any(String) } }]);
        expect((await result.toolResults)[0]?.output).toMatch(/^rain in /);
        const whole = await generateText({ model: model(), ...request });
        expect(whole.toolCalls).toMatchObject([{ toolName }]);
      });

    it.each([false, true])("stops the worker when it aborts, with edits: %s", async (edits) => {
      const controller = new AbortController();
      const result = streamText({
        model: model(edits),
        prompt: served.prompts.endless,
        maxOutputTokens: 1_900,
        providerOptions: { palimpsest: { ignore_eos: true } },
        abortSignal: controller.signal,
      });
      const types: string[] = [];
      for await (const part of result.fullStream) {
        types.push(part.type);
        if (part.type === "text-delta") controller.abort();
      }
      expect(types.at(-1)).toBe("abort");
      await served.idle();
    });

    it("throws for an invalid request", async () => {
      const wrong = generateText({ model: model(), prompt: "hi", temperature: 3, maxRetries: 0 });
      await expect(wrong).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining("temperature") });
    });

    if (scripted)
      it.each([false, true])("throws an error within a stream, with edits: %s", async (edits) => {
        const errors: unknown[] = [];
        const onError = ({ error }: { error: unknown }) => void errors.push(error);
        const result = streamText({ model: model(edits), prompt: served.prompts.failing, onError, maxRetries: 0 });
        let text = "";
        for await (const part of result.fullStream) if (part.type === "text-delta") text += part.text;
        expect(text).not.toBe("");
        expect(JSON.stringify(errors)).toContain("the model broke");
      });
  });
});
