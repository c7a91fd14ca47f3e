/** OpenTelemetry's standard variables, as far as edge and worker read them. */
import { z } from "zod";

const sampler = z.enum([
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
]);

export const tracingEnvironment = z.object({
  OTEL_SDK_DISABLED: z.string().optional().describe("`true`: no trace is made."),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"]).default("otlp").describe("`none`: no trace is made."),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe("Address of a collector. Without it, and without the next, no trace is made."),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z
    .url()
    .optional()
    .describe("Full URL of a collector of traces, in place of the one before."),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .optional()
    .describe("Headers for the collector, as `name=value`, comma separated."),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .literal("http/json", { error: "only http/json is supported" })
    .optional()
    .describe("Form of the exports."),
  OTEL_SERVICE_NAME: z.string().optional().describe("Name of this program in traces."),
  OTEL_RESOURCE_ATTRIBUTES: z
    .string()
    .optional()
    .describe("More attributes of this program in traces, as `name=value`, comma separated."),
  OTEL_TRACES_SAMPLER: sampler.default("parentbased_always_on").describe("Which traces are kept."),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("Share of the traces that a `traceidratio` sampler keeps."),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number().int().min(1).default(5_000).describe("Milliseconds between two exports."),
});

export type TracingSettings = z.infer<typeof tracingEnvironment>;
