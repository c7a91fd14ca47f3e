/** Objects of a JSON Schema: properties in the schema's order, then additional ones, whose names differ from the declared. */
import { ALL, characters, minus, union } from "./code-points.ts";
import { choice, EMPTY, type Expression, repeat, rule, sequence, text } from "./expression.ts";
import { GrammarError } from "./grammar-error.ts";
import type { Converter } from "./json-schema.ts";
import { ANY, canonical, ITEM_SEPARATOR, NAME_SEPARATOR, quoted } from "./json-text.ts";
import { pointerPart, type SchemaObject } from "./schema-place.ts";
import { countsOf } from "./schema-values.ts";

interface Property {
  readonly member: Expression;
  readonly isRequired: boolean;
}

export function objectExpression(converter: Converter, schema: SchemaObject, place: string, depth: number): Expression {
  const declared = propertiesOf(schema, place);
  const required = requiredOf(schema, declared, place);
  const other = otherMember(converter, schema, [...declared.keys()], place, depth);
  const [min, max] = countsOf(schema, "minProperties", "maxProperties", place);
  // A repeated name counts once, so no more than one additional member is certain to count.
  if (other !== undefined && min > Math.max(1, required.size)) {
    throw new GrammarError(
      `${place}/minProperties: above 1 and the number of required properties, ${required.size}, is supported with additionalProperties false only`,
    );
  }
  const properties = [...declared].map(([name, value]): Property => {
    const expression = converter.convert(value, `${place}/properties/${pointerPart(name)}`, depth + 1);
    const member = sequence(text(JSON.stringify(name) + NAME_SEPARATOR), expression);
    return { member, isRequired: required.has(name) };
  });
  const members = membersFrom(converter, properties, other, { min, max });
  if (members === undefined) throw new GrammarError(`${place}: no object has so few or so many properties`);
  return sequence(text("{"), members, text("}"));
}

function propertiesOf({ properties = {} }: SchemaObject, place: string): ReadonlyMap<string, unknown> {
  if (typeof properties !== "object" || properties === null || Array.isArray(properties)) {
    throw new GrammarError(`${place}/properties: must be an object of schemas`);
  }
  return new Map(Object.entries(properties));
}

function requiredOf({ required = [] }: SchemaObject, declared: ReadonlyMap<string, unknown>, place: string) {
  if (!Array.isArray(required)) throw new GrammarError(`${place}/required: must be a list of names`);
  const unknown = required.find((name) => !declared.has(name));
  if (unknown !== undefined) {
    throw new GrammarError(
      `${place}/required: ${JSON.stringify(unknown)} is not among the properties; declare it there`,
    );
  }
  return new Set<string>(required);
}

/** A member that is not declared. @returns undefined when the object has none */
function otherMember(
  converter: Converter,
  schema: SchemaObject,
  declared: readonly string[],
  place: string,
  depth: number,
): Expression | undefined {
  const { unevaluatedProperties, propertyNames } = schema;
  if (unevaluatedProperties !== undefined && typeof unevaluatedProperties !== "boolean") {
    throw new GrammarError(`${place}/unevaluatedProperties: only false and true are supported`);
  }
  const open = unevaluatedProperties ?? declared.length === 0;
  const { additionalProperties = open } = schema;
  if (propertyNames !== undefined && declared.length > 0) {
    throw new GrammarError(`${place}: "propertyNames" next to "properties" is not supported`);
  }
  if (additionalProperties === false) return undefined;
  const value = converter.convert(additionalProperties, `${place}/additionalProperties`, depth + 1);
  return converter.named(
    sequence(otherName(converter, propertyNames, declared, place, depth), text(NAME_SEPARATOR), value),
  );
}

function otherName(
  converter: Converter,
  propertyNames: unknown,
  declared: readonly string[],
  place: string,
  depth: number,
): Expression {
  if (propertyNames !== undefined && propertyNames !== true) {
    const names = propertyNames as SchemaObject;
    if (typeof names !== "object" || names === null || !["string", undefined].includes(names.type as string)) {
      throw new GrammarError(`${place}/propertyNames: must be a schema of strings`);
    }
    return converter.convert({ type: "string", ...names }, `${place}/propertyNames`, depth + 1);
  }
  if (declared.length === 0) return rule(ANY.string);
  return quoted(anyTextBut(declared.map((name) => Array.from(name))));
}

const REST = repeat(canonical(ALL), 0, Number.POSITIVE_INFINITY);

/** The content of any string but these, character by character. Escapes have one form, so that no spelling evades. */
function anyTextBut(texts: readonly (readonly string[])[]): Expression {
  const firsts = new Set(texts.flatMap(([first]) => first ?? []));
  // Half a surrogate pair is no character that a string of the grammar has.
  const known = [...firsts].filter((c) => characters(c).length > 0);
  const branches = known.map((c) => {
    const rest = texts.filter(([first]) => first === c).map((text) => text.slice(1));
    return sequence(canonical(characters(c)), anyTextBut(rest));
  });
  const others = minus(ALL, union(...known.map(characters)));
  const isExcluded = texts.some((text) => text.length === 0);
  return choice(...(isExcluded ? [] : [EMPTY]), sequence(canonical(others), REST), ...branches);
}

/** All members of an object. @returns undefined when the limits leave none */
function membersFrom(
  converter: Converter,
  properties: readonly Property[],
  other: Expression | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): Expression | undefined {
  const counts = min > 0 || max < properties.length || (other !== undefined && max < Number.POSITIVE_INFINITY);
  const separator = text(ITEM_SEPARATOR);
  const known = new Map<string, Expression | undefined>();

  /** The properties from `i` on, behind `written` members. */
  const from = (i: number, written: number): Expression | undefined => {
    const key = `${i} ${written}`;
    if (!known.has(key)) known.set(key, namedOf(i === properties.length ? rest(written) : one(i, written)));
    return known.get(key);
  };
  const namedOf = (expression: Expression | undefined): Expression | undefined =>
    expression === undefined || expression === EMPTY ? expression : converter.named(expression);

  const one = (i: number, written: number): Expression | undefined => {
    const { member, isRequired } = properties[i] as Property;
    const after = written < max ? from(i + 1, counts ? written + 1 : 1) : undefined;
    const here = after && sequence(...(written > 0 ? [separator] : []), member, after);
    const without = isRequired ? undefined : from(i + 1, written);
    return here === undefined || without === undefined ? (here ?? without) : choice(here, without);
  };
  const rest = (written: number): Expression | undefined => {
    const missing = Math.max(0, min - written);
    if (other === undefined) return missing === 0 ? EMPTY : undefined;
    const room = max - (counts ? written : 0);
    if (room < missing || room === 0) return missing === 0 ? EMPTY : undefined;
    const next = sequence(separator, other);
    if (written > 0) return repeat(next, missing, room);
    const some = sequence(other, repeat(next, 0, room - 1));
    return missing === 0 ? choice(EMPTY, some) : some;
  };
  return from(0, 0);
}
