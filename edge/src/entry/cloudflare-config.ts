/** The settings of the serverless edge, read from its bindings: variables and secrets. */
import { webSocketEnvironment } from "@palimpsest/fleet/web-socket";
import { z } from "zod";
import { edgeEnvironment, edgeSettings, parseEnvironment } from "./settings.ts";

/** A Durable Object runs on one thread. Several share the requests, each with its own connections. */
const EDGES = 4;

/** Every variable and secret that the serverless edge reads. */
export const serverlessVariables = edgeEnvironment.extend({
  EDGES: z.coerce
    .number()
    .int()
    .min(1)
    .default(EDGES)
    .describe("Durable Objects that share the requests, each with connections of its own."),
  ...webSocketEnvironment.shape,
});

const environment = serverlessVariables
  .transform((env) => ({ ...edgeSettings(env), edges: env.EDGES, nats: env }))
  .refine(({ keys, keysInNats, allowNoKeys }) => keys.length > 0 || keysInNats || allowNoKeys, {
    error:
      "there are no API keys; set API_KEYS_IN_NATS or PALIMPSEST_API_KEYS, or ALLOW_NO_API_KEYS to serve everybody",
    path: ["PALIMPSEST_API_KEYS"],
  });

export type CloudflareConfig = z.infer<typeof environment>;

/** @throws Error that names every invalid variable and what it should be */
export function parseCloudflareConfig(env: object): CloudflareConfig {
  return parseEnvironment(environment, env);
}
