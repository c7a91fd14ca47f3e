/** Compares an answer's JSON with the schema that was asked for, value by value, by the keywords that most schemas are made of. */

/** A schema, or a part of one. A keyword that is not here is not compared. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

/** A value's note: the form that the schema gives it, and its faults. */
export interface SchemaNote {
  /** The form that it asks for, such as `integer`. */
  readonly form: string;
  /** Why the value itself is not of that form; the values within it have notes of their own. */
  readonly faults: readonly string[];
}

export function schemaNote(value: unknown, schema: Schema): SchemaNote {
  const types = [schema.type ?? []].flat();
  const choices = schema.const === undefined ? schema.enum : [schema.const];
  const form = choices ? `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}` : types.join(" or ");
  const faults: string[] = [];
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) faults.push(`not ${types.join(" or ")}`);
  if (choices && !choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value)))
    faults.push(`not ${form}`);
  if (isOfType(value, "object")) {
    const keys = Object.keys(value as object);
    for (const key of schema.required ?? []) if (!keys.includes(key)) faults.push(`${key} is missing`);
    for (const key of schema.additionalProperties === false ? keys : []) {
      if (!Object.hasOwn(schema.properties ?? {}, key)) faults.push(`${key} is not in the schema`);
    }
  }
  return { form, faults };
}

/** The schema of a value within another. @returns undefined where it has none */
export function schemaWithin(schema: Schema | undefined, parent: unknown, key: string): Schema | undefined {
  if (Array.isArray(parent)) return schema?.items;
  const { properties = {}, additionalProperties } = schema ?? {};
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
