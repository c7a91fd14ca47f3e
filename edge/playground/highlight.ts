/** Colours committed code by ranges, so that the cells' own elements stay as they are. */

const KINDS = ["comment", "string", "number", "keyword", "name"] as const;
type Kind = (typeof KINDS)[number];

const KEYWORDS =
  "as async await break case catch class const continue default delete do else export extends false finally for from function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while yield";

const TEMPLATE = "`(?:[^`\\\\]|\\\\.)*`?";

/** Tokens of JavaScript, and so of JSON. */
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|${TEMPLATE})`,
    String.raw`(?<number>\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b)`,
    String.raw`(?<keyword>\b(?:${KEYWORDS.split(" ").join("|")})\b)`,
    String.raw`(?<name>\b[A-Za-z_$][\w$]*(?=\())`,
  ].join("|"),
  "g",
);

export interface ColouredPart {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** The parts of code that have a colour. */
export function colouredParts(code: string): ColouredPart[] {
  return Array.from(code.matchAll(TOKEN), (match) => {
    const kind = KINDS.find((one) => match.groups?.[one] !== undefined) as Kind;
    return { kind, start: match.index, end: match.index + match[0].length };
  });
}

/** True for a text that reads as code or JSON. */
export function isCode(text: string): boolean {
  return /^\s*[[{]/.test(text) || /^\s*(?:function|const|let|class|export|import|async|\/\/)\b/m.test(text);
}

/** Colours the text of these elements, which follow one another; an earlier colouring under the same name goes. */
export function colour(name: string, elements: readonly Element[]): void {
  if (!("highlights" in CSS)) return;
  const nodes = elements.map(({ firstChild }) => firstChild).filter((node) => node instanceof Text);
  const ranges = new Map<Kind, Range[]>(KINDS.map((kind) => [kind, []]));
  const code = nodes.map(({ data }) => data).join("");
  let at = 0;
  let first = 0;
  for (const { kind, start, end } of isCode(code) ? colouredParts(code) : []) {
    while (first < nodes.length && at + (nodes[first] as Text).length <= start) at += (nodes[first++] as Text).length;
    // A range for each element that the part crosses: elements may lie in different blocks.
    for (let i = first, from = at; i < nodes.length && from < end; from += (nodes[i++] as Text).length) {
      const node = nodes[i] as Text;
      const range = new Range();
      range.setStart(node, Math.max(0, start - from));
      range.setEnd(node, Math.min(node.length, end - from));
      ranges.get(kind)?.push(range);
    }
  }
  for (const [kind, found] of ranges) registerRanges(kind, name, found);
}

const registered = new Map<string, readonly Range[]>();

/** A kind has a single highlight, with the ranges of all answers on the page. */
function registerRanges(kind: Kind, name: string, ranges: readonly Range[]): void {
  const key = `code-${kind}`;
  const highlight = CSS.highlights.get(key) ?? new Highlight();
  for (const range of registered.get(`${key} ${name}`) ?? []) highlight.delete(range);
  for (const range of ranges) highlight.add(range);
  registered.set(`${key} ${name}`, ranges);
  CSS.highlights.set(key, highlight);
}
