/**
 * Stored responses: a stream per tenant, whose name and subjects have a hash in place of the tenant. A text that is larger
 * than a message is cut into pieces. The first piece is written last, so that a text is whole or not there.
 */
import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { headers, nanos } from "@nats-io/nats-core";
import { isOvertaken } from "./jetstream-errors.ts";
import { storedPieceSubject, storedStream, storedSubject } from "./subjects.ts";

/** The header of a first piece: how many follow, and under which version. A deleted text has none. */
const PIECES = "Palimpsest-Pieces";
const VERSION = "Palimpsest-Version";

export interface StoredLimits {
  readonly ageMs: number;
  /** Limit of a tenant. The oldest texts are dropped first. */
  readonly maxBytes: number;
}

export interface StoredConnection {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** The most bytes of a piece. */
  readonly pieceBytes: number;
  readonly timeoutMs: number;
}

/** The place of a text. */
export interface StoredPlace {
  /** A token of a subject. */
  readonly tenant: string;
  readonly id: string;
}

export function storedStreamConfig(
  tenant: string,
  { ageMs, maxBytes }: StoredLimits,
): Partial<StreamConfig> & { name: string } {
  return {
    name: storedStream(tenant),
    subjects: [storedSubject(tenant, "*"), storedPieceSubject(tenant, "*", "*", "*")],
    storage: StorageType.File,
    max_msgs_per_subject: 1,
    max_bytes: maxBytes,
    discard: DiscardPolicy.Old,
    max_age: nanos(ageMs),
    allow_direct: true,
  };
}

/** Undefined if there is none, or a piece of it is missing. */
export async function readStored(connection: StoredConnection, place: StoredPlace): Promise<Uint8Array | undefined> {
  const first = await firstPiece(connection, place);
  if (first === undefined) return undefined;
  const rest = await Promise.all(
    Array.from({ length: first.pieces }, async (_, piece) => {
      const subject = storedPieceSubject(place.tenant, place.id, first.version, String(piece));
      const message = await connection.jsm.direct.getMessage(storedStream(place.tenant), { last_by_subj: subject });
      return message?.data;
    }),
  );
  if (rest.some((piece) => piece === undefined)) return undefined;
  return new Uint8Array(await new Blob([first.data, ...(rest as Uint8Array<ArrayBuffer>[])]).arrayBuffer());
}

/**
 * Writes a text, or replaces it.
 * @param replaced true: only if the text is there
 */
export async function writeStored(
  connection: StoredConnection,
  place: StoredPlace,
  bytes: Uint8Array,
  replaced: boolean,
): Promise<void> {
  const before = await firstPiece(connection, place);
  if (replaced && before === undefined) return;
  const { pieceBytes } = connection;
  const version = String(Number(before?.version ?? 0) + 1);
  const pieces = Math.max(0, Math.ceil(bytes.length / pieceBytes) - 1);
  for (let piece = 0; piece < pieces; piece++) {
    const start = (piece + 1) * pieceBytes;
    const subject = storedPieceSubject(place.tenant, place.id, version, String(piece));
    await publish(connection, subject, bytes.subarray(start, start + pieceBytes));
  }
  const about = headers();
  about.set(PIECES, String(pieces));
  about.set(VERSION, version);
  const subject = storedSubject(place.tenant, place.id);
  try {
    const expect = before === undefined ? {} : { expect: { lastSubjectSequence: before.seq } };
    await connection.js.publish(subject, bytes.subarray(0, pieceBytes), {
      headers: about,
      timeout: connection.timeoutMs,
      ...expect,
    });
  } catch (error) {
    // Another edge has deleted or replaced it. What it wrote counts.
    if (!isOvertaken(error)) throw error;
    await clearPieces(connection, place, version, pieces);
    return;
  }
  if (before) await clearPieces(connection, place, before.version, before.pieces);
}

/** @returns false if there is none */
export async function deleteStored(connection: StoredConnection, place: StoredPlace): Promise<boolean> {
  const before = await firstPiece(connection, place);
  if (before === undefined) return false;
  // An empty message takes the place of the text, which the server then removes.
  await publish(connection, storedSubject(place.tenant, place.id), new Uint8Array());
  await clearPieces(connection, place, before.version, before.pieces);
  return true;
}

async function clearPieces(connection: StoredConnection, place: StoredPlace, version: string, pieces: number) {
  for (let piece = 0; piece < pieces; piece++) {
    const subject = storedPieceSubject(place.tenant, place.id, version, String(piece));
    await publish(connection, subject, new Uint8Array());
  }
}

async function publish({ js, timeoutMs }: StoredConnection, subject: string, bytes: Uint8Array): Promise<void> {
  await js.publish(subject, bytes, { timeout: timeoutMs });
}

async function firstPiece({ jsm }: StoredConnection, { tenant, id }: StoredPlace) {
  const message = await jsm.direct.getMessage(storedStream(tenant), { last_by_subj: storedSubject(tenant, id) });
  const version = message?.header.get(VERSION);
  if (!message || !version) return undefined;
  const data = message.data as Uint8Array<ArrayBuffer>;
  return { data, seq: message.seq, version, pieces: Number(message.header.get(PIECES)) };
}
