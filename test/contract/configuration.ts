/** Writes docs/configuration.md from the schemas of the programs' settings; `npm run generate` runs it. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { serverlessVariables } from "../../edge/src/entry/cloudflare-config.ts";
import { edgeVariables } from "../../edge/src/entry/config.ts";
import { workerVariables } from "../../gpu-worker/src/program/settings.ts";

export const configurationFile = fileURLToPath(new URL("../../docs/configuration.md", import.meta.url));

const programs: [string, string, z.ZodObject][] = [
  ["Edge", "`edge/src/entry/node.ts`, which `npm start` and `npm run fleet` run, too.", edgeVariables],
  ["Serverless edge", "The variables and secrets of `deploy/cloudflare/wrangler.jsonc`.", serverlessVariables],
  ["Worker", "`gpu-worker/src/main.ts`, a leader that serves or another rank.", workerVariables],
];

/** @throws Error naming a variable without a description */
export function configurationPage(): string {
  const sections = programs.map(([name, text, schema]) => `## ${name}\n\n${text}\n\n${table(rowsOf(schema))}`);
  return `# Configuration

Edge and worker are configured by environment variables. A program that reads an invalid one ends, and names it with what it should be.
This page is generated from the programs' own checks: \`npm run generate\`.

${sections.join("\n\n")}
`;
}

function rowsOf(schema: z.ZodObject): string[][] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const required = new Set(
    Object.keys(schema.shape).filter((name) => !schema.shape[name]?.safeParse(undefined).success),
  );
  return Object.entries(properties).map(([name, property]) => {
    const { description, default: given, ...form } = property as z.core.JSONSchema.Schema;
    if (description === undefined) throw new Error(`${name} has no description`);
    const value = required.has(name) ? "required" : generated.has(name) || given === undefined ? "" : shown(given);
    return [`\`${name}\``, formOf(form), value, description];
  });
}

/** Their defaults differ from one start to the next. */
const generated = new Set(["REPLICA_ID"]);

function shown(value: unknown): string {
  return value === "" ? "" : `\`${value}\``;
}

/** In words, as far as a user has to know. */
function formOf({ type, enum: values, const: only, minimum, maximum, format }: z.core.JSONSchema.Schema): string {
  if (only !== undefined) return shown(only);
  if (values !== undefined) return values.map(shown).join(", ");
  if (type !== "integer" && type !== "number") return format === "uri" ? "URL" : "text";
  const kind = type === "integer" ? "whole number" : "number";
  const isBounded = (limit: number | undefined) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  const from = isBounded(minimum) ? ` from ${minimum}` : "";
  return `${kind}${from}${isBounded(maximum) ? ` to ${maximum}` : ""}`;
}

/** A table as Biome formats it. */
function table(rows: readonly string[][]): string {
  const all = [["variable", "value", "default", "meaning"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const [head, ...body] = all.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}

if (import.meta.main) await writeFile(configurationFile, configurationPage());
