/** JetStream's error codes that the fleet acts on. They differ between versions of the server. */
import { JetStreamApiError } from "@nats-io/jetstream";

const WRONG_LAST_SEQUENCE = [10071, 10164];
const TOO_MANY_PER_SUBJECT = [10077, 10122];

/** Whether a write was rejected because another message was written to its subject first. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.includes(error.code);
}

/** Whether a write was rejected because its subject has as many messages as it may have. */
export function isFull(error: unknown): boolean {
  return error instanceof JetStreamApiError && TOO_MANY_PER_SUBJECT.includes(error.code);
}
