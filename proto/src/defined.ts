/**
 * The properties that have a value, in place of `...(x !== undefined && { x })`: under exactOptionalPropertyTypes an optional
 * property may be absent, never undefined. null counts as absent, as it does in OpenAI's JSON.
 */
export function defined<T extends object>(properties: T): Defined<T> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value != null)) as Defined<T>;
}

type Defined<T> = { [K in keyof T as Has<T[K]> extends true ? K : never]: T[K] } & {
  [K in keyof T as Has<T[K]> extends true ? never : K]?: NonNullable<T[K]>;
};

type Has<Value> = [Extract<Value, null | undefined>] extends [never] ? true : false;
