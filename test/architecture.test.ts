/** The import rules of docs/architecture.md: which module may import which. Tests may import everything. */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Module {
  /** A folder or a file. A file belongs to the longest path that contains it. */
  readonly module: string;
  /** Allowed imports apart from the module itself and Node's own: paths in this repository, and packages. */
  readonly mayImport: readonly string[];
  /** Advice for the message of a forbidden import. */
  readonly instead: string;
}

const PROTO = ["@palimpsest/proto", "@bufbuild/protobuf"];
const GRPC = ["@grpc/grpc-js", "grpc-health-check"];
const FLEET = ["@palimpsest/fleet", "@nats-io/"];
const TRACER = "@palimpsest/tracing";
const EDGE = ["edge/src/errors.ts", "edge/src/ports.ts"];
const ERRORS = "gpu-worker/src/errors.ts";
const FILES = "gpu-worker/src/files/";
const CLOCK = "gpu-worker/src/clock.ts";
const TOKEN_COUNTERS = "gpu-worker/src/token-counters.ts";
const port = "take it as an argument, by a port in src/ports.ts";

const modules: readonly Module[] = [
  {
    module: "proto/",
    mayImport: ["@bufbuild/protobuf"],
    instead: "proto is what all agree on: move what it needs into it",
  },
  {
    module: "fleet/",
    mayImport: [...PROTO, "@nats-io/", "zod"],
    instead: "fleet is what edges and workers share of NATS: it knows neither of them",
  },
  {
    module: "tracing/",
    mayImport: ["@palimpsest/proto", "@opentelemetry/", "zod"],
    instead: "tracing makes spans for edges and workers: it knows neither of them",
  },
  {
    module: "edge/client/",
    mayImport: ["@palimpsest/proto/events"],
    instead: "it runs in browsers: use Web APIs and @palimpsest/proto/events",
  },
  {
    module: "edge/client/react.ts",
    mayImport: ["edge/client/index.ts", "react"],
    instead: "it is the client for React, and no more",
  },
  { module: "edge/client/build.ts", mayImport: ["esbuild"], instead: "it builds the npm package, and no more" },
  {
    module: "edge/playground/",
    mayImport: ["@palimpsest/client", "@palimpsest/proto/async-queue", "edge/src/dependencies.ts", "esbuild"],
    instead: "the page is a client like any other: use @palimpsest/client",
  },
  {
    module: "edge/bundle.ts",
    mayImport: ["edge/playground/", "edge/src/entry/page-assets.ts", "esbuild"],
    instead: "it bundles and does no more",
  },
  {
    module: "edge/src/",
    mayImport: [...PROTO, "edge/src/keys/", "edge/src/openai/invalid-body.ts", "edge/src/routes/"].concat(
      "hono",
      "@hono/zod-openapi",
    ),
    instead: port,
  },
  { module: "edge/src/ports.ts", mayImport: PROTO, instead: "ports is what all modules share: move the type here" },
  { module: "edge/src/errors.ts", mayImport: ["edge/src/ports.ts", ...PROTO], instead: "errors knows no module" },
  {
    module: "edge/src/dependencies.ts",
    mayImport: ["edge/src/ports.ts", "edge/src/keys/limiter.ts", "edge/src/stream/heartbeats.ts", TRACER],
    instead: "take the type from src/ports.ts",
  },
  { module: "edge/src/clock.ts", mayImport: ["edge/src/ports.ts"], instead: "clock knows time and no more" },
  { module: "edge/src/digest.ts", mayImport: [], instead: "digest knows bytes and no more" },
  { module: "edge/src/stream/", mayImport: [...EDGE, ...PROTO, TRACER, "edge/src/clock.ts", "hono"], instead: port },
  {
    module: "edge/src/openai/",
    mayImport: [...EDGE, ...PROTO, "edge/src/stream/sse.ts", "@hono/zod-openapi", "zod"],
    instead: port,
  },
  {
    module: "edge/src/anthropic/",
    mayImport: [...EDGE, ...PROTO, "edge/src/openai/", "edge/src/stream/sse.ts", "@hono/zod-openapi"],
    instead: "anthropic translates to the forms of src/openai: what both need belongs there",
  },
  {
    module: "edge/src/responses-api/",
    mayImport: [...EDGE, ...PROTO, "edge/src/openai/", "edge/src/stream/sse.ts", "@hono/zod-openapi"],
    instead: "responses-api translates to the forms of src/openai: what both need belongs there",
  },
  {
    module: "edge/src/admission/",
    mayImport: [...EDGE, ...PROTO, "edge/src/clock.ts", "edge/src/digest.ts", "edge/src/stream/takeover.ts", "hono"],
    instead: port,
  },
  {
    module: "edge/src/keys/",
    mayImport: [...EDGE, ...PROTO, "edge/src/clock.ts", "edge/src/digest.ts", "hono", "zod"],
    instead: port,
  },
  {
    module: "edge/src/routes/",
    mayImport: [...EDGE, ...PROTO, "edge/src/dependencies.ts", "edge/src/keys/", "edge/src/admission/demand.ts"].concat(
      ["edge/src/anthropic/", "edge/src/openai/", "edge/src/responses-api/", "edge/src/stream/"],
      ["hono", "@hono/zod-openapi"],
    ),
    instead: port,
  },
  {
    module: "edge/src/adapters/",
    mayImport: [...EDGE, ...PROTO, ...GRPC, ...FLEET, "edge/src/admission/", "edge/src/stream/"].concat(
      "edge/src/keys/",
      "edge/src/clock.ts",
      "edge/src/digest.ts",
    ),
    instead: "adapters turn a port into messages: src/entry passes in the rest",
  },
  {
    module: "edge/src/entry/",
    mayImport: ["edge/", "@palimpsest/", "@hono/node-server", "pino", "zod"],
    instead: "entry wires an edge: what it does lives in another module",
  },
  {
    module: "gpu-worker/src/decoding/",
    mayImport: ["@palimpsest/proto"],
    instead: "decoding is the algorithm alone: take it as an argument, as an interface beside its user",
  },
  {
    module: "gpu-worker/src/grammar/",
    mayImport: ["@palimpsest/proto", "@mlc-ai/web-xgrammar", "gpu-worker/src/tokenizer/byte-level.ts"],
    instead: "grammar knows text and nothing of blocks or models: take the rest as an argument",
  },
  {
    module: "gpu-worker/src/memory/",
    mayImport: [ERRORS, TOKEN_COUNTERS, "gpu-worker/src/decoding/", "gpu-worker/src/tokenizer/token-bytes.ts"],
    instead: "memory gives out pages and turns: name what it needs as an interface beside it",
  },
  {
    module: "gpu-worker/src/tokenizer/",
    mayImport: [ERRORS, "@palimpsest/proto", "@huggingface/jinja", "@huggingface/tokenizers", "zod"],
    instead: "tokenizer knows text and tokens alone: take the rest as an argument",
  },
  {
    module: "gpu-worker/src/engine/",
    mayImport: [ERRORS, CLOCK, ...PROTO, "gpu-worker/src/decoding/", "gpu-worker/src/memory/"].concat(
      "gpu-worker/src/tokenizer/token-bytes.ts",
    ),
    instead: "name what the engine needs as an interface beside it, and let src/program pass it in",
  },
  {
    module: "gpu-worker/src/model/",
    mayImport: [ERRORS, "@palimpsest/proto/onnx", "@bufbuild/protobuf", "zod"],
    instead:
      "model is pure: it describes graphs and bytes; what runs or writes them lives in src/runtime or tools/convert",
  },
  {
    module: FILES,
    mayImport: [ERRORS, "gpu-worker/src/model/manifest.ts"],
    instead: "files reads folders and measures disks, for the worker and the tools: what a file means belongs in model",
  },
  {
    module: "gpu-worker/src/parallel/",
    mayImport: [ERRORS, CLOCK, "gpu-worker/src/model/"],
    instead: "parallel moves rows between ranks: name what it needs as an interface beside it",
  },
  {
    module: "gpu-worker/src/runtime/",
    mayImport: [ERRORS, ...PROTO, "gpu-worker/src/decoding/", "gpu-worker/src/memory/", "gpu-worker/src/model/"].concat(
      ["gpu-worker/src/parallel/", FILES, "onnxruntime-node", "zod"],
    ),
    instead: "runtime turns the decoding's model into tensors and knows no more: let src/program pass in the rest",
  },
  {
    module: "gpu-worker/src/transport/",
    mayImport: [
      ERRORS,
      CLOCK,
      TOKEN_COUNTERS,
      ...PROTO,
      ...GRPC,
      ...FLEET,
      "gpu-worker/src/engine/",
      "gpu-worker/src/model/",
    ].concat("gpu-worker/src/parallel/", TRACER),
    instead: "transport carries what the Engine says and knows no more: let src/program pass in the rest",
  },
  {
    module: "gpu-worker/src/threads/",
    mayImport: [ERRORS, CLOCK, ...PROTO, "gpu-worker/src/decoding/", "gpu-worker/src/engine/"].concat(
      "gpu-worker/src/parallel/",
    ),
    instead: "threads carries an interface over a MessagePort: let src/program pass in the rest",
  },
  {
    module: "gpu-worker/src/program/",
    mayImport: ["gpu-worker/", "@palimpsest/fleet", "@palimpsest/proto", TRACER, "pino", "zod"],
    instead: "program reads settings and wires: what it does lives in another module",
  },
  {
    module: "gpu-worker/src/",
    mayImport: ["gpu-worker/", "@palimpsest/", "pino", "zod"],
    instead: "main.ts starts the program: what it does lives in another module",
  },
  {
    module: "site/",
    mayImport: ["edge/playground/", "tools/serve/launch.ts", "@palimpsest/client", "vitepress", "vue"],
    instead: "site shows what the repository has: a part of the page belongs in edge/playground",
  },
  {
    module: "tools/conformance/",
    mayImport: ["@palimpsest/proto", "ajv", "eventsource-parser"],
    instead: "it tries any server: what it needs of this one is in @palimpsest/proto",
  },
  {
    module: "tools/convert/",
    mayImport: ["errors", "files/", "model/"].map((path) => `@palimpsest/gpu-worker/${path}`).concat("zod"),
    instead: "convert knows the worker's model alone: what both need belongs there",
  },
  {
    module: "tools/download/",
    mayImport: [
      "tools/convert/folder-lock.ts",
      "@palimpsest/gpu-worker/errors",
      "@palimpsest/gpu-worker/files/",
      "zod",
    ],
    instead: "download brings files and knows no model: let the cli say which it needs",
  },
  {
    module: "tools/download/hugging-face.ts",
    mayImport: ["tools/download/", "@palimpsest/gpu-worker/errors", "@huggingface/hub"],
    instead: "it is the only file that knows the hub's client",
  },
  {
    module: "tools/eval/",
    mayImport: [
      ...["errors", "program/open-engine", "program/open-engine-thread"].map(
        (file) => `@palimpsest/gpu-worker/${file}`,
      ),
      "@palimpsest/client",
      "@palimpsest/proto",
      "zod",
    ],
    instead: "eval asks an engine or a server and judges: let the cli say which",
  },
  {
    module: "tools/serve/fleet-page.ts",
    mayImport: ["hono", "@hono/node-server", "esbuild"],
    instead: "it is a page before any edge: take the rest as an argument",
  },
  {
    module: "tools/simulate/",
    mayImport: ["admission/", "ports"]
      .map((path) => `@palimpsest/edge/${path}`)
      .concat(
        "@palimpsest/fleet",
        "@palimpsest/gpu-worker/token-counters",
        "@palimpsest/gpu-worker/transport/pull-order",
        "@palimpsest/proto",
        "commander",
      ),
    instead: "it runs the fleet's decisions in virtual time: what needs a server or a clock belongs in its cross-check",
  },
  {
    module: "tools/simulate/cross-check/",
    mayImport: ["tools/simulate/", "tools/serve/", "@palimpsest/fleet", "@palimpsest/gpu-worker/", "@palimpsest/proto"],
    instead: "it runs real programs beside the simulator",
  },
  {
    module: "tools/",
    mayImport: ["tools/", "@palimpsest/", "commander", "cli-progress", "string-width", "zod"],
    instead: "tools are command lines: what they do lives in convert, download, eval or the worker",
  },
  {
    module: "demo-model/",
    mayImport: [
      "@palimpsest/tools/",
      "@palimpsest/gpu-worker/files/",
      "@palimpsest/gpu-worker/model/",
      ...PROTO,
      "@huggingface/jinja",
    ],
    instead: "the demo model is made with the public tools: use @palimpsest/tools",
  },
  {
    module: "examples/",
    mayImport: ["@palimpsest/client", "openai", "zod"],
    instead: "an example shows what a user of the API can do: use a public package",
  },
];

