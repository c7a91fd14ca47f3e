/** /openapi.json tells the truth: requests made from it are answered with its statuses alone, and each of them is reached. */
import { type ErrorCode, errorEvent, failureOf } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { unavailableFleet } from "../../edge/src/adapters/unavailable-fleet.ts";
import type { EdgeDependencies } from "../../edge/src/dependencies.ts";
import type { KnownResponse, Responses } from "../../edge/src/ports.ts";
import { describedKeys, plainKeys } from "../support/fakes/api-keys.ts";
import { type SchemaNode, valuesOf, wrongAtAPlace } from "../support/fakes/schema-values.ts";
import { type Respond, scriptedEdge, scriptedReplica } from "../support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";

interface Operation {
  readonly method: string;
  readonly path: string;
  /** Documented. */
  readonly statuses: readonly number[];
  readonly query: readonly { readonly name: string; readonly schema: SchemaNode }[];
  readonly body: SchemaNode | undefined;
}

const hello: Respond = ({ responseId, choices }) =>
  tell(plainScript(...Array.from({ length: choices }, () => ["Hello"])), responseId);
const failing =
  (code: ErrorCode): Respond =>
  ({ responseId: response_id }) => [errorEvent({ response_id, attempt: 1, seq: 0 }, failureOf(code, "it failed"))];

/** A fleet's log that knows every response but `unknown`, and the keys of requests. */
function fleetLog(): Responses {
  const keys = new Map<string, { responseId: string; body: string }>();
  return {
    read: async (id) => tell(plainScript(["Hello"]), id),
    isKnown: async (id) => id !== "unknown",
    async *watch(id) {
      yield* tell(plainScript(["Hello"]), id);
    },
    cancel: async () => {},
    async claimKey({ key, body }, responseId): Promise<KnownResponse | undefined> {
      const earlier = keys.get(key);
      if (!earlier) keys.set(key, { responseId, body });
      return earlier && { responseId: earlier.responseId, sameBody: earlier.body === body };
    },
    releaseKey: async ({ key }) => void keys.delete(key),
  };
}

function edge(respond: Respond = hello, given: Partial<EdgeDependencies> = {}) {
  return scriptedEdge([scriptedReplica(respond)], { responses: fleetLog(), ...given });
}

const { operations, schemas } = await describedOperations();

