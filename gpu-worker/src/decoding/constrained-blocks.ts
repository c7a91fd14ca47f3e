/**
 * The open blocks of a sequence under a grammar: what is left of a denoise step after the grammar's say.
 *
 * The exact prefix is the run of cells from the left that the matcher accepts. A step may shorten it only by deletions (2.2: also by
 * insertions), and seldom. The first refused cell behind it takes its best accepted candidate (a repair) or becomes a mask again (a
 * re-mask). Text that the grammar forces is written without a forward. Everything follows from the committed tokens and the
 * forwards' answers.
 */
import type { TokenProbability } from "./block.ts";
import { guarded } from "./constrained-guard.ts";
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
  /** The step may shorten the exact prefix by so many cells, where tokens that move leave a mask. */
  readonly mayLose?: number;
}

/** Cells after the grammar's say. */
export interface Settled {
  readonly cells: readonly number[];
  /** Probabilities of cells that the grammar wrote, by cell: 1 for forced text. */
  readonly written: ReadonlyMap<number, number>;
  /** The step was taken without its edits of tokens. */
  readonly isUnedited?: boolean;
  /** The step has shortened the exact prefix by so many cells. */
  readonly lost?: number;
  /** Refused cells that were written again or masked again. */
  readonly repairs: number;
  /** Masks that took forced text, or an end token behind the end. */
  readonly forced: number;
  /** The first mask, behind the exact prefix, and the tokens that it may take. Absent when no mask is left. */
  readonly frontier?: { readonly cell: number; readonly bits: Int32Array };
}

/** Tokens that are not of the grammar, or a limit that has no room for it: the caller's fault, not the matcher's. */
export class ConstraintError extends Error {
  override readonly name = "ConstraintError";
}

export interface ConstrainedBlocksOptions {
  /** The answer's tokens so far, which the matcher has not seen. */
  readonly committed?: readonly number[];
  /** A short text of the grammar: completes an answer from its beginning if every known completion is longer. */
  readonly shortest?: string | undefined;
}

export class ConstrainedBlocks {
  readonly #matcher: Matcher;
  readonly #tokens: ConstrainedTokens;
  readonly #shortest: readonly number[] | undefined;
  /** Tokens of committed blocks. */
  readonly #committed: number[] = [];

  /** @throws ConstraintError when the grammar does not accept the committed tokens */
  constructor(
    matcher: Matcher,
    tokens: ConstrainedTokens,
    { committed = [], shortest }: ConstrainedBlocksOptions = {},
  ) {
    this.#matcher = matcher;
    this.#tokens = tokens;
    this.#shortest = shortest === undefined ? undefined : accepted(matcher, shortest, tokens);
    this.commit(committed);
  }

