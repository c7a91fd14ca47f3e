/** The serverless edge in workerd, by Miniflare: the deployed bundle with its deployed settings. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { bundleCloudflare, pageAssets } from "../../edge/bundle.ts";

export interface ServerlessEdge extends AsyncDisposable {
  /** URL without `/v1`. */
  readonly baseUrl: string;
}

/** The part of wrangler.jsonc that configures the module. */
interface WranglerConfig {
  readonly compatibility_date: string;
  readonly compatibility_flags: string[];
  readonly assets: {
    readonly binding: string;
    readonly html_handling: "none";
    readonly run_worker_first: boolean;
  };
  readonly durable_objects: { readonly bindings: { readonly name: string; readonly class_name: string }[] };
}

/** @param variables values that replace those in wrangler.jsonc, and its secrets */
export async function openServerlessEdge(variables: Record<string, string>): Promise<ServerlessEdge> {
  const { compatibility_date, compatibility_flags, durable_objects, assets } = await wranglerConfig();
  const page = await mkdtemp(join(tmpdir(), "page-"));
  for (const { name, body } of await pageAssets()) await writeFile(join(page, name), body);
  const miniflare = new Miniflare({
    modules: [{ type: "ESModule", path: "cloudflare.js", contents: await bundleCloudflare() }],
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    durableObjects: Object.fromEntries(durable_objects.bindings.map(({ name, class_name }) => [name, class_name])),
    assets: {
      ...{ directory: page, binding: assets.binding },
      assetConfig: { html_handling: assets.html_handling },
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: assets.run_worker_first },
    },
    bindings: { LOG_LEVEL: "error", ...variables },
    host: "127.0.0.1",
    cf: false,
  });
  const url = await miniflare.ready;
  return {
    baseUrl: url.origin,
    [Symbol.asyncDispose]: async () => {
      await miniflare.dispose();
      await rm(page, { recursive: true });
    },
  };
}

/** JSON with comments is an expression of JavaScript. */
async function wranglerConfig(): Promise<WranglerConfig> {
  const text = await readFile(new URL("../../deploy/cloudflare/wrangler.jsonc", import.meta.url), "utf8");
  const module = await import(`data:text/javascript,export default ${encodeURIComponent(text)}`);
  return module.default as WranglerConfig;
}
