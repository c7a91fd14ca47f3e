/**
 * KEDA's loop with the HorizontalPodAutoscaler that it makes, as their documentation describes them, for one trigger: KEDA
 * starts the first replica and removes the last, the HPA decides in between.
 */

export interface AutoscalerSettings {
  /** The metric's value for each replica. */
  readonly threshold: number;
  /** A higher value makes the trigger active. */
  readonly activationThreshold: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Time without an active trigger before the last replica is removed. */
  readonly cooldownMs: number;
  /** The HPA takes the highest recommendation of this time. */
  readonly scaleDownWindowMs: number;
}

/** A change of less than this share of the current replicas is none. */
const TOLERANCE = 0.1;

export class Autoscaler {
  readonly #settings: AutoscalerSettings;
  #replicas: number;
  #lastActiveMs: number;
  #recommended: { readonly atMs: number; readonly replicas: number }[] = [];

  constructor(settings: AutoscalerSettings, replicas: number, nowMs: number) {
    this.#settings = settings;
    this.#replicas = replicas;
    this.#lastActiveMs = nowMs;
  }

  /** Call at every poll. @param value undefined if it cannot be read: then no replica is removed @returns the replicas to run */
  poll(value: number | undefined, nowMs: number): number {
    const { activationThreshold, minReplicas, cooldownMs } = this.#settings;
    if (value === undefined) {
      this.#lastActiveMs = nowMs;
      return this.#replicas;
    }
    const isActive = value > activationThreshold;
    if (isActive) this.#lastActiveMs = nowMs;
    if (this.#replicas === 0) {
      this.#recommended = [];
      if (isActive) this.#replicas = Math.max(1, minReplicas);
    } else if (!isActive && minReplicas === 0 && nowMs - this.#lastActiveMs >= cooldownMs) this.#replicas = 0;
    else this.#replicas = this.#recommend(value, nowMs);
    return this.#replicas;
  }

  #recommend(value: number, nowMs: number): number {
    const { threshold, minReplicas, maxReplicas, scaleDownWindowMs } = this.#settings;
    const ratio = value / threshold / this.#replicas;
    const wanted = Math.abs(ratio - 1) <= TOLERANCE ? this.#replicas : Math.ceil(value / threshold);
    const replicas = Math.min(maxReplicas, Math.max(1, minReplicas, wanted));
    this.#recommended = this.#recommended.filter(({ atMs }) => nowMs - atMs < scaleDownWindowMs);
    this.#recommended.push({ atMs: nowMs, replicas });
    const highest = Math.max(...this.#recommended.map((one) => one.replicas));
    return replicas >= this.#replicas ? replicas : Math.min(this.#replicas, highest);
  }
}
