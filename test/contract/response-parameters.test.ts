/**
 * Every parameter that OpenAI's package documents for a response, a function and an item is honoured, rejected by its name, or
 * in the table of docs/protocol.md that lists what /v1/responses accepts and ignores.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { responseBody } from "../../edge/src/responses-api/response-body.ts";
import { scriptedEdge, scriptedReplica } from "../support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";

const types = await readFile(
  fileURLToPath(import.meta.resolve("openai/resources/responses/responses")).replace(/\.m?js$/, ".d.ts"),
  "utf8",
);
const docs = await readFile(new URL("../../docs/protocol.md", import.meta.url), "utf8");
const [, table = ""] = /^\| ignored by `\/v1\/responses`.*?\n((?:\|.*\n)+)/m.exec(docs) ?? [];
const ignored = table
  .split("\n")
  .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([\w.]+)`/g)].map(([, name]) => name!));

/** Fields of an interface, of a namespace as well. */
function fieldsOf(name: string): string[] {
  const [, indent = "", fields = ""] =
    new RegExp(`^( *)(?:export )?interface ${name} \\{\n(.*?)\n\\1\\}`, "ms").exec(types) ?? [];
  return [...fields.matchAll(new RegExp(`^ {${indent.length + 4}}(\\w+)\\??:`, "gm"))].map(([, field]) => field!);
}

const known = new Set<string>(Object.keys(responseBody.shape));
const least = { model: "synthetic", input: "hi" };

async function send(body: object) {
  const app = scriptedEdge([scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId))]);
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await app.request("/v1/responses", init);
  const { error } = (await response.json()) as { error?: { param: string } | null };
  return { status: response.status, param: error?.param };
}

it("each parameter of a response is in the schema or in the table, never in both", () => {
  const documented = fieldsOf("ResponseCreateParamsBase");
  expect(documented).toContain("max_output_tokens");
  expect(documented.length).toBeGreaterThan(30);
  expect(documented.filter((name) => known.has(name) === ignored.includes(name))).toEqual([]);
});

it("each field of a function, an item and the stream's options is read, rejected or in the table", () => {
  const read = {
    FunctionTool: ["name", "parameters", "type", "strict", "allowed_callers", "async", "defer_loading", "description"],
    EasyInputMessage: ["content", "role", "type"],
    ResponseInputText: ["text", "type"],
    ResponseOutputMessage: ["id", "content", "role", "status", "type"],
    ResponseOutputText: ["text", "type", "logprobs"],
    ResponseFunctionToolCall: ["arguments", "call_id", "name", "type", "id", "async", "status"],
    FunctionCallOutput: ["output", "type", "id", "call_id", "name", "status"],
    StreamOptions: ["include_obfuscation"],
    ResponseTextConfig: ["format", "verbosity"],
  };
  for (const [name, fields] of Object.entries(read)) {
    const documented = fieldsOf(name);
    const rest = documented.filter((field) => !fields.includes(field) && !ignored.includes(field));
    expect({ name, rest, found: documented.length > 0 }).toEqual({ name, rest: [], found: true });
  }
});

it("what the table lists is accepted", async () => {
  const input = [
    { role: "user", content: [{ type: "input_text", text: "hi", prompt_cache_breakpoint: {} }], phase: null },
    {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "Hm.", annotations: [], logprobs: [] }],
    },
    { type: "function_call", call_id: "a", name: "f", arguments: "{}", caller: { type: "direct" }, namespace: "n" },
    { type: "function_call_output", call_id: "a", output: "rain", caller: { type: "direct" }, name: "f" },
  ];
  const more = {
    max_tool_calls: 1,
    reasoning: { effort: "low" },
    service_tier: "flex",
    prompt_cache_options: {},
    prompt_cache_retention: "24h",
    stream_options: { include_obfuscation: false },
    tools: [{ type: "function", name: "f", parameters: {}, output_schema: {} }],
    include: ["reasoning.encrypted_content"],
  };
  expect(await send({ ...least, input, ...more })).toMatchObject({ status: 200 });
});

it("what is not supported is rejected by name, and passes as null", async () => {
  const names = [
    "truncation",
    "conversation",
    "prompt",
    "context_management",
    "moderation",
    "image",
    "access_programs",
  ];
  const others = [
    "n",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "response_format",
    "logprobs",
    "min_p",
    "documents",
  ];
  for (const name of [...names, ...others]) {
    expect({ name, ...(await send({ ...least, [name]: { x: 1 } })) }).toMatchObject({ status: 400, param: name });
    expect({ name, ...(await send({ ...least, [name]: null })) }).toMatchObject({ status: 200 });
  }
});
