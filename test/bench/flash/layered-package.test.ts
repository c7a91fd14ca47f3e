import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseConfig } from "../../../gpu-worker/src/model/config.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { findPrepared } from "../../../gpu-worker/src/runtime/prepared.ts";
import { candidatesOf } from "../../support/models/candidates.ts";
import { tinyConfig } from "../../support/models/checkpoint.ts";
import { type RandomPackageForm, writeRandomPackage } from "../../support/models/random-package.ts";
import { buildLayered, reckonRoom, rewireLayered } from "./layered-package.ts";

const sizes = { hidden_size: 256, moe_intermediate_size: 128, num_attention_heads: 8 };
const formOf = (changes: object = {}): RandomPackageForm => {
  const config = parseConfig({ ...tinyConfig, ...sizes, ...changes }, "tiny").model;
  return { config, target: "cpu", quantization: "int4", ranks: 2 };
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-layered-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function candidates(at: string, manifest: Manifest) {
  await using model = await openModel(at, manifest, { threads: 1, pages: 1 });
  const tokens = Array.from({ length: manifest.blockLength }, (_, i) => (i % 2 === 0 ? manifest.maskToken : i));
  return candidatesOf(model.sequence([0]), tokens);
}

it("a package that is packed as it is built gives the same bits, and an interrupted build goes on", async () => {
  const [plain, layered] = [join(folder, "plain"), join(folder, "layered")];
  const manifest = await writeRandomPackage(plain, formOf());
  const names: string[] = [];
  const interrupted = buildLayered(layered, formOf(), (name) => {
    names.push(name);
    if (names.length === 4) throw new Error("interrupted");
  });
  await expect(interrupted).rejects.toThrow("interrupted");
  const journal = join(layered, "built.jsonl");
  await writeFile(journal, `${await readFile(journal, "utf8")}{"graph":"torn`);
  const built = await buildLayered(layered, formOf(), (name) => names.push(name));
  expect(names.toSpliced(3, 1)).toEqual(manifest.graphs.map(({ name }) => name));
  expect(built.files).toEqual(manifest.files);
  expect(await findPrepared(layered, built)).toBeDefined();
  const experts = await stat(join(layered, "experts-01-rank-00.bin"));
  expect(experts.blocks).toBe(0);
  expect(await candidates(layered, built)).toEqual(await candidates(plain, manifest));
});

it("the same weights under another routing are those of a package of its own", async () => {
  const [first, other, plain] = ["first", "other", "plain"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await buildLayered(first, formOf(), () => {});
  const routed = formOf({ rope_theta: 20000, norm_topk_prob: true, topk_group: 3 });
  const rewired = await rewireLayered(first, other, routed);
  const manifest = await writeRandomPackage(plain, routed);
  expect(await candidates(other, rewired)).toEqual(await candidates(plain, manifest));
});

it("says what a package takes before its first byte, and afterwards that nothing is missing", async () => {
  const before = await reckonRoom(folder, formOf());
  expect(before.neededBytes).toBe(before.packageBytes);
  expect(before.packageBytes).toBeGreaterThan(1e6);
  await buildLayered(folder, formOf(), () => {});
  expect((await reckonRoom(folder, formOf())).neededBytes).toBe(0);
});
