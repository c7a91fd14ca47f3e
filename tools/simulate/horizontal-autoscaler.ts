/**
 * The loop of a HorizontalPodAutoscaler on one external metric with a target per replica, as Kubernetes documents it: tolerance,
 * stabilization windows, and policies that limit how fast replicas come and go. It reads no clock.
 */

/** Limits a change within a period: by replicas, or by a share of the replicas at the period's start. */
export interface ScalingPolicy {
  readonly type: "Pods" | "Percent";
  readonly value: number;
  readonly periodMs: number;
}

/** One direction of `behavior`. Of several policies, the one that allows the largest change counts. */
export interface ScalingRules {
  readonly stabilizationWindowMs: number;
  readonly policies: readonly ScalingPolicy[];
}

export interface HorizontalSettings {
  /** The metric's value for each replica. */
  readonly target: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/** The rules of an HPA without `behavior`. One that sets a window alone keeps the policies. */
export const DEFAULT_RULES = {
  scaleUp: {
    stabilizationWindowMs: 0,
    policies: [
      { type: "Pods", value: 4, periodMs: 15_000 },
      { type: "Percent", value: 100, periodMs: 15_000 },
    ],
  },
  scaleDown: { stabilizationWindowMs: 300_000, policies: [{ type: "Percent", value: 100, periodMs: 15_000 }] },
} as const satisfies Pick<HorizontalSettings, "scaleUp" | "scaleDown">;

/** How often the controller runs by default. */
export const SYNC_MS = 15_000;
/** A metric this close to its target changes nothing. */
const TOLERANCE = 0.1;

interface Timed {
  readonly atMs: number;
  readonly replicas: number;
}

export class HorizontalAutoscaler {
  readonly #settings: HorizontalSettings;
  #recommendations: Timed[] = [];
  /** Replicas that this autoscaler added, or, below 0, removed. */
  #changes: Timed[] = [];

  constructor(settings: HorizontalSettings) {
    this.#settings = settings;
  }

  /** @param value of the metric, over all replicas @param replicas at least 1 @returns the replicas to run */
  sync(value: number, replicas: number, nowMs: number): number {
    const { minReplicas, maxReplicas } = this.#settings;
    const wanted = this.#stabilize(this.#desired(value, replicas), replicas, nowMs);
    const limited =
      wanted > replicas ? this.#limitUp(wanted, replicas, nowMs) : this.#limitDown(wanted, replicas, nowMs);
    const next = Math.min(maxReplicas, Math.max(1, minReplicas, limited));
    if (next !== replicas) this.#changes.push({ atMs: nowMs, replicas: next - replicas });
    return next;
  }

  #desired(value: number, replicas: number): number {
    const { target } = this.#settings;
    return Math.abs(value / (target * replicas) - 1) <= TOLERANCE ? replicas : Math.ceil(value / target);
  }

  /** The lowest recommendation of the window upwards, the highest one downwards. */
  #stabilize(desired: number, replicas: number, nowMs: number): number {
    const { scaleUp, scaleDown } = this.#settings;
    const longestMs = Math.max(scaleUp.stabilizationWindowMs, scaleDown.stabilizationWindowMs);
    // The controller begins with the replicas that it finds.
    if (this.#recommendations.length === 0) this.#recommendations.push({ atMs: nowMs, replicas });
    this.#recommendations = this.#recommendations.filter(({ atMs }) => nowMs - atMs < longestMs);
    this.#recommendations.push({ atMs: nowMs, replicas: desired });
    const within = (windowMs: number) =>
      this.#recommendations.flatMap((one) => (nowMs - one.atMs < windowMs ? [one.replicas] : []));
    const lowest = Math.min(desired, ...within(scaleUp.stabilizationWindowMs));
    const highest = Math.max(desired, ...within(scaleDown.stabilizationWindowMs));
    return Math.min(Math.max(replicas, lowest), highest);
  }

  #limitUp(wanted: number, replicas: number, nowMs: number): number {
    const limits = this.#settings.scaleUp.policies.map(({ type, value, periodMs }) => {
      const before = this.#replicasBefore(replicas, nowMs - periodMs);
      return type === "Pods" ? before + value : Math.ceil(before * (1 + value / 100));
    });
    return Math.min(wanted, Math.max(replicas, ...limits));
  }

  #limitDown(wanted: number, replicas: number, nowMs: number): number {
    const limits = this.#settings.scaleDown.policies.map(({ type, value, periodMs }) => {
      const before = this.#replicasBefore(replicas, nowMs - periodMs);
      return type === "Pods" ? before - value : Math.floor(before * (1 - value / 100));
    });
    return Math.max(wanted, Math.min(replicas, ...limits));
  }

  /** The replicas that there would be without this autoscaler's changes since then. */
  #replicasBefore(replicas: number, sinceMs: number): number {
    return this.#changes.reduce((sum, change) => (change.atMs > sinceMs ? sum - change.replicas : sum), replicas);
  }
}
