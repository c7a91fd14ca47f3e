/** The form that a task asks for, as a client would state it: the schema of its JSON, or calls of its tools. */
import type { GrammarSource } from "@palimpsest/proto";
import type { Json, Task } from "./task.ts";

type Formed = Pick<Task, "tests" | "tools">;

/** For the engine. Undefined for a task that asks for neither. */
export function taskGrammar({ tests, tools = [] }: Formed): GrammarSource | undefined {
  if (tests.kind === "json") {
    return { kind: "json-schema", schema: JSON.stringify(schemaOf(tests.expected)), param: "response_format" };
  }
  if (tests.kind !== "calls" || tools.length === 0) return undefined;
  const functions = tools.map(({ function: { name, parameters } }, i) => ({
    ...{ name, parameters: JSON.stringify(parameters), strict: true, param: `tools[${i}].function.parameters` },
  }));
  const answer = tests.expected.length === 0 ? { answer: { kind: "text" as const } } : {};
  return { kind: "tool-calls", functions, parallel: true, param: "tool_choice", ...answer };
}

/** For a server: the parameters of a chat completion. */
export function grammarParameters({ tests, tools = [] }: Formed): Readonly<Record<string, unknown>> {
  if (tests.kind === "json") {
    const json_schema = { name: "answer", strict: true, schema: schemaOf(tests.expected) };
    return { response_format: { type: "json_schema", json_schema } };
  }
  if (tests.kind !== "calls" || tools.length === 0) return {};
  const strict = tools.map((tool) => ({ ...tool, function: { ...tool.function, strict: true } }));
  return { tools: strict, tool_choice: tests.expected.length === 0 ? "auto" : "required" };
}

/** Names and types of a value, without its contents: keys in its order, lists of any length. */
export function schemaOf(value: Json): Readonly<Record<string, unknown>> {
  if (value === null) return { type: "null" };
  if (typeof value === "number") return { type: Number.isInteger(value) ? "integer" : "number" };
  if (Array.isArray(value)) {
    const items = [...new Map(value.map((item) => [JSON.stringify(schemaOf(item)), schemaOf(item)])).values()];
    if (items.length === 0) return { type: "array" };
    return { type: "array", items: items.length === 1 ? items[0] : { anyOf: items } };
  }
  if (typeof value !== "object") return { type: typeof value };
  const properties = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, schemaOf(item)]));
  return { type: "object", properties, required: Object.keys(value), additionalProperties: false };
}
