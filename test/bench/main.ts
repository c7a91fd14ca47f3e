/**
 * `npm run bench -- NAME`: runs one benchmark and prints its conditions, and a last line at the end: a log without that
 * line is incomplete.
 */
import { cpus, totalmem } from "node:os";
import { benchAttention } from "./attention.ts";
import { benchConvert } from "./convert.ts";
import { benchDownload } from "./download.ts";
import { benchEdge } from "./edge/edge.ts";
import { benchEngine } from "./engine/engine.ts";
import { benchExchange } from "./exchange.ts";
import { benchFlash } from "./flash/flash.ts";
import { benchGpu } from "./gpu/gpu.ts";
import { benchGrammar } from "./grammar.ts";
import { benchLargePrompts } from "./large-prompts/large-prompts.ts";
import { benchModel } from "./model.ts";
import { benchNewcomer } from "./newcomer.ts";
import { benchPage } from "./page.ts";
import { benchQuantization } from "./quantization.ts";
import { benchRandomPackage } from "./random-package.ts";
import { benchRankEquality } from "./rank-equality.ts";
import { benchRanks } from "./ranks.ts";
import { benchRouting } from "./routing.ts";
import { benchScale } from "./scale.ts";
import { benchSchemas } from "./schemas.ts";
import { benchSoak } from "./soak.ts";
import { benchTrace } from "./trace.ts";
import { benchUsage } from "./usage.ts";
import { benchWhatIf } from "./what-if.ts";

const benchmarks: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  attention: benchAttention,
  convert: benchConvert,
  download: benchDownload,
  edge: benchEdge,
  engine: benchEngine,
  exchange: benchExchange,
  flash: benchFlash,
  gpu: benchGpu,
  grammar: benchGrammar,
  "large-prompts": benchLargePrompts,
  model: benchModel,
  newcomer: benchNewcomer,
  page: benchPage,
  quantization: benchQuantization,
  "random-package": benchRandomPackage,
  "rank-equality": benchRankEquality,
  ranks: benchRanks,
  routing: benchRouting,
  schemas: benchSchemas,
  scale: benchScale,
  soak: benchSoak,
  trace: benchTrace,
  usage: benchUsage,
  "what-if": benchWhatIf,
};

const [name = "", ...args] = process.argv.slice(2);
const benchmark = benchmarks[name];
if (benchmark === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join("|")}`);
  process.exit(2);
}
const [cpu] = cpus();
console.log(`${cpus().length} x ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`);
await benchmark(args);
console.log(`\nbench ${name}: ended after ${(performance.now() / 1000).toFixed(0)} s`);
