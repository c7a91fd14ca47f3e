/** Formats numbers for people. */

/** `9.1 GB`, in decimal units like disk sizes. */
export function formatBytes(bytes: number): string {
  return `${short(bytes, ["bytes", "kB", "MB", "GB", "TB"])}`;
}

/** `16.3 billion` */
export function formatCount(count: number): string {
  return short(count, ["", "thousand", "million", "billion", "trillion"]).trimEnd();
}

function short(value: number, units: readonly string[]): string {
  const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return `${power === 0 ? value : (value / 1000 ** power).toFixed(1)} ${units[power]}`;
}
