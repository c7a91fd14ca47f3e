/** Encodes and decodes the exchange's rows, and checks that leader and rank agree before they send any. */
import { endianness } from "node:os";
import { create } from "@bufbuild/protobuf";
import * as wire from "@palimpsest/proto/expert";
import type { PackageIdentity } from "../model/package-digest.ts";
import type { RankAnswer, RoutedRows, Rows } from "../parallel/exchange.ts";

/** Incremented when the exchange changes incompatibly. */
const PROTOCOL_VERSION = 1;

/**
 * Limit of one message. The rows of a forward are at most a few blocks of each running sequence and a chunk of a prefill: 1024 rows
 * of 8192 in f32 are 32 MiB.
 */
export const MAX_EXCHANGE_BYTES = 64 * 2 ** 20;

/**
 * HTTP/2 window: bytes in flight before the receiver has read them. Fits the rows of one block of a large model. With the
 * default of 64 KiB the sender would wait four times for a window update; with a far larger window, pings would queue behind rows.
 */
export const EXCHANGE_WINDOW_BYTES = 2 ** 20;

/** Type of rows on the wire or in memory. In memory, f16 rows are bits. */
export type RowType = "f32" | "f16";

/** What leader and rank must agree on, as one of them sees it. */
export interface ExchangeTerms extends PackageIdentity {
  /** The rank at the far end of the leader's stream. */
  readonly rank: number;
}

/** Types of rows: on the wire, and in the memory of this end. */
export interface RowTypes {
  readonly sent: RowType;
  readonly held: RowType;
}

const rowTypes = { f32: wire.RowType.F32, f16: wire.RowType.F16 } as const;

/** Rows are sent as they are in memory. @throws Error on a big-endian machine */
export function requireLittleEndian(): void {
  if (endianness() !== "LE")
    throw new Error("this machine is big-endian, but ranks exchange little-endian rows; use a little-endian machine");
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

/** The peer has another package, plan, rank or protocol. The message names both sides' values. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

/** The row type of a hello that agrees with `own`. @throws Disagreement */
export function agree(own: ExchangeTerms, hello: wire.ExchangeHello): RowType {
  const { protocolVersion, ranks, rank, rowType } = hello;
  if (protocolVersion !== PROTOCOL_VERSION) {
    throw new Disagreement(
      `uses version ${protocolVersion} of the exchange, this process version ${PROTOCOL_VERSION}; update the older`,
    );
  }
  if (rank !== own.rank || ranks !== own.ranks) {
    throw new Disagreement(
      `is configured for rank ${rank} of ${ranks}, this process for rank ${own.rank} of ${own.ranks}`,
    );
  }
  // A different plan implies different files, and says more.
  for (const [what, name] of [
    ["splits the experts by plan", "planDigest"],
    ["holds package", "packageDigest"],
  ] as const) {
    const digest = Buffer.from(hello[name]).toString("hex");
    if (digest === own[name]) continue;
    throw new Disagreement(`${what} ${digest}, this process ${own[name]}; give all ranks copies of one package`);
  }
  for (const name of ["f32", "f16"] as const) if (rowTypes[name] === rowType) return name;
  throw new Disagreement(`sends rows of type ${rowType}, which this version does not know; update the older`);
}

/** @param sent must be f16 if the rows are f16 in memory */
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

/** A view of the rows' own memory, unless they must be converted. */
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

/** A message's bytes are at any offset of a shared buffer; typed arrays need an aligned one. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
