import type { GrammarSource } from "@palimpsest/proto";
import { describe, expect, it } from "vitest";
import { scriptedEdge, scriptedReplica, syntheticModel } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

const messages = [{ role: "user", content: "hi" }];
const least = {
  "/v1/chat/completions": { model: "synthetic", messages },
  "/v1/completions": { model: "synthetic", prompt: "hi" },
  "/v1/messages": { model: "synthetic", max_tokens: 64, messages },
};

async function post(path: keyof typeof least, body: object, capabilities = syntheticModel.capabilities) {
  const model = { ...syntheticModel, capabilities };
  const replica = scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId), { model });
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...least[path], ...body }),
  };
  const response = await scriptedEdge([replica]).request(path, init);
  const { error } = (await response.json()) as Json;
  return { status: response.status, error, request: replica.requests[0] };
}

async function grammarOf(path: keyof typeof least, body: object): Promise<GrammarSource | undefined> {
  const { status, error, request } = await post(path, body);
  expect({ status, error }).toEqual({ status: 200, error: undefined });
  return request?.grammar;
}

const schema = { type: "object", properties: { b: { type: "null" }, a: { type: "integer" } }, required: ["b"] };
const text = JSON.stringify(schema);
const jsonSchema = { type: "json_schema", json_schema: { name: "answer", schema } };

