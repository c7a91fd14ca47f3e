/** Each client library against each way in which an edge meets its workers: a whole answer, a stream, and a tool. */

import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { ChatOpenAI } from "@langchain/openai";
import { OpenAI as LlamaIndex } from "@llamaindex/openai";
import { Agent, tool as agentTool, OpenAIResponsesModel, run, setTracingDisabled } from "@openai/agents";
import { generateText, jsonSchema, type LanguageModel, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Script, ScriptedEngine } from "../support/fakes/scripted-engine.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";
import { type OpenBed, onWorkerd, overGrpc, overNats } from "../support/programs/engine-beds.ts";

const MODEL = "scripted";
const TEXT = "Hello, wörld 🙂\nBye.";
const CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const TOOL = "get_weather";

/** Calls the tool for a prompt that says so. */
const script: Script = async function* (_, { responseId, prompt }) {
  const asked = prompt.kind === "chat" ? prompt.messages.at(-1)?.content : undefined;
  const blocks = asked === "tool" ? [CALL.slice(0, 20), CALL.slice(20)] : ["Hello, ", "wörld", " 🙂\n", "Bye."];
  yield* tell(plainScript(blocks), responseId);
};

const parameters = {
  type: "object" as const,
  properties: { city: { type: "string" as const } },
  required: ["city"],
  additionalProperties: false,
};
const functionTool = { type: "function" as const, function: { name: TOOL, parameters } };

interface Library {
  whole(baseUrl: string): Promise<unknown>;
  stream(baseUrl: string): Promise<string>;
  /** @returns the city of the call that the library hands to its user */
  tool(baseUrl: string): Promise<unknown>;
}

setTracingDisabled(true);
const openai = (baseUrl: string) => new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: "none", maxRetries: 0 });
const chat = (content: string) => ({ model: MODEL, messages: [{ role: "user" as const, content }] });
const joined = async (texts: AsyncIterable<string>) => (await Array.fromAsync(texts)).join("");

/** The AI SDK with one of its providers. */
function aiSdk(modelOf: (baseURL: string) => LanguageModel): Library {
  const model = (baseUrl: string) => modelOf(`${baseUrl}/v1`);
  return {
    whole: async (baseUrl) => (await generateText({ model: model(baseUrl), prompt: "text" })).text,
    stream: (baseUrl) => joined(streamText({ model: model(baseUrl), prompt: "text" }).textStream),
    async tool(baseUrl) {
      const cities: string[] = [];
      const inputSchema = jsonSchema<{ city: string }>(parameters);
      const weather = tool({ inputSchema, execute: async ({ city }) => `rain, ${cities.push(city)}` });
      const options = { prompt: "tool", tools: { [TOOL]: weather }, stopWhen: stepCountIs(2) };
      expect((await generateText({ model: model(baseUrl), ...options })).text).toBe(TEXT);
      return cities[0];
    },
  };
}

const agent = (baseUrl: string, tools: ConstructorParameters<typeof Agent>[0]["tools"] = []) =>
  new Agent({ name: "agent", instructions: "", model: new OpenAIResponsesModel(openai(baseUrl), MODEL), tools });

const langchain = (baseUrl: string) =>
  new ChatOpenAI({ model: MODEL, apiKey: "none", maxRetries: 0, configuration: { baseURL: `${baseUrl}/v1` } });

const llamaIndex = (baseUrl: string) =>
  new LlamaIndex({ model: MODEL, apiKey: "none", baseURL: `${baseUrl}/v1`, maxRetries: 0 });

const anthropic = (baseUrl: string) => new Anthropic({ baseURL: baseUrl, apiKey: "none", maxRetries: 0 });
const message = (content: string) => ({ ...chat(content), max_tokens: 64 });

