/** The headers of every answer: the request's id, and the right of pages on other origins to read the answer. */
import { Hono } from "hono";
import { cors } from "hono/cors";
import { type RequestIdVariables, requestId } from "hono/request-id";
import { type EdgeError, errorResponse } from "./errors.ts";

const RATE_LIMITS = ["limit", "remaining", "reset"].flatMap((part) =>
  ["requests", "tokens"].map((unit) => `x-ratelimit-${part}-${unit}`),
);
const RETRIES = ["retry-after-ms", "retry-after", "x-should-retry"];
const EXPOSED = ["x-request-id", "request-id", "x-response-id", "server-timing", ...RETRIES, ...RATE_LIMITS];

/** Front ends on other origins may call the API; keys travel in a header, never in cookies. */
export function crossOrigin() {
  return cors({ origin: "*", allowMethods: ["GET", "POST", "DELETE"], exposeHeaders: EXPOSED, maxAge: 86_400 });
}

/** Answers a request with an error where there is no app to do it. */
export async function answerWithError(request: Request, errorFor: (requestId: string) => EdgeError): Promise<Response> {
  const app = new Hono<{ Variables: RequestIdVariables }>();
  app.use(requestId(), crossOrigin());
  app.all("*", (c) => errorResponse(errorFor(c.get("requestId"))));
  return app.fetch(request);
}
