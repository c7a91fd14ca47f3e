/** GET /metrics: what the fleet runs, in the text form that Prometheus and autoscalers read. */
import { Hono } from "hono";
import type { ModelLoad } from "../ports.ts";

const NAME = "palimpsest_running_sequences";
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** @param running asked at every reading */
export function metrics(running: () => readonly ModelLoad[]) {
  return new Hono().get("/metrics", (c) => {
    // A label is escaped as a JSON string is.
    const samples = running().map((load) => `${NAME}{model=${JSON.stringify(load.model)}} ${load.running}\n`);
    const head = `# HELP ${NAME} Sequences that a model's workers run now.\n# TYPE ${NAME} gauge\n`;
    return c.body(head + samples.join(""), 200, { "content-type": CONTENT_TYPE });
  });
}
