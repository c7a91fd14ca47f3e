/**
 * Makes one archive of `bench -- gpu` for a machine with a GPU and without a network: Node, libraries, code, tiny-21's recorded
 * runs and the shipped package. `./run` in it needs a driver and nothing else.
 */
import { execFile } from "node:child_process";
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { INSTALL_DAWN } from "../../../gpu-worker/src/runtime/dawn.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Small enough to be carried to a rented machine over any line; with demo-21, by its checkpoint more. */
const LIMIT_BYTES = 60e6;
const DEMO_BYTES = 25e6;

/** Code and data, from the root. */
const OWN = [
  "package.json",
  "LICENSE",
  ...["gpu-worker/package.json", "gpu-worker/src", "gpu-worker/models/demo", "gpu-worker/dawn/package.json"],
  ...["proto/package.json", "proto/src", "proto/gen", "tools/package.json", "tools/convert"],
  ...[
    "test/package.json",
    "test/bench/gpu",
    "test/bench/engine/replay.ts",
    "test/support/models",
    "test/support/waiting.ts",
    "test/parity/golden/tiny-21",
    "test/parity/golden/demo-21/decode.json",
  ],
];

/** The checkpoint of the longer recorded runs. */
const DEMO_21 = "test/parity/golden/demo-21";

/** Workspaces, which import each other by name. */
const WORKSPACES = ["proto", "gpu-worker", "tools"];

/** Packages that the code imports; theirs come with them. */
const PACKAGES = ["@bufbuild/protobuf", "@grpc/grpc-js", "onnxruntime-node", "zod"];

/** Files of a package that run. */
const RUNNING = new Set([".js", ".cjs", ".mjs", ".json", ".node", ".proto"]);

/** No PATH is needed: the shell's own words, and Node by its place. */
const RUN = `#!/bin/sh
cd "\${0%/*}" || exit 1
exec ./node test/bench/gpu/main.ts "$@"
`;

/**
 * @param withDemo adds demo-21's checkpoint
 * @throws Error when a program or package is missing, or the archive is too large
 */
export async function bundleGpuBench(file: string, withDemo: boolean): Promise<void> {
  if (process.platform !== "linux")
    throw new Error(`--bundle makes an archive for Linux, on Linux, not on ${process.platform}`);
  const parent = await mkdtemp(join(tmpdir(), "palimpsest-bundle-"));
  const folder = join(parent, "palimpsest-gpu");
  try {
    await gather(folder, withDemo ? [...OWN, DEMO_21] : OWN);
    const target = resolve(file);
    await mkdir(dirname(target), { recursive: true });
    await run("tar", ["-cJf", target, "-C", parent, "palimpsest-gpu"], "tar and xz (xz-utils)");
    const { size } = await stat(target);
    const limit = LIMIT_BYTES + (withDemo ? DEMO_BYTES : 0);
    if (size > limit) throw new Error(`${file}: ${size} bytes, the limit is ${limit}; leave something out`);
    console.log(`${file}: ${(size / 1e6).toFixed(1)} MB; on the machine: tar -xJf ${file}, then palimpsest-gpu/run`);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function gather(folder: string, own: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const isTest = (path: string): boolean => /\.test\.ts$/.test(path);
  for (const path of own)
    await cp(join(ROOT, path), join(folder, path), { recursive: true, filter: (from) => !isTest(from) });
  await mkdir(join(folder, "node_modules/@palimpsest"), { recursive: true });
  for (const name of WORKSPACES) await symlink(`../../${name}`, join(folder, "node_modules/@palimpsest", name));
  const platform = `${process.platform}-${process.arch}`;
  const native = `bin/napi-v6/${process.platform}/${process.arch}`;
  for (const name of await closure(PACKAGES)) {
    const from = join(ROOT, "node_modules", name);
    const keeps = (path: string): boolean => {
      const inside = path.slice(from.length + 1);
      if (inside.startsWith("bin/napi")) return native.startsWith(inside) || inside.startsWith(native);
      return !inside.startsWith("node_modules") && (extname(inside) === "" || RUNNING.has(extname(inside)));
    };
    await cp(from, join(folder, "node_modules", name), { recursive: true, filter: keeps });
  }
  const dawn = "gpu-worker/dawn/node_modules/webgpu";
  await mkdir(join(folder, dawn, "dist"), { recursive: true });
  for (const path of ["index.js", "package.json", "LICENSE.md", `dist/${platform}`]) {
    await cp(join(ROOT, dawn, path), join(folder, dawn, path), { recursive: true }).catch((cause: Error) => {
      throw new Error(`${cause.message}; install the package webgpu first: ${INSTALL_DAWN}`, { cause });
    });
  }
  await copyFile(process.execPath, join(folder, "node"));
  const libraries = [
    `node_modules/onnxruntime-node/${native}/libonnxruntime.so.1`,
    `${dawn}/dist/${platform}/dawn.node`,
  ];
  for (const path of ["node", ...libraries]) await run("strip", [join(folder, path)], "strip (binutils)");
  await chmod(join(folder, "node"), 0o755);
  await writeFile(join(folder, "run"), RUN, { mode: 0o755 });
}

/** The packages with all that they depend on; npm puts each at the root. */
async function closure(names: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const visit = async (name: string): Promise<void> => {
    if (found.has(name)) return;
    const text = await readFile(join(ROOT, "node_modules", name, "package.json"), "utf8").catch((cause: Error) => {
      throw new Error(`${cause.message}; run npm ci`, { cause });
    });
    found.add(name);
    const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
    for (const dependency of Object.keys(dependencies)) await visit(dependency);
  };
  for (const name of names) await visit(name);
  return found;
}

async function run(program: string, args: readonly string[], needed: string): Promise<void> {
  await promisify(execFile)(program, [...args]).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") throw new Error(`--bundle needs ${needed}`, { cause });
    throw cause;
  });
}
