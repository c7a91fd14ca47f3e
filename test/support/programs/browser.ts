/** A real Chromium without an installation: from the npm package @sparticuz/chromium, with the libraries that it needs. */
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import packaged, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const executablePath = await packaged.executablePath();
  await inflate(join(dirname(dirname(main)), "bin/al2023.tar.br"));
  const libraries = join(tmpdir(), "al2023", "lib");
  const env = { ...process.env, LD_LIBRARY_PATH: libraries } as Record<string, string>;
  return chromium.launch({ executablePath, args: ["--no-sandbox"], env });
}
