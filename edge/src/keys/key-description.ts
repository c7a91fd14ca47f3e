/**
 * API keys as files and buckets describe them, in JSON. A secret is there as its SHA-256: with 256 random bits it cannot be
 * guessed from that, so a slow hash, which protects short passwords, would only cost every request its time.
 */
import { z } from "zod";
import { hex, sha256 } from "../digest.ts";
import type { ApiKey, KeySecret } from "../ports.ts";

const ID = /^[A-Za-z0-9_-]{1,64}$/;
/** A bearer token that fits a header. */
export const SECRET = /^[A-Za-z0-9._~+/-]+=*$/;
/** Shows what the text is, for people and for scanners of leaked secrets. */
const SECRET_PREFIX = "plm-";
const SECRET_BYTES = 32;

const time = z.iso.datetime({ offset: true, error: "must be a time such as 2027-01-31T00:00:00Z" });
const limit = z.int().min(1).optional();

export const keyDescription = z.strictObject({
  id: z.string().regex(ID, { error: "must be 1 to 64 letters, digits, - and _" }),
  /** For people. */
  name: z.string().optional(),
  /** Keys of one tenant share cache, responses and Idempotency-Keys. Absent: the id, so that no other key does. */
  tenant: z.string().min(1).optional(),
  secrets: z
    .array(
      z.strictObject({
        sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: "must be a SHA-256 in 64 lower case hexadecimal digits" }),
        expires: time.optional(),
      }),
    )
    .min(1),
  expires: time.optional(),
  models: z.array(z.string()).min(1).optional(),
  priority: z.enum(["interactive", "default", "batch"]).optional(),
  requests_per_minute: limit,
  tokens_per_minute: limit,
  tokens_per_month: limit,
  concurrent: limit,
});

export type KeyDescription = z.infer<typeof keyDescription>;

export const keyFile = z.strictObject({ keys: z.array(keyDescription) });

/** The keys of a file. @throws Error that names the place of a mistake, and never a secret */
export async function parseKeyFile(text: string): Promise<readonly ApiKey[]> {
  const { keys } = parseDescribed(keyFile, text);
  for (const [index, { id }] of keys.entries()) {
    if (keys.findIndex((key) => key.id === id) < index) throw new Error(`keys.${index}.id: "${id}" is there twice`);
  }
  return await Promise.all(keys.map(keyOf));
}

/** @throws Error that names the place of a mistake, and never a secret */
export async function parseKey(text: string): Promise<ApiKey> {
  return await keyOf(parseDescribed(keyDescription, text));
}

export function parseDescribed<T extends z.ZodType>(schema: T, text: string): z.infer<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
  const { data, error } = schema.safeParse(json);
  if (!error) return data;
  throw new Error(error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`).join("; "));
}

/** A key without limits, of a tenant of its own, given by its secret alone. */
export async function plainKey(secret: string, index: number): Promise<ApiKey> {
  // The tenant's id is the hash of the header in its usual spelling, as in earlier releases.
  const owner = hex(await sha256(`Bearer ${secret}`));
  return { id: `plain-${index + 1}`, owner, secrets: [{ digest: await sha256(secret) }], limits: {} };
}

/** A new secret. It can be printed now and never again. */
export function createSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const base64 = btoa(String.fromCharCode(...bytes));
  return SECRET_PREFIX + base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export async function digestOf(secret: string): Promise<string> {
  return hex(await sha256(secret));
}

async function keyOf(described: KeyDescription): Promise<ApiKey> {
  const { id, tenant = id, secrets, expires, models, priority } = described;
  const end = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires);
  return {
    id,
    owner: hex(await sha256(`tenant ${tenant}`)),
    secrets: secrets.map((secret): KeySecret => {
      const own = secret.expires === undefined ? end : Math.min(end, Date.parse(secret.expires));
      return { digest: bytesOf(secret.sha256), ...(own < Number.POSITIVE_INFINITY && { expiresMs: own }) };
    }),
    ...(models && { models }),
    ...(priority && { priority }),
    limits: limitsOf(described),
  };
}

function limitsOf(described: KeyDescription): ApiKey["limits"] {
  const { requests_per_minute, tokens_per_minute, tokens_per_month, concurrent } = described;
  return {
    ...(requests_per_minute !== undefined && { requestsPerMinute: requests_per_minute }),
    ...(tokens_per_minute !== undefined && { tokensPerMinute: tokens_per_minute }),
    ...(tokens_per_month !== undefined && { tokensPerMonth: tokens_per_month }),
    ...(concurrent !== undefined && { concurrent }),
  };
}

function bytesOf(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
