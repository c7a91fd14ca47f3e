import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { silentLog } from "../../../test/support/fakes/scripted-replicas.ts";
import { until } from "../../../test/support/waiting.ts";
import { systemClock } from "../clock.ts";
import { digestOf } from "../keys/key-description.ts";
import { KeyRing } from "../keys/key-ring.ts";
import type { Clock } from "../ports.ts";
import { watchKeyFile } from "./key-file.ts";

/** Time that passes a hundred times faster. */
const fast: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 100, signal) };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keys-"));
  path = join(folder, "keys.json");
});
afterEach(() => rm(folder, { recursive: true }));

const describe = async (...secrets: string[]) => {
  const keys = secrets.map(async (secret) => ({ id: secret, secrets: [{ sha256: await digestOf(secret) }] }));
  return JSON.stringify({ keys: await Promise.all(keys) });
};

it("a file that changes replaces its keys, and one that cannot be read keeps them", async () => {
  await writeFile(path, await describe("a"));
  const errors: object[] = [];
  const log = { ...silentLog, error: (fields: object) => void errors.push(fields) };
  const ring = new KeyRing(fast);
  using _watch = await watchKeyFile(path, { ring, clock: fast, log });
  expect(await ring.find("a")).toBeDefined();

  await writeFile(`${path}.new`, await describe("b"));
  await rename(`${path}.new`, path);
  await until(async () => (await ring.find("b")) !== undefined);
  expect(await ring.find("a")).toBeUndefined();

  await writeFile(path, "{");
  await until(() => errors.length > 0);
  expect(await ring.find("b")).toBeDefined();
  await rm(path);
  await until(() => errors.some((one) => String((one as { err: Error }).err).includes("ENOENT")));
  expect(await ring.find("b")).toBeDefined();
  await writeFile(path, await describe("c"));
  await until(async () => (await ring.find("c")) !== undefined);
});

it.each([
  [undefined, "API_KEYS_FILE: ENOENT"],
  ["{}", /^API_KEYS_FILE: .*keys\.json: keys: /],
])("a server does not start with the file %j", async (text, message) => {
  if (text !== undefined) await writeFile(path, text);
  const ring = new KeyRing(fast);
  await expect(watchKeyFile(path, { ring, clock: fast, log: silentLog })).rejects.toThrow(message);
});
