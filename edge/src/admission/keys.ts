/** API keys: which requests pass, and which tenant they belong to. Without configured keys every request passes. */
import type { Context, MiddlewareHandler } from "hono";
import { hex, sha256 } from "../digest.ts";
import { EdgeError } from "../errors.ts";

/** The scheme's name may be in any case, and spaces may follow it: RFC 9110. */
const BEARER = /^bearer +(\S+) *$/i;

/** Passes requests that carry one of the keys, as a bearer token or in `x-api-key`. Compares in constant time. */
export function requireKey(keys: readonly string[]): MiddlewareHandler {
  if (keys.length === 0) return (_, next) => next();
  const known = Promise.all(keys.map((key) => sha256(key)));
  return async (c, next) => {
    const key = keyOf(c);
    if (key === undefined) throw rejected("The request has no API key; send `Authorization: Bearer KEY`.");
    const sent = await sha256(key);
    // Every key is compared, so that the time tells neither which one matches nor how far.
    const matches = (await known).filter((digest) => isEqual(digest, sent));
    if (matches.length === 0) throw rejected("The API key is not valid on this server; send one of its keys.");
    return next();
  };
}

/** Tenant id derived from the request's API key, which it does not reveal; "" when no keys are configured. */
export async function ownerOf(c: Context, keys: readonly string[]): Promise<string> {
  const key = keys.length > 0 ? keyOf(c) : undefined;
  // The header in its usual spelling: one tenant, however the client spells it.
  return key === undefined ? "" : hex(await sha256(`Bearer ${key}`));
}

/** Older clients of Anthropic's API send `x-api-key`. With both headers, Authorization counts. */
function keyOf(c: Context): string | undefined {
  const authorization = c.req.header("authorization");
  return authorization === undefined ? c.req.header("x-api-key") : BEARER.exec(authorization)?.[1];
}

function rejected(message: string): EdgeError {
  return new EdgeError("invalid_api_key", message);
}

/** Looks at every byte, also after the first difference. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (const [i, byte] of a.entries()) difference |= byte ^ b[i]!;
  return difference === 0;
}
