/**
 * Worker programs behind an edge over gRPC: one of them is killed within a response, and another continues its text.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, emptyDocument, reduce } from "@palimpsest/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exited, launch, SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { openEdge, type RunningEdge } from "../support/programs/running-edge.ts";

const opened = new AsyncDisposableStack();
const workers: ChildProcess[] = [];
let edge: RunningEdge;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "workers-"));
  opened.defer(() => rm(folder, { recursive: true }));
  const addresses = ["first", "second"].map((name) => `unix:${join(folder, `${name}.sock`)}`);
  for (const WORKER_ADDRESS of addresses) {
    const child = launch("worker", { MODEL_PACKAGE: SHIPPED_PACKAGE, WORKER_ADDRESS, LOG_LEVEL: "warn" });
    opened.defer(async () => {
      child.kill("SIGKILL");
      await exited(child);
    });
    workers.push(child);
  }
  edge = opened.use(await openEdge(addresses));
}, 60_000);
afterAll(() => opened.disposeAsync());

it("continues with the other worker, and no client notices", async () => {
  const client = createClient({ baseUrl: edge.baseUrl });
  const messages = [
    { role: "user" as const, content: "Write a function that sorts a list of numbers by absolute value." },
  ];
  const request = { model: "palimpsest-demo", messages, ignore_eos: true, max_tokens: 320, n: 2 };
  const run = async (onCommit: (commits: number) => void) => {
    let [document, commits] = [emptyDocument, 0];
    for await (const event of client.edits(request)) {
      document = reduce(document, event);
      if (event.type === "commit") onCommit(++commits);
    }
    return document;
  };
  const undisturbed = await run(() => {});
  expect(undisturbed).toMatchObject({ status: "ended", attempt: 1 });
  // Idle workers are used in their order.
  const disturbed = await run((commits) => void (commits === 5 && workers[0]!.kill("SIGKILL")));
  expect(disturbed).toMatchObject({ status: "ended", attempt: 2 });
  expect(disturbed.choices).toEqual(undisturbed.choices);
  expect((await run(() => {})).choices).toEqual(undisturbed.choices);
});
