/**
 * A value as a grammar of its schema writes it: listed values as they are listed, declared properties in the schema's order, then the
 * others.
 */
import { isDeepStrictEqual } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export type Schema = Record<string, unknown> | boolean;

/** An independent judge. */
export const ajv = new Ajv2020({ strict: false, logger: false });
addFormats.default(ajv);

export function inOrder(value: unknown, schema: Schema): unknown {
  if (typeof schema === "boolean") return value;
  const listed = "const" in schema ? [schema.const] : (schema.enum as unknown[] | undefined);
  if (listed) return listed.find((one) => isDeepStrictEqual(one, value)) ?? value;
  const {
    properties,
    items,
    prefixItems = [],
    additionalProperties,
    anyOf,
  } = schema as Record<string, Schema & Schema[]>;
  if (anyOf !== undefined)
    return anyOf.map((one) => inOrder(value, one)).find((one, i) => ajv.validate(anyOf[i] as Schema, one)) ?? value;
  if (Array.isArray(value)) return value.map((one, i) => inOrder(one, (prefixItems as Schema[])[i] ?? items ?? true));
  if (typeof value !== "object" || value === null) return value;
  const declared = Object.keys(properties ?? {});
  const keys = [
    ...declared.filter((key) => Object.hasOwn(value, key)),
    ...Object.keys(value).filter((key) => !declared.includes(key)),
  ];
  return Object.fromEntries(
    keys.map((key) => [
      key,
      inOrder(
        (value as Record<string, unknown>)[key],
        (properties as unknown as Record<string, Schema>)?.[key] ?? additionalProperties ?? true,
      ),
    ]),
  );
}
