/** Decoding parameters in force: the published presets, overridden by the checked values of a request. */
import {
  type Decoding,
  type DecodingRequest,
  defined,
  MAX_EDITING_WINDOW,
  MAX_POST_STEPS,
  MAX_TEMPERATURE,
  MAX_TOP_K,
  type Sampling,
} from "@palimpsest/proto";
import { invalid } from "../errors.ts";

/** The presets of LLaDA2.1's model card. 2.2 has one published setting, the same as `speed`. */
const PRESETS = {
  quality: { threshold: 0.7, editing_threshold: 0.5, max_post_steps: 16 },
  speed: { threshold: 0.5, editing_threshold: 0, max_post_steps: 16 },
} as const satisfies Record<string, Omit<Decoding, "rule">>;

const DEFAULT_MODE = { "2.1": "quality", "2.2": "speed" } as const;

/** The setting of LLaDA2.0's evaluation. */
const UNMASKING = { rule: "2.0", threshold: 0.95 } as const satisfies Decoding;

/** At this temperature a draw is the best token; dividing by less would overflow f32. */
const MIN_TEMPERATURE = 1e-6;

/**
 * The parameters in force for a request.
 * @param edits true for a model that deletes and inserts, as 2.2 does
 * @throws WorkerError naming the parameter
 */
export function decodingParameters(request: DecodingRequest, edits: boolean): Decoding {
  const threshold = probability("threshold", request.threshold);
  const editingThreshold = probability("editing_threshold", request.editingThreshold);
  const maxPostSteps = request.maxPostSteps;
  if (
    maxPostSteps !== undefined &&
    !(Number.isInteger(maxPostSteps) && maxPostSteps >= 0 && maxPostSteps <= MAX_POST_STEPS)
  ) {
    throw invalid("max_post_steps", `must be a whole number from 0 to ${MAX_POST_STEPS}, not ${maxPostSteps}`);
  }
  const editingWindow = request.editingWindow ?? 1;
  if (!(Number.isInteger(editingWindow) && editingWindow >= 1 && editingWindow <= MAX_EDITING_WINDOW)) {
    const range = `must be a whole number of blocks from 1 to ${MAX_EDITING_WINDOW}`;
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
    ...defined({ editing_window: editingWindow > 1 ? editingWindow : undefined }),
  };
}

/** A request's sampling within limits. @throws WorkerError naming the parameter */
export function samplingParameters<S extends Sampling>(request: S): S {
  const { temperature, topK, topP } = request;
  if (!(temperature > 0 && temperature <= MAX_TEMPERATURE)) {
    throw invalid("temperature", `must be above 0 and at most ${MAX_TEMPERATURE} to draw, not ${temperature}`);
  }
  if (topP !== undefined && !(topP > 0 && topP <= 1))
    throw invalid("top_p", `must be above 0 and at most 1, not ${topP}`);
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1 && topK <= MAX_TOP_K)) {
    throw invalid("top_k", `must be a whole number from 1 to ${MAX_TOP_K}, not ${topK}`);
  }
  return { ...request, temperature: Math.max(temperature, MIN_TEMPERATURE) };
}

function probability(param: string, value: number | undefined): number | undefined {
  if (value === undefined || (value >= 0 && value <= 1)) return value;
  throw invalid(param, `must be a probability from 0 to 1, not ${value}`);
}
