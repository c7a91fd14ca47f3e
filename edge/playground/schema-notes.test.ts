import { expect, it } from "vitest";
import { type Schema, schemaNote, schemaWithin } from "./schema-notes.ts";

const schema: Schema = {
  type: "object",
  properties: {
    age: { type: "integer" },
    mood: { enum: ["calm", "wild"] },
    tags: { items: { type: ["string", "null"] } },
  },
  required: ["age"],
  additionalProperties: false,
};

it("names what the schema asks for, and what of it a value is not", () => {
  expect(schemaNote({ age: 3 }, schema)).toEqual({ form: "object", faults: [] });
  expect(schemaNote({ name: "x" }, schema).faults).toEqual(["age is missing", "name is not in the schema"]);
  expect(schemaNote([], schema).faults).toEqual(["not object"]);
  expect(schemaNote(3.5, { type: "integer" })).toEqual({ form: "integer", faults: ["not integer"] });
  expect(schemaNote("sad", schema.properties!.mood!).faults).toEqual(['not one of "calm", "wild"']);
  expect(schemaNote(null, { type: ["string", "null"] })).toEqual({ form: "string or null", faults: [] });
  expect(schemaNote("anything", {})).toEqual({ form: "", faults: [] });
});

it("finds the schema of a value within another", () => {
  expect(schemaWithin(schema, { age: 3 }, "age")).toEqual({ type: "integer" });
  expect(schemaWithin(schema.properties!.tags, ["x"], "0")).toEqual({ type: ["string", "null"] });
  expect(schemaWithin({ additionalProperties: { type: "number" } }, { any: 1 }, "any")).toEqual({ type: "number" });
  expect([schemaWithin(schema, {}, "toString"), schemaWithin(undefined, {}, "x")]).toEqual([undefined, undefined]);
});