describe.each(["/v1/chat/completions", "/v1/completions"] as const)("structured output on %s", (path) => {
  it.each<[object, GrammarSource | undefined]>([
    [{ response_format: { type: "text" } }, undefined],
    [{ response_format: null, structured_outputs: {}, guided_json: null }, undefined],
    [{ response_format: { type: "json_object" } }, { kind: "json-object", param: "response_format" }],
    [
      { response_format: { type: "json_object", schema } },
      { kind: "json-schema", schema: text, param: "response_format" },
    ],
    [{ response_format: jsonSchema }, { kind: "json-schema", schema: text, param: "response_format" }],
    [{ structured_outputs: { json: schema } }, { kind: "json-schema", schema: text, param: "structured_outputs.json" }],
    [{ structured_outputs: { json: text } }, { kind: "json-schema", schema: text, param: "structured_outputs.json" }],
    [{ structured_outputs: { regex: "a+" } }, { kind: "regex", pattern: "a+", param: "structured_outputs.regex" }],
    [
      { structured_outputs: { choice: ["a", "b"] } },
      { kind: "choice", texts: ["a", "b"], param: "structured_outputs.choice" },
    ],
    [
      { structured_outputs: { grammar: 'root ::= "a"', json_object: false } },
      { kind: "ebnf", grammar: 'root ::= "a"', param: "structured_outputs.grammar" },
    ],
    [{ structured_outputs: { json_object: true } }, { kind: "json-object", param: "structured_outputs.json_object" }],
    [{ guided_json: schema }, { kind: "json-schema", schema: text, param: "guided_json" }],
    [{ guided_regex: "a+" }, { kind: "regex", pattern: "a+", param: "guided_regex" }],
    [{ guided_choice: ["a"] }, { kind: "choice", texts: ["a"], param: "guided_choice" }],
    [{ guided_grammar: "root ::= x" }, { kind: "ebnf", grammar: "root ::= x", param: "guided_grammar" }],
    [{ json_schema: text }, { kind: "json-schema", schema: text, param: "json_schema" }],
    [{ regex: "a+" }, { kind: "regex", pattern: "a+", param: "regex" }],
    [{ ebnf: "root ::= x" }, { kind: "ebnf", grammar: "root ::= x", param: "ebnf" }],
  ])("%j", async (body, grammar) => {
    expect(await grammarOf(path, body)).toEqual(grammar);
  });

  it.each<[string, object, RegExp]>([
    ["guided_regex", { guided_regex: "a", response_format: jsonSchema }, /can't be combined with response_format/],
    ["structured_outputs.regex", { structured_outputs: { json: schema, regex: "a" } }, /with structured_outputs.json/],
    ["ebnf", { ebnf: "root ::= x", regex: "a" }, /can't be combined with regex/],
    ["min_tokens", { regex: "a", min_tokens: 2 }, /can't be combined with regex/],
    ["ignore_eos", { guided_json: schema, ignore_eos: true }, /can't be combined with guided_json/],
    ["logprobs", { regex: "a", logprobs: path === "/v1/completions" ? 0 : true }, /can't be combined with regex/],
    ["response_format.type", { response_format: { type: "structural_tag", structures: [] } }, /"json_schema"/],
    ["response_format", { response_format: "json" }, /expected object/],
    ["response_format.json_schema", { response_format: { type: "json_schema" } }, /expected object/],
    ["response_format.json_schema.name", { response_format: { ...jsonSchema, json_schema: { schema } } }, /string/],
    ["response_format.json_schema.schema", { response_format: { ...jsonSchema, json_schema: { name: "a" } } }, /./],
    ["guided_choice", { guided_choice: [] }, /./],
    ["guided_choice[1]", { guided_choice: ["a", ""] }, /./],
    ["structured_outputs.structural_tag", { structured_outputs: { structural_tag: "x" } }, /use tools/],
    ["guided_whitespace_pattern", { guided_json: schema, guided_whitespace_pattern: " " }, /one form/],
    ["guided_json", { guided_json: { description: "a".repeat(64 * 1024) } }, /more than 65536 characters/],
  ])("a wrong %s is a 400 that names it", async (param, body, message) => {
    const { status, error } = await post(path, body);
    expect({ status, ...error }).toMatchObject({ status: 400, type: "invalid_request_error", param });
    expect(error.message).toMatch(message);
  });

  it("is a 503 that says what to do where no worker can do it", async () => {
    const { status, error } = await post(path, { response_format: jsonSchema }, ["penalties"]);
    expect({ status, ...error }).toMatchObject({ status: 503, code: "unavailable", param: "response_format" });
    expect(error.message).toMatch(/capability "grammar"; update the workers .* or leave response_format out/);
  });
});

const parameters = { type: "object", properties: { city: { type: "string" } } };
const tool = (name: string, more = {}) => ({ type: "function", function: { name, parameters, ...more } });
const tools = [tool("weather"), tool("now", { parameters: undefined })];
const strict = [tool("weather", { strict: true }), tool("now", { parameters: null, strict: true }), tool("log")];
const called = (name: string, i: number, more = {}) => ({
  ...{ name, strict: false, param: `tools[${i}].function.parameters` },
  ...more,
});
const weather = called("weather", 0, { parameters: JSON.stringify(parameters) });

describe("tool choice", () => {
  it.each<[string, object, object | undefined]>([
    ["auto", { tools }, undefined],
    ["auto", { tools, tool_choice: "auto", parallel_tool_calls: false }, undefined],
    ["none", { tools: strict, tool_choice: "none" }, undefined],
    [
      "required",
      { tools, tool_choice: "required" },
      { functions: [weather, called("now", 1)], parallel: true, param: "tool_choice" },
    ],
    [
      "named",
      { tools, tool_choice: { type: "function", function: { name: "weather" } }, parallel_tool_calls: false },
      { functions: [weather], parallel: false, param: "tool_choice" },
    ],
    [
      "allowed and required",
      { tools, tool_choice: allowed("required", "now") },
      { functions: [called("now", 1)], parallel: true, param: "tool_choice" },
    ],
    [
      "allowed",
      { tools, tool_choice: allowed("auto", "now") },
      { functions: [called("now", 1)], parallel: true, answer: { kind: "text" }, param: "tool_choice" },
    ],
    [
      "strict",
      { tools: strict },
      {
        functions: [
          { ...weather, strict: true },
          called("now", 1, { strict: true, parameters: '{"type":"object","properties":{}}' }),
          called("log", 2),
        ],
        ...{ parallel: true, answer: { kind: "text" }, param: "tools" },
      },
    ],
    [
      "a format beside tools",
      { tools: [tools[1]], response_format: { type: "json_object" } },
      {
        functions: [called("now", 0)],
        ...{ parallel: true, answer: { kind: "json-object" }, param: "response_format" },
      },
    ],
    [
      "a format beside forced tools, which leave no text",
      { tools: [tools[1]], tool_choice: "required", response_format: jsonSchema },
      { functions: [called("now", 0)], parallel: true, param: "tool_choice" },
    ],
  ])("%s", async (_, body, grammar) => {
    const made = await grammarOf("/v1/chat/completions", body);
    expect(made).toEqual(grammar && { kind: "tool-calls", ...grammar });
  });

  it("shows the model no strict, which is for the server", async () => {
    const { request } = await post("/v1/chat/completions", { tools: strict });
    expect(request?.prompt).toMatchObject({ tools: [tool("weather"), tool("now", { parameters: null }), tool("log")] });
    expect(JSON.stringify(request?.prompt)).not.toContain("strict");
  });

  it.each<[string, object, RegExp]>([
    ["tool_choice", { tools, tool_choice: "always" }, /must be "auto", "none", "required", or name a function/],
    ["tool_choice.type", { tools, tool_choice: { type: "custom", custom: {} } }, /must be "auto"/],
    ["tool_choice", { tool_choice: "required" }, /needs tools/],
    ["tool_choice.function.name", { tools, tool_choice: { type: "function", function: { name: "x" } } }, /"x" is none/],
    ["tool_choice.allowed_tools.tools", { tools, tool_choice: allowed("auto", "now", "x") }, /"weather", "now"/],
    ["guided_regex", { tools, guided_regex: "a" }, /can't be combined with tools/],
    ["min_tokens", { tools, tool_choice: "required", min_tokens: 1 }, /with tool_choice/],
    ["ignore_eos", { tools: strict, ignore_eos: true }, /with tools/],
    ["tools[0].function.strict", { tools: [tool("a", { strict: "yes" })] }, /boolean/],
  ])("a wrong %s is a 400 that names it: %j", async (param, body, message) => {
    const { status, error } = await post("/v1/chat/completions", body);
    expect({ status, ...error }).toMatchObject({ status: 400, type: "invalid_request_error", param });
    expect(error.message).toMatch(message);
  });
});

function allowed(mode: "auto" | "required", ...names: string[]) {
  const named = names.map((name) => ({ type: "function", function: { name } }));
  return { type: "allowed_tools", allowed_tools: { mode, tools: named } };
}

describe("on /v1/messages", () => {
  const offered = [{ name: "weather", input_schema: parameters }];
  const format = { type: "json_schema", schema };

  it.each<[object, object | undefined]>([
    [{ tools: offered, tool_choice: { type: "auto" } }, undefined],
    [
      { tools: offered, tool_choice: { type: "any" } },
      { kind: "tool-calls", functions: [weather], parallel: true, param: "tool_choice" },
    ],
    [
      { tools: offered, tool_choice: { type: "tool", name: "weather", disable_parallel_tool_use: true } },
      { kind: "tool-calls", functions: [weather], parallel: false, param: "tool_choice" },
    ],
    [
      { tools: [{ ...offered[0], strict: true }] },
      {
        kind: "tool-calls",
        functions: [{ ...weather, strict: true }],
        ...{ parallel: true, answer: { kind: "text" }, param: "tools" },
      },
    ],
    [{ output_config: { format } }, { kind: "json-schema", schema: text, param: "response_format" }],
    [{ output_format: format }, { kind: "json-schema", schema: text, param: "response_format" }],
    [{ guided_choice: ["a"] }, { kind: "choice", texts: ["a"], param: "guided_choice" }],
  ])("%j", async (body, grammar) => {
    expect(await grammarOf("/v1/messages", body)).toEqual(grammar);
  });

  it.each<[object, string]>([
    [{ tool_choice: { type: "any" } }, "tool_choice: needs tools"],
    [{ tools: offered, tool_choice: { type: "tool" } }, "tool_choice.name: must be the name of a tool"],
    [{ tools: offered, tool_choice: { type: "tool", name: "x" } }, 'tool_choice.name: "x" is none of the tools'],
    [{ output_config: { format: { type: "json" } } }, 'output_config.format.type: must be "json_schema"'],
    [{ output_format: format, min_tokens: 2 }, "min_tokens: can't be combined with output_format"],
    [
      { output_config: { format }, output_format: format },
      "output_format: can't be combined with output_config.format",
    ],
    [{ output_config: { format }, regex: "a" }, "regex: can't be combined with output_config.format"],
    [{ response_format: { type: "json_object" } }, "response_format: this endpoint has another name for it"],
  ])("%j is a 400: %s", async (body, message) => {
    const { status, error } = await post("/v1/messages", body);
    expect({ status, type: error.type }).toEqual({ status: 400, type: "invalid_request_error" });
    expect(error.message).toContain(message);
  });

  it("an error of the worker or the fleet has the client's names", async () => {
    const { status, error } = await post("/v1/messages", { output_config: { format } }, []);
    expect(status).toBe(503);
    expect(error.message).toMatch(/^output_config.format: no worker .* or leave output_config.format out/);
  });
});
