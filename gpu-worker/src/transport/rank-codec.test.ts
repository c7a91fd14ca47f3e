import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { CombineSchema, DispatchSchema } from "@palimpsest/proto/expert";
import { expect, it } from "vitest";
import {
  agree,
  decodeCombine,
  decodeDispatch,
  type ExchangeTerms,
  encodeCombine,
  encodeDispatch,
  encodeHello,
} from "./rank-codec.ts";

const routed = {
  layer: 3,
  hidden: Float32Array.of(1.5, -0.1, 1e-8, 70000),
  experts: BigInt64Array.of(0n, 255n),
  weights: Float32Array.of(0.1, 2.5),
};

it("f32 rows keep their bits on the way, wherever they stand in a message", () => {
  for (const id of [1n, 300n, 70_000n, 9_000_000n]) {
    const bytes = toBinary(DispatchSchema, encodeDispatch(id, routed, "f32"));
    const back = decodeDispatch(fromBinary(DispatchSchema, bytes), { sent: "f32", held: "f32" });
    expect(back).toEqual(routed);
    expect(back.hidden.buffer, "its memory can be handed on").not.toBe(bytes.buffer);
  }
});

it("f16 rows are the nearest f16 numbers; those that are f16 already keep their bits", () => {
  const sent = encodeCombine(1n, { partial: routed.hidden, computeMs: 2 }, "f16");
  expect(sent.partial.byteLength).toBe(8);
  const message = fromBinary(CombineSchema, toBinary(CombineSchema, sent));
  expect(decodeCombine(message, { sent: "f16", held: "f32" })).toEqual({
    partial: routed.hidden.map(Math.f16round),
    computeMs: 2,
  });
  const bits = Uint16Array.of(1, 0x3c00, 0xfbff);
  const half = encodeCombine(1n, { partial: bits, computeMs: 2 }, "f16");
  expect(decodeCombine(half, { sent: "f16", held: "f16" }).partial).toEqual(bits);
});

const own: ExchangeTerms = { packageDigest: "ab".repeat(32), planDigest: "ef".repeat(32), ranks: 4, rank: 2 };

it("a hello that agrees says what rows are made of", () => {
  expect(agree(own, encodeHello(own, "f32"))).toBe("f32");
  expect(agree(own, encodeHello(own, "f16"))).toBe("f16");
});

it.each<[string, object, RegExp]>([
  ["package", { packageDigest: new Uint8Array(32) }, /holds package 0{64}, this process (ab){32}; give all ranks/],
  [
    "plan",
    { planDigest: new Uint8Array(32) },
    /splits the experts by plan 0{64}, this process (ef){32}; give all ranks/,
  ],
  ["rank", { rank: 3 }, /is configured for rank 3 of 4, this process for rank 2 of 4/],
  ["number of ranks", { ranks: 2 }, /is configured for rank 2 of 2, this process for rank 2 of 4/],
  ["version", { protocolVersion: 7 }, /uses version 7 of the exchange, this process version 1/],
  ["type of rows", { rowType: 9 }, /sends rows of type 9/],
])("another %s is refused, and both sides are named", (_, change, message) => {
  expect(() => agree(own, { ...encodeHello(own, "f32"), ...change })).toThrow(message);
});