const sources = globSync("{proto/src,fleet,edge,gpu-worker,tools,demo-model,examples,site}/**/*.{ts,js}", {
  cwd: root,
}).filter((file) => !/\.test\.ts$|(^|\/)(node_modules|dist)\//.test(file));

it.each(modules)("$module imports only what its rule names: $instead", ({ module, mayImport, instead }) => {
  const found = sources
    .filter((file) => moduleOf(file) === module)
    .flatMap((file) => importsOf(readFileSync(`${root}${file}`, "utf8"), file).map((target) => ({ file, target })))
    .filter(({ target }) => ![module, ...mayImport].some((allowed) => matches(target, allowed)));
  expect(found, instead).toEqual([]);
});

it("every source file is in a module", () => {
  expect(sources.filter((file) => moduleOf(file) === undefined)).toEqual([]);
});

it("recognizes every form of import", () => {
  const source = `import a from "../a.ts";\nimport {\n  b,\n} from 'b';\nexport * from "./c.ts";\nimport "d";\nawait import("e/f");`;
  expect(importsOf(source, "x/y/z.ts")).toEqual(["x/a.ts", "b", "x/y/c.ts", "d", "e/f"]);
});

function moduleOf(file: string): string | undefined {
  const containing = modules.map(({ module }) => module).filter((module) => file.startsWith(module));
  return containing.toSorted((a, b) => b.length - a.length)[0];
}

function matches(target: string, allowed: string): boolean {
  return allowed.endsWith("/") ? target.startsWith(allowed) : target === allowed || target.startsWith(`${allowed}/`);
}

/** Paths from the root of the repository, and names of packages other than Node's own. */
function importsOf(source: string, file: string): string[] {
  // Import statements begin a line, so the word "from" in a string does not match.
  return [...source.matchAll(/(?:^(?:import|export|\})[^"'\n]*\bfrom|^import|\bimport\s*\()\s*["']([^"'\n]+)["']/gm)]
    .map(([, target]) => target!)
    .filter((target) => !target.startsWith("node:"))
    .map((target) => (target.startsWith(".") ? posix.join(posix.dirname(file), target) : target));
}
