/** A task for a model, and how its answer is judged: the common form of every suite. */
import { z } from "zod";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const json = z.json() as z.ZodType<Json>;

/** A function call; `arguments` is an object here, never a string. */
export type Call = z.infer<typeof call>;
const call = z.object({ name: z.string(), arguments: z.record(z.string(), json) });

/** A message in OpenAI's shape, except that the arguments of calls are objects. A tool result has role `tool`. */
export type Message = z.infer<typeof message>;
const message = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.string(),
  tool_calls: z.array(z.object({ type: z.literal("function"), function: call })).exactOptional(),
});

/** A tool that the model may call, in OpenAI's shape; `parameters` is a JSON schema. */
export type Tool = z.infer<typeof tool>;
const tool = z.object({
  type: z.literal("function"),
  function: z.object({ name: z.string(), description: z.string(), parameters: z.record(z.string(), json) }),
});

/**
 * A call of the function under test: `entry` if a task requests several functions, otherwise the function of its tests.
 * Values are plain JSON: no NaN, no infinities, no undefined.
 */
export type Case = z.infer<typeof oneCase>;
const oneCase = z.object({ entry: z.string().exactOptional(), args: z.array(json), expected: json });

/**
 * Tests of an answer (`score.ts`):
 * - `code`: runs it as JavaScript; the function `entry` must return the expected value for every case. Without `entry`
 *   (the task names no function) the last function that the answer defines is called.
 * - `python`: runs it as Python between `before` and `after`; no line may raise. `prompt` is put before an answer that
 *   does not define `entry` itself, since such an answer continues the prompt.
 * - `json`: the answer equals this JSON value; the order of keys is free.
 * - `calls`: the answer consists of exactly these tool calls, in this order.
 * - `number`: the last number in the answer equals this number.
 * - `text`: the answer contains all of these strings; case is ignored.
 */
export type Tests = z.infer<typeof tests>;
const tests = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("code"), entry: z.string().exactOptional(), cases: z.array(oneCase).min(1) }),
  z.object({
    kind: z.literal("python"),
    before: z.string(),
    after: z.string(),
    entry: z.string().exactOptional(),
    prompt: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("json"), expected: json }),
  z.object({ kind: z.literal("calls"), expected: z.array(call) }),
  z.object({ kind: z.literal("number"), expected: z.number() }),
  z.object({ kind: z.literal("text"), includes: z.array(z.string()).min(1) }),
]);

/** A line of a suite. Its id is unique in the suite; figures are reported for each family. */
export type Task = z.infer<typeof task>;
export const task = z.object({
  id: z.string(),
  family: z.string(),
  messages: z.array(message).min(1),
  tools: z.array(tool).exactOptional(),
  tests,
});
