/** What was wrong with a request body, said the way OpenAI's API does: one message, and the parameter it is about. */
import type { z } from "@hono/zod-openapi";
import { EdgeError } from "../errors.ts";

export function invalidBody(error: z.ZodError): EdgeError {
  const { path, message } = mostSpecific(error.issues);
  const param = path.reduce<string>(joined, "");
  return new EdgeError("invalid_request", param ? `${param}: ${message}` : message, param ? { param } : {});
}

type Issue = Pick<z.core.$ZodIssue, "path" | "message">;

/** The first issue. Of a union, the branch that got furthest into the value is the one the client meant. */
function mostSpecific(issues: readonly z.core.$ZodIssue[]): Issue {
  const [issue] = issues;
  if (!issue) return { path: [], message: "the body is not what this endpoint takes" };
  if (issue.code !== "invalid_union") return issue;
  const branches = issue.errors.filter((branch) => branch.length > 0).map(mostSpecific);
  const furthest = branches.reduce((best, branch) => (branch.path.length > best.path.length ? branch : best), {
    path: [],
    message: issue.message,
  });
  return { path: [...issue.path, ...furthest.path], message: furthest.message };
}

function joined(param: string, key: PropertyKey): string {
  if (typeof key === "number") return `${param}[${key}]`;
  return param ? `${param}.${String(key)}` : String(key);
}
