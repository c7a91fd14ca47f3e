/** systemd itself reads the units. It needs `systemd-analyze` on the PATH. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const UNITS = fileURLToPath(new URL("../../deploy/systemd", import.meta.url));

it("accepts every setting of the units, and reports one that it does not know", async () => {
  const folder = await mkdtemp(join(tmpdir(), "units-"));
  try {
    await cp(UNITS, folder, { recursive: true });
    const files = (await readdir(folder)).map((file) => join(folder, file));
    expect(files).toHaveLength(2);
    const verify = async () => (await run("systemd-analyze", ["verify", ...files])).stderr;
    expect(await verify()).toBe("");
    await writeFile(files[0]!, (await readFile(files[0]!, "utf8")).replace("MemoryMax", "MemoryMaximum"));
    expect(await verify()).toContain("MemoryMaximum");
  } finally {
    await rm(folder, { recursive: true });
  }
});
