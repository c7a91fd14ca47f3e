/** Checks that the Dockerfiles copy existing files, all that the program imports, and run it as the manifests state. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { type Copy, DockerfileParser, type Instruction, type JSONInstruction } from "dockerfile-ast";
import type { IContainer } from "kubernetes-models/v1/Container";
import { beforeAll, describe, expect, it } from "vitest";
import { type PodTemplate, podTemplates, render, variablesOf } from "./manifests.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Folders of our packages, by name. */
const WORKSPACES = new Map<string, string>(
  JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")).workspaces.map((folder: string) => [
    JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, "utf8")).name,
    folder,
  ]),
);
const IMAGES = { edge: "edge", worker: "gpu-worker", tools: "tools" } as const;

describe.each(["edge", "worker", "tools"] as const)("deploy/%s.Dockerfile", (image) => {
  const dockerfile = DockerfileParser.parse(readFileSync(`${ROOT}deploy/${image}.Dockerfile`, "utf8"));
  const instructions = dockerfile.getInstructions();
  const last = instructions.slice(instructions.findLastIndex((it) => it.getKeyword() === "FROM"));
  let pod: PodTemplate;
  let container: IContainer;
  beforeAll(async () => {
    const source = { hub: { model: "inclusionAI/LLaDA2.1-mini" } };
    const values = image === "tools" ? { pools: [{ name: "mini", model: "mini", package: source }] } : {};
    const component = image === "edge" ? "edge" : "worker";
    pod = podTemplates(await render({ values })).find((it) => it.component === component)!;
    container = image === "tools" ? pod.spec.initContainers![0]! : pod.container;
  });

  it("copies files of the build context that .dockerignore keeps", () => {
    for (const source of instructions.flatMap(sourcesOf)) {
      expect(existsSync(`${ROOT}${source}`), source).toBe(true);
      expect(ignored(source), source).toBe(false);
    }
  });

  it("installs from the lock file of every workspace, and copies every workspace of the program", () => {
    const { workspaces } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
    const sources = instructions.flatMap(sourcesOf);
    expect(sources).toEqual(expect.arrayContaining(workspaces.map((name: string) => `${name}/package.json`)));
    const copied = last.flatMap(sourcesOf).map((source) => source.replace(/\/$/, ""));
    const needed = [...workspacesOf(IMAGES[image])];
    const outer = needed.filter((folder) => !needed.some((other) => folder.startsWith(`${other}/`)));
    expect(copied.toSorted()).toEqual(outer.toSorted());
  });

  it("runs the program without root, with the ports and files that the manifest names", () => {
    expect(argumentsOf(last, "USER")).toEqual([String(pod.spec.securityContext?.runAsUser)]);
    const declared = container.ports?.map(({ containerPort }) => String(containerPort)) ?? [];
    expect(argumentsOf(last, "EXPOSE")).toEqual(expect.arrayContaining(declared));
    expect(container.image).toMatch(new RegExp(`^palimpsest/${image}:`));
    const [program] = (last.find((it) => it.getKeyword() === "CMD") as JSONInstruction).getJSONStrings();
    expect(existsSync(`${ROOT}${program!.getJSONValue()}`)).toBe(true);
    const { MODEL_PACKAGE } = variablesOf(container);
    const folder = MODEL_PACKAGE?.replace(`${argumentsOf(last, "WORKDIR")[0]}/`, "");
    if (container.command) expect(container.command.join(" ")).toContain(`node ${program!.getJSONValue()} convert`);
    if (folder !== undefined) expect(globSync(`${folder}/manifest.json`, { cwd: ROOT })).toHaveLength(1);
  });
});

it("applies .dockerignore", () => {
  expect(
    ["docs/fleet.md", "test/deploy/x.ts", "edge/src/app.test.ts", "edge/node_modules/x"].filter(ignored),
  ).toHaveLength(4);
});

/** Sources of a COPY in the build context. */
function sourcesOf(instruction: Instruction): string[] {
  if (instruction.getKeyword() !== "COPY") return [];
  const copy = instruction as Copy;
  if (copy.getFromFlag() !== null) return [];
  return copy.getArguments().slice(0, -1).map(String);
}

function argumentsOf(instructions: readonly Instruction[], keyword: string): string[] {
  return instructions.filter((it) => it.getKeyword() === keyword).flatMap((it) => it.getArguments().map(String));
}

/** A package's folder and the folders of our packages that it depends on, directly or not. */
function workspacesOf(folder: string, found = new Set<string>()): Set<string> {
  found.add(folder);
  const { dependencies } = JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, "utf8"));
  for (const name of Object.keys(dependencies)) {
    const other = WORKSPACES.get(name);
    if (other === undefined || found.has(other)) continue;
    workspacesOf(other, found);
  }
  return found;
}

/** Applies .dockerignore: the last line that matches a path, or a folder above it, decides. */
function ignored(path: string): boolean {
  const lines = readFileSync(`${ROOT}.dockerignore`, "utf8").split("\n");
  const patterns = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return patterns.reduce((out, line) => {
    const pattern = line.replace("!", "");
    const parts = path.split("/").filter(Boolean);
    const inside = parts.some((_, i) => matchesGlob(parts.slice(0, i + 1).join("/"), pattern));
    return inside ? !line.startsWith("!") : out;
  }, false);
}
