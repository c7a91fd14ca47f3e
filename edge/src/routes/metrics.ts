/** GET /metrics: the load of the fleet in the Prometheus text format, also for autoscalers. */
import type { GrammarCounts } from "@palimpsest/proto";
import { Hono } from "hono";
import type { ModelLoad } from "../ports.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Gauge {
  readonly name: string;
  readonly help: string;
  /** A model's samples, without its own label. Empty if unknown: an autoscaler must not take that for 0. */
  readonly samples: (load: ModelLoad) => readonly Sample[];
}

const GAUGES: readonly Gauge[] = [
  {
    name: "palimpsest_running_sequences",
    help: "Sequences running on the model's workers.",
    samples: ({ running }) => [[{}, running]],
  },
  {
    name: "palimpsest_running_responses",
    help: "Responses running on the model's workers.",
    samples: ({ responses }) => [[{}, responses]],
  },
  {
    name: "palimpsest_queued_requests",
    help: "Requests in the model's queue, waiting or running, by class.",
    samples: ({ depths }) =>
      depths === undefined
        ? []
        : Object.entries(depths.queued).map(([priority, count]): Sample => [{ priority }, count]),
  },
  {
    name: "palimpsest_unmet_requests",
    help: "1 if a request found no worker within the last 5 minutes.",
    samples: ({ depths }) => (depths === undefined ? [] : [[{}, depths.unmet]]),
  },
  {
    name: "palimpsest_demand_sequences",
    help: "Sequences that the model's requests need; at least 1 while there is unmet demand.",
    samples: (load) => (load.depths === undefined ? [] : [[{}, demand(load, load.depths)]]),
  },
];

/** A waiting request counts as one sequence, a running one by its choices. */
function demand({ running, responses }: ModelLoad, { queued, unmet }: NonNullable<ModelLoad["depths"]>): number {
  const requests = Object.values(queued).reduce((sum, count) => sum + count, 0);
  return Math.max(requests + running - responses, unmet, 0);
}

const GRAMMAR_COUNTERS: readonly { readonly name: keyof GrammarCounts; readonly help: string }[] = [
  { name: "repairs", help: "Cells that a grammar refused, and wrote again or masked again." },
  { name: "forced_tokens", help: "Cells that a grammar forced." },
  { name: "forced_finish", help: "Choices that a grammar closed because the token limit came near." },
];

/**
 * @param running called for every scrape
 * @param grammars what grammars did at this edge since it started, by model
 */
export function metrics(
  running: () => Promise<readonly ModelLoad[]>,
  grammars: () => ReadonlyMap<string, GrammarCounts>,
) {
  return new Hono().get("/metrics", async (c) => {
    const loads = await running();
    const text = GAUGES.map(({ name, help, samples }) => {
      const lines = loads.flatMap((load) =>
        samples(load).map(([labels, value]) => `${name}${labelText({ model: load.model, ...labels })} ${value}\n`),
      );
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
    });
    for (const { name, help } of GRAMMAR_COUNTERS) {
      const full = `palimpsest_grammar_${name}_total`;
      const lines = [...grammars()].map(([model, counts]) => `${full}${labelText({ model })} ${counts[name]}\n`);
      text.push(`# HELP ${full} ${help}\n# TYPE ${full} counter\n${lines.join("")}`);
    }
    return c.body(text.join(""), 200, { "content-type": CONTENT_TYPE });
  });
}

function labelText(labels: Readonly<Record<string, string>>): string {
  // Prometheus escapes label values as JSON does.
  return `{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)}}`;
}
