/** API keys: who may ask, and as whom. No keys configured means that everyone may. */
import type { MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { hex, sha256 } from "../digest.ts";
import { EdgeError, errorResponse } from "../errors.ts";

/** Lets a request pass that carries one of the keys as a bearer token; compares in constant time. */
export function requireKey(keys: readonly string[]): MiddlewareHandler {
  if (keys.length === 0) return (_, next) => next();
  const refuse = (message: string) => ({ message: () => errorResponse(new EdgeError("invalid_api_key", message)) });
  const absent = refuse("No API key was given. Send it as `Authorization: Bearer KEY`.");
  const wrong = refuse("The API key is not one of this server's keys.");
  return bearerAuth({
    token: [...keys],
    noAuthenticationHeader: absent,
    invalidAuthenticationHeader: absent,
    invalidToken: wrong,
  });
}

/** What stands for the holder of the key that a request was let pass with, and does not tell the key. */
export async function tenantOf(authorization: string): Promise<string> {
  return hex(await sha256(authorization));
}
