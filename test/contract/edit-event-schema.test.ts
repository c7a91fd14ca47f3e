import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { editEventSchema, schemaFile } from "./edit-event-schema.ts";

it("is the schema of the events' types: npm run generate writes it", async () => {
  expect(await readFile(schemaFile, "utf8")).toBe(editEventSchema());
});
