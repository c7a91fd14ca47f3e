/**
 * Every parameter that Anthropic's package documents for a message, a tool and a content block is honoured, rejected by its
 * name, or in the table of docs/protocol.md that lists what /v1/messages accepts and ignores.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { messageBody } from "../../edge/src/anthropic/message-body.ts";
import { scriptedEdge, scriptedReplica } from "../support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";

const types = await readFile(
  fileURLToPath(import.meta.resolve("@anthropic-ai/sdk/resources/messages/messages")).replace(/\.m?js$/, ".d.ts"),
  "utf8",
);
const docs = await readFile(new URL("../../docs/protocol.md", import.meta.url), "utf8");
const [, table = ""] = /^\| ignored by `\/v1\/messages`.*?\n((?:\|.*\n)+)/m.exec(docs) ?? [];
const ignored = table
  .split("\n")
  .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([\w.]+)`/g)].map(([, name]) => name!));

function fieldsOf(name: string): string[] {
  const [, fields = ""] = new RegExp(`^export interface ${name} \\{\n(.*?)\n\\}`, "ms").exec(types) ?? [];
  return [...fields.matchAll(/^ {4}(\w+)\??:/gm)].map(([, field]) => field!);
}

const known = new Set<string>(Object.keys(messageBody.shape));
const least = { model: "synthetic", max_tokens: 8, messages: [{ role: "user", content: "hi" }] };
const tool = { name: "f", input_schema: { type: "object" } };
const blocks = {
  TextBlockParam: { type: "text", text: "hi" },
  ToolUseBlockParam: { type: "tool_use", id: "a", name: "f", input: {} },
  ToolResultBlockParam: { type: "tool_result", tool_use_id: "a", content: "rain" },
};

async function statusOf(body: object): Promise<number> {
  const app = scriptedEdge([scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId))]);
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await app.request("/v1/messages", init)).status;
}

it("each parameter of a message is in the schema or in the table, never in both", () => {
  const documented = fieldsOf("MessageCreateParamsBase");
  expect(documented).toContain("max_tokens");
  expect(documented.filter((name) => known.has(name) === ignored.includes(name))).toEqual([]);
});

it("each parameter of a tool, a text, a call and a result is read, rejected or in the table", async () => {
  const read = {
    Tool: [
      "name",
      "description",
      "input_schema",
      "type",
      "strict",
      "defer_loading",
      "input_examples",
      "allowed_callers",
    ],
    TextBlockParam: ["type", "text"],
    ToolUseBlockParam: ["type", "id", "name", "input"],
    ToolResultBlockParam: ["type", "tool_use_id", "content", "is_error"],
    OutputConfig: ["format"],
  };
  for (const [name, fields] of Object.entries(read)) {
    const documented = fieldsOf(name);
    expect(documented).toEqual(expect.arrayContaining(fields));
    const rest = documented.filter((field) => !fields.includes(field) && !ignored.includes(field));
    expect({ name, rest }).toEqual({ name, rest: [] });
  }
});

it("what the table lists is accepted", async () => {
  const given = {
    cache_control: { type: "ephemeral" },
    citations: null,
    caller: { type: "direct" },
    toolset_name: null,
  };
  const messages = [
    { role: "user", content: [{ ...blocks.TextBlockParam, ...given }] },
    { role: "assistant", content: [{ ...blocks.ToolUseBlockParam, ...given }] },
    { role: "user", content: [{ ...blocks.ToolResultBlockParam, ...given }] },
  ];
  const more = {
    metadata: { user_id: "a" },
    user_profile_id: "a",
    workspace_id: "b",
    service_tier: "auto",
    speed: "fast",
    output_config: { effort: "low" },
  };
  const tools = [{ ...tool, ...given, eager_input_streaming: true }];
  expect(await statusOf({ ...least, messages, tools, cache_control: given.cache_control, ...more })).toBe(200);
});
