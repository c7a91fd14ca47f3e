/**
 * The open blocks of a sequence under a grammar: what is left of a denoise step after the grammar's say.
 *
 * The exact prefix is the run of cells from the left that the matcher accepts. A step may not shorten it; the first refused
 * cell behind it takes its best accepted candidate (a repair) or becomes a mask again (a re-mask). Text that the grammar forces
 * is written without a forward. Everything follows from the committed tokens and the forwards' answers.
 */
import type { TokenProbability } from "./block.ts";
import {
  type ConstrainedTokens,
  forcedTokens,
  type Matcher,
  onlyEnds,
  TAIL,
  type Walk,
  walk,
  witness,
} from "./constrained-matcher.ts";

/** A denoise step as the rule proposes it. Cells are generated cells, those of the prompt's tail left out. */
export interface Proposal {
  readonly before: readonly number[];
  readonly proposed: readonly number[];
  /** 2.2: the step without its edits of tokens, if the edits shorten the exact prefix. */
  readonly unedited?: readonly number[];
  /** Per cell: the most probable tokens, best first. Empty where the forward was not asked. */
  readonly best: readonly (readonly TokenProbability[])[];
  /** The best allowed token of the frontier that this forward was given. */
  readonly frontier?: TokenProbability;
  readonly threshold: number;
}

/** Cells after the grammar's say. */
export interface Settled {
  readonly cells: readonly number[];
  /** Probabilities of cells that the grammar wrote, by cell: 1 for forced text. */
  readonly written: ReadonlyMap<number, number>;
  /** The step was taken without its edits of tokens. */
  readonly isUnedited?: boolean;
  /** The first mask, behind the exact prefix, and the tokens that it may take. Absent when no mask is left. */
  readonly frontier?: { readonly cell: number; readonly bits: Int32Array };
}

export class ConstrainedBlocks {
  readonly #matcher: Matcher;
  readonly #tokens: ConstrainedTokens;
  /** A completion from the very beginning, if `witness` finds only longer ones. */
  #shortest: readonly number[] | undefined;
  /** Tokens of committed blocks. */
  readonly #committed: number[];

  /** @param committed the answer's tokens so far, which the matcher has not seen */
  constructor(matcher: Matcher, tokens: ConstrainedTokens, committed: readonly number[] = []) {
    this.#matcher = matcher;
    this.#tokens = tokens;
    this.#committed = [];
    this.commit(committed);
  }

