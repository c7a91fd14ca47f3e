import { expect, it } from "vitest";
import { openTracing } from "./open.ts";
import { tracingEnvironment } from "./settings.ts";

const service = { name: "test", version: "0" };
const opened = (env: Readonly<Record<string, string>>) => openTracing(tracingEnvironment.parse(env), service);

it.each([
  [{}],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_SDK_DISABLED: "true" }],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_TRACES_EXPORTER: "none" }],
])("%j makes no tracer", async (env) => {
  expect(await opened(env)).toBeUndefined();
});

it("the address of a collector turns it on; a span is the child of its parent", async () => {
  const tracing = await opened({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_TRACES_SAMPLER: "parentbased_always_off",
  });
  const parent = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "vendor=1" };
  const { context } = tracing!.tracer.start("child", { parent });
  expect(context).toEqual({
    traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/),
    tracestate: "vendor=1",
  });
  expect(tracing!.tracer.start("unsampled root").context.traceparent).toMatch(/-00$/);
});

it("a protocol that is not supported is an error", async () => {
  await expect(async () => opened({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).rejects.toThrow(
    "only http/json is supported",
  );
});
