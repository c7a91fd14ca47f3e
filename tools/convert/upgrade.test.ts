/** An upgraded package has, to the byte, the graphs of a conversion by this version, over the weights that it had. */
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { earlierPackage } from "../../test/support/models/earlier-package.ts";
import { upgradePackage } from "./upgrade.ts";

const SHIPPED = fileURLToPath(new URL("../../gpu-worker/models/demo", import.meta.url));

it("rewrites what an earlier version planned, nothing else, and nothing the second time", async () => {
  await using earlier = await earlierPackage();
  expect((await upgradePackage(earlier.folder)).written).toEqual(["head.onnx"]);
  const shipped = await readManifest(SHIPPED);
  expect(await readManifest(earlier.folder)).toEqual(shipped);
  for (const { path } of shipped.files) {
    const [found, expected] = [await readFile(join(earlier.folder, path)), await readFile(join(SHIPPED, path))];
    expect(found.equals(expected), path).toBe(true);
  }
  expect((await upgradePackage(earlier.folder)).written).toEqual([]);
});

it("an upgrade that ended before it wrote the manifest is completed by the next", async () => {
  await using earlier = await earlierPackage();
  await copyFile(join(SHIPPED, "head.onnx"), join(earlier.folder, "head.onnx"));
  expect((await upgradePackage(earlier.folder)).written).toEqual(["head.onnx"]);
  expect(await readManifest(earlier.folder)).toEqual(await readManifest(SHIPPED));
});

it("names the weight that a graph lacks, the graphs that are others, and the file that is missing", async () => {
  await using earlier = await earlierPackage();
  const { folder } = earlier;
  await copyFile(join(folder, "embedding.onnx"), join(folder, "head.onnx"));
  await expect(upgradePackage(folder)).rejects.toThrow(/head\.bin has no bytes of model\.norm\.weight.*convert the/);
  await rm(join(folder, "head.onnx"));
  await expect(upgradePackage(folder)).rejects.toThrow(/head\.onnx: .*the whole package is needed/);
  const manifest = await readManifest(folder);
  const graphs = manifest.graphs.filter(({ name }) => name !== "layer-03");
  await writeFile(join(folder, "manifest.json"), JSON.stringify({ ...manifest, graphs }));
  await expect(upgradePackage(folder)).rejects.toThrow(/has the graphs embedding.*this version's are.*layer-03/);
});