  /**
   * Tokens of a known answer, from the beginning.
   * @param shortest a short text of the grammar, for a grammar whose witness is long
   * @returns undefined when none of at most `limit` tokens is known
   */
  async known(limit: number, shortest?: string): Promise<number | undefined> {
    this.#matcher.rollBackTo(this.#base);
    const found = await witness(this.#matcher, limit, this.#tokens);
    if (found !== undefined || shortest === undefined) return found?.length;
    const tokens = [...this.#tokens.encode(shortest), this.#tokens.endToken];
    const isAccepted = tokens.every((token) => this.#matcher.accept(token));
    this.#matcher.rollBackTo(this.#base);
    if (!isAccepted) return undefined;
    this.#shortest = tokens;
    return tokens.length;
  }

  /** A block before its first forward: the text that is forced at its beginning. */
  async open(cells: readonly number[]): Promise<Settled> {
    return this.#filled([...cells], new Map());
  }

  async settle(proposal: Proposal): Promise<Settled> {
    const { before, proposed, unedited, best, frontier, threshold } = proposal;
    const { maskToken } = this.#tokens;
    const { reach } = this.#walk(before);
    const isUnedited = unedited !== undefined && this.#walk(proposed).reach < reach;
    const next = isUnedited ? [...unedited] : this.#guarded(before, proposed, reach);
    const written = new Map<number, number>();
    let isRemasked = false;
    for (let at = this.#walk(next); at.why === "refused"; at = this.#walk(next)) {
      const cell = at.reach;
      const repair = this.#repair(best[cell] ?? [], next[cell] as number);
      if (repair !== undefined && repair.probability > threshold) {
        next[cell] = repair.token;
        written.set(cell, repair.probability);
        continue;
      }
      next[cell] = maskToken;
      written.set(cell, repair?.probability ?? 0);
      isRemasked = true;
      break;
    }
    const settled = { ...(await this.#filled(next, written)), isUnedited };
    const isProgress = !isRemasked && masks(settled.cells, maskToken) < masks(before, maskToken);
    const at = settled.frontier?.cell;
    if (isProgress || frontier === undefined || at !== reach) return settled;
    // The step re-masked or unmasked nothing, and the exact prefix did not grow: its next cell is written in any case.
    const forced = [...settled.cells];
    forced[at] = frontier.token;
    if (this.#walk(forced).reach === reach) {
      // The token is allowed behind the prefix that the forward saw, which this step has edited.
      if (unedited !== undefined && !isUnedited) {
        const { unedited: _, ...rest } = proposal;
        return { ...(await this.settle({ ...rest, proposed: unedited })), isUnedited: true };
      }
      for (let cell = 0; cell < reach; cell++) forced[cell] = before[cell] as number;
    }
    return { ...(await this.#filled(forced, new Map(settled.written).set(at, frontier.probability))), isUnedited };
  }

  /**
   * The rest of the answer, if it has to end now: what is left of the token limit has no room for the next block and an ending.
   * @param cells final, all of them accepted
   * @param room tokens that are left for these cells and the rest
   */
  async ending(cells: readonly number[], room: number): Promise<readonly number[] | undefined> {
    const end = cells.findIndex((token) => this.#tokens.endTokens.has(token));
    if (end >= 0 && end < room) return undefined;
    const { maskToken } = this.#tokens;
    for (let kept = Math.min(cells.length, room); kept >= 0; kept--) {
      walk(this.#matcher, this.#base, cells.slice(0, kept), maskToken);
      if (this.#matcher.ended) continue;
      const rest = await this.#restFrom(kept, room - kept);
      if (rest === undefined) continue;
      return kept === cells.length ? undefined : [...cells.slice(0, kept), ...rest];
    }
    throw new Error("no ending fits the token limit: the sequence began without room for one");
  }

  /** The oldest cells are final. */
  commit(cells: readonly number[]): void {
    walk(this.#matcher, this.#base, cells, this.#tokens.maskToken);
    this.#committed.push(...cells);
    if (this.#matcher.depth !== this.#base) throw new Error("a block was committed that the grammar does not accept");
  }

  get #base(): number {
    return this.#committed.length;
  }

  async #restFrom(kept: number, room: number): Promise<readonly number[] | undefined> {
    const found = await witness(this.#matcher, room, this.#tokens);
    const isStart = this.#base === 0 && kept === 0;
    const shortest =
      isStart && this.#shortest !== undefined && this.#shortest.length <= room ? this.#shortest : undefined;
    return found ?? shortest;
  }

  #walk(cells: readonly number[]): Walk {
    return walk(this.#matcher, this.#base, cells, this.#tokens.maskToken);
  }

  /** The proposed cells without the edits that would shorten the exact prefix: each that does not is kept, from the left. */
  #guarded(before: readonly number[], proposed: readonly number[], reach: number): number[] {
    if (this.#walk(proposed).reach >= reach) return [...proposed];
    const next = proposed.map((token, i) => (i < reach ? (before[i] as number) : token));
    for (let i = 0; i < reach; i++) {
      if (proposed[i] === before[i]) continue;
      next[i] = proposed[i] as number;
      if (this.#walk(next).reach < reach) next[i] = before[i] as number;
    }
    return next;
  }

  /** The best of these tokens that the matcher accepts where it stands, with its share among those that it accepts. */
  #repair(best: readonly TokenProbability[], refused: number): TokenProbability | undefined {
    const depth = this.#matcher.depth;
    const accepted = best.filter(({ token }) => {
      const isAccepted = token !== refused && this.#matcher.accept(token);
      if (isAccepted) this.#matcher.rollBackTo(depth);
      return isAccepted;
    });
    const sum = accepted.reduce((total, { probability }) => total + probability, 0);
    const [first] = accepted;
    return first && { token: first.token, probability: sum > 0 ? first.probability / sum : 0 };
  }

  /** Writes forced text at the frontier, and end tokens behind an end token. */
  async #filled(cells: number[], written: Map<number, number>): Promise<Settled> {
    const { maskToken, endToken, endTokens } = this.#tokens;
    const write = (cell: number, token: number): void => {
      if (cells[cell] === token) return;
      cells[cell] = token;
      written.set(cell, 1);
    };
    for (;;) {
      const { reach, why } = this.#walk(cells);
      if (why === "refused") {
        // Forced text has grown over what stood here: at most one more cell is masked, and the frontier has moved past it.
        write(reach, maskToken);
        continue;
      }
      if (why !== "mask") {
        const end = cells.findIndex((token) => endTokens.has(token));
        for (let i = end + 1; end >= 0 && i < cells.length; i++) if (cells[i] === maskToken) write(i, endToken);
        return { cells, written };
      }
      const forced = forcedTokens(
        this.#matcher,
        [...this.#committed.slice(-TAIL), ...cells.slice(0, reach)],
        this.#tokens,
      ).slice(0, cells.length - reach);
      if (forced.length === 0) {
        const bits = await this.#matcher.bitmask();
        if (!onlyEnds(bits, endTokens)) return { cells, written, frontier: { cell: reach, bits } };
        forced.push(endToken);
      }
      forced.forEach((token, i) => {
        write(reach + i, token);
      });
    }
  }
}

function masks(cells: readonly number[], maskToken: number): number {
  return cells.filter((token) => token === maskToken).length;
}
