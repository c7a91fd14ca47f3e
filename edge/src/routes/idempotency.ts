/** The Idempotency-Key header: a repeated request gets the response of the first one. */
import type { EditEvent } from "@palimpsest/proto";
import type { Context } from "hono";
import type { EdgeDependencies } from "../dependencies.ts";
import { EdgeError, isFinal } from "../errors.ts";
import { ownerOf } from "../keys/require-key.ts";
import type { IdempotencyKey, Responses } from "../ports.ts";

/** Longer keys are rejected: 256 characters fit any UUID or hash. */
const MAX_KEY_LENGTH = 256;

type IdPrefix = "chatcmpl-" | "cmpl-" | "msg_" | "resp_";

export interface ResponseClaim {
  readonly responseId: string;
  /** Tenant id derived from the API key; "" when no keys are configured. */
  readonly owner: string;
  /** True if an earlier request with the same key made this response, and it is stored. */
  readonly exists: boolean;
  readonly key?: IdempotencyKey;
}

/**
 * The id for the response to this request: a new one, or the one that its Idempotency-Key already identifies.
 * @throws EdgeError `idempotency_conflict` when the key was sent with another body; `invalid_request` when it is too long
 */
export async function claimResponse(
  c: Context,
  { responses }: EdgeDependencies,
  body: object,
  prefix: IdPrefix,
): Promise<ResponseClaim> {
  const owner = ownerOf(c);
  const key = idempotencyKey(c, owner, body);
  const newId = newResponseId(prefix);
  if (!key) return { responseId: newId, owner, exists: false };
  const earlier = await responses?.claimKey(key, newId);
  if (!earlier) return { responseId: newId, owner, exists: false, key };
  if (!earlier.sameBody) throw otherBody();
  const { responseId } = earlier;
  return { responseId, owner, exists: (await responses?.isKnown(responseId, owner)) === true, key };
}

/**
 * The same events. Releases the key if the response was cancelled, was rejected, or failed retryably, so that the client can
 * send it again.
 * @param outlivesClient true if the response continues without its reader, and so keeps its key
 */
export async function* releasingKey(
  responses: Responses,
  key: IdempotencyKey,
  events: AsyncIterable<EditEvent>,
  outlivesClient: () => boolean,
): AsyncGenerator<EditEvent, void> {
  const release = async () => {
    if (!outlivesClient()) await responses.releaseKey(key);
  };
  let ended = false;
  try {
    for await (const event of events) {
      ended = event.type === "end" || event.type === "error";
      if (event.type === "error" && !isFinal(event)) await release();
      yield event;
    }
  } finally {
    if (!ended) await release();
  }
}

function idempotencyKey(c: Context, owner: string, body: object): IdempotencyKey | undefined {
  const key = c.req.header("idempotency-key");
  if (!key) return undefined;
  if (key.length <= MAX_KEY_LENGTH) return { owner, key, body: JSON.stringify([c.req.path, body]) };
  const message = `The Idempotency-Key has ${key.length} characters, at most ${MAX_KEY_LENGTH} are allowed; send a UUID.`;
  throw new EdgeError("invalid_request", message);
}

function otherBody(): EdgeError {
  const message = "The Idempotency-Key was already used with another body; send a new key.";
  return new EdgeError("idempotency_conflict", message);
}

/** Unguessable: without API keys, a client that knows the id may read the response. */
function newResponseId(prefix: IdPrefix): string {
  return `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;
}
