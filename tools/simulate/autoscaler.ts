/**
 * KEDA's loop with the HorizontalPodAutoscaler that it makes, as their documentation describes them, for one trigger: KEDA
 * starts the first replica and removes the last, the HPA decides in between.
 */
import { DEFAULT_RULES, HorizontalAutoscaler } from "./horizontal-autoscaler.ts";

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
  /** Least time between two syncs of the HPA. */
  readonly syncMs: number;
}

export class Autoscaler {
  readonly #settings: AutoscalerSettings;
  readonly #hpa: HorizontalAutoscaler;
  #replicas: number;
  #lastActiveMs: number;
  #lastSyncMs = Number.NEGATIVE_INFINITY;

  constructor(settings: AutoscalerSettings, replicas: number, nowMs: number) {
    const { threshold: target, minReplicas, maxReplicas, scaleDownWindowMs: stabilizationWindowMs } = settings;
    const { scaleUp, scaleDown } = DEFAULT_RULES;
    const rules = { scaleUp, scaleDown: { ...scaleDown, stabilizationWindowMs } };
    this.#settings = settings;
    this.#hpa = new HorizontalAutoscaler({ target, minReplicas, maxReplicas, ...rules });
    this.#replicas = replicas;
    this.#lastActiveMs = nowMs;
  }

  /** Call at every poll. @param value undefined if it cannot be read: then no replica is removed @returns the replicas to run */
  poll(value: number | undefined, nowMs: number): number {
    const { activationThreshold, minReplicas, cooldownMs, syncMs } = this.#settings;
    if (value === undefined) {
      this.#lastActiveMs = nowMs;
      return this.#replicas;
    }
    const isActive = value > activationThreshold;
    if (isActive) this.#lastActiveMs = nowMs;
    if (this.#replicas === 0) {
      if (isActive) this.#replicas = Math.max(1, minReplicas);
    } else if (!isActive && minReplicas === 0 && nowMs - this.#lastActiveMs >= cooldownMs) this.#replicas = 0;
    else if (nowMs - this.#lastSyncMs >= syncMs) {
      this.#lastSyncMs = nowMs;
      this.#replicas = this.#hpa.sync(value, this.#replicas, nowMs);
    }
    return this.#replicas;
  }
}
