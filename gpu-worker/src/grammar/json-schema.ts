/**
 * JSON Schema to a grammar, for a subset that is guaranteed: every text of the grammar is a value that the schema accepts. Only
 * annotations are ignored; any other keyword is an error that names it and its place. Objects have their properties in the
 * schema's order, and an object with `properties` has no others unless `additionalProperties` allows them.
 */
import { areDisjoint } from "./disjoint.ts";
import { choice, type Expression, type Grammar, optional, ROOT, repeat, rule, sequence, text } from "./expression.ts";
import { GrammarError } from "./grammar-error.ts";
import { ANY, anyValueRules, BOOLEAN, ITEM_SEPARATOR, jsonText, NULL, NUMBER } from "./json-text.ts";
import { objectExpression } from "./schema-object.ts";
import { pointerOf, resolve, type SchemaObject } from "./schema-place.ts";
import { countsOf, integerValue, stringValue } from "./schema-values.ts";

/** Schemas inside of each other. */
export const MAX_DEPTH = 32;
/** Schemas in all: a schema of more takes the compiler too long. */
export const MAX_SCHEMAS = 1000;
/** Values of all lists. */
export const MAX_ENUM = 1000;

/** Each is compared with each. */
const MAX_ONE_OF = 100;

const ANNOTATIONS = ["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"];
const AT_ROOT = ["$schema", "$id"];
/** They hold schemas for `$ref` and say nothing of a value. */
const DEFINITIONS = ["$defs", "definitions"];

