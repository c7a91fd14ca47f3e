/** A run as a file, and as the hash of a link. */
import type { Run } from "./run.ts";

const FORMAT = "palimpsest-run-1";

export function runFile(run: Run): Blob {
  return new Blob([JSON.stringify({ format: FORMAT, run })], { type: "application/json" });
}

/** @throws Error that says what is wrong with the file */
export function parseRun(text: string): Run {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error("The file is not JSON.");
  }
  const { format, run } = (parsed ?? {}) as { format?: unknown; run?: Run };
  if (format !== FORMAT || !Array.isArray(run?.lanes) || !Array.isArray(run.request?.messages)) {
    throw new Error("The file is not a saved run.");
  }
  return run;
}

/** Compressed and in the letters of a URL. */
export async function runHash(run: Run): Promise<string> {
  const packed = runFile(run).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `#run=${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** Undefined for a hash that is none of a run. @throws Error for one that is damaged */
export async function runOfHash(hash: string): Promise<Run | undefined> {
  const packed = /^#run=([A-Za-z0-9_-]+)$/.exec(hash)?.[1];
  if (packed === undefined) return undefined;
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return parseRun(await new Response(text).text());
  } catch {
    throw new Error("The link is damaged: it holds no run.");
  }
}
