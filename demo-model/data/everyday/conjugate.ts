/** English verbs in the three forms that requests need: "to check", "that checks", "for checking". */

export type VerbForm = "base" | "third" | "gerund";

const THIRD: { readonly [verb: string]: string } = { be: "is", have: "has" };
/** Verbs of more than one syllable whose last letter doubles. */
const DOUBLED = new Set(["format", "begin", "omit", "refer", "transfer", "unzip", "forget", "submit", "permit"]);

/** "{check} it and {tell} me" -> "checks it and tells me". Of several words in braces the first is conjugated. */
export function conjugate(phrase: string, form: VerbForm): string {
  return phrase.replaceAll(/\{(\w+)([^}]*)\}/g, (_, verb: string, rest: string) => inForm(verb, form) + rest);
}

function inForm(verb: string, form: VerbForm): string {
  if (form === "base") return verb;
  return form === "third" ? thirdPerson(verb) : gerund(verb);
}

function thirdPerson(verb: string): string {
  if (THIRD[verb]) return THIRD[verb];
  if (/(?:s|x|z|ch|sh|o)$/.test(verb)) return `${verb}es`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`;
}

function gerund(verb: string): string {
  if (verb.endsWith("ie")) return `${verb.slice(0, -2)}ying`;
  if (/[^eoy]e$/.test(verb) && verb.length > 2) return `${verb.slice(0, -1)}ing`;
  const doubles = /^(?:[^aeiou]*|qu|squ)[aeiou][^aeiouwxy]$/.test(verb) || DOUBLED.has(verb);
  return doubles ? `${verb}${verb.at(-1)}ing` : `${verb}ing`;
}