async function describedOperations() {
  // biome-ignore lint/suspicious/noExplicitAny: the parts of the description that are read below
  const document = (await (await edge().request("/openapi.json")).json()) as any;
  const list = Object.entries(document.paths).flatMap(([path, methods]) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    Object.entries(methods as any).map(([method, { responses, parameters = [], requestBody }]: [string, any]) => ({
      method: method.toUpperCase(),
      path,
      statuses: Object.keys(responses).map(Number),
      query: parameters.filter((one: { in: string }) => one.in === "query"),
      body: requestBody?.content["application/json"].schema,
    })),
  );
  return { operations: list as Operation[], schemas: document.components.schemas as Record<string, SchemaNode> };
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
const json = { "content-type": "application/json" };
const withKey = { headers: { ...json, authorization: "Bearer key" } };
const least: Record<string, object> = {
  "/v1/chat/completions": { model: "synthetic", messages: [{ role: "user", content: "hi" }] },
  "/v1/completions": { model: "synthetic", prompt: "hi" },
  "/v1/messages": { model: "synthetic", max_tokens: 8, messages: [{ role: "user", content: "hi" }] },
  "/v1/responses": { model: "synthetic", input: "hi" },
};

type App = ReturnType<typeof edge>;

/** A response stored by this app. */
async function storedId(app: App, more: object = {}): Promise<string> {
  const body = JSON.stringify({ ...least["/v1/responses"], ...more });
  const init = { method: "POST", headers: json, body };
  return ((await (await app.request("/v1/responses", init)).json()) as { id: string }).id;
}

function send(app: App, { method, path, body }: Operation, id: string, given: RequestInit = {}) {
  const url = path.replace("{id}", path.includes("models") && id !== "unknown" ? "synthetic" : id);
  const init = { method, ...(body && { headers: json, body: JSON.stringify(least[path]) }), ...given };
  return app.request(url, init);
}

const workerErrors: Record<number, ErrorCode> = {
  422: "poisoned",
  499: "cancelled",
  500: "internal",
  503: "unavailable",
  504: "deadline_exceeded",
  529: "overloaded",
};

/** A request that has this answer. */
async function reach(operation: Operation, status: number): Promise<Response> {
  const { method, path, body } = operation;
  const app = edge();
  switch (status) {
    case 200:
    case 204:
      return send(app, operation, await storedId(app, { background: true }));
    case 400: {
      if (body) return send(app, operation, "", { body: "{}" });
      const url = path.replace("{id}", await storedId(app));
      return app.request(`${url}?starting_after=x&limit=0&after=x`, { method });
    }
    case 401:
      return send(edge(hello, { keys: plainKeys("key") }), operation, "any");
    case 403:
      return send(edge(hello, { keys: describedKeys({ id: "key", models: ["other"] }) }), operation, "any", withKey);
    case 404:
      if (!body) return send(app, operation, "unknown");
      return send(app, operation, "", { body: JSON.stringify({ ...least[path], model: "other" }) });
    case 405:
      return send(app, operation, "", { method: "PATCH" });
    case 409: {
      const headers = { ...json, "idempotency-key": "a" };
      await send(app, operation, "", { headers });
      return send(app, operation, "", { headers, body: JSON.stringify({ ...least[path], top_p: 0.5 }) });
    }
    case 413:
      return send(app, operation, "", { body: "x".repeat(5 * 2 ** 20) });
    case 415:
      return send(app, operation, "", { headers: { ...json, "content-encoding": "gzip" } });
    case 429: {
      const limited = edge(hello, { keys: describedKeys({ id: "key", requests_per_minute: 1 }) });
      await (await send(limited, operation, "", withKey)).body?.cancel();
      return send(limited, operation, "", withKey);
    }
    case 503:
      if (!body) return send(edge(hello, unavailableFleet), operation, "any");
  }
  return send(edge(failing(workerErrors[status]!)), operation, "");
}

it("describes every endpoint", () => {
  expect(operations.map(nameOf)).toHaveLength(12);
});

it.each(operations.map((one) => [nameOf(one), one] as const))("each status of %s is reached", async (_, operation) => {
  for (const status of operation.statuses) {
    const response = await reach(operation, status);
    expect({ status: response.status, wanted: status }).toEqual({ status, wanted: status });
    await response.body?.cancel();
  }
});

const posts = operations.filter(({ body }) => body);
const model = fc.oneof({ arbitrary: fc.constant("synthetic"), weight: 9 }, { arbitrary: fc.string(), weight: 1 });

it.each(posts.map((one) => [nameOf(one), one] as const))("%s answers with no other status", async (_, operation) => {
  const app = edge();
  const good = valuesOf(operation.body!, schemas, { model });
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.oneof(good, wrongAtAPlace(good)), async (value) => {
      const response = await send(app, operation, "", { body: JSON.stringify(value) ?? "" });
      seen.add(response.status);
      expect(operation.statuses).toContain(response.status);
      await response.text();
    }),
    { numRuns: 60 },
  );
  expect([...seen]).toEqual(expect.arrayContaining([200, 400]));
});

const reads = operations.filter(({ body }) => !body);
it.each(reads.map((one) => [nameOf(one), one] as const))("%s answers with no other status", async (_, operation) => {
  const app = edge();
  const texts = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("true", "1", "0", "-1", "1e9", "asc"));
  const query = fc.record(Object.fromEntries(operation.query.map(({ name }) => [name, texts])), { requiredKeys: [] });
  const id = fc.oneof(fc.stringMatching(/^[\w.~-]{1,40}$/), fc.constantFrom("resp_", "%00", "..", "unknown"));
  await fc.assert(
    fc.asyncProperty(fc.boolean(), id, query, async (isStored, given, parameters) => {
      const used = isStored ? await storedId(app) : given;
      const path = operation.path.replace("{id}", used);
      const response = await app.request(`${path}?${new URLSearchParams(parameters as Record<string, string>)}`, {
        method: operation.method,
      });
      // Another path: not this operation.
      if (new URL(`http://edge${path}`).pathname !== path) return;
      expect({ path, statuses: operation.statuses }).toMatchObject({
        statuses: expect.arrayContaining([response.status]),
      });
      await response.text();
    }),
    { numRuns: 30 },
  );
});
