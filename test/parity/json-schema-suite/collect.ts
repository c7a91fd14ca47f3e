/**
 * Writes the fixture of `suite.ts` from a folder of the JSON Schema Test Suite, as Debian's package json-schema-test-suite installs it:
 * `node test/parity/json-schema-suite/collect.ts /usr/share/json-schema-test-suite/tests/draft7`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { FIXTURE } from "./suite.ts";

const [folder = ""] = process.argv.slice(2);
/** Formats that no validator must know are in a folder of their own. */
const files = [folder, join(folder, "optional", "format")].flatMap((one) =>
  readdirSync(one)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(one, name)),
);
const lines = files.flatMap((file) => {
  const isFormat = file.includes("format/");
  const keyword = `${isFormat ? "format " : ""}${basename(file, ".json")}`;
  const cases = JSON.parse(readFileSync(file, "utf8")) as { description: string; schema: unknown; tests: unknown[] }[];
  return cases.map(({ description, schema, tests }) => JSON.stringify({ keyword, description, schema, tests }));
});
writeFileSync(FIXTURE, `${lines.join("\n")}\n`);
