/** Builds the playground's files: HTML, CSS, and the script bundled for browsers. */
import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import type { Playground, PlaygroundFile } from "../src/dependencies.ts";

const here = (file: string) => new URL(file, import.meta.url);

/** @param entryPoint the page's script */
export async function buildPlayground(entryPoint = here("playground.ts").pathname): Promise<Playground> {
  const [html, sandbox, run, page, script] = await Promise.all([
    readFile(here("index.html"), "utf8"),
    readFile(here("sandbox.html"), "utf8"),
    readFile(here("run.css"), "utf8"),
    readFile(here("playground.css"), "utf8"),
    bundle(entryPoint),
  ]);
  return new Map<string, PlaygroundFile>([
    ["/", { body: () => html, contentType: "text/html; charset=utf-8" }],
    // Runs the code of answers: without an origin, and without a network.
    ["/playground-sandbox.html", { body: () => sandbox, contentType: "text/html; charset=utf-8", isSandbox: true }],
    ["/playground.css", { body: () => run + page, contentType: "text/css; charset=utf-8" }],
    ["/playground.js", { body: () => script, contentType: "text/javascript; charset=utf-8" }],
  ]);
}

async function bundle(entryPoint: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}
