/** The grammar of a sequence as the decoding sees it, and the walks that the constrained decoding makes over it. */

/** Accepts an answer's tokens one after another, and can take them back. */
export interface Matcher {
  /** Tokens that are accepted. */
  readonly depth: number;
  /** An end token is accepted. Nothing follows it. */
  readonly ended: boolean;
  /** False for a token that the grammar refuses here; nothing changes then. */
  accept(token: number): boolean;
  rollBackTo(depth: number): void;
  /** Allowed tokens, one bit each, 32 to a word. Not after an end token. */
  bitmask(): Promise<Int32Array>;
  /** Text that every continuation begins with. Its end may be a part of a character, and then reads wrong. */
  forcedText(): string;
}

/** The model's tokens, as the constrained decoding needs them. */
export interface ConstrainedTokens {
  readonly maskToken: number;
  readonly endTokens: ReadonlySet<number>;
  /** The end token that is written where nothing else is allowed. */
  readonly endToken: number;
  /** Pre-tokens of a text: no token crosses their borders. */
  pieces(text: string): readonly string[];
  encode(text: string): readonly number[];
  bytes(token: number): Uint8Array;
  /** Single bytes in the order in which they are likely to end a text. */
  readonly closing: readonly number[];
}

export interface Walk {
  /** Cells of the exact prefix. */
  readonly reach: number;
  readonly why: "mask" | "refused" | "end" | "full";
}

/** Accepts cells from the left, behind `base` tokens, until a mask, a refusal, an end token or the last cell. */
export function walk(matcher: Matcher, base: number, cells: readonly number[], maskToken: number): Walk {
  matcher.rollBackTo(base);
  for (const [i, token] of cells.entries()) {
    if (token === maskToken) return { reach: i, why: "mask" };
    if (!matcher.accept(token)) return { reach: i, why: "refused" };
    if (matcher.ended) return { reach: cells.length, why: "end" };
  }
  return { reach: cells.length, why: "full" };
}

/** Tokens that certainly come next: whole pre-tokens that neither what stands before them nor what follows could lengthen. */
export function forcedTokens(matcher: Matcher, before: readonly number[], tokens: ConstrainedTokens): number[] {
  const text = matcher.forcedText();
  if (text === "") return [];
  const tail = tokens.pieces(textOf(before, tokens)).at(-1) ?? "";
  const pieces = tokens.pieces(tail + text);
  const forced: number[] = [];
  let at = 0;
  for (const piece of pieces.slice(0, -1)) {
    const isBefore = at < tail.length;
    at += piece.length;
    if (!isBefore) forced.push(...tokens.encode(piece));
    // A piece over the border: the model chooses.
    else if (at > tail.length) return [];
  }
  return acceptable(matcher, forced);
}

/** The first of these tokens that are accepted one after another. The matcher is left where it was. */
function acceptable(matcher: Matcher, tokens: readonly number[]): number[] {
  const start = matcher.depth;
  const end = tokens.findIndex((token) => !matcher.accept(token));
  matcher.rollBackTo(start);
  return end < 0 ? [...tokens] : tokens.slice(0, end);
}

/** The text of a run's end; a part of a character in front of it reads as U+FFFD. */
function textOf(run: readonly number[], { bytes }: ConstrainedTokens): string {
  return new TextDecoder().decode(Uint8Array.from(run.slice(-TAIL).flatMap((token) => [...bytes(token)])));
}

/** Tokens to the left that can belong to the pre-token at the border. */
export const TAIL = 12;

/**
 * Tokens that complete the text from here, the end token among them: some, not the fewest. Its first token taken, one fewer is
 * left.
 * @returns undefined when `limit` tokens do not suffice. The matcher is left where it was
 */
export async function witness(
  matcher: Matcher,
  limit: number,
  tokens: ConstrainedTokens,
): Promise<readonly number[] | undefined> {
  const start = matcher.depth;
  const found: number[] = [];
  try {
    while (found.length < limit) {
      if (matcher.accept(tokens.endToken)) return [...found, tokens.endToken];
      const written = await next(matcher, tokens);
      if (written.length === 0) return undefined;
      found.push(...written);
    }
    return undefined;
  } finally {
    matcher.rollBackTo(start);
  }
}

/** Accepts the forced text, or one token that is likely to close what is open. */
async function next(matcher: Matcher, tokens: ConstrainedTokens): Promise<number[]> {
  const forced = tokens.encode(matcher.forcedText());
  const end = forced.findIndex((token) => !matcher.accept(token));
  const written = end < 0 ? [...forced] : forced.slice(0, end);
  if (written.length > 0) return written;
  const closing = closersAt(matcher.depth, tokens.closing).find((token) => matcher.accept(token));
  if (closing !== undefined) return [closing];
  const any = firstAllowed(await matcher.bitmask(), tokens.endTokens);
  return any !== undefined && matcher.accept(any) ? [any] : [];
}

/**
 * The order of closers at a place. The same closer for ever would never leave `[a-z]+` before a dot, so about every fourth place
 * begins with another one. It depends on the place alone: a completion's first token taken, the rest is the completion from
 * there.
 */
function closersAt(depth: number, closers: readonly number[]): readonly number[] {
  const hash = Math.imul(depth + 1, 0x9e3779b1) >>> 16;
  if (hash % 4 !== 3) return closers;
  const start = (USUAL_CLOSERS + (hash >> 2)) % closers.length;
  return [...closers.slice(start), ...closers.slice(0, start)];
}

/** Closers of JSON at the front of the list. */
const USUAL_CLOSERS = 12;

/** The first allowed token that does not end the answer. */
function firstAllowed(bits: Int32Array, endTokens: ReadonlySet<number>): number | undefined {
  for (let word = 0; word < bits.length; word++) {
    for (let bit = 0; bits[word] !== 0 && bit < 32; bit++) {
      const token = word * 32 + bit;
      if (((bits[word] as number) >>> bit) & 1 && !endTokens.has(token)) return token;
    }
  }
  return undefined;
}

/** True if the bits allow end tokens only. */
export function onlyEnds(bits: Int32Array, endTokens: ReadonlySet<number>): boolean {
  return firstAllowed(bits, endTokens) === undefined;
}
