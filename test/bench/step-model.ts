/**
 * Estimates the time of a denoise step over several ranks as a sum of measured values and data sheets. It follows the
 * leader, which computes everything except the experts, layer by layer; a layer's experts take as long as the slowest
 * rank with its exchange.
 */

/** The time on a single rank, in milliseconds. */
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
  /** Bandwidth of the leader's link, which all ranks share. */
  readonly bytesPerMs: number;
  /** Latency there and back. */
  readonly roundTripMs: number;
  /** The exchange's own cost per layer apart from the link: copies, messages, threads. */
  readonly ownMs: number;
}

export interface StepTime {
  readonly totalMs: number;
  /** Part of the total: the slowest rank's time for experts, and the time that their exchange adds. */
  readonly expertsMs: number;
  readonly exchangeMs: number;
}

/** @param skew the slowest rank's share of the experts' work, divided by an equal share */
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
  // Rows are sent before partial sums return: the two directions do not overlap within a layer.
  return ownMs + roundTripMs + (2 * bytesEachWay) / bytesPerMs;
}

/**
 * Share of the rows that one rank needs if all choices are equally likely: a row's groups are drawn first, then its
 * experts among them; ranks hold whole groups, equally many each. 1 if a row's groups cannot all miss the rank.
 */
export function rowShare(groups: number, groupsChosen: number, ranks: number): number {
  const others = groups - groups / ranks;
  let missed = 1;
  for (let i = 0; i < groupsChosen; i++) missed *= Math.max(others - i, 0) / (groups - i);
  return 1 - missed;
}
