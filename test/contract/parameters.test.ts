/**
 * Every parameter that OpenAI, vLLM or SGLang documents is honoured, rejected by its name, or in the table of docs/protocol.md
 * that lists what is accepted and ignored.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chatBody } from "../../edge/src/openai/chat-request.ts";
import { completionBody } from "../../edge/src/openai/completion-request.ts";
import {
  unsupportedInChat,
  unsupportedInCompletions,
  unsupportedParameters,
} from "../../edge/src/openai/unsupported-parameters.ts";
import { scriptedEdge, scriptedReplica } from "../support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";
import { sglang, vllm } from "./documented-parameters.ts";

const replica = scriptedReplica(({ responseId }) => tell(plainScript(["Hello"]), responseId));
const app = scriptedEdge([replica]);
const ignored = await ignoredParameters();
const messages = [{ role: "user", content: "hi" }];

const endpoints = [
  {
    path: "/v1/chat/completions",
    least: { model: "synthetic", messages },
    documented: [...(await openaiParameters("chat/completions/completions", "Chat")), ...vllm.chat, ...sglang.chat],
    known: Object.keys(chatBody.shape),
    unsupported: Object.keys({ ...unsupportedParameters, ...unsupportedInChat }),
  },
  {
    path: "/v1/completions",
    least: { model: "synthetic", prompt: "hi" },
    documented: [...(await openaiParameters("completions", "")), ...vllm.completions, ...sglang.completions],
    known: Object.keys(completionBody.shape),
    unsupported: Object.keys({ ...unsupportedParameters, ...unsupportedInCompletions }),
  },
];

/** Names of the parameters in the installed `openai` package. */
async function openaiParameters(resource: string, prefix: string): Promise<string[]> {
  const types = fileURLToPath(import.meta.resolve(`openai/resources/${resource}`)).replace(/\.m?js$/, ".d.ts");
  const body = new RegExp(`interface ${prefix}CompletionCreateParamsBase \\{\n(.*?)\n\\}`, "s");
  const [, fields = ""] = body.exec(await readFile(types, "utf8")) ?? [];
  return [...fields.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => name!);
}

async function ignoredParameters(): Promise<string[]> {
  const docs = await readFile(new URL("../../docs/protocol.md", import.meta.url), "utf8");
  const [, table = ""] = /^\| accepted and ignored.*?\n((?:\|.*\n)+)/m.exec(docs) ?? [];
  return table
    .split("\n")
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

async function send(path: string, body: object) {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await app.request(path, init);
  const { error } = (await response.json()) as { error?: { param: string; message: string } };
  return { status: response.status, param: error?.param, message: error?.message };
}

describe.each(endpoints)("parameters of $path", ({ path, least, documented, known, unsupported }) => {
  it("are all known or in the table, and not both", () => {
    expect(documented.length).toBeGreaterThan(70);
    expect(documented.filter((name) => !known.includes(name) && !ignored.includes(name))).toEqual([]);
    expect(ignored.filter((name) => known.includes(name))).toEqual([]);
    expect(new Set(ignored).size).toBe(ignored.length);
  });

  it("that are in the table change nothing", async () => {
    expect(ignored.length).toBeGreaterThan(30);
    expect(await send(path, least)).toMatchObject({ status: 200 });
    const { responseId: _, ...plain } = replica.requests.at(-1)!;
    expect(await send(path, { ...least, ...Object.fromEntries(ignored.map((name) => [name, "x"])) })).toMatchObject({
      status: 200,
    });
    const { responseId: __, ...given } = replica.requests.at(-1)!;
    expect(given).toEqual(plain);
  });

  it("that are not supported are rejected by name, and pass as null", async () => {
    for (const name of unsupported) {
      const refused = await send(path, { ...least, [name]: { x: 1 } });
      expect({ name, ...refused }).toMatchObject({
        status: 400,
        param: name,
        message: expect.stringContaining(`${name}: `),
      });
      expect({ name, ...(await send(path, { ...least, [name]: null })) }).toMatchObject({ status: 200 });
    }
  });
});

it.each([
  ["/v1/chat/completions", { functions: [], function_call: "auto", tool_choice: "none", parallel_tool_calls: false }],
  [
    "/v1/chat/completions",
    { min_p: 0, use_beam_search: false, repetition_penalty: 1, bad_words: [], verbosity: "medium" },
  ],
  ["/v1/chat/completions", { chat_template_kwargs: {}, add_generation_prompt: true, skip_special_tokens: true }],
  ["/v1/completions", { echo: false, best_of: 1, suffix: "", tools: [], response_format: { type: "text" } }],
])("on %s values that change nothing are accepted: %j", async (path, neutral) => {
  expect(await send(path, { ...endpoints.find((one) => one.path === path)!.least, ...neutral })).toMatchObject({
    status: 200,
  });
});

it("the table of /openapi.json allows each value that is accepted", async () => {
  const { components } = (await (await app.request("/openapi.json")).json()) as {
    components: { schemas: Record<string, { properties: Record<string, { enum?: unknown[] }> }> };
  };
  const { properties } = components.schemas.ChatCompletionRequest!;
  expect(properties.min_p).toMatchObject({ enum: [0, null] });
  expect(properties.function_call).toMatchObject({ enum: ["none", "auto", null] });
});
