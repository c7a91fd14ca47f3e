/** Opens a tracer on Node if OpenTelemetry's variables ask for one. The SDK is loaded only then. */
import type { TracingSettings } from "./settings.ts";
import type { Tracer } from "./tracer.ts";

/** The program that makes the spans. */
export interface Service {
  readonly name: string;
  readonly version: string;
  /** Tells it from others of its kind; generated if absent. */
  readonly instance?: string;
}

export interface Tracing extends AsyncDisposable {
  readonly tracer: Tracer;
}

/** Undefined if tracing is off. Spans that are not exported yet are exported when it is disposed of. */
export async function openTracing(settings: TracingSettings, service: Service): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = settings;
  const isOff = settings.OTEL_SDK_DISABLED === "true" || settings.OTEL_TRACES_EXPORTER === "none";
  if (isOff || (all ?? traces) === undefined) return undefined;
  const { exportSpans } = await import("./otlp.ts");
  return exportSpans(settings, service);
}
