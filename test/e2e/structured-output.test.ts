/**
 * The structured-output helpers of client libraries, unmodified, against each kind of edge: what they return fits the schema
 * they were given.
 */

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import createInstructor from "@instructor-ai/instructor";
import { ChatOpenAI } from "@langchain/openai";
import { Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, run, setTracingDisabled } from "@openai/agents";
import { createClient, emptyDocument, reduce } from "@palimpsest/client";
import { generateObject, generateText, Output, stepCountIs, streamObject, streamText, tool } from "ai";
import OpenAI from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { z as z3 } from "zod/v3";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { openEngineThread } from "../../gpu-worker/src/program/open-engine-thread.ts";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { openGrammarEngine } from "../support/fakes/grammar-engine.ts";
import { type OpenBed, onWorkerd, overGrpc, overNats } from "../support/programs/engine-beds.ts";

const person = z.object({
  name: z.string().max(20),
  age: z.int().min(0).max(150),
  role: z.enum(["guest", "owner"]).nullable(),
});
const prompt = "Write a JSON object with name and age: Ada is 36.";
/** Enough for any answer here, and few where the model would go on. */
const LIMIT = 64;
const messages = [{ role: "user" as const, content: prompt }];

setTracingDisabled(true);

const shipped = () => openEngineThread({ package: SHIPPED_PACKAGE });

const beds: [string, OpenBed, () => Engine | Promise<Engine>][] = [
  ["Node over gRPC and the shipped model", overGrpc, shipped],
  ["Node over NATS and a scripted engine", overNats, openGrammarEngine],
  ["workerd over NATS and a scripted engine", onWorkerd, openGrammarEngine],
];

