/** `npm run fleet` as a visitor of its page sees it: the worker that is writing can be killed, and the text goes on. */
import { once } from "node:events";
import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../edge/client/index.ts";
import { fleetPage } from "../../tools/serve/fleet-page.ts";
import { freePort } from "../../tools/serve/nats-server.ts";
import { openBrowser } from "../support/programs/browser.ts";
import { servedUrl, startWith } from "../support/programs/program.ts";

const request = {
  model: "palimpsest-demo",
  messages: [{ role: "user" as const, content: "Write a function that returns the odd numbers of a list." }],
  ignore_eos: true,
  max_tokens: 768,
};
const LONG = `Please write all of these:
1. Write a function named first that returns the odd numbers of a list.
2. Write a function named second that returns the sum of the even numbers of a list.
3. Write a function named third that returns the largest number of a list.
4. Write a function named fourth that returns the number of vowels in a string.
5. Write a function named fifth that returns the words of a text in reverse order.`;
let program: ReturnType<typeof startWith>;
let edge: string;
let page: string;

beforeAll(async () => {
  const port = String(await freePort());
  edge = `http://127.0.0.1:${port}`;
  const sizes = ["--edges", "1", "--workers", "2"];
  const ports = ["--port", port, "--page-port", String(await freePort())];
  program = startWith({}, "tools/serve/local-fleet.ts", ...sizes, ...ports);
  page = await servedUrl(program);
});
afterAll(async () => {
  if (program.exitCode === null) {
    program.kill("SIGINT");
    expect(await once(program, "close")).toEqual([0, null]);
  }
});

const kill = (id: string, site: string, at = page) =>
  fetch(`${at}/fleet/kill?response=${id}`, { method: "POST", headers: { "sec-fetch-site": site } });

async function texts(url: string, onCommit = async (_: EditEvent) => {}) {
  let document = emptyDocument;
  for await (const event of createClient({ baseUrl: url }).edits(request)) {
    document = reduce(document, event);
    if (event.type === "commit") await onCommit(event);
  }
  return document;
}

it("kills the worker that writes, for its own page alone; another goes on", async () => {
  const whole = await texts(edge);
  const killed: number[] = [];
  const document = await texts(page, async ({ response_id, attempt }) => {
    if (killed.length > 0 || attempt > 1) return;
    expect((await kill(response_id, "cross-site")).status).toBe(403);
    const answer = await kill(response_id, "same-origin");
    expect(await answer.json()).toMatchObject({ message: expect.stringMatching(/^Process \d+ is killed/) });
    killed.push(answer.status);
  });
  expect(killed).toEqual([200]);
  expect(document).toMatchObject({ status: "ended", attempt: 2 });
  expect(document.choices[0]!.text).toBe(whole.choices[0]!.text);
  expect((await kill("nobody", "same-origin")).status).toBe(404);
});

it("is nothing of the edge's", async () => {
  expect((await kill("nobody", "same-origin", edge)).status).toBe(404);
  expect((await fetch(`${edge}/fleet-panel.js`)).status).toBe(404);
  expect(await (await fetch(edge)).text()).not.toContain("fleet-panel");
});

it("has buttons that work while an answer is written", async () => {
  await using browser = await openBrowser();
  const tab = await browser.newPage();
  await tab.goto(page);
  await tab.waitForSelector("#kill:disabled ~ #reload:disabled");
  await tab.waitForFunction(() => document.querySelectorAll("#model option").length > 0);
  await tab.fill("#prompt", LONG);
  // The answer takes a fraction of a second: no click from outside is sure to come in time.
  const killed = tab.evaluate(async () => {
    const [kill, reload] = document.querySelectorAll<HTMLButtonElement>("#kill, #reload");
    while (kill!.disabled) await new Promise(requestAnimationFrame);
    const isReload = !reload!.disabled;
    kill!.click();
    return isReload;
  });
  await tab.click("#send");
  expect(await killed).toBe(true);
  await tab.waitForFunction(() => document.querySelector("#status")?.textContent?.includes("is killed"));
  await tab.waitForSelector("#send:not([disabled])", { timeout: 60_000 });
  expect(await tab.locator(".answer").textContent()).toMatch(/^function \w+\(/);
  for (const button of ["#kill", "#reload"]) expect(await tab.locator(button).isDisabled()).toBe(true);
});

it("answers by another edge when one is gone, and says so when all are", async () => {
  const gone = `http://127.0.0.1:${await freePort()}`;
  const killWriter = async () => undefined;
  const one = fleetPage({ edges: [gone, edge], killWriter }, "");
  expect((await one.request("/readyz")).status).toBe(200);
  const none = await fleetPage({ edges: [gone], killWriter }, "").request("/readyz");
  expect(none.status).toBe(503);
  expect(await none.json()).toMatchObject({ error: { code: "unavailable" } });
});
