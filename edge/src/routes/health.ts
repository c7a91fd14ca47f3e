/** GET /healthz: the process is running. GET /readyz: the edge would accept a request now. */
import { Hono } from "hono";
import type { EdgeDependencies } from "../dependencies.ts";

export function health({ replicas, draining }: EdgeDependencies) {
  return new Hono()
    .get("/healthz", (c) => c.json({ status: "ok" }))
    .get("/readyz", (c) => {
      if (draining.aborted) return c.json({ status: "draining" }, 503);
      if (!replicas.ready()) return c.json({ status: "no worker can be reached" }, 503);
      return c.json({ status: "ready" });
    });
}