const libraries: Record<string, Library> = {
  "openai, chat completions": {
    whole: async (baseUrl) => (await openai(baseUrl).chat.completions.create(chat("text"))).choices[0]?.message.content,
    async stream(baseUrl) {
      const stream = openai(baseUrl).chat.completions.stream(chat("text"));
      return (await stream.finalContent()) ?? "";
    },
    async tool(baseUrl) {
      const stream = openai(baseUrl).chat.completions.stream({ ...chat("tool"), tools: [functionTool] });
      return JSON.parse((await stream.finalFunctionToolCall())?.arguments ?? "{}").city;
    },
  },
  "openai, responses": {
    whole: async (baseUrl) => (await openai(baseUrl).responses.create({ model: MODEL, input: "text" })).output_text,
    async stream(baseUrl) {
      const stream = openai(baseUrl).responses.stream({ model: MODEL, input: "text" });
      return (await stream.finalResponse()).output_text;
    },
    async tool(baseUrl) {
      const tools = [{ type: "function" as const, name: TOOL, parameters, strict: false }];
      const { output } = await openai(baseUrl).responses.create({ model: MODEL, input: "tool", tools });
      const call = output.find((item) => item.type === "function_call");
      return JSON.parse(call?.arguments ?? "{}").city;
    },
  },
  "ai, @ai-sdk/openai-compatible": aiSdk((baseURL) => createOpenAICompatible({ name: "palimpsest", baseURL })(MODEL)),
  "ai, @ai-sdk/openai": aiSdk((baseURL) => createOpenAI({ baseURL, apiKey: "none" })(MODEL)),
  "@openai/agents": {
    whole: async (baseUrl) => (await run(agent(baseUrl), "text")).finalOutput,
    async stream(baseUrl) {
      const result = await run(agent(baseUrl), "text", { stream: true });
      return joined(result.toTextStream() as unknown as AsyncIterable<string>);
    },
    async tool(baseUrl) {
      const cities: unknown[] = [];
      const execute = async (given: unknown) => `rain, ${cities.push((given as { city: string }).city)}`;
      const weather = agentTool({ name: TOOL, description: "weather", parameters: parameters as never, execute });
      expect((await run(agent(baseUrl, [weather]), "tool")).finalOutput).toBe(TEXT);
      return cities[0];
    },
  },
  "@langchain/openai": {
    whole: async (baseUrl) => (await langchain(baseUrl).invoke("text")).content,
    async stream(baseUrl) {
      const chunks = await Array.fromAsync(await langchain(baseUrl).stream("text"));
      return chunks.map(({ content }) => content).join("");
    },
    tool: async (baseUrl) =>
      (await langchain(baseUrl).bindTools([functionTool]).invoke("tool")).tool_calls?.[0]?.args.city,
  },
  "@llamaindex/openai": {
    whole: async (baseUrl) =>
      (await llamaIndex(baseUrl).chat({ messages: [{ role: "user", content: "text" }] })).message.content,
    async stream(baseUrl) {
      const messages = [{ role: "user" as const, content: "text" }];
      const chunks = await Array.fromAsync(await llamaIndex(baseUrl).chat({ messages, stream: true }));
      return chunks.map(({ delta }) => delta).join("");
    },
    async tool(baseUrl) {
      const tools = [{ metadata: { name: TOOL, description: "weather", parameters }, call: () => "rain" }];
      const { message } = await llamaIndex(baseUrl).chat({ messages: [{ role: "user", content: "tool" }], tools });
      const options = message.options as { toolCall?: { input: { city: string } }[] } | undefined;
      const [call] = options?.toolCall ?? [];
      return typeof call?.input === "string" ? JSON.parse(call.input).city : call?.input.city;
    },
  },
  "@anthropic-ai/sdk": {
    async whole(baseUrl) {
      const [content] = (await anthropic(baseUrl).messages.create(message("text"))).content;
      return content?.type === "text" ? content.text : undefined;
    },
    stream: (baseUrl) => anthropic(baseUrl).messages.stream(message("text")).finalText(),
    async tool(baseUrl) {
      const tools = [{ name: TOOL, input_schema: parameters }];
      const { content } = await anthropic(baseUrl)
        .messages.stream({ ...message("tool"), tools })
        .finalMessage();
      const call = content.find((block) => block.type === "tool_use");
      return (call?.input as { city?: string } | undefined)?.city;
    },
  },
};

const beds: [string, OpenBed][] = [
  ["Node over gRPC", overGrpc],
  ["Node over NATS", overNats],
  ["workerd over NATS", onWorkerd],
];

describe.each(beds)("%s", (_, open) => {
  const opened = new AsyncDisposableStack();
  let baseUrl: string;
  beforeAll(async () => {
    baseUrl = await open(new ScriptedEngine(script), opened);
  });
  afterAll(() => opened.disposeAsync());

  it.each(Object.entries(libraries))("%s", async (_, { whole, stream, tool }) => {
    expect(await whole(baseUrl)).toBe(TEXT);
    expect(await stream(baseUrl)).toBe(TEXT);
    expect(await tool(baseUrl)).toBe("Oslo");
  });
});