const KEYWORDS = {
  string: ["minLength", "maxLength", "pattern", "format"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  number: [],
  boolean: [],
  null: [],
  array: ["items", "prefixItems", "minItems", "maxItems"],
  object: [
    ...["properties", "required", "additionalProperties", "unevaluatedProperties"],
    ...["minProperties", "maxProperties", "propertyNames"],
  ],
} as const satisfies Record<string, readonly string[]>;

type TypeName = keyof typeof KEYWORDS;
const TYPES = Object.keys(KEYWORDS) as TypeName[];

/** @throws GrammarError naming the keyword and its place */
export function schemaGrammar(schema: unknown): Grammar {
  return new Converter(schema).grammar();
}

/** A schema's conversion: what its parts share. */
export class Converter {
  readonly #root: unknown;
  readonly #rules = new Map<string, Expression>();
  /** Rules of the schemas that `$ref` names, by pointer. */
  readonly #referred = new Map<string, string>();
  #schemas = 0;
  #values = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  grammar(): Grammar {
    const name = this.#refer("#", "#");
    return new Map([[ROOT, rule(name)], ...this.#rules, ...anyValueRules()]);
  }

  /** The values of the schema at a place. */
  convert(schema: unknown, place: string, depth: number): Expression {
    if (++this.#schemas > MAX_SCHEMAS) throw new GrammarError(`has more than ${MAX_SCHEMAS} schemas`);
    if (depth > MAX_DEPTH) throw new GrammarError(`${place}: schemas are nested more than ${MAX_DEPTH} deep`);
    if (schema === true) return rule(ANY.value);
    if (schema === false) throw new GrammarError(`${place}: false accepts no value`);
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
      throw new GrammarError(`${place}: a schema is an object, true or false`);
    }
    return this.#object(schema as SchemaObject, place, depth);
  }

  /** An expression under a name of its own, so that it is written once. */
  named(expression: Expression): Expression {
    if (expression.kind === "rule") return expression;
    const name = `part-${this.#rules.size}`;
    this.#rules.set(name, expression);
    return rule(name);
  }

  #object(schema: SchemaObject, place: string, depth: number): Expression {
    const ignored = [...ANNOTATIONS, ...DEFINITIONS, ...(place === "#" ? AT_ROOT : [])];
    const keys = Object.keys(schema).filter((key) => !ignored.includes(key));
    for (const exclusive of ["$ref", "anyOf", "oneOf"]) {
      const other = keys.find((key) => key !== exclusive);
      if (keys.includes(exclusive) && other !== undefined) {
        throw new GrammarError(`${place}: "${other}" next to "${exclusive}" is not supported; put it inside`);
      }
    }
    if (keys.includes("$ref")) return rule(this.#reference(schema.$ref, `${place}/$ref`));
    for (const keyword of ["anyOf", "oneOf"]) {
      if (keys.includes(keyword)) return this.#alternatives(schema[keyword], keyword, place, depth);
    }
    const types = typesOf(schema, place);
    if (keys.includes("enum") || keys.includes("const")) return this.#listed(schema, keys, types, place);
    const known = ["type", ...types.flatMap((type): readonly string[] => KEYWORDS[type])];
    const unknown = keys.find((key) => !known.includes(key));
    if (unknown !== undefined) {
      const isOfType = TYPES.some((type) => (KEYWORDS[type] as readonly string[]).includes(unknown));
      const why = isOfType ? "is not supported for this type" : "is not supported";
      throw new GrammarError(`${place}: "${unknown}" ${why}`);
    }
    if (keys.length === 0) return rule(ANY.value);
    if (schema.type === undefined) {
      // Without a type a keyword says nothing of values of other types, and so accepts them.
      throw new GrammarError(`${place}: "${keys[0]}" without "type" is not supported; add the type`);
    }
    return choice(...types.map((type) => this.#typed(type, schema, place, depth)));
  }

  #alternatives(schemas: unknown, keyword: string, place: string, depth: number): Expression {
    if (!Array.isArray(schemas) || schemas.length === 0) {
      throw new GrammarError(`${place}/${keyword}: must be a list of at least one schema`);
    }
    if (keyword === "oneOf") this.#requireDisjoint(schemas, `${place}/oneOf`);
    return choice(...schemas.map((one, i) => this.convert(one, `${place}/${keyword}/${i}`, depth + 1)));
  }

  /** @throws GrammarError for schemas that a value may fit at once, which `oneOf` forbids and a grammar cannot */
  #requireDisjoint(schemas: readonly unknown[], place: string): void {
    if (schemas.length > MAX_ONE_OF) throw new GrammarError(`${place}: more than ${MAX_ONE_OF} schemas; use "anyOf"`);
    const schemaOf = (schema: unknown): unknown => {
      const { $ref } = Object(schema) as SchemaObject;
      return typeof $ref === "string" && $ref.startsWith("#/") ? resolve(this.#root, $ref, place) : schema;
    };
    for (const [i, one] of schemas.entries()) {
      const other = schemas.slice(0, i).findIndex((before) => !areDisjoint(before, one, schemaOf));
      if (other < 0) continue;
      const advice = 'demand a property with a "const" of its own in each, or use "anyOf"';
      throw new GrammarError(`${place}: schemas ${other} and ${i} may both accept a value; ${advice}`);
    }
  }

  #typed(type: TypeName, schema: SchemaObject, place: string, depth: number): Expression {
    switch (type) {
      case "string":
        return stringValue(schema, place);
      case "integer":
        return integerValue(schema, place);
      case "number":
        return NUMBER;
      case "boolean":
        return BOOLEAN;
      case "null":
        return NULL;
      case "array":
        return this.#array(schema, place, depth);
      case "object":
        return objectExpression(this, schema, place, depth);
    }
  }

  #array({ items = true, prefixItems = [], ...schema }: SchemaObject, place: string, depth: number): Expression {
    if (!Array.isArray(prefixItems)) throw new GrammarError(`${place}/prefixItems: must be a list of schemas`);
    const [min, max] = countsOf(schema, "minItems", "maxItems", place);
    const first = prefixItems.map((one, i) => this.convert(one, `${place}/prefixItems/${i}`, depth + 1));
    const isClosed = items === false;
    const most = isClosed ? Math.min(max, first.length) : max;
    if (min > most) throw new GrammarError(`${place}: an array of at least ${min} items cannot have at most ${most}`);
    const other = isClosed || most <= first.length ? undefined : this.convert(items, `${place}/items`, depth + 1);
    if (most === 0) return text("[]");
    const separator = text(ITEM_SEPARATOR);
    // The items behind item i, from the last.
    let after: Expression | undefined;
    if (other !== undefined) {
      const fewest = Math.max(0, min - Math.max(first.length, 1));
      after = repeat(sequence(separator, this.named(other)), fewest, most - Math.max(first.length, 1));
    }
    const all = first.length === 0 ? [this.named(other as Expression)] : first.slice(0, most);
    for (let i = all.length - 1; i >= 0; i--) {
      const item = sequence(...(i > 0 ? [separator] : []), all[i] as Expression, ...(after ? [after] : []));
      after = i >= min ? this.named(optional(item)) : item;
    }
    return sequence(text("["), after as Expression, text("]"));
  }

  /** `enum` and `const`, perhaps with a type. */
  #listed(schema: SchemaObject, keys: readonly string[], types: readonly TypeName[], place: string): Expression {
    const other = keys.find((key) => !["enum", "const", "type"].includes(key));
    if (other !== undefined) throw new GrammarError(`${place}: "${other}" next to "enum" or "const" is not supported`);
    if (schema.enum !== undefined && !Array.isArray(schema.enum)) {
      throw new GrammarError(`${place}/enum: must be a list of values`);
    }
    const texts = (values: readonly unknown[]) =>
      values.filter((value) => types.some((type) => isOfType(value, type))).map(jsonText);
    const listed = "enum" in schema ? new Set(texts(schema.enum as unknown[])) : undefined;
    const constant = "const" in schema ? new Set(texts([schema.const])) : undefined;
    const allowed = [...(listed ?? constant ?? [])].filter((value) => constant?.has(value) ?? true);
    if (allowed.length === 0) throw new GrammarError(`${place}: no listed value is accepted`);
    this.#values += allowed.length;
    if (this.#values > MAX_ENUM) throw new GrammarError(`${place}/enum: more than ${MAX_ENUM} values in all`);
    return choice(...allowed.map(text));
  }

  #reference(ref: unknown, place: string): string {
    if (typeof ref !== "string" || !ref.startsWith("#") || (ref.length > 1 && ref[1] !== "/")) {
      const given = JSON.stringify(ref)?.slice(0, 100);
      throw new GrammarError(`${place}: ${given} is not supported; only "#" and "#/..." of the same document are`);
    }
    return this.#refer(ref, place);
  }

  #refer(pointer: string, place: string): string {
    const known = this.#referred.get(pointer);
    if (known !== undefined) return known;
    const schema = pointer === "#" ? this.#root : resolve(this.#root, pointer, place);
    const name = `schema-${this.#referred.size}`;
    this.#referred.set(pointer, name);
    const expression = this.convert(schema, pointerOf(pointer), pointer === "#" ? 0 : 1);
    this.#rules.set(name, expression);
    return name;
  }
}

/** @throws GrammarError for a type that there is not */
function typesOf({ type }: SchemaObject, place: string): TypeName[] {
  if (type === undefined) return TYPES;
  const names = Array.isArray(type) ? type : [type];
  const wrong = names.find((name) => !(TYPES as unknown[]).includes(name));
  if (wrong !== undefined || names.length === 0) {
    throw new GrammarError(`${place}/type: ${JSON.stringify(wrong ?? type)} is not one of ${TYPES.join(", ")}`);
  }
  const unique = [...new Set(names as TypeName[])];
  // A number is an integer too.
  return unique.includes("number") ? unique.filter((name) => name !== "integer") : unique;
}

function isOfType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
