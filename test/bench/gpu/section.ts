/** Runs one section of `bench -- gpu` in a process of its own: NAME. */
import { type GpuSection, sections } from "./sections.ts";

const run = sections[process.argv[2] as GpuSection];
await run({ untilMs: Number(process.env.BENCH_UNTIL_MS), scale: Number(process.env.BENCH_SCALE) });
// Devices are left to the end of the process: to close them one by one may take as long as a section.
process.exit(0);
