/** Log-probabilities between their two forms. The wire has a token's bytes, from which its text follows. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type * as wire from "../gen/palimpsest/v1/edit_pb.js";
import type { Logprob, TokenLogprob } from "./edit-event.ts";

export function encodeLogprob(scored: TokenLogprob): MessageInitShape<typeof wire.TokenLogprobSchema> {
  return { ...encode(scored), step: scored.step, topLogprobs: scored.top_logprobs.map(encode) };
}

export function decodeLogprob(message: wire.TokenLogprob): TokenLogprob {
  return { ...decode(message), step: message.step, top_logprobs: message.topLogprobs.map(decode) };
}

/** A 32-bit float with the decimal digits that it carries; more would only lengthen the JSON. */
export function shortFloat(value: number): number {
  return Number(value.toPrecision(7));
}

function encode({ bytes, logprob }: Logprob): { text: Uint8Array<ArrayBuffer>; logprob: number } {
  return { text: Uint8Array.from(bytes), logprob };
}

function decode({ text, logprob }: wire.TopLogprob | wire.TokenLogprob): Logprob {
  return { token: new TextDecoder().decode(text), bytes: [...text], logprob: shortFloat(logprob) };
}
