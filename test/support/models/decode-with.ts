/** Decoding from a prompt in one call, with lookahead as the engine runs it, or without. */
import { decode, type SequenceModel } from "../../../gpu-worker/src/decoding/decode.ts";
import type { SequenceForwards } from "../../../gpu-worker/src/decoding/forwards.ts";
import { Lookahead } from "../../../gpu-worker/src/decoding/lookahead.ts";
import { type DecodeOptions, OpenWindow, type Step } from "../../../gpu-worker/src/decoding/open-window.ts";

/** A model that may look ahead in the window it is decoded with. */
export type ModelOf = (window: OpenWindow) => SequenceModel;

export function ahead(forwards: Pick<SequenceForwards, "prefill" | "forward" | "commit">): ModelOf {
  return (window) => new Lookahead(forwards, window);
}

export function decodeWith(
  model: SequenceModel | ModelOf,
  prompt: readonly number[],
  options: DecodeOptions,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<Step, void, void> {
  const window = new OpenWindow(prompt, options);
  return decode(typeof model === "function" ? model(window) : model, window, signal);
}
