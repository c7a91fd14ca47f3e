/** The software bill of materials that docs/operations.md describes lists what an image's `npm ci` installs. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Locked {
  readonly version?: string;
  readonly name?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const locked = (JSON.parse(readFileSync(`${root}package-lock.json`, "utf8")) as { packages: Record<string, Locked> })
  .packages;

it.each(["edge", "gpu-worker", "tools"])("lists every package that %s needs, with its version", async (workspace) => {
  // With --omit=dev, npm 11.19 leaves out packages that a dev dependency of any workspace needs too, such as zod.
  const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--workspace", workspace];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: root, maxBuffer: 2 ** 26 });
  const { components } = JSON.parse(stdout) as { components: { purl?: string }[] };
  const listed = new Set(components.map(({ purl = "" }) => decodeURIComponent(purl)));
  const needed = productionPackages(workspace);
  expect(needed.size).toBeGreaterThan(20);
  expect([...needed].filter((purl) => !listed.has(purl))).toEqual([]);
});

it("knows a package that a workspace needs by way of another", () => {
  expect([...productionPackages("edge")].some((purl) => purl.startsWith("pkg:npm/protobufjs@"))).toBe(true);
  expect([...productionPackages("edge")].some((purl) => purl.startsWith("pkg:npm/vitest@"))).toBe(false);
});

/** Walks the lock file as Node resolves packages: the slow, obvious twin of npm's own walk. */
function productionPackages(workspace: string): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const { dependencies = {}, version } = locked[path]!;
    if (path.includes("node_modules/")) found.add(`pkg:npm/${nameOf(path)}@${version}`);
    for (const name of Object.keys(dependencies)) visit(resolve(path, name));
  };
  visit(workspace);
  return found;
}

function resolve(from: string, name: string): string {
  for (let folder = from; ; folder = posix.dirname(folder)) {
    const path = folder === "." ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const { link, resolved } = locked[path] ?? {};
    if (link) return resolved!;
    if (locked[path]) return path;
    if (folder === ".") throw new Error(`${name}, which ${from} needs, is not in the lock file`);
  }
}

function nameOf(path: string): string {
  return locked[path]!.name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}
