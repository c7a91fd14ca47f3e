/** `bench -- gpu` alone, as the archive of bundle.ts starts it. */
import { availableParallelism, totalmem } from "node:os";
import { benchGpu } from "./gpu.ts";

const gibibytes = Math.round(totalmem() / 2 ** 30);
console.log(`${availableParallelism()} threads, ${gibibytes} GiB, Node ${process.version}`);
await benchGpu(process.argv.slice(2));
console.log(`\nbench gpu: ended after ${(performance.now() / 1000).toFixed(0)} s`);
