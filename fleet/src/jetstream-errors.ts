/** What JetStream refuses by: the server's error codes that mean something to us. They differ between its versions. */
import { JetStreamApiError } from "@nats-io/jetstream";

/** The subject holds another message than was expected: somebody else was faster. */
const WRONG_LAST_SEQUENCE = [10071, 10164];
/** The subject has as many messages as it may have. */
const SUBJECT_FULL = [10077, 10122];

export function isOvertaken(error: unknown): boolean {
  return error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.includes(error.code);
}

export function isFull(error: unknown): boolean {
  return error instanceof JetStreamApiError && SUBJECT_FULL.includes(error.code);
}
