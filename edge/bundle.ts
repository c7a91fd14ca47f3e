/**
 * Bundles the serverless edge into one file for workerd, and the files of its page beside it, which the platform serves. `node
 * edge/bundle.ts` writes them to edge/dist for wrangler, prints their sizes, and fails if one is over its limit.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { buildPlayground } from "./playground/build.ts";
import { assetName } from "./src/entry/page-assets.ts";

/** The code adds to every cold start, the page to every first visit. */
const MAX_API_BYTES = 400 * 1024;
const MAX_PAGE_BYTES = 150 * 1024;

/** A file of the page: the code knows all but its body. */
export interface Asset {
  /** Below the folder of assets. */
  readonly name: string;
  readonly body: string;
}

/** The bundled module. @throws Error when it imports a Node module */
export async function bundleCloudflare(): Promise<string> {
  const playground = [...(await buildPlayground())];
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("src/entry/cloudflare.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    // With it esbuild resolves no Node module, so that none gets in.
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    target: "es2024",
    minify: true,
    // Functions, and so bodies, are left out.
    define: { PLAYGROUND: JSON.stringify(playground) },
    plugins: [english],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}

/** The files of the page. */
export async function pageAssets(): Promise<Asset[]> {
  const files = [...(await buildPlayground())];
  return Promise.all(files.map(async ([path, { body }]) => ({ name: assetName(path), body: await body() })));
}

/** Drops zod's messages in languages other than English: they are a third of the bundle. */
const english: Plugin = {
  name: "english",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ resolveDir }) =>
      /zod/.test(resolveDir) ? { path: join(resolveDir, "../locales/en.js") } : undefined,
    ),
};

if (import.meta.main) {
  const [code, assets] = await Promise.all([bundleCloudflare(), pageAssets()]);
  const page = new URL("dist/page/", import.meta.url);
  await rm(page, { recursive: true, force: true });
  await mkdir(page, { recursive: true });
  await writeFile(new URL("dist/cloudflare.js", import.meta.url), code);
  for (const { name, body } of assets) await writeFile(new URL(name, page), body);
  report("the edge for workerd", [code], MAX_API_BYTES);
  const bodies = assets.map(({ body }) => body);
  report("its page", bodies, MAX_PAGE_BYTES);
}

function report(name: string, texts: readonly string[], maxBytes: number): void {
  const sum = (size: (text: string) => number) => texts.reduce((bytes, text) => bytes + size(text), 0);
  const gzipBytes = sum((text) => gzipSync(text).length);
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(`${name}: ${kib(sum(Buffer.byteLength))}, ${kib(gzipBytes)} by gzip (at most ${kib(maxBytes)})`);
  if (gzipBytes > maxBytes) process.exitCode = 1;
}
