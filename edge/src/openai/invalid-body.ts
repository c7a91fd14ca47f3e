/** Reports an invalid body as OpenAI's API does: one message, and the parameter at fault. */
import type { z } from "@hono/zod-openapi";
import { EdgeError } from "../errors.ts";
import { nameOf } from "./places.ts";

export function invalidBody(error: z.ZodError): EdgeError {
  const { path, message } = mostSpecific(error.issues);
  const param = nameOf(path);
  return new EdgeError("invalid_request", param ? `${param}: ${message}` : message, param ? { param } : {});
}

interface Issue {
  path: PropertyKey[];
  message: string;
  /** The expected type, if only the type is wrong. */
  expected?: string;
}

/** The first issue. In a union, the client meant the branch that matched furthest into the value. */
function mostSpecific(issues: readonly z.core.$ZodIssue[]): Issue {
  const [issue] = issues;
  if (!issue) return { path: [], message: "the body does not match this endpoint's schema" };
  if (issue.code === "invalid_key") return { path: issue.path, message: issue.issues[0]?.message ?? issue.message };
  if (issue.code !== "invalid_union") return issue;
  const branches = issue.errors.filter((branch) => branch.length > 0).map(mostSpecific);
  const depth = Math.max(0, ...branches.map(({ path }) => path.length));
  const furthest = branches.filter(({ path }) => path.length === depth);
  const meant = furthest.find(({ expected }) => expected === undefined) ?? (depth > 0 ? furthest[0] : undefined);
  if (meant) return { ...meant, path: [...issue.path, ...meant.path] };
  const expected = [...new Set(furthest.map((branch) => branch.expected))].join(" or ");
  return {
    path: issue.path,
    message: issue.message === DEFAULT_MESSAGE ? `expected ${expected}` : issue.message,
    expected,
  };
}

/** zod's message for a union without a message of its own. */
const DEFAULT_MESSAGE = "Invalid input";
