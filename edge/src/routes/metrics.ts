/** GET /metrics: the load of the fleet, also for autoscalers, and this edge's own metrics, in the Prometheus text format. */
import { Hono } from "hono";
import { demandOf } from "../admission/demand.ts";
import type { Labels, MetricFamily, ModelLoad } from "../ports.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Sample = readonly [labels: Labels, value: number];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type?: "counter";
  /** A model's samples, without its own label. Empty if unknown: an autoscaler must not take that for 0. */
  readonly samples: (load: ModelLoad) => readonly Sample[];
}

const METRICS: readonly Metric[] = [
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
    samples: (load) => (load.depths === undefined ? [] : [[{}, demandOf(load, load.depths)]]),
  },
  {
    name: "palimpsest_kv_pages",
    help: "Pages of a replica's K/V cache: used by sequences, kept by the prefix cache alone, free.",
    samples: ({ engines = [] }) =>
      engines.flatMap(({ replicaId: replica, pagesInUse, pagesCached, pagesTotal }): Sample[] => [
        [{ replica, state: "used" }, pagesInUse],
        [{ replica, state: "cached" }, pagesCached],
        [{ replica, state: "free" }, pagesTotal - pagesInUse - pagesCached],
      ]),
  },
  {
    name: "palimpsest_replica_preemptions_total",
    help: "Sequences of a replica that gave their pages to an older one.",
    type: "counter",
    samples: ({ engines = [] }) => engines.map(({ replicaId, preemptions }) => [{ replica: replicaId }, preemptions]),
  },
  {
    name: "palimpsest_replica_blocks_total",
    help: "Blocks that a replica has committed.",
    type: "counter",
    samples: ({ engines = [] }) => engines.map(({ replicaId, blocks }) => [{ replica: replicaId }, blocks]),
  },
  {
    name: "palimpsest_replica_draft_to_commit_seconds_total",
    help: "Time from the first denoise step of a replica's blocks to their commit, summed.",
    type: "counter",
    samples: ({ engines = [] }) =>
      engines.map(({ replicaId, draftToCommitMs }) => [{ replica: replicaId }, draftToCommitMs / 1000]),
  },
  {
    name: "palimpsest_exchange_wait_seconds_total",
    help: "Time for which a replica's forwards have waited for each other rank.",
    type: "counter",
    samples: ({ engines = [] }) =>
      engines.flatMap(({ replicaId: replica, rankWaits }) =>
        rankWaits.map(({ rank, ms }): Sample => [{ replica, rank: String(rank) }, ms / 1000]),
      ),
  },
];

/**
 * @param running called for every scrape
 * @param own of the responses of this edge since it started
 */
export function metrics(running: () => Promise<readonly ModelLoad[]>, own: readonly MetricFamily[]) {
  return new Hono().get("/metrics", async (c) => {
    const loads = await running();
    const text = METRICS.map(({ name, help, type = "gauge", samples }) => {
      const lines = loads.flatMap((load) =>
        samples(load).map(([labels, value]) => `${name}${labelText({ model: load.model, ...labels })} ${value}\n`),
      );
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    });
    for (const family of own) {
      const { name, help, type } = family;
      const lines = family
        .samples()
        .map(({ suffix, labels, value }) => `${name}${suffix}${labelText(labels)} ${value}\n`);
      text.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`);
    }
    return c.body(text.join(""), 200, { "content-type": CONTENT_TYPE });
  });
}

function labelText(labels: Labels): string {
  // Prometheus escapes label values as JSON does.
  return `{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)}}`;
}
