/** `npm run bench -- trace`: the trace of a response that changes its worker, over both bindings, as a tree. */
import { convertGolden } from "../support/models/golden.ts";
import { printTrace } from "../support/programs/span-collector.ts";
import { BINDINGS, CLIENT, traceTakeover } from "../support/programs/traced-takeover.ts";

export async function benchTrace(): Promise<void> {
  await using golden = await convertGolden("demo-21", { quantization: "none", ranks: 2 });
  for (const binding of BINDINGS) {
    const { spans } = await traceTakeover(binding, golden.folder);
    console.log(`over ${binding}\n\n${printTrace(spans, CLIENT.spanId)}\n`);
  }
}
