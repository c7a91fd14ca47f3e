/** The sections of `bench -- gpu`, in their order: what is there, whether it is right, what it costs. */
import { adaptersSection } from "./adapters.ts";
import { goldenDemoSection, goldenExpertsSection, goldenSection, ranksSection, shippedSection } from "./correctness.ts";
import { deviceSection, expertsSection, productsSection } from "./costs.ts";
import { layerSection } from "./layer.ts";
import { cudaSection, stepsSection } from "./steps.ts";

export interface SectionOptions {
  /** A section begins nothing new after it. */
  readonly untilMs: number;
  /** Divides the widths of mini and flash. */
  readonly scale: number;
}

export const sections = {
  adapters: adaptersSection,
  golden: goldenSection,
  "golden-experts": goldenExpertsSection,
  "golden-demo": goldenDemoSection,
  shipped: shippedSection,
  device: deviceSection,
  experts: expertsSection,
  products: productsSection,
  layer: layerSection,
  steps: stepsSection,
  ranks: ranksSection,
  cuda: cudaSection,
} as const satisfies Readonly<Record<string, (options: SectionOptions) => Promise<void>>>;

export type GpuSection = keyof typeof sections;

export const sectionNames = Object.keys(sections) as GpuSection[];