describe.each(beds)("with an edge on %s", (_, open, openEngine) => {
  const opened = new AsyncDisposableStack();
  let baseUrl: string;
  let model: string;

  beforeAll(async () => {
    const engine = opened.use(await openEngine());
    model = engine.model.name;
    baseUrl = await open(engine, opened);
  });
  afterAll(() => opened.disposeAsync());

  describe("openai", () => {
    const client = () => new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: "none", maxRetries: 0 });
    const asking = () => ({ model, messages, max_tokens: LIMIT });

    it("parses what zodResponseFormat asks for, whole and streamed", async () => {
      const request = { ...asking(), response_format: zodResponseFormat(person, "person") };
      const whole = await client().chat.completions.parse(request);
      expect(person.parse(whole.choices[0]?.message.parsed)).toEqual(whole.choices[0]?.message.parsed);
      expect(whole.choices[0]?.finish_reason).toBe("stop");
      const streamed = await client().chat.completions.stream(request).finalChatCompletion();
      expect(person.parse(streamed.choices[0]?.message.parsed)).toEqual(whole.choices[0]?.message.parsed);
    });

    it.each(["auto", "required", "named"] as const)(
      "parses calls of a strict function, tool_choice %s",
      async (choice) => {
        const named = { type: "function", function: { name: "save" } } as const;
        const request = {
          ...asking(),
          tools: [zodFunction({ name: "save", parameters: person })],
          tool_choice: choice === "named" ? named : choice,
          parallel_tool_calls: false,
        };
        const whole = await client().chat.completions.parse(request);
        const streamed = await client().chat.completions.stream(request).finalChatCompletion();
        for (const { message, finish_reason } of [...whole.choices, ...streamed.choices]) {
          const calls = message.tool_calls ?? [];
          expect(finish_reason).toBe(calls.length > 0 ? "tool_calls" : "stop");
          for (const call of calls) person.parse(call.type === "function" && call.function.parsed_arguments);
          expect(calls.length).toBeLessThanOrEqual(1);
          if (choice !== "auto") expect([calls.length, message.content || null]).toEqual([1, null]);
        }
      },
    );

    it("reads vLLM's parameters, which it passes on as they are", async () => {
      const ask = async (structured_outputs: object) => {
        const body = { ...asking(), structured_outputs } as OpenAI.ChatCompletionCreateParamsNonStreaming;
        return (await client().chat.completions.create(body)).choices[0]?.message.content;
      };
      expect(["red", "green"]).toContain(await ask({ choice: ["red", "green"] }));
      expect(await ask({ regex: "[0-9]{3}-[a-z]{1,5}x" })).toMatch(/^[0-9]{3}-[a-z]{1,5}x$/);
      expect(JSON.parse((await ask({ json_object: true }))!)).toBeTypeOf("object");
    });

    it("reads the place of a keyword that is not supported", async () => {
      const schema = { type: "object", properties: { a: { type: "array", uniqueItems: true } } };
      const response_format = { type: "json_schema", json_schema: { name: "a", schema } } as const;
      await expect(client().chat.completions.create({ ...asking(), response_format })).rejects.toMatchObject({
        status: 400,
        type: "invalid_request_error",
        param: "response_format",
        message: expect.stringMatching(/#\/properties\/a: "uniqueItems" is not supported/),
      });
    });
  });

  describe("ai", () => {
    const of = () => {
      const options = { name: "palimpsest", baseURL: `${baseUrl}/v1`, supportsStructuredOutputs: true };
      return { model: createOpenAICompatible(options)(model), prompt, maxOutputTokens: LIMIT, maxRetries: 0 };
    };

    it("generates and streams an object", async () => {
      const { object } = await generateObject({ ...of(), schema: person });
      expect(person.parse(object)).toEqual(object);
      const streamed = streamObject({ ...of(), schema: person });
      for await (const part of streamed.partialObjectStream) expect(part).toBeTypeOf("object");
      expect(await streamed.object).toEqual(object);
    });

    it.each([
      ["object", () => Output.object({ schema: person }), person],
      ["array", () => Output.array({ element: z.object({ n: z.int() }) }), z.array(z.object({ n: z.int() }))],
      ["choice", () => Output.choice({ options: ["red", "green"] }), z.enum(["red", "green"])],
      ["json", () => Output.json(), z.json()],
    ] as const)("generates and streams Output.%s", async (_name, form, schema) => {
      const { output } = await generateText({ ...of(), output: form() as Output.Output });
      expect(schema.parse(output)).toEqual(output);
      expect(await streamText({ ...of(), output: form() as Output.Output }).output).toEqual(output);
    });

    it("must call a tool when it is told to, whole and streamed", async () => {
      const tools = { save: tool({ inputSchema: person, execute: async ({ name }) => `saved ${name}` }) };
      const request = { ...of(), tools, toolChoice: "required", stopWhen: stepCountIs(1) } as const;
      const { toolCalls, finishReason } = await generateText(request);
      expect(finishReason).toBe("tool-calls");
      expect(toolCalls.length).toBeGreaterThan(0);
      for (const { input } of toolCalls) person.parse(input);
      expect(await streamText(request).toolCalls).toMatchObject(toolCalls.map(({ input }) => ({ input })));
    });
  });

  describe("@langchain/openai", () => {
    const chat = () =>
      new ChatOpenAI({
        model,
        apiKey: "none",
        maxTokens: LIMIT,
        maxRetries: 0,
        configuration: { baseURL: `${baseUrl}/v1` },
      });

    it.each(["default", "functionCalling", "strict", "jsonSchema"] as const)(
      "withStructuredOutput: %s",
      async (name) => {
        const method =
          name === "default"
            ? {}
            : name === "strict"
              ? ({ method: "functionCalling", strict: true } as const)
              : { method: name };
        const bound = chat().withStructuredOutput(person, { name: "person", ...method });
        const whole = await bound.invoke(prompt);
        expect(person.parse(whole)).toEqual(whole);
        let last: unknown;
        for await (const part of await bound.stream(prompt)) last = part;
        expect(last).toEqual(whole);
      },
    );

    it("withStructuredOutput: jsonMode", async () => {
      const bound = chat().withStructuredOutput({ type: "object" }, { method: "jsonMode" });
      const whole = await bound.invoke(prompt);
      expect(whole).toBeTypeOf("object");
      const parts = await Array.fromAsync(await bound.stream(prompt));
      expect(parts.at(-1)).toEqual(whole);
    });
  });

  describe("@instructor-ai/instructor", () => {
    // It reads schemas of zod 3 only.
    const model3 = z3.object({ name: z3.string().max(20), age: z3.number().int(), role: z3.enum(["guest", "owner"]) });
    const response_model = { name: "person", schema: model3 };

    // Its mode JSON demands no more than an object.
    it.each(["TOOLS", "JSON_SCHEMA"] as const)("gets a checked object, whole and streamed: %s", async (mode) => {
      const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: "none", maxRetries: 0 });
      const instructor = createInstructor({ client, mode });
      const asking = { model, messages, max_tokens: LIMIT, response_model, max_retries: 0 };
      const { _meta, ...whole } = await instructor.chat.completions.create(asking);
      expect(model3.parse(whole)).toEqual(whole);
      let last: unknown;
      for await (const part of await instructor.chat.completions.create({ ...asking, stream: true })) last = part;
      expect(model3.parse(last)).toEqual(whole);
    });
  });

  describe("@openai/agents", () => {
    it.each(["chat", "responses"] as const)("reads an output of a type over %s, whole and streamed", async (api) => {
      const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: "none", maxRetries: 0 });
      const Model = { chat: OpenAIChatCompletionsModel, responses: OpenAIResponsesModel }[api];
      const modelSettings = { maxTokens: LIMIT };
      const agent = new Agent({ name: "agent", model: new Model(client, model), outputType: person, modelSettings });
      const { finalOutput } = await run(agent, prompt);
      expect(person.parse(finalOutput)).toEqual(finalOutput);
      const streamed = await run(agent, prompt, { stream: true });
      await streamed.completed;
      expect(streamed.finalOutput).toEqual(finalOutput);
    });
  });

  describe("@anthropic-ai/sdk", () => {
    it("gets a call of the tool that it names, and a message of a form", async () => {
      const client = new Anthropic({ baseURL: baseUrl, apiKey: "none", maxRetries: 0 });
      const { $schema: _, ...schema } = z.toJSONSchema(person);
      const asking = { model, messages, max_tokens: LIMIT };
      const tools = [{ name: "save", input_schema: schema as Anthropic.Tool.InputSchema }];
      const tool_choice = { type: "tool", name: "save", disable_parallel_tool_use: true } as const;
      const called = await client.messages.create({ ...asking, tools, tool_choice });
      expect(called).toMatchObject({ stop_reason: "tool_use", content: [{ type: "tool_use", name: "save" }] });
      person.parse((called.content[0] as Anthropic.ToolUseBlock).input);
      // The package sends no ranges, and checks them itself.
      const output_config = { format: zodOutputFormat(person.omit({ age: true })) };
      const whole = await client.messages.parse({ ...asking, output_config });
      expect(whole.parsed_output).toMatchObject({ name: expect.any(String) });
      const streamed = await client.messages.stream({ ...asking, output_config }).finalMessage();
      expect(streamed.parsed_output).toEqual(whole.parsed_output);
    });
  });
});

it("the shipped model answers in the form through a fleet, and clients see the grammar's edits and counts", async () => {
  await using opened = new AsyncDisposableStack();
  const engine = opened.use(await shipped());
  const client = createClient({ baseUrl: await overNats(engine, opened) });
  const schema = z.toJSONSchema(person);
  let document = emptyDocument;
  const reasons = new Set<string | undefined>();
  const response_format = { type: "json_schema", json_schema: { name: "person", schema } } as const;
  for await (const event of client.edits({ model: engine.model.name, messages, max_tokens: LIMIT, response_format })) {
    if (event.type === "draft") for (const { reason } of event.edits) reasons.add(reason);
    document = reduce(document, event);
  }
  expect(document.open?.decoding.grammar).toBe(true);
  person.parse(JSON.parse(document.choices[0]!.text));
  expect(reasons).toContain("grammar");
  expect(document.usage?.grammar?.forced_tokens).toBeGreaterThan(0);
});
