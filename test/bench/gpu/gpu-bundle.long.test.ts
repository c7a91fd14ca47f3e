/** The archive of `bench -- gpu` runs from an empty folder, without a PATH, on a software Vulkan driver. Needs strip, tar and xz. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { installDawn } from "../../support/programs/dawn.ts";
import { openSoftwareVulkan } from "../../support/programs/software-vulkan.ts";

const BENCH = fileURLToPath(new URL("../main.ts", import.meta.url));

it("the archive is below 60 MB, and runs from an empty folder without a PATH", { timeout: 3_600_000 }, async () => {
  await installDawn();
  await using vulkan = await openSoftwareVulkan();
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-carried-"));
  try {
    const archive = join(folder, "gpu.tar.xz");
    await promisify(execFile)(process.execPath, [BENCH, "gpu", "--bundle", archive]);
    expect((await stat(archive)).size).toBeLessThan(60e6);
    await promisify(execFile)("tar", ["-xJf", archive, "-C", folder]);
    const run = join(folder, "palimpsest-gpu/run");
    const env = { ...vulkan.env, PATH: "" };
    const { stdout } = await promisify(execFile)(run, ["--only", "golden-experts", "--limit", "900"], {
      env,
      cwd: "/",
    });
    expect(stdout).toMatch(/SwiftShader Device/);
    const [, equal, tried] = stdout.match(/experts on a device: (\d+) of (\d+) recorded runs/) as RegExpMatchArray;
    expect(Number(equal)).toBeGreaterThan(0);
    expect(equal).toBe(tried);
  } finally {
    await rm(folder, { recursive: true });
  }
});
