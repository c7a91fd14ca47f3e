/** The error for a value of a type that cannot stand in its place, such as an image where only text is read. */

/** @param rule says what may stand there */
export function otherType(rule: string) {
  const error = ({ code, input }: { code?: string; input?: unknown }) => {
    if (code !== "invalid_union") return undefined;
    const { type } = Object(input) as { type?: unknown };
    const given = typeof type === "string" ? JSON.stringify(type.slice(0, 64)) : "a value without a type";
    return `${given} is not supported here: ${rule}`;
  };
  return { error };
}
