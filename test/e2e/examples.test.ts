/** Runs the programs of examples/ against `npm start` in a fleet. */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort, openNatsServer } from "../../tools/serve/nats-server.ts";
import { example, programOf, servedUrl, start } from "../support/programs/program.ts";

const opened = new AsyncDisposableStack();
let url: string;
beforeAll(async () => {
  const nats = opened.use(await openNatsServer());
  const program = start("--port", String(await freePort()), "--nats", nats.url);
  opened.defer(async () => {
    program.kill("SIGTERM");
    await once(program, "close");
  });
  url = await servedUrl(program);
});
afterAll(() => opened.disposeAsync());

const outputs: Record<string, RegExp> = {
  "openai-sdk": /^[\s\S]*function[\s\S]*\n$/,
  "edit-events": /^draft {2}0 {2}"[\s\S]*\ncommit 0 {2}"[\s\S]*function/,
  "structured-output":
    /^object: \{ name: .*age: \d+ \}\ncall: save_person \{ name: .*age: \d+ \}\nchoice: (child|adult)\n$/s,
  responses: /^resp_\w+\n[\s\S]*function[\s\S]*function[\s\S]*\ndeleted both\n$/,
  resume: /^disconnected after ".+\nended: [\s\S]*function/,
  background: /^started chatcmpl-\S+\nended: [\s\S]*function/,
};

/** The programs in the documentation. */
const programs = ["README.md", "edge/client/README.md"].flatMap((page) => {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
  return Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ([, code], i) => [`${page}, ${i + 1}`, code!] as const);
});

it.each(programs)("the program of %s runs", async (_, code) => {
  const answer = await programOf(code.replaceAll("http://127.0.0.1:8080", url));
  expect(answer).toMatchObject({ code: 0, stderr: "" });
  if (code.includes("stdout") || code.includes("console.log")) expect(answer.stdout).toContain("function");
});

it("covers every example", () => {
  const names = readdirSync(new URL("../../examples", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));
  expect(names.toSorted()).toEqual(Object.keys(outputs).toSorted());
});

it.each(Object.entries(outputs))("%s prints the output that its header describes", async (name, output) => {
  expect(await example(name, url)).toMatchObject({ code: 0, stdout: expect.stringMatching(output), stderr: "" });
});
