import { expect, it } from "vitest";
import { traceContextOf } from "./trace-context.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const valid = `00-${trace}-00f067aa0ba902b7-01`;

it.each([
  [valid, { traceparent: valid }],
  [`01-${trace}-00f067aa0ba902b7-01-more`, { traceparent: `01-${trace}-00f067aa0ba902b7-01` }],
  [undefined, undefined],
  ["", undefined],
  [`ff-${trace}-00f067aa0ba902b7-01`, undefined],
  [`00-${"0".repeat(32)}-00f067aa0ba902b7-01`, undefined],
  [`00-${trace}-${"0".repeat(16)}-01`, undefined],
  [`00-${trace.toUpperCase()}-00f067aa0ba902b7-01`, undefined],
])("%j", (header, context) => {
  expect(traceContextOf(header)).toEqual(context);
});

it("a tracestate goes along unless it is too long", () => {
  expect(traceContextOf(valid, "vendor=1")).toEqual({ traceparent: valid, tracestate: "vendor=1" });
  expect(traceContextOf(valid, "v".repeat(513))).toEqual({ traceparent: valid });
});
