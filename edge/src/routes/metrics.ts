/** GET /metrics: what the fleet runs, in the text form that Prometheus and autoscalers read. */
import { Hono } from "hono";
import type { ModelLoad } from "../ports.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const GAUGES = [
  ["palimpsest_running_sequences", "Sequences that a model's workers run now.", ({ running }: ModelLoad) => running],
  ["palimpsest_running_responses", "Responses whose sequences these are.", ({ responses }: ModelLoad) => responses],
] as const;

/** @param running asked at every reading */
export function metrics(running: () => readonly ModelLoad[]) {
  return new Hono().get("/metrics", (c) => {
    const loads = running();
    const text = GAUGES.map(([name, help, count]) => {
      // A label is escaped as a JSON string is.
      const samples = loads.map((load) => `${name}{model=${JSON.stringify(load.model)}} ${count(load)}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.join("")}`;
    });
    return c.body(text.join(""), 200, { "content-type": CONTENT_TYPE });
  });
}
