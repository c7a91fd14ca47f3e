/** The import rules of docs/architecture.md: which room may know which. Tests may know everything. */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Files that match the first pattern import nothing that matches the second: a path in this repository, or a package. */
const rules: readonly (readonly [files: RegExp, mayNotImport: RegExp, instead: string])[] = [
  [/^proto\//, /^(?!proto\/|@bufbuild\/protobuf)/, "proto is what all agree on: move what it needs into it"],
  [
    /^edge\/client\//,
    /^(?!edge\/client\/|@palimpsest\/proto)/,
    "it runs in browsers: use Web APIs and @palimpsest/proto",
  ],
  [/^edge\//, /^(gpu-worker|test)\//, "edge and worker meet in proto alone: put what both need there"],
  [/^gpu-worker\//, /^(edge|test)\//, "edge and worker meet in proto alone: put what both need there"],
  [
    /^gpu-worker\/(?!eval\/)/,
    /^@palimpsest\/edge/,
    "only eval is a client of the public API; edge and worker meet in proto alone",
  ],
  [
    /^gpu-worker\/eval\//,
    /^gpu-worker\/(?!eval\/|src\/)/,
    "eval asks an engine or a server and judges: let the cli say which",
  ],
  [
    /^edge\/src\/(?!entry\/|adapters\/)/,
    /^edge\/src\/(entry|adapters)\//,
    "take it as an argument, by a port in src/ports.ts",
  ],
  [/^edge\/src\/adapters\//, /^edge\/src\/entry\//, "take it as an argument: src/entry wires, nothing imports it"],
  [
    /^gpu-worker\/src\/(engine|parallel|tokenizer)\//,
    /^gpu-worker\/(?!src\/(engine|parallel|model|tokenizer)\/|src\/errors\.ts)/,
    "name what it needs as an interface beside it, and let main.ts pass it in",
  ],
  [
    /^gpu-worker\/src\/runtime\//,
    /^gpu-worker\/(?!src\/(runtime|engine|parallel|model)\/|src\/errors\.ts)/,
    "runtime turns the engine's Model into tensors and knows no more: let main.ts pass in the rest",
  ],
  [
    /^gpu-worker\/src\/transport\//,
    /^gpu-worker\/(?!src\/(transport|engine|parallel|model)\/|src\/errors\.ts)/,
    "transport carries what the Engine says and knows no more: let main.ts pass in the rest",
  ],
  [
    /^gpu-worker\/src\/model\//,
    /^(?!gpu-worker\/src\/model\/|gpu-worker\/src\/errors\.ts|@palimpsest\/proto\/onnx|@bufbuild\/protobuf|zod)/,
    "model is pure: it describes graphs and bytes; what runs or writes them lives in src/runtime or convert",
  ],
  [
    /^gpu-worker\/convert\//,
    /^(gpu-worker\/(?!convert\/|src\/model\/|src\/errors\.ts)|@palimpsest)/,
    "convert knows src/model alone: what both need belongs there",
  ],
  [
    /^gpu-worker\/download\//,
    /^(gpu-worker\/(?!download\/|convert\/(disk-space|folder-lock|optional-file)\.ts|src\/errors\.ts)|@palimpsest)/,
    "download brings files and knows no model: let the cli say which it needs",
  ],
  [
    /^(?!gpu-worker\/download\/hugging-face\.ts)/,
    /^@huggingface\/hub/,
    "ask download for a checkpoint; only hugging-face.ts knows the hub's client",
  ],
  [
    /^(?!gpu-worker\/src\/runtime\/)/,
    /^onnxruntime-/,
    "ask for the engine's Model; only src/runtime knows onnxruntime",
  ],
  [
    /^(?!edge\/src\/adapters\/|gpu-worker\/src\/transport\/|fleet\/)/,
    /^(@grpc\/|grpc-|nats|@nats-io\/)/,
    "use a port; only edge/src/adapters, gpu-worker/src/transport and fleet know what carries messages",
  ],
  [
    /^fleet\//,
    /^(?!fleet\/|@palimpsest\/proto|@bufbuild\/protobuf|@nats-io\/|zod)/,
    "fleet is what edges and workers share of NATS: it knows neither of them",
  ],
  [
    /^(?!edge\/src\/(adapters|entry)\/|gpu-worker\/src\/(transport\/|(main|variables)\.ts)|fleet\/)/,
    /^@palimpsest\/fleet/,
    "use a port; adapters and transport speak to the fleet, entry and main.ts open the connection",
  ],
];

const sources = globSync("{proto/src,fleet,edge,gpu-worker}/**/*.{ts,js}", { cwd: root }).filter(
  (file) => !/\.test\.ts$|(^|\/)node_modules\//.test(file),
);
const imports = sources.flatMap((file) =>
  importsOf(readFileSync(`${root}${file}`, "utf8"), file).map((target) => ({ file, target })),
);

it.each(rules)("%s imports nothing like %s: %s", (files, mayNotImport, instead) => {
  const found = imports.filter(({ file, target }) => files.test(file) && mayNotImport.test(target));
  expect(found, instead).toEqual([]);
});

it("sees every form of import", () => {
  const source = `import a from "../a.ts";\nimport {\n  b,\n} from 'b';\nexport * from "./c.ts";\nimport "d";\nawait import("e/f");`;
  expect(importsOf(source, "x/y/z.ts")).toEqual(["x/a.ts", "b", "x/y/c.ts", "d", "e/f"]);
});

/** Paths from the root of the repository, and names of packages other than Node's own. */
function importsOf(source: string, file: string): string[] {
  return [...source.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"'\n]+)["']/g)]
    .map(([, target]) => target!)
    .filter((target) => !target.startsWith("node:"))
    .map((target) => (target.startsWith(".") ? posix.join(posix.dirname(file), target) : target));
}
