import type { EditEvent, Logprob, TokenLogprob } from "@palimpsest/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Respond, scriptedEdge, scriptedReplica } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { createTokenPlacer } from "./logprobs.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

const encoder = new TextEncoder();
const scored = (bytes: Iterable<number>, logprob = -0.5): Logprob => {
  const text = Uint8Array.from(bytes);
  return { token: new TextDecoder().decode(text), bytes: [...text], logprob };
};
const token = (text: string, step = 0): TokenLogprob => ({
  ...scored(encoder.encode(text)),
  step,
  top_logprobs: [scored(encoder.encode(text)), scored(encoder.encode("other"), -3)],
});
const end: TokenLogprob = { ...scored([]), step: 1, top_logprobs: [] };

/** A response with the tokens of these blocks. Each block also gives the text it shows and where that text starts. */
function respond(...blocks: { tokens: TokenLogprob[]; text: string; start: number }[]): Respond {
  return ({ responseId }) => {
    const events = tell(plainScript(blocks.map(() => "")), responseId);
    return events.map((event): EditEvent => {
      if (event.type !== "commit") return event;
      const { text, start, tokens } = blocks[event.block]!;
      return { ...event, text, start, length: text.length, logprobs: tokens };
    });
  };
}

async function post(path: string, given: Respond, body: object): Promise<Json[]> {
  const init = { method: "POST", headers: { "content-type": "application/json" } };
  const whole = { ...init, body: JSON.stringify({ model: "synthetic", ...body }) };
  const response = await scriptedEdge([scriptedReplica(given)]).request(path, whole);
  const text = await response.text();
  if (!text.startsWith("data:")) return [JSON.parse(text)];
  return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json!));
}

const messages = [{ role: "user", content: "hi" }];
const chat = (given: Respond, body: object) =>
  post("/v1/chat/completions", given, { messages, logprobs: true, top_logprobs: 2, ...body });

describe("logprobs", () => {
  // The stop string "END" begins in one block and is found in the next; the end token has no text.
  const held = respond(
    { tokens: [token("Hello"), token(" E", 3)], text: "Hello ", start: 0 },
    { tokens: [token("x"), token("!", 2), end], text: "Ex!", start: 6 },
  );

  it("come once, with the text that their token begins in, streamed or not", async () => {
    const [answer] = await chat(held, {});
    const { content, refusal } = answer.choices[0].logprobs;
    expect(refusal).toBeNull();
    expect(content.map((one: Json) => [one.token, one.step])).toEqual([
      ["Hello", 0],
      [" E", 3],
      ["x", 0],
      ["!", 2],
    ]);
    expect(content[0]).toEqual({
      token: "Hello",
      bytes: [72, 101, 108, 108, 111],
      logprob: -0.5,
      step: 0,
      top_logprobs: [scored(encoder.encode("Hello")), scored(encoder.encode("other"), -3)],
    });
    const chunks = await chat(held, { stream: true });
    const streamed = chunks.flatMap((chunk) => chunk.choices).filter((choice: Json) => choice.logprobs);
    expect(streamed.map((choice: Json) => choice.delta.content)).toEqual(["Hello ", "Ex!"]);
    expect(streamed.flatMap((choice: Json) => choice.logprobs.content)).toEqual(content);
  });

  it("are null unless requested, and where a stream adds nothing", async () => {
    const plain: Respond = ({ responseId }) => tell(plainScript(["Hello"]), responseId);
    expect((await chat(plain, { logprobs: false, top_logprobs: 0 }))[0].choices[0].logprobs).toBeNull();
    const [first] = await chat(held, { stream: true });
    expect(first.choices[0].logprobs).toBeNull();
  });

  it("of text that a tool call holds back come before that text", async () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    const called = respond({ tokens: [token("<tool_call>")], text: "<tool_call>", start: 0 });
    const chunks = await chat(called, { tools, stream: true });
    expect(chunks.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? [])).toHaveLength(1);
    expect(chunks.map(({ choices }) => choices[0]?.delta?.content ?? "").join("")).toBe("<tool_call>");
  });

  it("of a plain completion have the legacy form", async () => {
    const [answer] = await post("/v1/completions", held, { prompt: "x", logprobs: 2 });
    expect(answer.choices[0].logprobs).toEqual({
      tokens: ["Hello", " E", "x", "!"],
      token_logprobs: [-0.5, -0.5, -0.5, -0.5],
      top_logprobs: ["Hello", " E", "x", "!"].map((text) => ({ [text]: -0.5, other: -3 })),
      text_offset: [0, 5, 7, 8],
      steps: [0, 3, 0, 2],
    });
    const chunks = await post("/v1/completions", held, { prompt: "x", logprobs: 2, stream: true });
    const streamed = chunks.flatMap(({ choices }) => choices[0]?.logprobs ?? []);
    expect(streamed.flatMap(({ tokens }) => tokens)).toEqual(answer.choices[0].logprobs.tokens);
    expect(streamed.flatMap(({ text_offset }) => text_offset)).toEqual(answer.choices[0].logprobs.text_offset);
  });

  it("of text after a stop string are left out", async () => {
    const cut = respond({ tokens: [token("Hello"), token(" E"), token("ND"), token("!")], text: "Hello ", start: 0 });
    const [answer] = await chat(cut, {});
    expect(answer.choices[0].logprobs.content.map((one: Json) => one.token)).toEqual(["Hello", " E"]);
  });
});

it("the joined bytes of placed tokens are the text, for any tokens and blocks", () => {
  const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), cuts, cuts, (text, tokenCuts, blockCuts) => {
      const bytes = encoder.encode(text);
      const tokens = pieces([...bytes], tokenCuts).map((piece) => ({ ...scored(piece), step: 0, top_logprobs: [] }));
      const placer = createTokenPlacer();
      let shown = 0;
      let spent = 0;
      const placed = pieces(tokens, blockCuts).flatMap((logprobs) => {
        spent += logprobs.reduce((sum, { bytes }) => sum + bytes.length, 0);
        // A commit shows whole characters only.
        const visible = text.length - new TextDecoder().decode(bytes.subarray(wholeCharacters(bytes, spent))).length;
        const commit = { text: text.slice(shown, visible), start: shown, logprobs };
        shown = visible;
        return placer.push(commit);
      });
      expect(Buffer.from(placed.flatMap((one) => one.scored.bytes)).toString()).toBe(text);
      for (const { start } of placed) expect(start).toBeLessThan(text.length);
    }),
  );
});

function pieces<T>(items: readonly T[], cuts: readonly number[]): T[][] {
  const at = [...new Set([0, ...cuts.filter((cut) => cut < items.length), items.length])].toSorted((a, b) => a - b);
  return at.slice(1).map((to, i) => items.slice(at[i], to));
}

/** Bytes up to the last whole character of the first `count`. */
function wholeCharacters(bytes: Uint8Array, count: number): number {
  let at = count;
  while (at > 0 && at < bytes.length && ((bytes[at] as number) & 0xc0) === 0x80) at--;
  return at;
}
