/** How the endpoints describe themselves in /openapi.json. */
import { z } from "@hono/zod-openapi";

export const errorBody = z
  .object({
    error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }),
  })
  .openapi("Error");

/** Required, so that a body of another content type is refused instead of taken for an empty one. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } } as const;
}

export function jsonResponse<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

export function completionResponses<T extends z.ZodType>(schema: T) {
  const chunkStream = { schema: z.string().openapi({ description: "`data:` lines of chunks, then `data: [DONE]`." }) };
  const answered = jsonResponse(schema, "The answer; a stream of chunks when `stream` is true.");
  return {
    200: { ...answered, content: { ...answered.content, "text/event-stream": chunkStream } },
    400: jsonResponse(errorBody, "A parameter is wrong or not supported; `param` names it."),
    401: jsonResponse(errorBody, "No API key, or a wrong one."),
    404: jsonResponse(errorBody, "The model is not served here."),
    413: jsonResponse(errorBody, "The body is too large."),
    429: jsonResponse(errorBody, "The worker is full."),
    503: jsonResponse(errorBody, "No worker can be reached."),
  };
}
