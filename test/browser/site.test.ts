/** The built site in a real browser: recorded runs play, and every kind of page is accessible. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser } from "../support/programs/browser.ts";

const opened = new AsyncDisposableStack();
let browser: Browser;
let baseUrl: string;
beforeAll(async () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-site-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const arguments_ = ["build", "site", "--outDir", join(folder, "site")];
  const building = promisify(execFile)(join(root, "node_modules/.bin/vitepress"), arguments_, { cwd: root });
  opened.defer(() => void building.child.kill());
  await building;
  const app = new Hono().use(serveStatic({ root: join(folder, "site") }));
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }) as Server;
  opened.defer(() => void server.close());
  await once(server, "listening");
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = opened.use(await openBrowser());
});
afterAll(() => opened[Symbol.asyncDispose]());

/** A page whose scripts must not fail, and whose requests the site must answer. */
async function visit(path: string, options: { colorScheme?: "dark"; width?: number } = {}) {
  const { colorScheme = "light", width = 1280 } = options;
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(baseUrl) && !request.url().startsWith("data:")) faults.push(request.url());
  });
  await page.goto(baseUrl + path, { waitUntil: "networkidle" });
  return { page, faults, [Symbol.asyncDispose]: () => page.close() };
}

it("plays the recorded run of the home page", async () => {
  await using visited = await visit("/");
  const { page, faults } = visited;
  await page.waitForSelector(".cell.open");
  await page.selectOption(".player select", "2");
  await page.waitForFunction(() => document.querySelector(".player button")?.textContent === "Play");
  expect(await page.locator(".answer").textContent()).toMatch(/^function \w+\(/);
  await page.locator(".cell").first().hover();
  expect(await page.locator(".history").textContent()).toMatch(/unmasked in step 1/);
  expect(faults).toEqual([]);
});

it("answers a recorded message in the playground, two ways side by side, and says which it has not", async () => {
  await using visited = await visit("/playground.html");
  const { page, faults } = visited;
  const frame = page.frameLocator(".recorded-playground");
  await frame.locator('[value="quality"]').check();
  await frame.locator(".recorded button").first().click();
  await frame.locator("#send:not([disabled])").waitFor();
  for (const text of await frame.locator(".answer").allTextContents()) expect(text).toMatch(/^function \w+\(/);
  expect(await frame.locator(".answer").count()).toBe(2);
  expect(faults).toEqual([]);

  await frame.locator("#prompt").evaluate((prompt) => Object.assign(prompt, { value: "another" }));
  await frame.locator("#send").click();
  await frame.getByText("This message was not recorded.").first().waitFor();
});

it("finds a page by its words", async () => {
  await using visited = await visit("/docs/fleet.html");
  const { page, faults } = visited;
  await page.keyboard.press("Control+k");
  await page.locator(".VPLocalSearchBox input").fill("idempotency");
  await page.locator(".VPLocalSearchBox .result").first().waitFor();
  expect(faults).toEqual([]);
});

it.each([
  ["/", "dark", 390],
  ["/playground.html", "light", 390],
  ["/docs/edit-events.html", "light", 1280],
  ["/docs/edit-events.html", "dark", 390],
] as const)("%s is accessible in %s, %d px wide", async (path, colorScheme, width) => {
  await using visited = await visit(path, { ...(colorScheme === "dark" && { colorScheme }), width });
  const { page, faults } = visited;
  // A colour that is still changing has no contrast to judge.
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
});

async function violations(page: Page): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const frame of page.frames()) await frame.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}
