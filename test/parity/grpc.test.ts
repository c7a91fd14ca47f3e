/** Runs the golden decodes through the worker's gRPC service and the engine's thread. */
import { expect, it } from "vitest";
import { systemClock } from "../../gpu-worker/src/clock.ts";
import { openEngineThread } from "../../gpu-worker/src/program/open-engine-thread.ts";
import { serveGrpc } from "../../gpu-worker/src/transport/grpc-server.ts";
import { Intake } from "../../gpu-worker/src/transport/intake.ts";
import { convertGolden, type GoldenRun, goldenRuns, leastForwards } from "../support/models/golden.ts";
import { goldenRequest } from "../support/models/golden-request.ts";
import { openRemoteEngine, type RemoteEngine } from "../support/programs/remote-engine.ts";

it.each(["tiny-21", "demo-21"] as const)("a worker over gRPC reproduces the golden runs of %s", async (name) => {
  await using golden = await convertGolden(name, { quantization: "none", ranks: 1 });
  for (const [eos, runs] of Map.groupBy(goldenRuns(name), ({ eos_id }) => eos_id)) {
    await using engine = await openEngineThread({ package: golden.folder, eosTokens: [eos] });
    await using server = await serveGrpc(new Intake(engine, systemClock), {
      addresses: ["127.0.0.1:0"],
      clock: systemClock,
    });
    using remote = await openRemoteEngine(server.addresses[0] as string);
    // All in parallel: they share forwards, and each must still decide alike.
    await Promise.all(runs.map((run) => reproduces(run, remote)));
    expect(await engine.stats()).toMatchObject({ runningSequences: 0, pagesInUse: 0 });
  }
});

async function reproduces(run: GoldenRun, engine: RemoteEngine): Promise<void> {
  const tokens: number[] = [];
  for await (const event of engine.generate(goldenRequest(run), new AbortController().signal)) {
    if (event.type === "error") throw new Error(event.message);
    if (event.type === "commit") tokens.push(...(event.token_ids ?? []));
    if (event.type === "end") expect(event.usage).toMatchObject({ forwards: leastForwards(run) });
  }
  expect(tokens).toEqual(run.output);
}
