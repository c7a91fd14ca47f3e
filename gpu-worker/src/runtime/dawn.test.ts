import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("where the package webgpu is missing, the error names the command that installs it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-dawn-"));
  try {
    await mkdir(join(folder, "src/runtime"), { recursive: true });
    for (const file of ["errors.ts", "runtime/dawn.ts"]) {
      await copyFile(fileURLToPath(new URL(`../${file}`, import.meta.url)), join(folder, "src", file));
    }
    const script = `import { openDawnDevice } from "${folder}/src/runtime/dawn.ts";
      await openDawnDevice("A100").catch(({ name, message }) => console.log(name, message));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout).toBe(
      "PackageError expert device webgpu:A100: needs the npm package webgpu; install it with npm ci --prefix gpu-worker/dawn\n",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
