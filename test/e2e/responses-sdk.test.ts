/** Client libraries that speak OpenAI's Responses API by default, unmodified, against a running edge over gRPC. */
import { createOpenAI } from "@ai-sdk/openai";
import { Agent, tool as agentTool, OpenAIResponsesModel, run, setTracingDisabled } from "@openai/agents";
import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResponseEvent } from "../../edge/src/responses-api/response-events.ts";
import type { ResponseObject } from "../../edge/src/responses-api/response-object.ts";
import { openScriptedModel, openShippedModel, type ServedModel, toolName } from "./served-model.ts";

// The compiler checks that responses and events have the forms of the library's types. It adds `output_text` itself.
type Sent<T> = T extends { response: OpenAI.Responses.Response }
  ? Omit<T, "response"> & { response: Omit<OpenAI.Responses.Response, "output_text"> }
  : T;
const asResponse = (response: ResponseObject): Omit<OpenAI.Responses.Response, "output_text"> => response;
const asEvent = (event: ResponseEvent): Sent<OpenAI.Responses.ResponseStreamEvent> => event;

/** Only a scripted worker can be made to call a tool, or to fail within an answer. */
const models: [string, { open: () => Promise<ServedModel>; scripted: boolean }][] = [
  ["a scripted worker", { open: openScriptedModel, scripted: true }],
  ["the shipped model", { open: openShippedModel, scripted: false }],
];

const citySchema = {
  type: "object" as const,
  properties: { city: { type: "string" as const } },
  required: ["city"],
  additionalProperties: false,
};

setTracingDisabled(true);

