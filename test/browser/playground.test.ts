/** The playground in a real browser: what a visitor sees and does. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { buildPlayground } from "../../edge/playground/build.ts";
import type { NatsFleet } from "../../edge/src/adapters/nats-fleet.ts";
import { aborted, textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { appOf, openTestFleet } from "../support/fleet/fleet.ts";
import { openBrowser } from "../support/programs/browser.ts";
import { openSystem } from "../support/programs/system.ts";

const opened = new AsyncDisposableStack();
let browser: Browser;
let shipped: string;
const pages: Page[] = [];
beforeAll(async () => {
  browser = opened.use(await openBrowser());
  shipped = opened.use(await openSystem({}, { playground: await buildPlayground() })).baseUrl;
}, 120_000);
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});
afterAll(() => opened[Symbol.asyncDispose]());

/** A page whose scripts must not fail. */
async function visit(url: string): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  pages.push(page);
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(url);
  await page.waitForFunction(() => document.querySelectorAll("#model option").length > 0);
  return { page, faults };
}

const ended = (page: Page) => page.waitForSelector("#send:not([disabled])", { timeout: 60_000 });
const answers = (page: Page) => page.locator(".answer").allTextContents();
const seek = (page: Page, share: number) =>
  page.locator(".player input").evaluate((element, share) => {
    const time = element as HTMLInputElement;
    time.value = String(Number(time.max) * share);
    time.dispatchEvent(new Event("input"));
  }, share);

it("writes an answer twice over, side by side, and shows how it came about", { timeout: 120_000 }, async () => {
  const { page, faults } = await visit(shipped);
  await page.check('[name="variant"][value="quality"]');
  await page.click("#send");
  await page.waitForSelector(".cell.open");
  await ended(page);
  const [speed, quality] = await answers(page);
  expect(speed).toMatch(/^function \w+\(/);
  expect(quality).toMatch(/^function \w+\(/);
  expect(await page.locator(".figures").first().textContent()).toMatch(/tokens · .*forwards, .*first draft/);

  // The function runs, away from this page.
  await page.locator(".runner button").first().click();
  await page.waitForFunction(() => document.querySelector(".runner output")?.textContent === "6");

  // An error of the function is shown.
  await page.locator("[name=arguments]").first().fill("null");
  await page.locator(".runner button").first().click();
  await page.waitForFunction(() => document.querySelector(".runner output")?.textContent?.includes("TypeError"));

  // A function that never ends does not stop the page.
  await page.evaluate(async () => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.src = "/playground-sandbox.html";
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    await loaded;
    frame.contentWindow?.postMessage({ code: "function f() { for (;;); }", name: "f", values: "" }, "*");
    await new Promise((resolve) => setTimeout(resolve, 300));
    frame.remove();
  });

  // The keyboard moves from token to token and shows the history of each.
  await page.locator(".answer").first().focus();
  await page.keyboard.press("ArrowRight");
  expect(await page.locator("#history").textContent()).toMatch(/function unmasked in step 1, after .*% sure/);

  // The timeline shows the run as it stood, and plays it again.
  await seek(page, 0);
  expect((await answers(page)).join("")).toBe("");
  await page.selectOption(".player select", "2");
  await page.click(".player button");
  await page.waitForFunction(() => document.querySelector(".player button")?.textContent === "Play");
  expect(await answers(page)).toEqual([speed, quality]);
  expect(faults).toEqual([]);
});

it("is accessible in both themes and on a small screen", { timeout: 120_000 }, async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const { page } = await visit(shipped);
  await page.click("#send");
  await ended(page);
  for (const colorScheme of ["light", "dark"] as const) {
    // Without motion: a colour that is still changing has no contrast to judge.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [1100, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(isWider, `${width} px`).toBe(false);
      await seek(page, width === 390 ? 0.6 : 1);
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      });
      expect(violations, `${colorScheme}, ${width} px`).toEqual([]);
    }
  }
});

/** An edge's page on a port; 0 for any. */
async function servePage(edge: NatsFleet, port = 0) {
  const app = appOf(edge, { playground: await buildPlayground() });
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }) as Server;
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  opened.defer(stop);
  return { port: (server.address() as AddressInfo).port, stop };
}

/** Waits until this many blocks are committed on the page. */
const committed = (page: Page, blocks: number) =>
  page.waitForFunction((text) => document.querySelector(".answer")?.textContent?.startsWith(text), textOf(0, blocks));

it("goes on with the text when it is loaded again in mid-sentence", { timeout: 120_000 }, async () => {
  const gate = Promise.withResolvers<void>();
  const fleet = opened.use(await openTestFleet());
  const { engine } = await fleet.worker(
    writeBlocks({
      blocks: 4,
      before: (block, _, signal) => (block < 2 ? Promise.resolve() : Promise.race([gate.promise, aborted(signal)])),
    }),
  );
  const { port } = await servePage(await fleet.edge({ graceMs: 3_000 }));
  const { page, faults } = await visit(`http://127.0.0.1:${port}/`);
  await page.click("#send");
  await committed(page, 2);
  await page.reload();
  await committed(page, 2);
  gate.resolve();
  await ended(page);
  expect(await answers(page)).toEqual([textOf(0, 4)]);
  expect(engine.requests).toHaveLength(1);
  expect(faults).toEqual([]);
});

it("goes on when the edge restarts and when another worker takes over, and stops when it is told to", {
  timeout: 120_000,
}, async () => {
  /** The block at which workers wait. */
  let end = 2;
  const fleet = opened.use(await openTestFleet());
  const script = writeBlocks({
    blocks: 9,
    async before(block, _, signal) {
      while (block >= end && !signal.aborted) await sleep(5);
    },
  });
  const first = await fleet.worker(script);
  const before = await servePage(await fleet.edge({ graceMs: 10_000 }));
  const { page, faults } = await visit(`http://127.0.0.1:${before.port}/`);
  await page.click("#send");
  await committed(page, 2);

  before.stop();
  await servePage(await fleet.edge({ graceMs: 10_000 }), before.port);
  end = 4;
  await committed(page, 4);

  const second = await fleet.worker(script);
  await first.worker[Symbol.asyncDispose]();
  end = 6;
  await committed(page, 6);
  expect(second.engine.requests).toMatchObject([{ attempt: 2 }]);

  await page.click("#stop");
  await page.waitForSelector("#send:not([disabled])");
  expect(await answers(page)).toEqual([textOf(0, 6)]);
  expect(await page.locator(".figures").textContent()).toContain("Stopped.");
  // The browser reports the connections that it lost.
  expect(faults.filter((fault) => !/net::ERR_/.test(fault))).toEqual([]);
});
