/** Colours committed code within its cells. */

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

/** The parts of a cell's text, from its first character to its last. */
export type CellParts = readonly { readonly kind: Kind | undefined; readonly text: string }[];

/** The coloured parts of each cell of a text. */
export function cellParts(cells: readonly string[]): CellParts[] {
  const code = cells.join("");
  const coloured = isCode(code) ? colouredParts(code) : [];
  let next = 0;
  let from = 0;
  return cells.map((cell) => {
    const to = from + cell.length;
    const parts: { kind: Kind | undefined; text: string }[] = [];
    for (let at = from; at < to; ) {
      while (next < coloured.length && coloured[next]!.end <= at) next++;
      const part = coloured[next];
      const isIn = part !== undefined && part.start <= at;
      const end = Math.min(to, isIn ? part.end : (part?.start ?? to));
      parts.push({ kind: isIn ? part.kind : undefined, text: code.slice(at, end) });
      at = end;
    }
    from = to;
    return parts;
  });
}
