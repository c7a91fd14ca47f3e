/** Schemas of the guaranteed subset, at random. */
import fc from "fast-check";
import { FORMATS } from "../../../gpu-worker/src/grammar/formats.ts";
import type { Schema } from "./in-order.ts";

// No empty name: the validator takes it for present in every object.
export const name = fc.constantFrom("a", "b", "ab", 'q"uote', "back\\slash", "é", "line\n");
export const scalar = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const size = fc.nat({ max: 3 });
const limits = fc.tuple(size, size).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>({}, true, { type: "string" }, { type: "number" }, { type: "integer" }, { type: "boolean" }),
  fc.constantFrom<Schema>({ type: ["string", "null"], title: "t" }, { type: ["integer", "number"] }, { type: "null" }),
  fc.array(scalar, { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values })),
  scalar.map((value) => ({ const: value, description: "one" })),
  limits.map(([minLength, maxLength]) => ({ type: "string", minLength, maxLength })),
  fc
    .constantFrom("^a+b$", "[0-9]{2}", "^x|y$", '^["\\\\\\n]*$', "^[^a-y]$", "(?:ab|c)+")
    .map((pattern) => ({ type: "string", pattern })),
  fc.constantFrom(...FORMATS.keys()).map((format) => ({ type: "string", format })),
  fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.nat({ max: 3000 })).chain(([minimum, span]) =>
    fc.constantFrom<Schema>(
      ...[
        { type: "integer", minimum },
        { type: "integer", exclusiveMaximum: minimum },
        { type: "integer", maximum: minimum + 0.5 },
      ],
      ...[
        { type: "integer", minimum, maximum: minimum + span },
        { type: "integer", exclusiveMinimum: minimum - 1, maximum: minimum + span },
      ],
    ),
  ),
);

export const { schema: randomSchema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc
      .record({ items: tie("schema"), counts: limits })
      .map(({ items, counts: [minItems, maxItems] }) => ({ type: "array", items, minItems, maxItems })),
    fc
      .record({
        first: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
        rest: fc.constantFrom(true, false),
        min: size,
      })
      .map(({ first, rest, min }) => ({
        type: "array",
        prefixItems: first,
        items: rest,
        minItems: rest ? min : Math.min(min, first.length),
      })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((schemas) => ({
      oneOf: schemas.map((a, tag) => ({ type: "object", properties: { tag: { const: tag }, a }, required: ["tag"] })),
    })),
    fc
      .record({
        entries: fc.array(fc.tuple(name, tie("schema"), fc.boolean()), { maxLength: 4 }),
        open: fc.constantFrom<unknown>(false, true, { type: "integer" }),
      })
      .map(({ entries, open }) => ({
        type: "object",
        properties: Object.fromEntries(entries.map(([key, value]) => [key, value])),
        required: [...new Set(entries.filter(([, , required]) => required).map(([key]) => key))],
        additionalProperties: open,
      })),
    fc.tuple(tie("schema"), limits).map(([additionalProperties, [minProperties, maxProperties]]) => ({
      type: "object",
      additionalProperties,
      minProperties: Math.min(minProperties, 1),
      maxProperties: Math.max(maxProperties, 1),
    })),
  ) as fc.Arbitrary<Schema>,
}));
