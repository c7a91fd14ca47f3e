/** GET /v1/models and /v1/models/{id}. */

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ModelInfo } from "@palimpsest/proto";
import type { EdgeDependencies } from "../dependencies.ts";
import { modelNotFound } from "../errors.ts";
import { mayUse, modelNotAllowed } from "../keys/limiter.ts";
import { clientOf } from "../keys/require-key.ts";
import { errorBody, jsonResponse } from "./descriptions.ts";

const modelBody = z
  .object({
    id: z.string(),
    object: z.literal("model"),
    created: z.int(),
    owned_by: z.string(),
    block_length: z.int(),
    max_context_tokens: z.int().openapi({ description: "Limit of prompt and answer together." }),
    endpoints: z.array(z.string()).openapi({ description: "Endpoints that the model supports." }),
  })
  .openapi("Model");

const failures = {
  401: jsonResponse(errorBody, "The API key is missing or invalid."),
  503: jsonResponse(errorBody, "The fleet is unreachable."),
};

const list = createRoute({
  method: "get",
  path: "/v1/models",
  summary: "List the models",
  responses: {
    200: jsonResponse(z.object({ object: z.literal("list"), data: z.array(modelBody) }), "The models."),
    ...failures,
  },
});

const one = createRoute({
  method: "get",
  path: "/v1/models/{id}",
  summary: "Describe a model",
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: jsonResponse(modelBody, "The model."),
    403: jsonResponse(errorBody, "The API key may not use the model."),
    404: jsonResponse(errorBody, "The model is not served here."),
    ...failures,
  },
});

export function models({ replicas }: EdgeDependencies) {
  return new OpenAPIHono()
    .openapi(list, (c) => {
      const { key } = clientOf(c);
      const models = replicas.models().filter(({ name }) => key === undefined || mayUse(key, name));
      return c.json({ object: "list" as const, data: models.map(describe) }, 200);
    })
    .openapi(one, (c) => {
      const { id } = c.req.valid("param");
      const { key } = clientOf(c);
      if (key && !mayUse(key, id)) throw modelNotAllowed(id);
      const models = new Map(replicas.models().map((model) => [model.name, model]));
      const model = models.get(id);
      if (!model) throw modelNotFound(id, models.keys());
      return c.json(describe(model), 200);
    });
}

function describe({ name, created, blockLength, maxContextTokens, chat }: ModelInfo): z.infer<typeof modelBody> {
  return {
    id: name,
    object: "model",
    created,
    owned_by: "palimpsest",
    block_length: blockLength,
    max_context_tokens: maxContextTokens,
    endpoints: [...(chat ? ["/v1/chat/completions", "/v1/messages", "/v1/responses"] : []), "/v1/completions"],
  };
}
