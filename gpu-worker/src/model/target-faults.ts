/** Which models a target can run, and at which cost: checked before a package is written. */
import type { ModelConfig } from "./config.ts";
import { fusedExpertFaults } from "./fused-experts.ts";
import { maskedExpertCost, maskedExpertFaults } from "./masked-experts.ts";
import { featuresOf, type Target } from "./target.ts";
import type { Quantization } from "./weights.ts";

/** The form of a package. */
export interface PackageForm {
  readonly target: Target;
  readonly quantization: Quantization;
  readonly ranks: number;
}

/** Reasons why the target cannot run a model in this form; empty if it can. */
export function targetFaults(config: ModelConfig, { target, quantization, ranks }: PackageForm): string[] {
  const { experts, graphs } = featuresOf(target);
  const faults = graphs !== "layers" && ranks > 1 ? [`the ${target} target has 1 rank, not ${ranks}`] : [];
  switch (experts) {
    case "products":
    case "apart":
      return faults;
    case "QMoE":
      return [...faults, ...fusedExpertFaults(config, quantization)];
    case "masked":
      return [...faults, ...maskedExpertFaults(config, quantization)];
  }
}

/** A sentence about an unusual cost of the target for a model; undefined if there is none. */
export function targetCost(config: ModelConfig, target: Target): string | undefined {
  return featuresOf(target).experts === "masked" ? maskedExpertCost(config) : undefined;
}
