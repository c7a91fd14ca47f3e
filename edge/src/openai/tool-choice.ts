/** The functions that an answer may call, and the grammar that it has if calls are forced, or their arguments guaranteed. */
import { z } from "@hono/zod-openapi";
import type { CalledFunction, GrammarSource } from "@palimpsest/proto";
import { conflict, type Fault, type StructuredParameters, structuredForms } from "./structured-output.ts";
import type { ToolUse } from "./tool-calls.ts";

const CHOICES =
  'must be "auto", "none", "required", or name a function as {"type": "function", "function": {"name": …}}';

const named = z.object({ type: z.literal("function"), function: z.object({ name: z.string() }) });
const allowed = z.object({
  type: z.literal("allowed_tools"),
  allowed_tools: z.object({ mode: z.enum(["auto", "required"]), tools: z.array(named).min(1) }),
});

export const toolChoice = z
  .union([
    z.enum(["auto", "none", "required"], { error: CHOICES }),
    z.discriminatedUnion("type", [named, allowed], {
      error: ({ code }) => (code === "invalid_union" ? CHOICES : undefined),
    }),
  ])
  .nullish();

/** The parts of a body that say so. */
export interface ToolBody extends StructuredParameters {
  readonly tools?: readonly OfferedTool[] | null | undefined;
  readonly tool_choice?: z.infer<typeof toolChoice>;
  readonly parallel_tool_calls?: boolean | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
}

interface OfferedTool {
  readonly function: {
    readonly name: string;
    readonly parameters?: object | null | undefined;
    readonly strict?: boolean | null | undefined;
  };
}

/** The rule by which the answer calls tools; undefined if it may not. */
export function toolUseOf(body: ToolBody): ToolUse | undefined {
  const choice = chosen(body);
  if (!choice) return undefined;
  const names = new Set(choice.functions.map(({ name }) => name));
  return { names, parallel: body.parallel_tool_calls !== false, stops: (body.stop?.length ?? 0) > 0 };
}

/** The grammar of a conversation's answer. Undefined: any text, in which the model may call functions as it likes. */
export function chatGrammar(body: ToolBody): GrammarSource | undefined {
  const [structured] = structuredForms(body);
  const choice = chosen(body);
  if (!choice) return structured;
  const { functions, isForced, isNarrowed } = choice;
  if (!isForced && !isNarrowed && !structured && !functions.some(({ strict }) => strict)) return undefined;
  const calls = {
    kind: "tool-calls",
    functions: functions.map((one) => calledFunction(one, isForced)),
    parallel: body.parallel_tool_calls !== false,
  } as const;
  if (isForced) return { ...calls, param: "tool_choice" };
  switch (structured?.kind) {
    case undefined:
      return { ...calls, answer: { kind: "text" }, param: isNarrowed ? "tool_choice" : "tools" };
    case "json-object":
    case "json-schema": {
      const { param, ...answer } = structured;
      return { ...calls, answer, param };
    }
    default:
      // toolFaults has rejected the others.
      return structured;
  }
}

/** A choice that fits no tool, and a form that cannot stand beside calls. */
export function* toolFaults(body: ToolBody): Generator<Fault> {
  const { tools, tool_choice: choice } = body;
  const isForcing = choice === "required" || typeof choice === "object";
  if (choice && isForcing && !tools?.length) yield { path: ["tool_choice"], message: "needs tools" };
  const known = (tools ?? []).map((tool) => tool.function.name);
  for (const { name, path } of namesIn(choice)) {
    if (!tools?.length || known.includes(name)) continue;
    const functions = known.map((one) => JSON.stringify(one)).join(", ");
    yield { path, message: `${JSON.stringify(name.slice(0, 64))} is none of the tools; they are ${functions}` };
  }
  const form = structuredForms(body).find(({ kind }) => kind !== "json-object" && kind !== "json-schema");
  if (form && chosen(body)) yield conflict(form.param, "tools");
}

interface Offered {
  readonly name: string;
  readonly strict: boolean;
  readonly parameters: object | undefined;
  /** The parameter that has its schema. */
  readonly param: string;
}

interface Chosen {
  readonly functions: readonly Offered[];
  /** True if the answer is calls and nothing else. */
  readonly isForced: boolean;
  /** True if it may not call all tools. */
  readonly isNarrowed: boolean;
}

function chosen({ tools, tool_choice: choice }: ToolBody): Chosen | undefined {
  if (!tools?.length || choice === "none") return undefined;
  const functions = tools.map(({ function: { name, strict, parameters } }, i) => ({
    name,
    strict: strict ?? false,
    parameters: parameters ?? undefined,
    param: `tools[${i}].function.parameters`,
  }));
  const isForced =
    choice === "required" ||
    (typeof choice === "object" && (choice?.type === "function" || choice?.allowed_tools.mode === "required"));
  const names = namesIn(choice).map(({ name }) => name);
  if (names.length === 0) return { functions, isForced, isNarrowed: false };
  return { functions: functions.filter(({ name }) => names.includes(name)), isForced, isNarrowed: true };
}

/** The functions that a choice names, and where. */
function namesIn(choice: ToolBody["tool_choice"]): { name: string; path: string[] }[] {
  if (choice == null || typeof choice === "string") return [];
  if (choice.type === "function") {
    return [{ name: choice.function.name, path: ["tool_choice", "function", "name"] }];
  }
  const path = ["tool_choice", "allowed_tools", "tools"];
  return choice.allowed_tools.tools.map((tool) => ({ name: tool.function.name, path }));
}

/** A function that is not strict may be called with any object, unless a call is forced: the schema then guides it. */
function calledFunction({ name, strict, parameters, param }: Offered, isForced: boolean): CalledFunction {
  // OpenAI's meaning of a function without parameters.
  if (parameters === undefined && strict) return { name, parameters: NO_PARAMETERS, strict, param };
  const isGuided = parameters !== undefined && (strict || isForced);
  return { name, ...(isGuided && { parameters: JSON.stringify(parameters) }), strict, param };
}

const NO_PARAMETERS = JSON.stringify({ type: "object", properties: {} });
