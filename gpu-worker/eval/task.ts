/** A task that a model is asked, and how its answer is judged. What a suite's file holds, whatever form it came in. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A function call; `arguments` is an object here, never a string. */
export interface Call {
  name: string;
  arguments: { [key: string]: Json };
}

/** One message in OpenAI's shape, but for the arguments of calls. A tool result has role `tool`. */
export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  tool_calls?: { type: "function"; function: Call }[];
}

/** A tool that the model may call, in OpenAI's shape; `parameters` is a JSON schema. */
export interface Tool {
  type: "function";
  function: { name: string; description: string; parameters: { [key: string]: Json } };
}

/** One call of the function under test. Values are plain JSON: no NaN, no infinities, no undefined. */
export interface Case {
  /** The function to call, where a task asks for several; else the tests' `entry`. */
  entry?: string;
  args: Json[];
  expected: Json;
}

/**
 * How an answer is judged (`score.ts`):
 * - `code`: run it as JavaScript; the function `entry` must give the expected value for every case. Without `entry` (the
 *   task gave no name) the last function that the answer defines is called.
 * - `python`: run it as Python between what stands `before` and `after` it; no line may raise. `prompt` is put before an
 *   answer that does not define `entry` itself, as one that goes on where the prompt ended.
 * - `json`: the answer is this JSON value; the order of keys is free.
 * - `calls`: the answer is exactly these tool calls, in this order.
 * - `number`: the last number in the answer is this one.
 * - `text`: the answer holds every one of these strings; case is ignored.
 */
export type Tests =
  | { kind: "code"; entry?: string; cases: Case[] }
  | { kind: "python"; before: string; after: string; entry?: string; prompt?: string }
  | { kind: "json"; expected: Json }
  | { kind: "calls"; expected: Call[] }
  | { kind: "number"; expected: number }
  | { kind: "text"; includes: string[] };

export interface Task {
  /** Unlike any other in its suite. */
  id: string;
  /** Figures are given for each family apart. */
  family: string;
  messages: Message[];
  tools?: Tool[];
  tests: Tests;
}
