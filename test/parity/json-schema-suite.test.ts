/** The JSON Schema Test Suite: no schema is taken and then violated. `npm run bench -- schemas` prints the same by keyword. */
import { beforeAll, expect, it } from "vitest";
import { type Judged, judgedSuite } from "./json-schema-suite/suite.ts";

/** Files of the suite of whose keyword we guarantee at least one schema. */
const GUARANTEED = [
  ...["additionalProperties", "anyOf", "boolean_schema", "const", "default", "enum", "exclusiveMaximum"],
  ...["exclusiveMinimum", "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength"],
  ...["minProperties", "minimum", "pattern", "properties", "propertyNames", "ref", "required", "type"],
  ...["date-time", "date", "email", "hostname", "ipv4", "ipv6", "time", "uri"].map((format) => `format ${format}`),
];

let judged: Judged[];
beforeAll(async () => {
  judged = await judgedSuite();
});

it("a schema that is refused is refused by the place and the keyword at fault", () => {
  const refused = judged.flatMap(({ refusal }) => refusal ?? []);
  expect(refused.length).toBeGreaterThan(0);
  for (const refusal of refused) {
    expect(refusal).toMatch(
      /^#[^:]*: ("[^"]+" .*is not supported|false accepts no value)|^#\/.*\/?(items|oneOf|propertyNames): /,
    );
  }
});

it("guarantees schemas of each supported keyword", () => {
  const compiled = judged.filter(({ refusal }) => refusal === undefined);
  expect([...new Set(compiled.map(({ keyword }) => keyword))].sort()).toEqual(GUARANTEED.toSorted());
});

it("accepts no instance that is invalid, and refuses valid ones only by a documented rule", () => {
  const instances = judged.flatMap((one) => one.instances.map((instance) => ({ ...instance, schema: one.schema })));
  expect(instances.length).toBeGreaterThan(200);
  expect(instances.filter(({ isAccepted, isValid }) => isAccepted && !isValid)).toEqual([]);
  expect(instances.filter(({ isAccepted, isValid, exception }) => isValid && !isAccepted && !exception)).toEqual([]);
});
