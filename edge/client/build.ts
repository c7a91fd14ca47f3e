/** Builds the npm package @palimpsest/client: `node edge/client/build.ts` writes it to edge/client/dist. */
import { execFile } from "node:child_process";
import { cp, glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const ENTRIES = ["index", "react", "ai-sdk"] as const;
/** The module of another package of this repository that becomes a part of this one. */
const PROTOCOL = { name: "@palimpsest/proto/events", file: "proto/src/events" };

/** @returns the package's folder */
export async function buildClient(folder = join(here, "dist")): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all([buildScripts(folder), buildTypes(join(folder, "types"))]);
  await writeFile(join(folder, "package.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
  await cp(join(here, "README.md"), join(folder, "README.md"));
  await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
  return folder;
}

/** Writes a file for each entry, and one that they share. The protocol, a package of this repository, is part of it. */
async function buildScripts(outdir: string): Promise<void> {
  await build({
    entryPoints: ENTRIES.map((entry) => join(here, `${entry}.ts`)),
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    external: ["react"],
    logLevel: "silent",
  });
}

async function buildTypes(outDir: string): Promise<void> {
  const options = ["--declaration", "--emitDeclarationOnly", "--rootDir", root, "--outDir", outDir];
  const language = ["--target", "es2024", "--lib", "es2024,dom,dom.iterable,dom.asynciterable", "--module", "nodenext"];
  const checks = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "--rewriteRelativeImportExtensions"];
  const args = ["--ignoreConfig", ...options, ...language, ...checks, "--types", ""];
  const declare = (files: readonly string[]) =>
    promisify(execFile)(join(root, "node_modules/.bin/tsc"), [...args, ...files], { cwd: root });
  // The compiler declares nothing that it finds in node_modules, even by a link: the protocol goes by itself.
  await Promise.all([declare([`${PROTOCOL.file}.ts`]), declare(ENTRIES.map((entry) => join(here, `${entry}.ts`)))]);
  for await (const file of glob("**/*.d.ts", { cwd: outDir })) {
    const protocol = posix.relative(posix.dirname(file), `${PROTOCOL.file}.js`);
    const text = (await readFile(join(outDir, file), "utf8"))
      .replaceAll(`"${PROTOCOL.name}"`, JSON.stringify(protocol))
      // The compiler leaves the names of sources in declarations.
      .replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"');
    await writeFile(join(outDir, file), text);
  }
}

async function manifest(): Promise<object> {
  const { name, version, license } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const exported = ENTRIES.map((entry) => {
    const files = { types: `./types/edge/client/${entry}.d.ts`, default: `./${entry}.js` };
    return [entry === "index" ? "." : `./${entry}`, files] as const;
  });
  return {
    ...{ name, version, license, type: "module", sideEffects: false },
    description: "Follows answers of block-diffusion models while they are written, edited and committed",
    exports: Object.fromEntries(exported),
    engines: { node: ">=20" },
    peerDependencies: { react: ">=18" },
    peerDependenciesMeta: { react: { optional: true } },
  };
}

if (import.meta.main) console.log(`${await buildClient()}: npm publish publishes it`);
