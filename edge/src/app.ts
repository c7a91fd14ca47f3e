/** The edge as one Hono app: the routes, and the middleware around them. An entry point listens. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { type RequestIdVariables, requestId } from "hono/request-id";
import { withResponseMetrics } from "./admission/response-metrics.ts";
import type { EdgeDependencies } from "./dependencies.ts";
import { EdgeError, errorResponse, unexpected } from "./errors.ts";
import { crossOrigin } from "./headers.ts";
import { createLimiter } from "./keys/limiter.ts";
import { requireKey } from "./keys/require-key.ts";
import { invalidBody } from "./openai/invalid-body.ts";
import { discardUnread, limitBody } from "./request-body.ts";
import { chatCompletions } from "./routes/chat-completions.ts";
import { completions } from "./routes/completions.ts";
import { health } from "./routes/health.ts";
import { inAnthropicsForm, messages } from "./routes/messages.ts";
import { metrics } from "./routes/metrics.ts";
import { models } from "./routes/models.ts";
import { playground } from "./routes/playground.ts";
import type { TimingVariables } from "./routes/respond.ts";
import { responses } from "./routes/responses.ts";
import { streams } from "./routes/streams.ts";
import { createHeartbeats } from "./stream/heartbeats.ts";
import { withSpans } from "./stream/spans.ts";

/**
 * The longest context of a released model, 262144 tokens, is about 1 MiB of text; the rest leaves room for JSON escapes,
 * tools and token ids. Less than a worker's message limit.
 */
export const MAX_BODY_BYTES = 4 * 2 ** 20;

export function createApp(given: EdgeDependencies) {
  const traced = given.tracer ? withSpans(given.replicas, given.tracer) : given.replicas;
  const { replicas, families } = withResponseMetrics(traced, given.clock);
  const edge = {
    ...given,
    replicas,
    heartbeats: createHeartbeats(given.clock, given.heartbeatMs),
    limiter: createLimiter(given),
  };
  const app = new OpenAPIHono<{ Variables: RequestIdVariables & TimingVariables }>({
    defaultHook: (result) => {
      if (!result.success) throw invalidBody(result.error);
    },
  });

  app.use(requestId());
  app.use(async (c, next) => {
    const startMs = edge.clock.monotonic();
    await next();
    const { method, path } = c.req;
    // The body of a stream follows.
    const headersMs = edge.clock.monotonic() - startMs;
    const headers_ms = Math.round(headersMs);
    const waitedMs = c.get("waitedMs");
    if (waitedMs !== undefined) c.header("server-timing", serverTiming(headersMs - waitedMs, waitedMs));
    edge.log.info({ request_id: c.get("requestId"), method, path, status: c.res.status, headers_ms }, "responded");
  });
  app.use(crossOrigin());
  app.use("/v1/messages/*", inAnthropicsForm);
  app.use(discardUnread(edge.clock));
  app.use(
    methodNotAllowed({ app, onMethodNotAllowed: (c, allowed) => wrongMethod(c.req.method, c.req.path, allowed) }),
  );
  app.use("/v1/*", requireKey(edge.keys), limitBody(MAX_BODY_BYTES));

  app.route("/", chatCompletions(edge));
  app.route("/", completions(edge));
  app.route("/", messages(edge));
  app.route("/", responses(edge));
  app.route("/", models(edge));
  app.route("/", streams(edge));
  app.route("/", health(edge));
  if (edge.running) {
    const page = metrics(edge.running, families);
    if (edge.serveMetrics) edge.serveMetrics(page.fetch);
    else app.use("/metrics", requireKey(edge.keys)).route("/", page);
  }
  if (edge.playground) app.route("/", playground(edge.playground));
  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "Palimpsest", version: "1" } });

  app.notFound((c) =>
    errorResponse(
      new EdgeError("unknown_url", `There is no ${c.req.method} ${c.req.path}; /openapi.json lists the endpoints.`),
    ),
  );
  app.onError((error, c) => {
    const known = edgeErrorOf(error);
    if (known instanceof Response) return known;
    if (known) return errorResponse(known);
    return errorResponse(unexpected(error, edge.log, { request_id: c.get("requestId") }));
  });
  return app;
}

/** The error for the client, if the route threw one; undefined for an unexpected error. */
function edgeErrorOf(error: Error): EdgeError | Response | undefined {
  if (error instanceof EdgeError) return error;
  if (!(error instanceof HTTPException)) return undefined;
  if (error.res) return error.getResponse();
  if (error.status === 415)
    return new EdgeError("unsupported_content_type", "The content type is not supported; send application/json.");
  return new EdgeError("invalid_request", `${error.message}.`);
}

function serverTiming(edgeMs: number, workerMs: number): string {
  return `edge;dur=${edgeMs.toFixed(2)}, worker;dur=${workerMs.toFixed(2)}`;
}

function wrongMethod(method: string, path: string, allowed: readonly string[]): Response {
  const allow = allowed.join(", ");
  return errorResponse(new EdgeError("method_not_allowed", `${path} does not support ${method}; use ${allow}.`), {
    allow,
  });
}
