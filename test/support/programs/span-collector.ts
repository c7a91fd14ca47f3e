/** A collector of spans: OTLP over HTTP with JSON, as the programs send it. It prints a trace as a tree. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface CollectedSpan {
  readonly service: string;
  readonly instance: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
  /** True unless its status is an error. */
  readonly ok: boolean;
}

export interface SpanCollector extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
}

export async function openSpanCollector(): Promise<SpanCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
    spans.push(...parse(JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One line for each span, its children indented: start and length in milliseconds, program, name, and what is worth a word. */
export function printTrace(spans: readonly CollectedSpan[], root: string | undefined): string {
  const first = Math.min(...spans.map(({ startMs }) => startMs));
  const lines: string[] = [];
  const print = (parent: string | undefined, depth: number) => {
    const children = spans.filter(({ parentSpanId }) => parentSpanId === parent);
    for (const span of children.toSorted((a, b) => a.startMs - b.startMs)) {
      const times = [span.startMs - first, span.endMs - span.startMs].map((ms) => ms.toFixed(0).padStart(6)).join(" ");
      const words = [span.name, ...remarks(span)].join(", ");
      lines.push(`${times}  ${"  ".repeat(depth)}${words}  [${span.instance}]`);
      print(span.spanId, depth + 1);
    }
  };
  print(root, 0);
  return [" start length  span", ...lines].join("\n");
}

function remarks({ attributes, events, ok }: CollectedSpan): string[] {
  const { "palimpsest.forwards": forwards, "palimpsest.rank": rank, "error.type": error } = attributes;
  return [
    ...(forwards === undefined ? [] : [`${forwards} forwards`]),
    ...(rank === undefined ? [] : [`rank ${rank}`]),
    ...(events.length === 0 ? [] : [events.join(", ")]),
    ...(ok ? [] : [`failed: ${error ?? "error"}`]),
  ];
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[];
  }[];
}

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events?: readonly { readonly name: string }[];
  readonly status: { readonly code?: number };
}

function parse({ resourceSpans }: Exported): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const own = valuesOf(resource.attributes);
    const from = { service: String(own["service.name"]), instance: String(own["service.instance.id"]) };
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, events = [], ...span }): CollectedSpan => {
        const times = { startMs: Number(span.startTimeUnixNano) / 1e6, endMs: Number(span.endTimeUnixNano) / 1e6 };
        const parent = parentSpanId ? { parentSpanId } : {};
        const told = { attributes: valuesOf(span.attributes), events: events.map((event) => event.name) };
        return { ...from, name, traceId, spanId, ...parent, ...times, ...told, ok: span.status.code !== 2 };
      }),
    );
  });
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
