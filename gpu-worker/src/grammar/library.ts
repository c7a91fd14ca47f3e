/**
 * Loads web-xgrammar. Its only file is UMD in a package of type module, which neither `import` nor `require` can read, so it is
 * evaluated here as CommonJS. Each call makes an instance with memory of its own: a failed check aborts an instance for good.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";

export type Library = typeof import("@mlc-ai/web-xgrammar");

/** The file's only dynamic import, which an evaluated script may not do. */
const DYNAMIC_IMPORT = /await import\('module'\)/;

export function loadLibrary(): Library {
  const require = createRequire(import.meta.url);
  const file = require.resolve("@mlc-ai/web-xgrammar");
  const source = readFileSync(file, "utf8").replace(DYNAMIC_IMPORT, "require('module')");
  const module = { exports: {} as Library };
  const parameters = ["exports", "module", "require", "__filename"];
  compileFunction(source, parameters, { filename: file })(module.exports, module, createRequire(file), file);
  return module.exports;
}
