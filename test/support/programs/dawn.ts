/** Installs the npm package `webgpu`, which no workspace has because of its size, unless it is there. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rmdir, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FOLDER = fileURLToPath(new URL("../../../gpu-worker/dawn", import.meta.url));

/** npm empties the folder that it installs into, so one test file installs while others wait. */
const LOCK = `${FOLDER}/.installing`;

/** An older lock is a killed test's. */
const LIMIT_MS = 240_000;

export async function installDawn(): Promise<void> {
  for (;;) {
    const isLocked = existsSync(LOCK);
    if (!isLocked && existsSync(`${FOLDER}/node_modules/webgpu/index.js`)) return;
    if (await mkdir(LOCK).then(() => true, isTaken)) break;
    const { mtimeMs } = await stat(LOCK).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LIMIT_MS) await rmdir(LOCK).catch(() => {});
    await setTimeout(200);
  }
  try {
    await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund", "--prefix", FOLDER]);
  } finally {
    await rmdir(LOCK);
  }
}

function isTaken(error: NodeJS.ErrnoException): false {
  if (error.code !== "EEXIST") throw error;
  return false;
}
