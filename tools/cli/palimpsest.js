#!/usr/bin/env node
/**
 * `palimpsest` as npm links it. The program is TypeScript that Node runs as it is; an older Node starts the one that the npm
 * package `node` brought and passes on what it says.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The first release that runs TypeScript and has `await using`. */
const NODE_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) {
  await import("./main.ts");
} else {
  const node = createRequire(import.meta.url).resolve("node/bin/node");
  const program = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal's Ctrl-C reaches the child by itself; it decides when to end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