  /** Tokens of a known completion, if possible of at most `limit`. Undefined: none is known. */
  async known(limit: number): Promise<number | undefined> {
    this.#matcher.rollBackTo(this.#base);
    const found = await witness(this.#matcher, limit, this.#tokens);
    return found?.length ?? (this.#base === 0 ? this.#shortest?.length : undefined);
  }

  /** A block before its first forward: the text that is forced at its beginning. */
  async open(cells: readonly number[]): Promise<Settled> {
    const written = new Map<number, number>();
    const filled = await this.#filled([...cells], written);
    return { ...filled, repairs: 0, forced: this.#forced(cells, filled.cells, written) };
  }

  async settle(proposal: Proposal): Promise<Settled> {
    const { before, unedited, best, frontier, threshold } = proposal;
    const { maskToken } = this.#tokens;
    const { reach } = this.#walk(before);
    const { cells: next, lost, isUnedited } = this.#kept(proposal, reach);
    const written = new Map<number, number>();
    let isRemasked = false;
    let repairs = 0;
    for (let at = this.#walk(next); at.why === "refused"; at = this.#walk(next)) {
      const cell = at.reach;
      const repair = this.#repair(best[cell] ?? [], next[cell] as number);
      repairs++;
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
    const given = [...next];
    const filled = await this.#filled(next, written);
    const forcedCells = (cells: readonly number[]) => this.#forced(given, cells, written);
    const settled = { ...filled, isUnedited, lost, repairs, forced: forcedCells(filled.cells) };
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
    written.set(at, frontier.probability);
    const refilled = await this.#filled(forced, written);
    return { ...refilled, isUnedited, lost, repairs, forced: forcedCells(refilled.cells) };
  }

  /**
   * The rest of the answer, if it has to end now: what is left of the token limit has no room for the next block and an ending.
   * @param cells final, all of them accepted
   * @param room tokens that are left for these cells and the rest
   * @param oldest so many of the cells are committed next while the others stay open: an ending has to fit behind them, too,
   *   since edits of the others may take the room that they leave now
   */
  async ending(cells: readonly number[], room: number, oldest?: number): Promise<readonly number[] | undefined> {
    const end = cells.findIndex((token) => this.#tokens.endTokens.has(token));
    if (end >= 0 && end < room) return undefined;
    for (let kept = Math.min(cells.length, room); kept >= 0; kept--) {
      const rest = await this.#restFrom(cells, kept, room);
      if (rest === undefined) continue;
      const isRoomy = oldest === undefined || (await this.#restFrom(cells, oldest, room)) !== undefined;
      return isRoomy && kept === cells.length ? undefined : [...cells.slice(0, kept), ...rest];
    }
    throw new ConstraintError("no ending fits the token limit: the sequence began without room for one");
  }

  /** The oldest cells are final. @throws ConstraintError when the grammar does not accept them */
  commit(cells: readonly number[]): void {
    this.#walk(cells);
    if (this.#matcher.depth !== this.#base + cells.length || this.#matcher.ended) {
      this.#matcher.rollBackTo(this.#base);
      throw new ConstraintError("committed tokens are not of the grammar");
    }
    this.#committed.push(...cells);
  }

  get #base(): number {
    return this.#committed.length;
  }

  /** The step's cells, without edits that shorten the exact prefix by more than it may lose. */
  #kept(
    { before, proposed, unedited, mayLose = 0 }: Proposal,
    reach: number,
  ): { cells: number[]; lost: number; isUnedited: boolean } {
    if (unedited === undefined) {
      const reachOf = (cells: readonly number[]): number => this.#walk(cells).reach;
      const kept = guarded(before, proposed, { reach, maskToken: this.#tokens.maskToken, mayLose, reachOf });
      return { ...kept, isUnedited: false };
    }
    // In 2.2, edits move the exact prefix: what they move may end a few cells earlier, at a mask.
    const walked = this.#walk(proposed);
    const lost = Math.max(0, reach - walked.reach);
    const isUnedited = lost > 0 && (walked.why !== "mask" || lost > mayLose);
    return isUnedited ? { cells: [...unedited], lost: 0, isUnedited } : { cells: [...proposed], lost, isUnedited };
  }

  /** Completes the first `kept` of the cells within the room for both. */
  async #restFrom(cells: readonly number[], kept: number, room: number): Promise<readonly number[] | undefined> {
    this.#walk(cells.slice(0, kept));
    if (this.#matcher.ended) return undefined;
    const found = await witness(this.#matcher, room - kept, this.#tokens);
    if (found !== undefined || this.#base + kept > 0) return found;
    return this.#shortest !== undefined && this.#shortest.length <= room ? this.#shortest : undefined;
  }

  /** Masks that became tokens by the grammar's own will. */
  #forced(before: readonly number[], after: readonly number[], written: ReadonlyMap<number, number>): number {
    const { maskToken } = this.#tokens;
    return after.filter((token, i) => before[i] === maskToken && token !== maskToken && written.get(i) === 1).length;
  }

  #walk(cells: readonly number[]): Walk {
    return walk(this.#matcher, this.#base, cells, this.#tokens.maskToken);
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
  async #filled(
    cells: number[],
    written: Map<number, number>,
  ): Promise<Pick<Settled, "cells" | "written" | "frontier">> {
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
        for (let i = end + 1; end >= 0 && i < cells.length; i++) write(i, endToken);
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

/** Tokens of a text and its end, if the grammar accepts them from the beginning. */
function accepted(matcher: Matcher, text: string, tokens: ConstrainedTokens): readonly number[] | undefined {
  const all = [...tokens.encode(text), tokens.endToken];
  const isAccepted = all.every((token) => matcher.accept(token));
  matcher.rollBackTo(0);
  return isAccepted ? all : undefined;
}

function masks(cells: readonly number[], maskToken: number): number {
  return cells.filter((token) => token === maskToken).length;
}
