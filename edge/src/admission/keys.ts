/** API keys: which requests pass, and which tenant they belong to. Without configured keys every request passes. */
import type { Context, MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { hex, sha256 } from "../digest.ts";
import { EdgeError, errorResponse } from "../errors.ts";

/** Passes requests that carry one of the keys as a bearer token. Compares in constant time. */
export function requireKey(keys: readonly string[]): MiddlewareHandler {
  if (keys.length === 0) return (_, next) => next();
  const reject = (message: string) => ({ message: () => errorResponse(new EdgeError("invalid_api_key", message)) });
  const missing = reject("The request has no API key; send `Authorization: Bearer KEY`.");
  const wrong = reject("The API key is not valid on this server; send one of its keys.");
  return bearerAuth({
    token: [...keys],
    noAuthenticationHeader: missing,
    invalidAuthenticationHeader: missing,
    invalidToken: wrong,
  });
}

/** Tenant id derived from the request's API key, which it does not reveal; "" when no keys are configured. */
export async function ownerOf(c: Context, keys: readonly string[]): Promise<string> {
  const authorization = keys.length > 0 ? c.req.header("authorization") : undefined;
  return authorization === undefined ? "" : hex(await sha256(authorization));
}
