/**
 * A worker program on a WebGPU package, on a software Vulkan driver: golden runs token for token over gRPC, and its
 * errors when package and machine do not fit. With `palimpsest devices`.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { convertGolden, type GoldenPackage, type GoldenRun, goldenRuns } from "../support/models/golden.ts";
import { goldenRequest } from "../support/models/golden-request.ts";
import { installDawn } from "../support/programs/dawn.ts";
import { palimpsestWith } from "../support/programs/program.ts";
import { openRemoteEngine, type RemoteEngine } from "../support/programs/remote-engine.ts";
import { openSoftwareVulkan, type SoftwareVulkan } from "../support/programs/software-vulkan.ts";

const FAILING_DEVICE = new URL("../support/programs/failing-device.ts", import.meta.url).href;
const PROGRAM = fileURLToPath(new URL("../../gpu-worker/src/main.ts", import.meta.url));

/** Short runs of 2.1 in two modes, and of 2.0; webgpu-golden.long.test.ts has all. No answer holds another's end token. */
const SHORT_RUNS = [3, 11, 15];

/** Dawn is 130 MB, once. */
const INSTALL_MS = 300_000;

let vulkan: SoftwareVulkan;
let golden: GoldenPackage;
const runs = SHORT_RUNS.map((index) => goldenRuns("tiny-21")[index] as GoldenRun);
beforeAll(async () => {
  await installDawn();
  vulkan = await openSoftwareVulkan();
  const eosTokens = [...new Set(runs.map(({ eos_id }) => eos_id))];
  golden = await convertGolden("tiny-21", { quantization: "none", ranks: 1, provider: "webgpu", eosTokens });
}, INSTALL_MS);
afterAll(async () => {
  await golden[Symbol.asyncDispose]();
  await vulkan[Symbol.asyncDispose]();
});

/** Software needs seconds to compile a graph's kernels. */
const PATIENTLY = { timeout: 480_000 };

it("a worker on a WebGPU package reproduces golden runs over gRPC, together in its forwards", PATIENTLY, async () => {
  await using worker = await startWorker({ ...vulkan.env, MODEL_DEVICE: "webgpu" });
  expect(worker.report).toMatchObject({ target: "webgpu", adapter: expect.stringContaining("SwiftShader") });
  using engine = await openRemoteEngine(worker.address);
  await Promise.all(runs.map((run) => reproduces(run, engine)));
  worker.process.kill("SIGTERM");
  expect(await once(worker.process, "exit")).toEqual([0, null]);
});

it(
  "a worker whose device fails ends its sequences as unavailable, and leaves with exit code 1",
  PATIENTLY,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "palimpsest-failing-"));
    const failing = { FAIL_DEVICE: join(folder, "failed"), NODE_OPTIONS: `--import ${FAILING_DEVICE}` };
    await using worker = await startWorker({ ...vulkan.env, ...failing });
    using engine = await openRemoteEngine(worker.address);
    const exited = once(worker.process, "exit");
    const [run] = runs as [GoldenRun];
    const events: { type: string; code?: string; message?: string }[] = [];
    for await (const event of engine.generate(goldenRequest(run), new AbortController().signal)) {
      if (events.length === 0) await writeFile(failing.FAIL_DEVICE, "");
      events.push(event);
    }
    expect(events.at(-1)).toMatchObject({
      type: "error",
      code: "unavailable",
      message: expect.stringMatching(/^the device failed in the \w+ graph: Device lost, said the test/),
    });
    expect(await exited).toEqual([1, null]);
    expect(worker.said()).toContain('"leaving: the engine is broken; start the worker again"');
    await rm(folder, { recursive: true });
  },
);

it("a package for another device ends the program, and the message names the command that makes one", async () => {
  expect(await fatal({ ...vulkan.env, MODEL_DEVICE: "cpu" })).toMatch(
    /is a package for webgpu, not for cpu; make one for cpu with palimpsest shard \S+ \S+-cpu --target cpu/,
  );
});

it("a machine without a GPU ends the program, and the message says what to install", async () => {
  expect(await fatal({ VK_DRIVER_FILES: "/nowhere", VK_ICD_FILENAMES: "/nowhere" })).toMatch(
    /needs a GPU that onnxruntime reaches through Vulkan, and it found none \(.*\); install libvulkan1/,
  );
});

it("palimpsest devices lists adapters with limits and features, and says what onnxruntime runs", async () => {
  const { code, stdout, stderr } = await palimpsestWith(vulkan.env, "devices");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [name, limits, features, runs] = stdout.split("\n");
  expect(name).toMatch(/^SwiftShader Device .*, SwiftShader driver/);
  expect(limits).toMatch(/^ {2}buffers to 1\.1 GB, \d+ of [\d.]+ [MG]B in a kernel$/);
  expect(features).toMatch(/^ {2}.*\bsubgroups\b/);
  expect(features).not.toContain("shader-f16");
  expect(runs).toBe("onnxruntime runs webgpu packages on the first; f16: no");
});

it("palimpsest devices fails without a GPU, and says what to install", async () => {
  const { code, stdout, stderr } = await palimpsestWith({ VK_DRIVER_FILES: "/nowhere" }, "devices");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/error: onnxruntime cannot run webgpu packages: .*No supported adapters; install libvulkan1/);
});

async function reproduces(run: GoldenRun, engine: RemoteEngine): Promise<void> {
  const tokens: number[] = [];
  for await (const event of engine.generate(goldenRequest(run), new AbortController().signal)) {
    if (event.type === "error") throw new Error(event.message);
    if (event.type === "commit") tokens.push(...(event.token_ids ?? []));
  }
  expect(tokens).toEqual(run.output);
}

interface RunningWorker extends AsyncDisposable {
  readonly address: string;
  /** Its log line about the package and the device. */
  readonly report: unknown;
  /** Its log so far. */
  said(): string;
  readonly process: ChildProcess;
}

/** Resolves when the worker serves, which it does after its kernels are compiled. */
async function startWorker(env: Readonly<Record<string, string>>): Promise<RunningWorker> {
  const sockets = await mkdtemp(join(tmpdir(), "palimpsest-webgpu-"));
  const address = `unix:${join(sockets, "worker.sock")}`;
  const variables = { ...process.env, ...env, MODEL_PACKAGE: golden.folder, WORKER_ADDRESS: address };
  const child = spawn(process.execPath, [PROGRAM], { env: variables, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const serving = new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (text) => {
      said += text;
      if (said.includes('"serving"')) resolve();
    });
    child.once("exit", () => reject(new Error(`the worker ended: ${said}`)));
  });
  await serving;
  return {
    address,
    report: JSON.parse(said.split("\n").find((line) => line.includes('"opened the model"')) as string),
    said: () => said,
    process: child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await rm(sockets, { recursive: true, force: true });
    },
  };
}

/** What a worker says when it ends at once. */
function fatal(env: Readonly<Record<string, string>>): Promise<string> {
  const variables = { ...process.env, MODEL_PACKAGE: golden.folder, WORKER_ADDRESS: "127.0.0.1:0", ...env };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM], { env: variables }, (error, stdout) => {
      if (error?.code === 1) resolve(JSON.parse(stdout.trim().split("\n").at(-1) as string).msg);
      else reject(new Error(`exit ${error?.code}: ${stdout}`));
    });
  });
}
