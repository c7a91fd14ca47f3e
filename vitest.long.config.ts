/** The tests that take minutes, or need Python, PyTorch or gcc, which npm does not install: `npm run check:long`. */
import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.long.test.ts"],
    exclude: [...configDefaults.exclude, ".palimpsest/**"],
    testTimeout: 60_000,
    maxWorkers: 1,
    reporters: ["default", "./test/support/programs/no-skips.ts"],
  },
});
