import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainScript, scripts, tell } from "../../test/support/fakes/synthetic-response.ts";
import { EditEventSchema, type FinishReason } from "../gen/palimpsest/v1/edit_pb.js";
import type { EditEvent } from "./edit-event.ts";
import { decodeEvent, encodeEvent, publicEvent } from "./event-codec.ts";
import { CodecError } from "./wire-names.ts";

const overTheWire = (event: EditEvent) =>
  decodeEvent(fromBinary(EditEventSchema, toBinary(EditEventSchema, encodeEvent(event))));

const base = { v: 1, response_id: "chatcmpl-1", attempt: 2, seq: 7 } as const;

const draft: EditEvent = {
  ...base,
  type: "draft",
  choice: 1,
  block: 3,
  rev: 2,
  content: ["function ", 3, "(x) {", 12],
  edits: [
    { op: "unmask", at: 0, offset: 0, after: "function ", p: 0.97 },
    { op: "substitute", at: 4, offset: 9, before: "", after: "(", p: 0.9 },
    { op: "delete", at: 5, offset: 10, before: "x", p: 0.5 },
    { op: "insert", at: 5, offset: 10, after: "y", p: 1 },
    { op: "remask", at: 6, offset: 11, before: "z", p: 0.25, reason: "grammar" },
  ],
};

describe("codec", () => {
  it("an event is the same after the wire", () => {
    const asWritten = (event: EditEvent) => (event.type === "commit" ? { ...event, token_ids: [] } : event);
    fc.assert(
      fc.property(scripts, (script) => {
        for (const event of tell(script)) expect(overTheWire(event)).toEqual(asWritten(event));
      }),
    );
    expect(overTheWire(draft)).toEqual(draft);
    const failed: EditEvent = { ...base, type: "error", code: "overloaded", message: "full", retryable: true };
    expect(overTheWire(failed)).toEqual(failed);
    expect(overTheWire({ ...failed, param: "messages" })).toEqual({ ...failed, param: "messages" });
  });

  it("a 2.0 response has none of 2.1's fields", () => {
    const open = tell({ choices: [[]], turns: [0], draftsPerBlock: 0, takeovers: [] })[0] as EditEvent & {
      type: "open";
    };
    const decoding = { rule: "2.0", threshold: 0.95 } as const;
    expect(overTheWire({ ...open, decoding })).toEqual({ ...open, decoding });
    const penalized = { ...decoding, penalty_lambda: 0.1 };
    expect(overTheWire({ ...open, decoding: penalized })).toEqual({ ...open, decoding: penalized });
  });

  it("a grammar is in force, and its counts are in the usage", () => {
    const [open, ...rest] = tell(plainScript(["hi"])) as [EditEvent & { type: "open" }, ...EditEvent[]];
    const constrained: EditEvent = { ...open, decoding: { ...open.decoding, grammar: true } };
    expect(overTheWire(constrained)).toEqual(constrained);
    const end = rest.at(-1) as EditEvent & { type: "end" };
    const grammar = { repairs: 3, forced_tokens: 12, forced_finish: 1 };
    const counted: EditEvent = { ...end, usage: { ...end.usage, grammar } };
    expect(overTheWire(counted)).toEqual(counted);
  });

  it("the stop string that ended a choice reaches clients", () => {
    const place = { choice: 0, block: 0, text: "hi", start: 0, length: 2, token_ids: [] };
    const commit: EditEvent = { ...base, type: "commit", ...place, finish_reason: "stop", stop: "END" };
    expect(overTheWire(commit)).toEqual(commit);
    expect(publicEvent(commit)).toMatchObject({ stop: "END" });
  });

  it("token ids travel between workers and never to clients", () => {
    const commit: EditEvent = {
      ...base,
      type: "commit",
      choice: 0,
      block: 0,
      text: "hi",
      start: 0,
      length: 2,
      token_ids: [5],
      open_ids: [6, 7],
    };
    expect(overTheWire(commit)).toEqual(commit);
    expect(publicEvent(commit)).toEqual({
      ...base,
      type: "commit",
      choice: 0,
      block: 0,
      text: "hi",
      start: 0,
      length: 2,
    });
  });

  it("log-probabilities come back with the text that their bytes spell", () => {
    const entry = (token: string, bytes: number[], logprob: number) => ({ token, bytes, logprob });
    const commit: EditEvent = {
      ...base,
      ...{ type: "commit", choice: 0, block: 0, text: "é", start: 0, length: 1, token_ids: [5, 6, 7] },
      logprobs: [
        { ...entry("\ufffd", [0xc3], -0.25), step: 3, top_logprobs: [entry("a", [97], -0.1234567)] },
        { ...entry("\ufffd", [0xa9], 0), step: 0, top_logprobs: [] },
        { ...entry("", [], -12.5), step: 1, top_logprobs: [] },
      ],
    };
    expect(overTheWire(commit)).toEqual(commit);
  });

  it("an event of a newer version is an error that says so", () => {
    expect(() => decodeEvent(create(EditEventSchema, {}))).toThrow(CodecError);
    const finishReason = 99 as FinishReason;
    const done = create(EditEventSchema, { event: { case: "done", value: { choice: 0, finishReason } } });
    expect(() => decodeEvent(done)).toThrow("unknown finish reason 99: was it written by a newer version?");
  });
});
