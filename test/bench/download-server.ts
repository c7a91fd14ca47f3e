/**
 * Runs the hub's server in a worker thread, so that serving does not compete with downloading. It posts only its
 * address.
 */
import { randomFillSync } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { startHubServer } from "../support/programs/hub-server.ts";

const { files, sizeBytes } = workerData as { files: string[]; sizeBytes: number };
const hub = await startHubServer([
  ["config.json", Buffer.from("{}")],
  ...files.map((file) => [file, randomFillSync(Buffer.allocUnsafe(sizeBytes))] as const),
]);
parentPort?.postMessage(hub.endpoint);
