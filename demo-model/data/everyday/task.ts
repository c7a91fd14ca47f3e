/** A small function that people ask for, with its wordings and right answers. It knows no frames and no splits. */
import type { Random } from "../random.ts";
import type { Json } from "../sample.ts";

export interface EverydayTask {
  /** Kebab-case, unique: "is-prime". The split by task is decided by its hash. */
  readonly id: string;
  /** Names people would give the function, most natural first. */
  readonly names: readonly string[];
  /** For each argument the names people would give it, most natural first. */
  readonly params: readonly (readonly string[])[];
  /**
   * Wordings by hand. Verbs in braces are conjugated by the frames: "{check} whether a number is prime". An entry without
   * braces is a title: "prime number checker". An entry that begins with "=" is a whole request, used as it stands.
   */
  readonly en: readonly string[];
  /** The same marks, but with braces around the whole verb phrase: "{判断一个数是不是质数}". */
  readonly zh: readonly string[];
  /** Right answers, the plainest first; `${name}`, `${0}`, `${1}` are the names of the function and its arguments. */
  readonly answers: readonly string[];
  /** Draws one list of arguments. */
  readonly args: (random: Random) => Json[];
  /** Arguments that are always among the hidden tests: edges whose result every wording determines. */
  readonly always?: readonly (readonly Json[])[];
}

/** The names that one answer uses. */
export interface Names {
  readonly name: string;
  readonly params: readonly string[];
}

/** An answer under given names. */
export function writeAnswer(answer: string, { name, params }: Names): string {
  return answer.replaceAll(/\$\{(name|\d)\}/g, (_, slot: string) =>
    slot === "name" ? name : (params[Number(slot)] ?? slot),
  );
}
