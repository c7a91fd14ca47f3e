/**
 * Bundles the serverless edge into one file for workerd. `node edge/bundle.ts` writes it to edge/dist for wrangler, prints
 * its size, and fails if it is over the limit.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { buildPlayground } from "./playground/build.ts";

/** Bundle size adds to every cold start. The limit is a tenth above the current size, so that growth is noticed. */
const MAX_GZIP_BYTES = 260 * 1024;

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
    define: { PLAYGROUND: JSON.stringify(playground) },
    plugins: [english],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
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
  const code = await bundleCloudflare();
  const folder = new URL("dist/", import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL("cloudflare.js", folder), code);
  const [sizeBytes, gzipBytes] = [Buffer.byteLength(code), gzipSync(code).length];
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(`the edge for workerd: ${kib(sizeBytes)}, ${kib(gzipBytes)} by gzip (at most ${kib(MAX_GZIP_BYTES)})`);
  if (gzipBytes > MAX_GZIP_BYTES) process.exitCode = 1;
}
