/** Whether no value fits two schemas at once, as far as their types and listed values tell: `oneOf` then is `anyOf`. */
import type { SchemaObject } from "./schema-place.ts";

/** @param schemaOf the schema itself, or the one that it refers to */
export function areDisjoint(a: unknown, b: unknown, schemaOf: (schema: unknown) => unknown): boolean {
  const [first, second] = [schemaOf(a), schemaOf(b)];
  if (!isObject(first) || !isObject(second)) return false;
  const [types, others] = [typesOf(first), typesOf(second)];
  if (types && others && !types.some((type) => others.includes(type))) return true;
  const [values, otherValues] = [valuesOf(first), valuesOf(second)];
  if (values && otherValues && !values.some((value) => otherValues.includes(value))) return true;
  return differInProperty(first, second, schemaOf);
}

/** True if both demand a property whose values are disjoint, as a discriminator's are. */
function differInProperty(a: SchemaObject, b: SchemaObject, schemaOf: (schema: unknown) => unknown): boolean {
  if (typesOf(a)?.join() !== "object" || typesOf(b)?.join() !== "object") return false;
  const demanded = listOf(a.required).filter((name) => listOf(b.required).includes(name));
  return demanded.some((name) => {
    const [one, other] = [propertyOf(a, name), propertyOf(b, name)];
    const [values, others] = [schemaOf(one), schemaOf(other)].map((schema) =>
      isObject(schema) ? valuesOf(schema) : undefined,
    );
    return values !== undefined && others !== undefined && !values.some((value) => others.includes(value));
  });
}

function propertyOf({ properties }: SchemaObject, name: unknown): unknown {
  return isObject(properties) && typeof name === "string" && Object.hasOwn(properties, name)
    ? properties[name]
    : undefined;
}

/** An integer is a number too. */
function typesOf({ type }: SchemaObject): unknown[] | undefined {
  if (type === undefined) return undefined;
  return [type].flat().map((name) => (name === "integer" ? "number" : name));
}

/** The values of `const` or `enum`, as texts. Objects and lists are equal in more than one spelling: undefined for them. */
function valuesOf(schema: SchemaObject): string[] | undefined {
  const values = "const" in schema ? [schema.const] : schema.enum;
  if (!Array.isArray(values) || values.some((value) => typeof value === "object" && value !== null)) return undefined;
  return values.map((value) => JSON.stringify(value));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
