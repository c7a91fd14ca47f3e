/**
 * Rows of the exchange as bytes and back, and what leader and rank must agree in before the first of them. It knows no
 * sockets.
 */
import { endianness } from "node:os";
import { create } from "@bufbuild/protobuf";
import * as wire from "@palimpsest/proto/expert";
import type { PackageIdentity } from "../model/package-digest.ts";
import type { RankAnswer, RoutedRows, Rows } from "../parallel/exchange.ts";

/** Raised when a leader or a rank of before could not be understood any more. */
const PROTOCOL_VERSION = 1;

/**
 * Of one message. The rows of a forward are at most a few blocks of each running sequence and a chunk of a prefill: 1024 rows
 * of 8192 in f32 are 32 MiB.
 */
export const MAX_EXCHANGE_BYTES = 64 * 2 ** 20;

/**
 * What may be under way before the receiver has read it: the rows of one block of a large model. With HTTP/2's default of 64 KiB
 * they would stop four times for leave to go on; with far more, a ping would wait behind them.
 */
export const EXCHANGE_WINDOW_BYTES = 2 ** 20;

/** What rows are made of on their way, or in memory: f16 rows in memory are bits. */
export type RowType = "f32" | "f16";

/** What leader and rank must agree in, as one of them sees it. */
export interface ExchangeTerms extends PackageIdentity {
  /** The rank that the stream leads to. */
  readonly rank: number;
}

/** Of rows: on the way, and in the memory of whoever computes with them. */
export interface RowTypes {
  readonly sent: RowType;
  readonly held: RowType;
}

const rowTypes = { f32: wire.RowType.F32, f16: wire.RowType.F16 } as const;

/** Rows are sent as they stand in memory. @throws Error on a machine whose memory is another */
export function requireLittleEndian(): void {
  if (endianness() !== "LE") throw new Error("ranks exchange little-endian rows, which this machine does not have");
}

export function encodeHello(terms: ExchangeTerms, rowType: RowType): wire.ExchangeHello {
  const { packageDigest, planDigest, ranks, rank } = terms;
  return create(wire.ExchangeHelloSchema, {
    protocolVersion: PROTOCOL_VERSION,
    packageDigest: Buffer.from(packageDigest, "hex"),
    planDigest: Buffer.from(planDigest, "hex"),
    ranks,
    rank,
    rowType: rowTypes[rowType],
  });
}

/** Another package, plan, rank or protocol than one's own: the message says what the other side has, and what this one. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

/** The row type of a hello that agrees with `own`. @throws Disagreement */
export function agree(own: ExchangeTerms, hello: wire.ExchangeHello): RowType {
  const { protocolVersion, ranks, rank, rowType } = hello;
  if (protocolVersion !== PROTOCOL_VERSION) {
    throw new Disagreement(
      `speaks version ${protocolVersion} of the exchange, this program ${PROTOCOL_VERSION}; update one`,
    );
  }
  if (rank !== own.rank || ranks !== own.ranks) {
    throw new Disagreement(`means rank ${rank} of ${ranks}, this program rank ${own.rank} of ${own.ranks}`);
  }
  // Where the plan is another, so are the files, and the plan says more.
  for (const [what, name] of [
    ["splits the experts by plan", "planDigest"],
    ["holds package", "packageDigest"],
  ] as const) {
    const digest = Buffer.from(hello[name]).toString("hex");
    if (digest === own[name]) continue;
    throw new Disagreement(`${what} ${digest}, this program ${own[name]}; give all ranks copies of one package`);
  }
  for (const name of ["f32", "f16"] as const) if (rowTypes[name] === rowType) return name;
  throw new Disagreement(`sends rows of type ${rowType}, which this program does not know`);
}

/** @param sent f16 where the rows are f16 in memory */
export function encodeDispatch(id: bigint, routed: RoutedRows, sent: RowType): wire.Dispatch {
  return create(wire.DispatchSchema, {
    id,
    layer: routed.layer,
    rows: encodeRows(routed.hidden, sent),
    experts: bytesOf(routed.experts),
    weights: bytesOf(routed.weights),
  });
}

/** @throws RangeError when the bytes are no rows */
export function decodeDispatch({ layer, rows, experts, weights }: wire.Dispatch, types: RowTypes): RoutedRows {
  return {
    layer,
    hidden: decodeRows(rows, types),
    experts: new BigInt64Array(copyOf(experts)),
    weights: new Float32Array(copyOf(weights)),
  };
}

export function encodeCombine(id: bigint, { partial, computeMs }: RankAnswer, sent: RowType): wire.Combine {
  return create(wire.CombineSchema, { id, partial: encodeRows(partial, sent), computeMs });
}

/** @throws RangeError when the bytes are no rows */
export function decodeCombine({ partial, computeMs }: wire.Combine, types: RowTypes): RankAnswer {
  return { partial: decodeRows(partial, types), computeMs };
}

/** The rows' own memory where they need no other form. */
function encodeRows(rows: Rows, sent: RowType): Uint8Array {
  return bytesOf(rows instanceof Float32Array && sent === "f16" ? new Float16Array(rows) : rows);
}

function decodeRows(bytes: Uint8Array, { sent, held }: RowTypes): Rows {
  const buffer = copyOf(bytes);
  if (held === "f16") return new Uint16Array(buffer);
  return sent === "f16" ? new Float32Array(new Float16Array(buffer)) : new Float32Array(buffer);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** A message's bytes stand at any offset of a buffer that others share; numbers need one of their own. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
