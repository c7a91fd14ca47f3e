/** The modes that a suite runs under: thresholds, by name or by number. */

/** A named set of decoding parameters, as in the API. */
export interface Mode {
  readonly name: string;
  readonly parameters: {
    readonly mode?: "quality" | "speed";
    readonly threshold?: number;
    readonly editing_threshold?: number;
    readonly max_post_steps?: number;
    readonly editing_window?: number;
  };
  /** Tasks that ask for JSON or calls state their form as a grammar. */
  readonly grammar?: true;
}

export const GRAMMAR_SUFFIX = "/grammar";

/** Editing needs a probability above its threshold, and none exceeds 1; without post steps no forward only confirms. */
const UNEDITED = { editing_threshold: 1, max_post_steps: 0 } as const;
const PRESETS = ["quality", "speed"] as const;
const SWEPT_THRESHOLDS = [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3] as const;
const SWEPT_EDITING = ["off", 0.5, 0] as const;

/**
 * Parses `quality`, `speed`, either with `/off` for the same without editing, or two numbers: `0.6/0.2`, `0.6/off`.
 * `/window2` after any of them opens that many blocks to editing, `/grammar` at the end states the form of answers.
 * @returns undefined for anything else
 */
export function parseMode(name: string): Mode | undefined {
  if (name.endsWith(GRAMMAR_SUFFIX)) {
    const mode = parseMode(name.slice(0, -GRAMMAR_SUFFIX.length));
    return mode && !mode.grammar ? { ...mode, name, grammar: true } : undefined;
  }
  const [, rest, window] = /^(.+)\/window([1-8])$/.exec(name) ?? [];
  if (rest !== undefined) {
    const mode = parseMode(rest);
    return mode && { name, parameters: { ...mode.parameters, editing_window: Number(window) } };
  }
  const [unmask = "", edit] = name.split("/");
  const preset = PRESETS.find((one) => one === unmask);
  if (preset && edit === undefined) return { name, parameters: { mode: preset } };
  if (preset && edit === "off") return { name, parameters: { mode: preset, ...UNEDITED } };
  const threshold = probability(unmask);
  if (threshold === undefined || edit === undefined) return undefined;
  if (edit === "off") return { name, parameters: { threshold, ...UNEDITED } };
  const editing_threshold = probability(edit);
  return editing_threshold === undefined ? undefined : { name, parameters: { threshold, editing_threshold } };
}

/** The grid of a sweep: every threshold without editing, and with the two editing thresholds of the presets. */
export function sweptModes(): Mode[] {
  return SWEPT_EDITING.flatMap((edit) => SWEPT_THRESHOLDS.map((unmask) => parseMode(`${unmask}/${edit}`) as Mode));
}

function probability(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== "" && value >= 0 && value <= 1 ? value : undefined;
}
