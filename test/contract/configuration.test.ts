import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { configurationFile, configurationPage } from "./configuration.ts";

it("docs/configuration.md is that of the programs: npm run generate writes it", async () => {
  expect(await readFile(configurationFile, "utf8")).toBe(configurationPage());
});
