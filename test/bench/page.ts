/**
 * Measures the playground while a long answer is written: the main thread's longest task, from a trace of a real Chromium,
 * and its frames. The edge and its events are real; their times are scripted.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Content, Edit, EditEvent } from "@palimpsest/proto";
import type { CDPSession } from "playwright-core";
import { buildPlayground } from "../../edge/playground/build.ts";
import { systemClock } from "../../edge/src/clock.ts";
import { createHttpServer } from "../../edge/src/entry/http-server.ts";
import { type Respond, scriptedEdge, scriptedReplica } from "../support/fakes/scripted-replicas.ts";
import { opening, usage } from "../support/fakes/synthetic-response.ts";
import { openBrowser } from "../support/programs/browser.ts";

const BLOCK = 32;
/** Drafts of a block: each unmasks as many cells as the one before it. */
const DRAFTS = 4;
const LONG_TASK_MS = 50;

export async function benchPage(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { tokens: { type: "string", default: "4096" }, rate: { type: "string", default: "60" } },
  });
  const [tokens, rate] = [Number(values.tokens), Number(values.rate)];
  const app = scriptedEdge([scriptedReplica(written(tokens / BLOCK, rate))], {
    clock: systemClock,
    heartbeatMs: 10_000,
    playground: await buildPlayground(),
  });
  const server = createHttpServer(app.fetch).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  try {
    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    await page.goto(`http://127.0.0.1:${port}`);
    await page.waitForFunction(() => document.querySelectorAll("#model option").length > 0);
    const session = await page.context().newCDPSession(page);
    const trace = await startTrace(session);
    const startMs = performance.now();
    await page.evaluate(countFrames);
    await page.click("#send");
    await page.waitForSelector("#send:disabled");
    await page.waitForSelector("#send:not([disabled])", { timeout: 600_000 });
    const seconds = (performance.now() - startMs) / 1000;
    const frames = await page.evaluate(() => (globalThis as unknown as { frames: number }).frames);
    const tasks = mainThreadTasks(await trace.end());
    const text = (await page.locator(".answer").textContent()) ?? "";
    if (!text.includes(`line ${tokens / BLOCK - 1}`)) throw new Error(`the page shows only ${text.length} characters`);
    report({ tokens, rate, seconds, frames, tasks, version: browser.version() });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

interface Measured {
  readonly tokens: number;
  readonly rate: number;
  readonly seconds: number;
  readonly frames: number;
  /** Milliseconds of each task. */
  readonly tasks: readonly number[];
  readonly version: string;
}

function report({ tokens, rate, seconds, frames, tasks, version }: Measured): void {
  const long = tasks.filter((ms) => ms > LONG_TASK_MS);
  const busy = tasks.reduce((sum, ms) => sum + ms, 0) / 1000;
  console.log(`Chromium ${version}, headless; ${tokens} tokens in ${tokens / BLOCK} blocks, ${rate} events a second\n`);
  console.log("| seconds | frames a second | main thread busy | tasks | longest task | tasks above 50 ms |");
  console.log("|---|---|---|---|---|---|");
  const cells = [seconds.toFixed(1), (frames / seconds).toFixed(0), `${((100 * busy) / seconds).toFixed(0)}%`];
  const longest = `${Math.max(...tasks).toFixed(0)} ms`;
  console.log(`| ${[...cells, tasks.length, longest, long.length].join(" | ")} |`);
}

/** An answer in lines of code, one a block, at a steady rate of events. */
function written(blocks: number, rate: number): Respond {
  return async function* ({ responseId }) {
    let seq = 0;
    const head = () => ({ v: 1, response_id: responseId, attempt: 1, seq: seq++ }) as const;
    yield { ...head(), ...opening, choices: 1 };
    const startMs = performance.now();
    let sent = 0;
    let start = 0;
    const paced = async (event: EditEvent): Promise<EditEvent> => {
      await sleep(Math.max(0, startMs + (1000 * sent++) / rate - performance.now()));
      return event;
    };
    for (let block = 0; block < blocks; block++) {
      const cells = cellsOf(block);
      for (let draft = 1; draft <= DRAFTS; draft++) {
        const shown = (cells.length * draft) / DRAFTS;
        const rev = block * DRAFTS + draft - 1;
        const step = {
          type: "draft",
          choice: 0,
          block,
          rev,
          ...drafted(cells, shown, shown - cells.length / DRAFTS),
        } as const;
        yield await paced({ ...head(), ...step });
      }
      const text = cells.join("");
      yield await paced({ ...head(), type: "commit", choice: 0, block, text, start, length: text.length });
      start += text.length;
    }
    yield { ...head(), type: "done", choice: 0, finish_reason: "stop" };
    yield { ...head(), type: "end", usage: { ...usage, completion_tokens: blocks * BLOCK } };
  };
}

function cellsOf(block: number): string[] {
  const line = ["\n", " const", " line", "_", String(block), " =", " [", "// line ", String(block), "\n"];
  return [...line, ...Array.from({ length: BLOCK - line.length }, (_, i) => ` ${i},`)];
}

function drafted(cells: readonly string[], shown: number, before: number): { content: Content; edits: Edit[] } {
  const texts = cells.slice(0, shown);
  const offset = (at: number) => cells.slice(0, at).join("").length;
  const edits = texts.map((after, at): Edit => ({ op: "unmask", at, offset: offset(at), p: 0.9, after })).slice(before);
  return { content: [texts.join(""), ...(shown < cells.length ? [cells.length - shown] : [])], edits };
}

function countFrames(): void {
  const counter = globalThis as unknown as { frames: number };
  counter.frames = 0;
  const count = () => {
    counter.frames++;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

async function startTrace(session: CDPSession) {
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["devtools.timeline", "disabled-by-default-devtools.timeline"] },
  });
  return {
    async end(): Promise<readonly TraceEvent[]> {
      const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
      await session.send("Tracing.end");
      await complete;
      return events;
    },
  };
}

/** Milliseconds of the tasks of the page's main thread: of the renderer that ran most of them. */
function mainThreadTasks(events: readonly TraceEvent[]): number[] {
  const names = events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const threads = new Map<string, number[]>(names.map(({ pid, tid }) => [`${pid}.${tid}`, []]));
  for (const { name, ph, pid, tid, dur = 0 } of events) {
    if (ph === "X" && name === "RunTask") threads.get(`${pid}.${tid}`)?.push(dur / 1000);
  }
  return [...threads.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}
