/** `palimpsest keys` in this process. */
import { vi } from "vitest";
import { keysCommand } from "../../../tools/cli/keys.ts";

/** Runs the command. @returns what it prints to standard output @throws Error as the program reports it */
export async function runKeys(...args: string[]): Promise<string> {
  const out = vi.spyOn(console, "log").mockImplementation(() => {});
  const err = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    await keysCommand().parseAsync(args, { from: "user" });
    return out.mock.calls.map(([line]) => String(line)).join("\n");
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
