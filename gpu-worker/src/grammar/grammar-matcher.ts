/**
 * A compiler and its matchers on one instance of the library. The library aborts for good on a call that it does not expect, so
 * depth and end are counted here, and no call is made that could fail.
 */
import type { CompiledGrammar as Compiled, GrammarMatcher as LibraryMatcher } from "@mlc-ai/web-xgrammar";
import { type Library, loadLibrary } from "./library.ts";
import { BOUNDARY, Utf8Tokens } from "./utf8.ts";

export interface Vocabulary {
  /** Each token's bytes, as byte-level BPE spells them. Empty for a token that is never a part of a text. */
  readonly spellings: readonly string[];
  readonly endTokens: readonly number[];
}

export class GrammarCompiler implements Disposable {
  readonly #library: Library;
  readonly #vocabulary: Vocabulary;
  readonly #utf8: Utf8Tokens;
  readonly #info: Disposing;
  readonly #compiler: Disposing & { compileGrammar(grammar: unknown): Promise<Compiled> };

  private constructor(library: Library, vocabulary: Vocabulary, info: Disposing, compiler: unknown) {
    this.#library = library;
    this.#utf8 = new Utf8Tokens(vocabulary.spellings);
    this.#vocabulary = vocabulary;
    this.#info = info;
    this.#compiler = compiler as Disposing & { compileGrammar(grammar: unknown): Promise<Compiled> };
  }

  static async open(vocabulary: Vocabulary): Promise<GrammarCompiler> {
    const library = loadLibrary();
    const { spellings, endTokens } = vocabulary;
    const info = await library.TokenizerInfo.createTokenizerInfo(
      [...spellings],
      "byte_level",
      false,
      spellings.length,
      [...endTokens],
    );
    const compiler = await library.GrammarCompiler.createGrammarCompiler(info, false);
    return new GrammarCompiler(library, vocabulary, info, compiler);
  }

  /** @throws when the library aborts, after which nothing of this instance can be used */
  async compile(ebnf: string): Promise<CompiledGrammar> {
    const grammar = await this.#library.Grammar.fromEBNF(ebnf);
    const compiled = await this.#compiler.compileGrammar(grammar);
    grammar.dispose();
    return new CompiledGrammar(this.#library, compiled, this.#vocabulary, this.#utf8);
  }

  [Symbol.dispose](): void {
    this.#compiler.dispose();
    this.#info.dispose();
  }
}

interface Disposing {
  dispose(): void;
}

export class CompiledGrammar implements Disposable {
  readonly #library: Library;
  readonly #compiled: Compiled;
  readonly #vocabulary: Vocabulary;
  readonly #utf8: Utf8Tokens;

  constructor(library: Library, compiled: Compiled, vocabulary: Vocabulary, utf8: Utf8Tokens) {
    this.#library = library;
    this.#compiled = compiled;
    this.#vocabulary = vocabulary;
    this.#utf8 = utf8;
  }

  /** A matcher at the beginning of a text that ends with any of `endTokens`. */
  async matcher(endTokens: ReadonlySet<number>): Promise<GrammarMatcher> {
    const matcher = await this.#library.GrammarMatcher.createGrammarMatcher(this.#compiled, [...endTokens]);
    return new GrammarMatcher({ matcher, endTokens, vocabulary: this.#vocabulary, utf8: this.#utf8 });
  }

  [Symbol.dispose](): void {
    this.#compiled.dispose();
  }
}

export class GrammarMatcher implements Disposable {
  readonly #matcher: LibraryMatcher;
  readonly #endTokens: ReadonlySet<number>;
  readonly #vocabulary: Vocabulary;
  readonly #utf8: Utf8Tokens;
  /** UTF-8 state before the first token and after each accepted one. */
  readonly #states: number[] = [BOUNDARY];
  #ended = false;

  constructor(options: {
    readonly matcher: LibraryMatcher;
    readonly endTokens: ReadonlySet<number>;
    readonly vocabulary: Vocabulary;
    readonly utf8: Utf8Tokens;
  }) {
    this.#matcher = options.matcher;
    this.#endTokens = options.endTokens;
    this.#vocabulary = options.vocabulary;
    this.#utf8 = options.utf8;
  }

  get depth(): number {
    return this.#states.length - 1;
  }

  get ended(): boolean {
    return this.#ended;
  }

  accept(token: number): boolean {
    const isEnd = this.#endTokens.has(token);
    // The library warns of a token that it cannot know, on stdout.
    if (this.#ended || !(isEnd || this.#vocabulary.spellings[token])) return false;
    const next = isEnd ? (this.#state === BOUNDARY ? BOUNDARY : undefined) : this.#utf8.after(this.#state, token);
    if (next === undefined || !this.#matcher.acceptToken(token)) return false;
    this.#states.push(next);
    this.#ended = isEnd;
    return true;
  }

  rollBackTo(depth: number): void {
    if (depth >= this.depth) return;
    this.#matcher.rollBack(this.depth - depth);
    this.#states.length = depth + 1;
    this.#ended = false;
  }

  async bitmask(): Promise<Int32Array> {
    if (this.#ended) throw new Error("no token follows an end token");
    const state = this.#state;
    return this.#utf8.restrict(await this.#matcher.getNextTokenBitmask(), state, this.#endTokens);
  }

  get #state(): number {
    return this.#states.at(-1) as number;
  }

  forcedText(): string {
    return this.#ended ? "" : this.#matcher.findJumpForwardString();
  }

  [Symbol.dispose](): void {
    this.#matcher.dispose();
  }
}
