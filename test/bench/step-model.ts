/**
 * The time of a denoise step over several ranks, as a sum of what is measured elsewhere or read off a data sheet. It follows
 * the leader: everything but the experts is done there, one layer after the other; a layer's experts take as long as the
 * slowest rank with its exchange.
 */

/** What one rank alone would take, in milliseconds. */
export interface Work {
  /** Everything but the experts, of a whole step: attention, routers, shared experts, head. */
  readonly leaderMs: number;
  /** The routed experts of one layer, all of them. */
  readonly layerExpertsMs: number;
  readonly moeLayers: number;
}

/** The rows of a layer and how they reach other ranks. */
export interface Exchange {
  readonly rows: number;
  /** Bytes of a row, one way. */
  readonly rowBytes: number;
  /** Share of the rows that a rank needs. */
  readonly rowShare: number;
  /** Of the leader's link, which all ranks share. */
  readonly bytesPerMs: number;
  /** There and back. */
  readonly roundTripMs: number;
  /** The exchange's own cost a layer apart from the link: copies, messages, threads. */
  readonly ownMs: number;
}

export interface StepTime {
  readonly totalMs: number;
  /** Of it, what the slowest rank spends on experts, and what their exchange adds. */
  readonly expertsMs: number;
  readonly exchangeMs: number;
}

/**
 * @param skew the slowest rank's share of the experts' work over an equal share
 */
export function stepTime(work: Work, exchange: Exchange, ranks: number, skew: number): StepTime {
  const expertsMs = (work.moeLayers * work.layerExpertsMs * (ranks === 1 ? 1 : skew)) / ranks;
  const exchangeMs = ranks === 1 ? 0 : work.moeLayers * layerExchangeMs(exchange, ranks);
  return { totalMs: work.leaderMs + expertsMs + exchangeMs, expertsMs, exchangeMs };
}

function layerExchangeMs(
  { rows, rowBytes, rowShare, bytesPerMs, roundTripMs, ownMs }: Exchange,
  ranks: number,
): number {
  const bytesEachWay = (ranks - 1) * rows * rowShare * rowBytes;
  // Rows go out before partial sums come back: the two directions do not overlap within a layer.
  return ownMs + roundTripMs + (2 * bytesEachWay) / bytesPerMs;
}

/**
 * Share of the rows that one rank needs when every choice is as likely: a row's groups are drawn first, then its experts
 * among them; with even ranks of whole groups. 1 where a row's groups cannot all miss the rank.
 */
export function rowShare(groups: number, groupsChosen: number, ranks: number): number {
  const others = groups - groups / ranks;
  let missed = 1;
  for (let i = 0; i < groupsChosen; i++) missed *= Math.max(others - i, 0) / (groups - i);
  return 1 - missed;
}
