/** Generates proto/edit-event.schema.json from the events' types; `npm run generate` writes it. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

export const schemaFile = fileURLToPath(new URL("../../proto/edit-event.schema.json", import.meta.url));

/** Takes seconds: the compiler reads the types. */
export function editEventSchema(): string {
  const generator = createGenerator({
    path: fileURLToPath(new URL("published-events.ts", import.meta.url)),
    tsconfig: fileURLToPath(new URL("library-types.tsconfig.json", import.meta.url)),
    skipTypeCheck: true,
    // A later release may add fields.
    additionalProperties: true,
  });
  const { $schema, ...schema } = generator.createSchema("PublishedEvent");
  countsAreWhole(schema);
  const head = { $schema, title: "Edit event", description: "An event of docs/edit-events.md, as clients receive it." };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

/** Numbers that are no counts, indexes or offsets. */
const REAL = new Set(["p", "logprob", "threshold", "editing_threshold", "penalty_lambda"]);

/** TypeScript knows no integers: in events all numbers are, but for those that have a name of `REAL`. */
function countsAreWhole(part: unknown, name?: string): void {
  if (typeof part !== "object" || part === null) return;
  const schema = part as Record<string, unknown>;
  const { type } = schema;
  if (!REAL.has(name ?? "")) {
    if (type === "number") Object.assign(schema, { type: "integer", minimum: 0 });
    // Text, or a count of masked cells: at least one.
    if (Array.isArray(type)) Object.assign(schema, { type: ["string", "integer"], minLength: 1, minimum: 1 });
  }
  for (const [key, value] of Object.entries(schema)) countsAreWhole(value, key);
}

if (import.meta.main) await writeFile(schemaFile, editEventSchema());
