/** The npm package @palimpsest/client, as an application installs it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildClient } from "./build.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
/** An application outside this repository, with nothing installed but the package. */
let application: string;

beforeAll(async () => {
  application = await mkdtemp(join(tmpdir(), "client-package-"));
  const folder = await buildClient(join(application, "built"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", application], { cwd: folder });
  const [{ filename }] = JSON.parse(stdout);
  const installed = join(application, "node_modules/@palimpsest/client");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", join(application, filename), "--strip-components", "1", "-C", installed]);
  await writeFile(join(application, "package.json"), '{ "type": "module" }');
});
afterAll(() => rm(application, { recursive: true, force: true }));

it("can be published: npm's dry run finds nothing to correct", async () => {
  // npm scripts pass their own level of messages on.
  const publish = ["publish", "--dry-run", "--loglevel", "notice"];
  const { stdout, stderr } = await run("npm", publish, { cwd: join(application, "built") });
  expect(stdout).toContain("+ @palimpsest/client@");
  expect(stderr).not.toMatch(/npm warn publish (?!This command requires you to be logged in)/);
});

it("runs, and has types that an application's compiler takes", async () => {
  const source = `
import { createClient, type EditEvent, emptyDocument, PalimpsestError, reduce } from "@palimpsest/client";
import { type DraftsData, uiMessageStream } from "@palimpsest/client/ai-sdk";
const client = createClient({ baseUrl: "http://127.0.0.1:1" });
const events: AsyncGenerator<EditEvent> = client.edits({ model: "m", messages: [{ role: "user", content: "hi" }] });
let document = emptyDocument;
try {
  for await (const event of events) document = reduce(document, event);
} catch (error) {
  if (error instanceof PalimpsestError) console.log(error.code, document.status);
}
const drafts: DraftsData = [];
console.log(drafts.length, typeof uiMessageStream);
`;
  await writeFile(join(application, "application.ts"), source);
  const strict = ["--strict", "--module", "nodenext", "--target", "es2024", "--lib", "es2024,dom,dom.asynciterable"];
  const options = [...strict, "--types", "", "--outDir", "out", "application.ts"];
  await run(join(root, "node_modules/.bin/tsc"), ["--ignoreConfig", ...options], { cwd: application });
  const { stdout } = await run(process.execPath, ["out/application.js"], { cwd: application });
  expect(stdout).toBe("unavailable waiting\n0 function\n");
});

it("is as small as its README says", async () => {
  const contents = 'export { createClient, reduce, emptyDocument } from "@palimpsest/client";';
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: application },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
  const [, kib] = /grows by less than (\d+) KiB/.exec(readme)!;
  const code = outputFiles[0]!.contents;
  expect(gzipSync(code).length).toBeLessThan(Number(kib) * 1024);
  // It has nothing that the application does not import.
  expect(new TextDecoder().decode(code)).not.toMatch(/text-delta|useState/);
});
