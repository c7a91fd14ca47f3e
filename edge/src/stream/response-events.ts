/** A response's edit events from whichever replica has room. It knows leases, not HTTP. */
import type { EditEvent, ErrorEvent } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";
import type { GenerateRequest, Replicas } from "../ports.ts";

/**
 * The events of a response that has begun.
 * @throws EdgeError when the response fails before its first event, while HTTP can still say so by its status
 */
export async function begin(source: AsyncIterable<EditEvent>): Promise<AsyncIterable<EditEvent>> {
  const events = source[Symbol.asyncIterator]();
  const first = await events.next();
  if (first.done) throw new EdgeError("internal", "The worker ended the response before it began.");
  if (first.value.type === "error") {
    await events.return?.();
    throw failureOf(first.value);
  }
  return resumed(first.value, events);
}

/** A new response. The lease is held until its last event, or until the reader stops. */
export async function* generate(
  replicas: Replicas,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<EditEvent, void> {
  await using lease = await replicas.lease(request.model, signal);
  yield* lease.generate(request, signal);
}

/** The error event as the error that HTTP answers with. */
export function failureOf({ code, message, param }: Pick<ErrorEvent, "code" | "message" | "param">): EdgeError {
  return new EdgeError(code, message, { param });
}

async function* resumed(first: EditEvent, rest: AsyncIterator<EditEvent>): AsyncGenerator<EditEvent, void> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
