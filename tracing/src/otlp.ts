/** A tracer whose spans are exported by OTLP over HTTP. The exporter itself reads the collector's address from the environment. */
import { randomUUID } from "node:crypto";
import {
  type Context,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { TraceContext } from "@palimpsest/proto";
import type { Service, Tracing } from "./open.ts";
import type { TracingSettings } from "./settings.ts";
import type { Attributes, Span } from "./tracer.ts";

export function exportSpans(settings: TracingSettings, service: Service): Tracing {
  const own = resourceFromAttributes({
    "service.name": service.name,
    "service.version": service.version,
    "service.instance.id": service.instance ?? randomUUID(),
  });
  const provider = new TracerProvider({
    // The environment overrides the program's own attributes.
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(settings),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter(),
        scheduledDelayMillis: settings.OTEL_BSP_SCHEDULE_DELAY,
      }),
    ],
  });
  const tracer = provider.getTracer("palimpsest");
  return {
    tracer: {
      start(name, { parent, kind = "internal", atMs, attributes } = {}) {
        const options = {
          kind: kind === "server" ? SpanKind.SERVER : SpanKind.INTERNAL,
          ...(atMs !== undefined && { startTime: atMs }),
          attributes: mutable(attributes),
        };
        return spanOf(tracer.startSpan(name, options, contextOf(parent)), parent?.tracestate);
      },
    },
    [Symbol.asyncDispose]: () => provider.shutdown(),
  };
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TracingSettings): Sampler {
  const root = name.endsWith("traceidratio")
    ? new TraceIdRatioBasedSampler(ratio)
    : name.endsWith("always_off")
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler();
  return name.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
}

/** The state is carried as it came, since no span adds to it. */
function spanOf(span: OtelSpan, tracestate: string | undefined): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  return {
    context: { traceparent, ...(tracestate !== undefined && { tracestate }) },
    set: (attributes) => void span.setAttributes(mutable(attributes)),
    add: (event, attributes) => void span.addEvent(event, mutable(attributes)),
    end({ error, atMs } = {}) {
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end(atMs);
    },
  };
}

function contextOf(parent: TraceContext | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const [, traceId, spanId, flags] = parent.traceparent.split("-") as [string, string, string, string];
  const context: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, context);
}

/** The SDK's type of the same attributes. */
function mutable(attributes: Attributes = {}) {
  return attributes as Record<string, string | number | boolean | string[]>;
}
