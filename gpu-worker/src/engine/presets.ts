/** Decoding parameters: the published presets, and a request's own values checked and laid over them. */
import type { Decoding } from "@palimpsest/proto";
import type { Sampling } from "../decoding/sampling.ts";
import { WorkerError } from "../errors.ts";
import type { DecodingRequest } from "./engine.ts";

/** The model card's presets for LLaDA2.1. Of 2.2 one setting is published, the same as `speed`. */
const PRESETS = {
  quality: { threshold: 0.7, editing_threshold: 0.5, max_post_steps: 16, num_to_transfer: 1 },
  speed: { threshold: 0.5, editing_threshold: 0, max_post_steps: 16, num_to_transfer: 1 },
} as const satisfies Record<string, Omit<Decoding, "rule">>;

const DEFAULT_MODE = { "2.1": "quality", "2.2": "speed" } as const;

/** 2.0's evaluation setting. */
const UNMASKING = { rule: "2.0", threshold: 0.95, num_to_transfer: 1 } as const satisfies Decoding;

/** More post steps than this change nothing in practice and cost a forward each. */
const POST_STEPS_LIMIT = 256;

/** All blocks of the window run in every forward: no more of them than a prefill runs at once. */
const EDITING_WINDOW_LIMIT = 8;

/** OpenAI's own limit. */
const TEMPERATURE_LIMIT = 2;

/** Below this a draw is the best token all the same, and dividing by still less would leave f32's range. */
const LEAST_TEMPERATURE = 1e-6;

/** The head cuts among this many tokens (FILTER_TOKENS of the head graph). */
const FILTER_LIMIT = 1024;

/**
 * The parameters in force for a request.
 * @param edits whether the model deletes and inserts, as 2.2 does
 * @throws WorkerError naming the parameter
 */
export function decodingParameters(request: DecodingRequest, edits: boolean): Decoding {
  const threshold = probability("threshold", request.threshold);
  const editingThreshold = probability("editing_threshold", request.editingThreshold);
  const maxPostSteps = request.maxPostSteps;
  if (
    maxPostSteps !== undefined &&
    !(Number.isInteger(maxPostSteps) && maxPostSteps >= 0 && maxPostSteps <= POST_STEPS_LIMIT)
  ) {
    throw invalid("max_post_steps", `must be a whole number from 0 to ${POST_STEPS_LIMIT}, not ${maxPostSteps}`);
  }
  const editingWindow = request.editingWindow ?? 1;
  if (!(Number.isInteger(editingWindow) && editingWindow >= 1 && editingWindow <= EDITING_WINDOW_LIMIT)) {
    const range = `must be a whole number of blocks from 1 to ${EDITING_WINDOW_LIMIT}`;
    throw invalid("editing_window", `${range}, not ${editingWindow}`);
  }
  if (request.rule === "2.0") {
    if (request.mode !== undefined)
      throw invalid("mode", `"${request.mode}" is a preset of decoding 2.1 and 2.2; decoding 2.0 has none`);
    if (editingThreshold !== undefined)
      throw invalid("editing_threshold", "decoding 2.0 does not edit; leave it out or use another");
    if (editingWindow > 1) throw invalid("editing_window", "decoding 2.0 does not edit; leave it out or use 2.1");
    if (maxPostSteps !== undefined)
      throw invalid("max_post_steps", "decoding 2.0 has no post steps; leave it out or use another");
    return { ...UNMASKING, threshold: threshold ?? UNMASKING.threshold };
  }
  const rule = request.rule ?? (edits ? "2.2" : "2.1");
  if (rule === "2.2" && !edits)
    throw invalid("decoding", "this model has no delete and split tokens, which 2.2 needs; leave it out or use 2.1");
  if (rule !== "2.1" && editingWindow > 1)
    throw invalid("editing_window", `decoding ${rule} edits the newest block only; leave it out or use 2.1`);
  const preset = PRESETS[request.mode ?? DEFAULT_MODE[rule]];
  return {
    rule,
    ...preset,
    threshold: threshold ?? preset.threshold,
    editing_threshold: editingThreshold ?? preset.editing_threshold,
    max_post_steps: maxPostSteps ?? preset.max_post_steps,
    ...(editingWindow > 1 && { editing_window: editingWindow }),
  };
}

/** How tokens are drawn for a request. @throws WorkerError naming the parameter */
export function samplingParameters<S extends Sampling>(request: S): S {
  const { temperature, topK, topP } = request;
  if (!(temperature > 0 && temperature <= TEMPERATURE_LIMIT)) {
    throw invalid("temperature", `must be above 0 and at most ${TEMPERATURE_LIMIT} to draw, not ${temperature}`);
  }
  if (topP !== undefined && !(topP > 0 && topP <= 1))
    throw invalid("top_p", `must be above 0 and at most 1, not ${topP}`);
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1 && topK <= FILTER_LIMIT)) {
    throw invalid("top_k", `must be a whole number from 1 to ${FILTER_LIMIT}, not ${topK}`);
  }
  return { ...request, temperature: Math.max(temperature, LEAST_TEMPERATURE) };
}

function probability(param: string, value: number | undefined): number | undefined {
  if (value === undefined || (value >= 0 && value <= 1)) return value;
  throw invalid(param, `must be a probability from 0 to 1, not ${value}`);
}

function invalid(param: string, message: string): WorkerError {
  return new WorkerError("invalid_request", `${param}: ${message}`, { param });
}
