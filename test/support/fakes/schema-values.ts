/** Arbitrary values of the JSON Schemas in /openapi.json, and values with one wrong place. */
import fc from "fast-check";

/** The keywords that the description uses. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

const MAX_LENGTH = 12;
const MAX_ITEMS = 3;
const SMALL = 1_000;

/** @param fixed values of properties by name, such as a model that is served */
export function valuesOf(
  schema: SchemaNode,
  schemas: Readonly<Record<string, SchemaNode>>,
  fixed: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<unknown> {
  const values = (node: SchemaNode): fc.Arbitrary<unknown> => {
    if (node.$ref) return values(schemas[node.$ref.split("/").at(-1)!]!);
    if (node.enum) return fc.constantFrom(...node.enum);
    const branches = node.anyOf ?? node.oneOf;
    if (branches) return fc.oneof(...branches.map(values));
    const types = [node.type ?? []].flat();
    return types.length === 0 ? fc.jsonValue({ maxDepth: 2 }) : fc.oneof(...types.map((type) => typed(type, node)));
  };

  const typed = (type: string, node: SchemaNode): fc.Arbitrary<unknown> => {
    const { minimum: min = 0, maximum = SMALL } = node;
    const max = Math.max(min, Math.min(maximum, SMALL));
    switch (type) {
      case "null":
        return fc.constant(null);
      case "boolean":
        return fc.boolean();
      case "integer":
        return fc.integer({ min, max });
      case "number":
        return fc.double({ min, max, noNaN: true });
      case "string": {
        if (node.pattern) return fc.stringMatching(new RegExp(node.pattern));
        const { minLength = 0, maxLength = MAX_LENGTH } = node;
        return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, MAX_LENGTH)) });
      }
      case "array":
        return fc.array(values(node.items ?? {}), { minLength: node.minItems ?? 0, maxLength: MAX_ITEMS });
      case "object":
        return object(node);
      default:
        throw new Error(`a type that no generator knows: ${type}`);
    }
  };

  const object = ({ properties = {}, required = [], additionalProperties }: SchemaNode): fc.Arbitrary<object> => {
    if (Object.keys(properties).length === 0 && typeof additionalProperties === "object") {
      return fc.dictionary(fc.string({ maxLength: MAX_LENGTH }), values(additionalProperties), { maxKeys: MAX_ITEMS });
    }
    const fields = Object.entries(properties).map(([name, node]): [string, fc.Arbitrary<unknown>] => {
      const value = fixed[name] ?? values(node);
      // Most pairs of parameters contradict each other: a body has few.
      const rare = fc.oneof({ arbitrary: fc.constant(undefined), weight: 30 }, { arbitrary: value, weight: 1 });
      return [name, required.includes(name) ? value : rare];
    });
    return fc.record(Object.fromEntries(fields));
  };

  return values(schema);
}

/** The value with an arbitrary one at one of its places. */
export function wrongAtAPlace(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const steps = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
  const wrong = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(1e308, -1, 2 ** 53, "\u0000", "x".repeat(10_000), [[[[]]]], { a: { b: {} } }),
  );
  return fc.tuple(value, steps, wrong).map(([good, path, bad]) => replaced(structuredClone(good), path, bad));
}

function replaced(value: unknown, [step, ...rest]: readonly number[], bad: unknown): unknown {
  if (step === undefined || typeof value !== "object" || value === null) return bad;
  const keys = Object.keys(value);
  if (keys.length === 0) return bad;
  const key = keys[step % keys.length]!;
  const place = value as Record<string, unknown>;
  place[key] = replaced(place[key], rest, bad);
  return value;
}
