/** The React hook in a real browser. */
import { fileURLToPath } from "node:url";
import { type EditEvent, errorEvent, failureOf } from "@palimpsest/proto";
import { decodeRequest } from "@palimpsest/proto/request-codec";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PlaygroundFile } from "../../edge/src/dependencies.ts";
import { textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { openScriptedWorker } from "../support/fakes/scripted-worker.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";
import { openBrowser } from "../support/programs/browser.ts";
import { openEdge } from "../support/programs/running-edge.ts";

const BLOCKS = 3;
const opened = new AsyncDisposableStack();
let url: string;
/** Lets the next block be committed. */
let commit = Promise.withResolvers<void>();
let cancelled = 0;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("react-page.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    write: false,
    define: { "process.env.NODE_ENV": '"development"' },
  });
  const files = new Map<string, PlaygroundFile>([
    [
      "/",
      { body: () => '<div id="root"></div><script type="module" src="/page.js"></script>', contentType: "text/html" },
    ],
    ["/page.js", { body: () => outputFiles[0]!.text, contentType: "text/javascript" }],
  ]);
  const before = async (_: number, __: object, signal: AbortSignal) => {
    const left = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await Promise.race([commit.promise, left]);
    if (signal.aborted) cancelled++;
    commit = Promise.withResolvers();
  };
  const write = writeBlocks({ blocks: BLOCKS, before });
  const worker = opened.use(
    await openScriptedWorker(
      (wire, signal) => {
        const request = decodeRequest(wire);
        const asked = request.prompt.kind === "chat" && request.prompt.messages.at(-1)?.content;
        return asked === "fail" ? failure(request.responseId) : write(signal, request);
      },
      { model: "scripted" },
    ),
  );
  url = opened.use(await openEdge(worker.address, { playground: files })).baseUrl;
});
const failure = (responseId: string): EditEvent[] => [
  ...tell(plainScript(["Hello"]), responseId).slice(0, 2),
  errorEvent({ response_id: responseId, attempt: 1, seq: 2 }, failureOf("internal", "the model broke")),
];
afterAll(() => opened.disposeAsync());

it("shows a response while it is written, stops it, and tells a failure", async () => {
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(url);
  const shows = (id: string, text: string) =>
    expect.poll(() => page.locator(`#${id}`).textContent(), { timeout: 10_000 }).toBe(text);
  await shows("state", "waiting");

  await page.click("#start");
  for (let block = 0; block < BLOCKS; block++) {
    await shows("committed", textOf(0, block));
    await shows("drafts", `${textOf(0, block + 1).slice(textOf(0, block).length)}3`);
    await shows("state", "running");
    commit.resolve();
  }
  await shows("committed", textOf(0, BLOCKS));
  await shows("drafts", "");
  await shows("state", "ended");

  await page.click("#start");
  await shows("committed", "");
  await page.click("#stop");
  await shows("state", "failed");
  await expect.poll(() => cancelled).toBe(1);

  await page.click("#fail");
  await shows("state", "the model broke");
});
