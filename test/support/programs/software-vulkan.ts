/**
 * A software Vulkan driver for programs of a test: SwiftShader with its loader, from the npm package @sparticuz/chromium. It
 * needs no installation, but the dynamic linker reads its variables when a program starts.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync } from "node:zlib";

export interface SoftwareVulkan extends AsyncDisposable {
  /** Variables for a program that shall find the driver, and no other. */
  readonly env: Readonly<Record<string, string>>;
}

/** Unpacks the driver into a temporary folder. */
export async function openSoftwareVulkan(): Promise<SoftwareVulkan> {
  const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const archive = await readFile(join(packageFolder(main), "bin/swiftshader.tar.br"));
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-vulkan-"));
  const tar = spawn("tar", ["-x", "-C", folder], { stdio: ["pipe", "inherit", "inherit"] });
  const exited = once(tar, "exit");
  await pipeline([brotliDecompressSync(archive)], tar.stdin);
  const [code] = await exited;
  if (code !== 0) throw new Error(`tar ended with ${code}: SwiftShader was not unpacked`);
  const driver = join(folder, "vk_swiftshader_icd.json");
  return {
    // Old loaders read the second of the two.
    env: { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The folder of the npm package that a file belongs to. */
function packageFolder(file: string): string {
  const folder = dirname(file);
  return folder.endsWith("/@sparticuz/chromium") ? folder : packageFolder(folder);
}
