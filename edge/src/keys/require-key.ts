/** Which requests pass, and which client they come from. Without configured keys every request passes. */
import type { Context, MiddlewareHandler } from "hono";
import { EdgeError } from "../errors.ts";
import type { ApiKey, Keys } from "../ports.ts";

/** The scheme's name may be in any case, and spaces may follow it: RFC 9110. */
const BEARER = /^bearer +(\S+) *$/i;

/** The sender of a request. */
export interface Client {
  /** Undefined when no keys are configured. */
  readonly key: ApiKey | undefined;
  /** Tenant id; "" when no keys are configured. */
  readonly owner: string;
  /** Headers of the answer, whether it is a success or an error. */
  readonly headers: Map<string, string>;
}

/** Passes requests that carry one of the keys, as a bearer token or in `x-api-key`. */
export function requireKey(keys: Keys | undefined): MiddlewareHandler {
  return async (c, next) => {
    const key = keys && (await keyOf(c, keys));
    const client: Client = { key, owner: key?.owner ?? "", headers: new Map() };
    c.set("client", client);
    await next();
    for (const [name, value] of client.headers) c.res.headers.set(name, value);
  };
}

export function clientOf(c: Context): Client {
  return c.get("client") as Client;
}

/** Tenant id derived from the request's API key, which it does not reveal; "" when no keys are configured. */
export function ownerOf(c: Context): string {
  return clientOf(c).owner;
}

async function keyOf(c: Context, keys: Keys): Promise<ApiKey> {
  const secret = secretOf(c);
  if (secret === undefined) throw rejected("The request has no API key; send `Authorization: Bearer KEY`.");
  const key = await keys.find(secret);
  if (key) return key;
  throw rejected("The API key is not valid on this server, or has expired; send one of its keys.");
}

/** Older clients of Anthropic's API send `x-api-key`. With both headers, Authorization counts. */
function secretOf(c: Context): string | undefined {
  const authorization = c.req.header("authorization");
  return authorization === undefined ? c.req.header("x-api-key") : BEARER.exec(authorization)?.[1];
}

function rejected(message: string): EdgeError {
  return new EdgeError("invalid_api_key", message);
}
