/**
 * Stops or ends a rank that leads its own sequences while others run: every sequence ends correctly or with the stated
 * error, nothing hangs, and later sequences are correct again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine, PoolableEngine } from "../../gpu-worker/src/engine/engine.ts";
import { Lockstep } from "../../gpu-worker/src/parallel/lockstep.ts";
import { type LeadingRank, openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { convertGolden, type GoldenPackage, type GoldenRun, goldenRuns } from "../support/models/golden.ts";
import { goldenRequest } from "../support/models/golden-request.ts";
import { openRemoteEngine, type RemoteEngine } from "../support/programs/remote-engine.ts";

const EOS = 508;
const runs = goldenRuns("tiny-21").filter(({ eos_id, gen_length }) => eos_id === EOS && gen_length === 64);

const opened = new AsyncDisposableStack();
let golden: GoldenPackage;
beforeAll(async () => {
  golden = opened.use(await convertGolden("tiny-21", { quantization: "none", ranks: 2 }));
});
afterAll(() => opened.disposeAsync());

interface Answer {
  readonly tokens: readonly number[];
  readonly error?: { readonly code: string; readonly message: string };
}

async function answer(engine: Pick<Engine, "generate">, run: GoldenRun, onDraft = () => {}): Promise<Answer> {
  const tokens: number[] = [];
  for await (const event of engine.generate(goldenRequest(run), AbortSignal.timeout(60_000))) {
    if (event.type === "draft") onDraft();
    if (event.type === "commit") tokens.push(...(event.token_ids ?? []));
    if (event.type === "error") return { tokens, error: event };
  }
  return { tokens };
}

/** Runs in the given engines in parallel; calls `act` once each of them is generating. */
async function disturbed(engines: readonly Pick<Engine, "generate">[], act: () => void): Promise<Answer[]> {
  const begun = new Set<number>();
  const answers = await Promise.all(
    runs.map((run, i) =>
      answer(engines[i % engines.length]!, run, () => {
        if (begun.size === runs.length) return;
        begun.add(i);
        if (begun.size === runs.length) act();
      }),
    ),
  );
  for (const [i, { tokens, error }] of answers.entries()) {
    const { output } = runs[i]!;
    expect(tokens, "what was committed stays right").toEqual(output.slice(0, tokens.length));
    if (error === undefined) expect(tokens).toEqual(output);
    else expect(error).toMatchObject({ code: "unavailable" });
  }
  return answers;
}

const right = runs.map(({ output: tokens }) => ({ tokens }));

it("a rank that stops within a round fails the sequences that need it, and all continue when it does", async () => {
  const { engines, stop, goOn } = await twoRanks();
  expect(await disturbed(engines, () => {})).toEqual(right);
  const answers = await disturbed(engines, stop);
  expect(
    answers.some(({ error }) => /rank [01] is unreachable: no answer for layer \d/.test(error?.message ?? "")),
  ).toBe(true);
  expect(await answer(engines[0]!, runs[0]!)).toMatchObject({
    error: { code: "unavailable", message: /rank 1 is unreachable/ },
  });
  goOn();
  expect(await disturbed(engines, () => {})).toEqual(right);
});

it("a worker exits with a message when its rank's thread ends, and its streams break", async () => {
  const worker = await startWorker();
  expect(await disturbed([worker.engine], () => {})).toEqual(right);
  const answers = await disturbed([worker.engine], () => worker.program.kill("SIGUSR2"));
  expect(answers.some(({ error }) => error !== undefined)).toBe(true);
  const [code] = await worker.ended;
  expect(code).not.toBe(0);
  expect(worker.said()).toContain("the engine's thread exited");
});

it("a worker whose ranks are processes rejects data-parallel attention and exits with a message", async () => {
  const program = start({ RANK_ADDRESSES: "unix:/nowhere/rank-1.sock" });
  const said = heard(program);
  expect(await once(program, "exit")).toEqual([1, null]);
  expect(said()).toContain("ATTENTION=data-parallel needs ranks that are threads of one worker");
});

/** Runs two ranks in this thread over connections that can be paused: to the other rank, rank 1 then seems to hang. */
async function twoRanks() {
  const held: (() => void)[] = [];
  let stopped = false;
  const wire = () => {
    const ends = [new EventEmitter(), new EventEmitter()] as const;
    return ends.map((end, i) =>
      Object.assign(end, {
        postMessage(message: unknown) {
          const deliver = () => ends[1 - i]!.emit("message", message);
          if (stopped) held.push(deliver);
          else setImmediate(deliver);
        },
      }),
    ) as unknown as [MessagePort, MessagePort];
  };
  const lockstep = Lockstep.memory();
  const [there, back] = [wire(), wire()];
  const leading: LeadingRank[] = [
    { rank: 0, links: [{ rank: 1, port: there[0] }], askers: [{ rank: 1, port: back[1] }], lockstep },
    { rank: 1, links: [{ rank: 0, port: back[0] }], askers: [{ rank: 0, port: there[1] }], lockstep },
  ];
  const engines: PoolableEngine[] = [];
  for (const one of leading) {
    engines.push(opened.use(await openEngine({ package: golden.folder, leading: one, eosTokens: [EOS] })));
  }
  return {
    engines,
    stop() {
      stopped = true;
    },
    goOn() {
      stopped = false;
      for (const deliver of held.splice(0)) setImmediate(deliver);
    },
  };
}

const PROGRAM = fileURLToPath(new URL("../../gpu-worker/src/main.ts", import.meta.url));
const END_A_THREAD = new URL("end-a-thread.ts", import.meta.url).href;

function start(changes: Readonly<Record<string, string>>): ChildProcess {
  const env = {
    MODEL_PACKAGE: golden.folder,
    ATTENTION: "data-parallel",
    CAPACITY: "4",
    LOG_LEVEL: "warn",
    ...changes,
  };
  const args = ["--import", END_A_THREAD, PROGRAM];
  const program = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  opened.defer(() => void program.kill("SIGKILL"));
  return program;
}

function heard(program: ChildProcess): () => string {
  let text = "";
  for (const stream of [program.stdout, program.stderr]) {
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  }
  return () => text;
}

async function startWorker() {
  const address = `unix:${join(golden.folder, "worker.sock")}`;
  const program = start({ WORKER_ADDRESS: address });
  const [said, ended] = [heard(program), once(program, "exit")];
  const connect = async (): Promise<RemoteEngine> => {
    for (;;) {
      try {
        return await openRemoteEngine(address);
      } catch {
        expect(program.exitCode, said()).toBe(null);
        await sleep(100);
      }
    }
  };
  return { program, said, ended, engine: opened.use(await connect()) };
}
