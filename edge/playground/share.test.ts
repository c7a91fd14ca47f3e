import { expect, it } from "vitest";
import { plainScript, tell } from "../../test/support/fakes/synthetic-response.ts";
import type { Run } from "./run.ts";
import { parseRun, runFile, runHash, runOfHash } from "./share.ts";

const run: Run = {
  request: { model: "m", messages: [{ role: "user", content: "héllo" }], mode: "speed" },
  lanes: [{ label: "speed", events: tell(plainScript(["Hello ", "wörld 🙂"])).map((event, i) => ({ ms: i, event })) }],
};

it("a run survives a file and a link", async () => {
  expect(parseRun(await runFile(run).text())).toEqual(run);
  const hash = await runHash(run);
  expect(hash).toMatch(/^#run=[\w-]+$/);
  expect(await runOfHash(hash)).toEqual(run);
});

it("says what is wrong with a file or a link", async () => {
  expect(() => parseRun("{")).toThrow("The file is not JSON.");
  expect(() => parseRun('{"format":"other"}')).toThrow("The file is not a saved run.");
  expect(await runOfHash("#other")).toBeUndefined();
  await expect(runOfHash("#run=AAAA")).rejects.toThrow("The link is damaged");
});
