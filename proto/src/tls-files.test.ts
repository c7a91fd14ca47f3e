import { expect, it } from "vitest";
import { readTls } from "./tls-files.ts";

it("certificates are three files, or none", () => {
  const [file, nowhere] = [import.meta.filename, "/nowhere/key.pem"];
  expect(readTls("RANK_TLS", {})).toBeUndefined();
  expect(() => readTls("RANK_TLS", { RANK_TLS_CERT: file })).toThrow("RANK_TLS_CERT is set and RANK_TLS_CA is not");
  const env = { RANK_TLS_CA: file, RANK_TLS_CERT: file, RANK_TLS_KEY: file };
  expect(readTls("RANK_TLS", env)?.key).toContain("certificates are three files");
  expect(() => readTls("RANK_TLS", { ...env, RANK_TLS_KEY: nowhere })).toThrow(/RANK_TLS_KEY: ENOENT/);
});
