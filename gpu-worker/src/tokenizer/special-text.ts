/**
 * Keeps what users write apart from what a chat template writes: the text of a special token inside a message is text, and
 * only the template's own marks become tokens. It knows no tokenizer and no template.
 */

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether the token swallows white space before and after it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/** A stretch of rendered text: a special token, or plain text. */
export type Stretch = { readonly token: number } | { readonly text: string };

export interface SpecialText {
  /** A value of JSON with every special text in its strings and keys hidden. */
  hide<T>(value: T): T;
  /** Rendered text, cut at its special tokens. What was hidden is back, as plain text. */
  cut(rendered: string): Stretch[];
}

/** Stands on both sides of a hidden token's index. A private-use character that JSON leaves as it is. */
const MARK = "\uE0FF";

/** Ends a string that the next one could complete to a token, where a template puts them side by side. */
const BREAK = `${MARK}-${MARK}`;

export function specialText(tokens: readonly AddedToken[]): SpecialText {
  // The longest first: where two begin at the same place, the tokenizer takes the longer.
  const byLength = [...tokens].sort((a, b) => b.content.length - a.content.length);
  const written = new RegExp(alternatives(byLength.map(({ content }) => literal(content))), "gu");
  const read = new RegExp(alternatives(byLength.map(pattern)), "gu");
  const indexes = new Map(byLength.map(({ content }, index) => [content, index]));

  const longest = byLength[0]?.content.length ?? 0;
  const beginnings = new Set(
    byLength.flatMap(({ content }) => Array.from({ length: content.length }, (_, end) => content.slice(0, end))),
  );
  const beginsToken = (text: string): boolean => {
    for (let length = Math.min(longest - 1, text.length); length > 0; length--) {
      if (beginnings.has(text.slice(-length))) return true;
    }
    return false;
  };

  const hideText = (text: string) => {
    const without = text
      .replaceAll(MARK, MARK + MARK)
      .replace(written, (content) => MARK + indexes.get(content) + MARK);
    return beginsToken(without) ? without + BREAK : without;
  };
  const show = (text: string) =>
    text.replace(hidden, (_, index: string) => {
      if (index === "-") return "";
      return index === "" ? MARK : byLength[Number(index)]!.content;
    });

  return {
    hide: (value) => mapStrings(value, hideText) as typeof value,
    cut(rendered) {
      const stretches: Stretch[] = [];
      let end = 0;
      for (const match of rendered.matchAll(read)) {
        if (match.index > end) stretches.push({ text: show(rendered.slice(end, match.index)) });
        stretches.push({ token: byLength[match.findIndex((group, i) => i > 0 && group !== undefined) - 1]!.id });
        end = match.index + match[0].length;
      }
      if (end < rendered.length) stretches.push({ text: show(rendered.slice(end)) });
      return stretches;
    },
  };
}

const hidden = new RegExp(`${MARK}(\\d*|-)${MARK}`, "gu");

/** One capturing group per token, so that the group that matched tells which. */
function pattern({ content, lstrip, rstrip }: AddedToken): string {
  return `${lstrip ? "\\s*" : ""}(${literal(content)})${rstrip ? "\\s*" : ""}`;
}

/** Without any, a pattern that never matches. */
function alternatives(patterns: readonly string[]): string {
  return patterns.length > 0 ? patterns.join("|") : "(?!)";
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapStrings(item, map)]));
}
