/** The page of `npm run fleet`: the edges' playground, with buttons that kill the worker that is writing, and reload the page. */
import { readFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { transform } from "esbuild";
import { type Context, Hono } from "hono";
import { proxy } from "hono/proxy";

export interface FleetPageOptions {
  /** URLs of the edges, of which the first that can be reached answers. */
  readonly edges: readonly string[];
  /** Kills the worker that writes the response. @returns its process; undefined if no worker writes it */
  killWriter(responseId: string): Promise<number | undefined>;
}

const PANEL = "/fleet-panel.js";

/** Serves the page on this machine alone. */
export async function serveFleetPage(options: FleetPageOptions, port: number): Promise<AsyncDisposable> {
  const source = await readFile(new URL("fleet-panel.ts", import.meta.url), "utf8");
  const panel = await transform(source, { loader: "ts" });
  const server = serve({ fetch: fleetPage(options, panel.code).fetch, hostname: "127.0.0.1", port });
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}

/** @param panel the script that adds the buttons to the page */
export function fleetPage({ edges, killWriter }: FleetPageOptions, panel: string): Hono {
  const pass = async (c: Context): Promise<Response> => {
    const { pathname, search } = new URL(c.req.url);
    let cause: unknown;
    for (const edge of edges) {
      try {
        return await proxy(edge + pathname + search, { raw: c.req.raw });
      } catch (error) {
        // A body can be sent once; the page sends the request again itself.
        if (c.req.raw.bodyUsed) throw error;
        cause = error;
      }
    }
    throw cause;
  };
  return new Hono()
    .onError(({ message }, c) =>
      c.json({ error: { code: "unavailable", message: `no edge answers: ${message}` } }, 503),
    )
    .get("/", async (c) => {
      const page = await (await pass(c)).text();
      return c.html(page.replace("</head>", `<script type="module" src="${PANEL}"></script></head>`));
    })
    .get(PANEL, (c) => c.body(panel, 200, { "content-type": "text/javascript; charset=utf-8" }))
    .post("/fleet/kill", async (c) => {
      // Pages of other origins can send requests here, too.
      if (c.req.header("sec-fetch-site") !== "same-origin")
        return c.json({ message: "Only the page may do this." }, 403);
      const pid = await killWriter(c.req.query("response") ?? "");
      if (pid === undefined) return c.json({ message: "No worker is writing this response." }, 404);
      return c.json({ message: `Process ${pid} is killed; another worker goes on.` });
    })
    .all("*", pass);
}
