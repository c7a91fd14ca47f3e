/** The serverless edge in workerd, by Miniflare: the deployed bundle with its deployed settings. */
import { readFile } from "node:fs/promises";
import { Miniflare } from "miniflare";
import { bundleCloudflare } from "../../edge/bundle.ts";

export interface ServerlessEdge extends AsyncDisposable {
  /** URL without `/v1`. */
  readonly baseUrl: string;
}

/** The part of wrangler.jsonc that configures the module. */
interface WranglerConfig {
  readonly compatibility_date: string;
  readonly compatibility_flags: string[];
  readonly durable_objects: { readonly bindings: { readonly name: string; readonly class_name: string }[] };
}

/** @param variables values that replace those in wrangler.jsonc, and its secrets */
export async function openServerlessEdge(variables: Record<string, string>): Promise<ServerlessEdge> {
  const { compatibility_date, compatibility_flags, durable_objects } = await wranglerConfig();
  const miniflare = new Miniflare({
    modules: [{ type: "ESModule", path: "cloudflare.js", contents: await bundleCloudflare() }],
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    durableObjects: Object.fromEntries(durable_objects.bindings.map(({ name, class_name }) => [name, class_name])),
    bindings: { LOG_LEVEL: "error", ...variables },
    host: "127.0.0.1",
    cf: false,
  });
  const url = await miniflare.ready;
  return { baseUrl: url.origin, [Symbol.asyncDispose]: () => miniflare.dispose() };
}

/** JSON with comments is an expression of JavaScript. */
async function wranglerConfig(): Promise<WranglerConfig> {
  const text = await readFile(new URL("../../deploy/cloudflare/wrangler.jsonc", import.meta.url), "utf8");
  const module = await import(`data:text/javascript,export default ${encodeURIComponent(text)}`);
  return module.default as WranglerConfig;
}
