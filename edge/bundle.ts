/**
 * Makes the serverless edge one file that workerd runs. `node edge/bundle.ts` writes it to edge/dist for wrangler, says how
 * large it is, and fails when that is more than it may be.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { buildPlayground } from "./playground/build.ts";

/** What starts at the edge starts cold. A tenth above what it is: what grows more should be looked at. */
const MAX_GZIP_BYTES = 230 * 1024;

/** The module's source. @throws Error when something in it needs Node */
export async function bundleCloudflare(): Promise<string> {
  const playground = [...(await buildPlayground())];
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("src/entry/cloudflare.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    // Modules of Node's own are not found by it, and so cannot get in.
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

/** zod brings its messages in every language, a third of the bundle: ours are in one. */
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
