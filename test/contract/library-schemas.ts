/** JSON Schemas generated from the types of the installed client libraries, and a judge of values by them. */
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { createGenerator } from "ts-json-schema-generator";

/** The types of library-types.ts. */
export type TypeName =
  | "ChatCompletion"
  | "ChatCompletionChunk"
  | "Completion"
  | "Model"
  | "ErrorObject"
  | "Response"
  | "ResponseStreamEvent"
  | "ResponseItemList"
  | "Message"
  | "MessageStreamEvent"
  | "MessageError";

export interface LibrarySchemas {
  /** What is wrong with the value; empty if nothing is. @param closed true: fields that the type lacks are wrong */
  faultsOf(name: TypeName, value: unknown, closed: boolean): string[];
}

/** Takes seconds: the compiler reads the libraries' types. */
export function generateSchemas(): LibrarySchemas {
  const generator = createGenerator({
    path: fileURLToPath(new URL("library-types.ts", import.meta.url)),
    tsconfig: fileURLToPath(new URL("library-types.tsconfig.json", import.meta.url)),
    skipTypeCheck: true,
    topRef: false,
    additionalProperties: false,
  });
  const judges = new Map<string, ValidateFunction>();
  const judge = (name: TypeName, closed: boolean) => {
    const key = `${name} ${closed}`;
    const known = judges.get(key);
    if (known) return known;
    const schema = structuredClone(generator.createSchema(name));
    visit(schema, (part) => {
      if (!closed && part.additionalProperties === false) delete part.additionalProperties;
      // Libraries add it to what they have read.
      if (Array.isArray(part.required)) part.required = part.required.filter((field) => field !== "output_text");
    });
    const compiled = new Ajv({ strict: false, allErrors: true }).compile(schema as object);
    judges.set(key, compiled);
    return compiled;
  };
  return {
    faultsOf(name, value, closed) {
      const validate = judge(name, closed);
      if (validate(value)) return [];
      return (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath, message, JSON.stringify(params)].join(" "),
      );
    },
  };
}

function visit(part: unknown, act: (part: Record<string, unknown>) => void): void {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) act(part as Record<string, unknown>);
  for (const value of Object.values(part)) visit(value, act);
}
