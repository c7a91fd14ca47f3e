/** Decodes from a prompt in one call, with the engine's lookahead or without. */
import { decode, type SequenceModel } from "../../../gpu-worker/src/decoding/decode.ts";
import type { SequenceForwards } from "../../../gpu-worker/src/decoding/forwards.ts";
import { Lookahead } from "../../../gpu-worker/src/decoding/lookahead.ts";
import { type DecodeOptions, OpenWindow, type Step } from "../../../gpu-worker/src/decoding/open-window.ts";

/** Creates a model that may look ahead within the window that it decodes with. */
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
