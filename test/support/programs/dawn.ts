/** Installs the npm package `webgpu`, which no workspace has because of its size, unless it is there. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FOLDER = fileURLToPath(new URL("../../../gpu-worker/dawn", import.meta.url));

export async function installDawn(): Promise<void> {
  if (existsSync(`${FOLDER}/node_modules/webgpu/index.js`)) return;
  await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund", "--prefix", FOLDER]);
}
