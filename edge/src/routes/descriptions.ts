/** Parts of the endpoints' descriptions in /openapi.json. */
import { z } from "@hono/zod-openapi";

export const errorBody = z
  .object({
    error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }),
  })
  .openapi("Error");

/** Required, so that a body of another content type is rejected instead of read as empty. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  // Hono's validator parses asynchronously, for which zod has only its slow path. These schemas have nothing to wait for.
  schema.safeParseAsync = async (value, params) => schema.safeParse(value, params);
  return { required: true, content: { "application/json": { schema } } } as const;
}

export function jsonResponse<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

export function completionResponses<T extends z.ZodType>(schema: T) {
  const chunkStream = { schema: z.string().openapi({ description: "`data:` lines of chunks, then `data: [DONE]`." }) };
  const completion = jsonResponse(schema, "The completion; a stream of chunks when `stream` is true.");
  return {
    200: { ...completion, content: { ...completion.content, "text/event-stream": chunkStream } },
    ...errorResponses(errorBody),
  };
}

/** The errors of a completion. */
export function errorResponses<T extends z.ZodType>(schema: T) {
  return {
    400: jsonResponse(schema, "A parameter is invalid or not supported; the message names it."),
    401: jsonResponse(schema, "The API key is missing or invalid."),
    403: jsonResponse(schema, "The API key may not use the model, or the priority."),
    404: jsonResponse(schema, "The model is not served here."),
    405: jsonResponse(schema, "The path does not support the method; `allow` lists those that it does."),
    409: jsonResponse(schema, "The Idempotency-Key was used with another body."),
    413: jsonResponse(schema, "The body is too large."),
    415: jsonResponse(schema, "The body has a Content-Encoding."),
    422: jsonResponse(schema, "Several workers crashed over the request."),
    429: jsonResponse(
      schema,
      "The worker, the queue or a limit of the API key is full; `retry-after` says when to try again.",
    ),
    499: jsonResponse(schema, "The response was cancelled."),
    500: jsonResponse(schema, "The server failed unexpectedly."),
    503: jsonResponse(schema, "No worker is reachable; `retry-after` says when to try again."),
    504: jsonResponse(schema, "The response took longer than the server's limit."),
  };
}

/** Headers of a request for a completion. */
export const completionHeaders = z.object({
  "idempotency-key": z.string().optional().openapi({
    description: "In a fleet: a repeated request with this key and the same body gets the response of the first one.",
  }),
});
