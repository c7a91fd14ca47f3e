/** GET /metrics: the load of the fleet in the Prometheus text format, also for autoscalers. */
import { Hono } from "hono";
import type { ModelLoad } from "../ports.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const GAUGES = [
  ["palimpsest_running_sequences", "Sequences running on the model's workers.", ({ running }: ModelLoad) => running],
  [
    "palimpsest_running_responses",
    "Responses running on the model's workers.",
    ({ responses }: ModelLoad) => responses,
  ],
] as const;

/** @param running called for every scrape */
export function metrics(running: () => readonly ModelLoad[]) {
  return new Hono().get("/metrics", (c) => {
    const loads = running();
    const text = GAUGES.map(([name, help, count]) => {
      // Prometheus escapes label values as JSON does.
      const samples = loads.map((load) => `${name}{model=${JSON.stringify(load.model)}} ${count(load)}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.join("")}`;
    });
    return c.body(text.join(""), 200, { "content-type": CONTENT_TYPE });
  });
}
