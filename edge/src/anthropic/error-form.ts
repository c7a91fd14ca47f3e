/** Errors as Anthropic's API reports them, and their statuses there. */
import { z } from "@hono/zod-openapi";
import { EdgeError, type ErrorCode } from "../errors.ts";

export const messageErrorBody = z
  .object({
    type: z.literal("error"),
    error: z.object({ type: z.string(), message: z.string() }),
    request_id: z.string().nullable().openapi({ description: "Null within a stream." }),
  })
  .openapi("MessageError");

export function messageError(
  { code, message }: Pick<EdgeError, "code" | "message">,
  requestId: string | null = null,
): z.infer<typeof messageErrorBody> {
  const error = { type: typeOf(messageErrorStatus(code)), message };
  return { type: "error", error, request_id: requestId };
}

export function messageErrorStatus(code: ErrorCode): number {
  // 429 stands for the client's own limits there.
  return code === "overloaded" ? 529 : new EdgeError(code, "").status;
}

function typeOf(status: number): string {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 504:
      return "timeout_error";
    case 529:
      return "overloaded_error";
    default:
      return status >= 500 ? "api_error" : "invalid_request_error";
  }
}