describe.each(models)("%s", (_, { open, scripted }) => {
  let served: ServedModel;
  /** The answer to the text prompt as a chat completion. */
  let expected: string;
  let client: OpenAI;

  beforeAll(async () => {
    served = await open();
    client = new OpenAI({ baseURL: `${served.baseUrl}/v1`, apiKey: "none", maxRetries: 0 });
    const messages = [{ role: "user" as const, content: served.prompts.text }];
    const answer = await client.chat.completions.create({ model: served.model, messages });
    expected = answer.choices[0]!.message.content!;
    expect(expected).not.toBe("");
    expect([asResponse, asEvent].map((check) => check.length)).toEqual([1, 1]);
  });
  afterAll(() => served[Symbol.asyncDispose]());

  describe("the openai package", () => {
    const asking = (input: string) => ({ model: served.model, input });

    it("reads a whole answer, again later, and continues it", async () => {
      const response = await client.responses.create(asking(served.prompts.text));
      expect(response).toMatchObject({ status: "completed", output_text: expected });
      expect(await client.responses.retrieve(response.id)).toEqual({ ...response });
      const next = await client.responses.create({ ...asking(served.prompts.text), previous_response_id: response.id });
      expect(next.usage!.input_tokens).toBeGreaterThanOrEqual(response.usage!.input_tokens);
      const items = await client.responses.inputItems.list(next.id);
      expect(items.data).toMatchObject([{ role: "user", content: [{ text: served.prompts.text }] }]);
      await client.responses.delete(response.id);
      await expect(client.responses.retrieve(response.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    });

    it("reads the events of a stream in order, and the stream again from any of them", async () => {
      const events = await Array.fromAsync(
        await client.responses.create({ ...asking(served.prompts.text), stream: true }),
      );
      const text = events.map((event) => (event.type === "response.output_text.delta" ? event.delta : "")).join("");
      expect(text).toBe(expected);
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
      const { response } = events[0] as OpenAI.Responses.ResponseCreatedEvent;
      const rest = await client.responses.retrieve(response.id, { stream: true, starting_after: 3 });
      expect(await Array.fromAsync(rest)).toEqual(events.slice(4));
    });

    it("folds a stream with its own helper to the response that is not streamed", async () => {
      const streamed = await client.responses.stream(asking(served.prompts.text)).finalResponse();
      expect(streamed).toMatchObject({ status: "completed", output_text: expected });
      const replayed = await client.responses.stream({ response_id: streamed.id }).finalResponse();
      expect(replayed.output).toEqual(streamed.output);
    });

    if (!scripted)
      it.each([false, true])("reads an answer that fits a schema, streamed: %s", async (streamed) => {
        const schema = {
          type: "object",
          properties: { name: { type: "string" }, age: { type: "integer" } },
          required: ["name", "age"],
          additionalProperties: false,
        };
        const format = { type: "json_schema" as const, name: "person", schema, strict: true };
        const request = { ...asking("Reply with a JSON object: Tom is 31."), text: { format } };
        const response = streamed
          ? await client.responses.stream(request).finalResponse()
          : await client.responses.create(request);
        expect(response).toMatchObject({ status: "completed", text: { format } });
        const person = JSON.parse(response.output_text) as object;
        expect(person).toEqual({ name: expect.any(String), age: expect.any(Number) });
      });

    it("throws for what is not supported, and for another model", async () => {
      const wrong = client.responses.create({ ...asking("hi"), truncation: "auto" });
      await expect(wrong).rejects.toMatchObject({ status: 400, param: "truncation" });
      await expect(client.responses.create({ model: "gpt", input: "hi" })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    });

    it("stops the worker when it aborts", async () => {
      const stream = await client.responses.create({
        ...asking(served.prompts.endless),
        ...{ ignore_eos: true, max_output_tokens: 1_900 },
        stream: true,
      });
      for await (const { type } of stream) if (type === "response.output_text.delta") break;
      await served.idle();
    });

    if (scripted)
      it.each([false, true])("calls a function and sends its output, streamed: %s", async (streamed) => {
        const tools = [{ type: "function" as const, name: toolName, parameters: citySchema, strict: false }];
        const request = { ...asking(served.prompts.toolCall), tools };
        const response = streamed
          ? await client.responses.stream(request).finalResponse()
          : await client.responses.create(request);
        const call = response.output.find(({ type }) => type === "function_call") as { call_id: string };
        expect(call).toMatchObject({ name: toolName, arguments: '{"city":"Oslo"}', status: "completed" });
        const output = { type: "function_call_output" as const, call_id: call.call_id, output: "rain" };
        const next = await client.responses.create({
          model: served.model,
          tools,
          previous_response_id: response.id,
          input: [output],
        });
        expect(next.output_text).toBe(expected);
      });

    if (scripted)
      it("sees a failure within a stream", async () => {
        const stream = await client.responses.create({ ...asking(served.prompts.failing), stream: true });
        const last = (await Array.fromAsync(stream)).at(-1) as OpenAI.Responses.ResponseFailedEvent;
        expect(last).toMatchObject({ type: "response.failed", response: { error: { message: "the model broke" } } });
      });
  });

  describe("@ai-sdk/openai, the default provider of the AI SDK", () => {
    const model = () => createOpenAI({ baseURL: `${served.baseUrl}/v1`, apiKey: "none" })(served.model);
    const tools = {
      [toolName]: tool({
        description: "The weather in a city.",
        inputSchema: jsonSchema<{ city: string }>(citySchema),
        execute: async ({ city }) => `rain in ${city}`,
      }),
    };

    it("reads a whole answer", async () => {
      const { text, finishReason, usage } = await generateText({ model: model(), prompt: served.prompts.text });
      expect({ text, finishReason }).toEqual({ text: expected, finishReason: "stop" });
      expect(usage.outputTokens).toBeGreaterThan(0);
    });

    it("reads a stream", async () => {
      const result = streamText({ model: model(), prompt: served.prompts.text });
      expect((await Array.fromAsync(result.textStream)).join("")).toBe(expected);
      expect(await result.finishReason).toBe("stop");
    });

    if (scripted)
      it.each([true, false])("runs a tool and goes on, with the items stored: %s", async (store) => {
        const options = { model: model(), prompt: served.prompts.toolCall, tools, stopWhen: stepCountIs(3) };
        const providerOptions = { openai: { store } };
        const { text, steps } = await generateText({ ...options, providerOptions });
        expect(steps[0]!.toolResults).toMatchObject([{ output: "rain in Oslo" }]);
        expect(text).toBe(expected);
        const streamed = streamText({ ...options, providerOptions });
        expect(await streamed.text).toBe(expected);
      });

    if (scripted)
      it("throws for a failure within a stream", async () => {
        const errors: unknown[] = [];
        const { fullStream } = streamText({
          model: model(),
          prompt: served.prompts.failing,
          onError: ({ error }) => void errors.push(error),
        });
        for await (const _ of fullStream);
        expect(JSON.stringify(errors.map(String))).toContain("the model broke");
      });
  });

  describe("@openai/agents", () => {
    const agentOf = (given: Partial<ConstructorParameters<typeof Agent>[0]> = {}) =>
      new Agent({ name: "agent", instructions: "", model: new OpenAIResponsesModel(client, served.model), ...given });

    it.each([false, true])("reads an answer, streamed: %s", async (stream) => {
      const agent = agentOf();
      if (!stream) expect((await run(agent, served.prompts.text)).finalOutput).toBe(expected);
      else {
        const result = await run(agent, served.prompts.text, { stream: true });
        const text = await Array.fromAsync(result.toTextStream());
        expect(text.join("")).toBe(expected);
      }
    });

    if (scripted)
      it.each([false, true])("runs a tool and goes on, streamed: %s", async (stream) => {
        const cities: string[] = [];
        const weather = agentTool({
          name: toolName,
          description: "The weather in a city.",
          parameters: citySchema as never,
          execute: async (given) => {
            cities.push((given as { city: string }).city);
            return "rain";
          },
        });
        const agent = agentOf({ tools: [weather] });
        const result = stream
          ? await run(agent, served.prompts.toolCall, { stream: true })
          : await run(agent, served.prompts.toolCall);
        if ("completed" in result) await result.completed;
        expect(result.finalOutput).toBe(expected);
        expect(cities).toEqual(["Oslo"]);
      });
  });
});
