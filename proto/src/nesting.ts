/** How deep a JSON value is nested. Functions that call themselves for each level fail beyond some thousand. */

/** True if more than `levels` objects and lists stand inside each other. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  let inside = [value].filter(isNested);
  for (let level = 0; inside.length > 0; level++) {
    if (level === levels) return true;
    inside = inside.flatMap((one) => Object.values(one)).filter(isNested);
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
