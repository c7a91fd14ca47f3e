/** The shipped package with the head of an earlier version, which knows no grammars. */
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SHIPPED = fileURLToPath(new URL("../../../gpu-worker/models/demo", import.meta.url));
const HEAD = fileURLToPath(new URL("earlier/head.onnx", import.meta.url));

export async function earlierPackage(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-earlier-"));
  await cp(SHIPPED, folder, { recursive: true });
  const bytes = await readFile(HEAD);
  await writeFile(join(folder, "head.onnx"), bytes);
  const path = join(folder, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const listed = manifest.files.find((file: { path: string }) => file.path === "head.onnx");
  Object.assign(listed, { sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
  await writeFile(path, JSON.stringify(manifest));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
