/** The tests of `npm test`: `unit` is the fast loop, `integration` starts models, servers and whole systems. */
import { configDefaults, defineConfig } from "vitest/config";

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  throw new Error(
    `The tests need Node 24 or newer, and this is Node ${process.versions.node}. ` +
      "Run them with npm (npm test, npm run test:unit): npm scripts use the Node 24 that npm ci installs.",
  );
}

/** They need more than npm installs: `npm run check:long` runs them (vitest.long.config.ts). */
const long = "**/*.long.test.ts";
/** `x.slow.test.ts` stands beside the file that it tests and takes seconds. */
const integration = ["test/*/**/*.test.ts", "**/*.slow.test.ts"];
const exclude = [...configDefaults.exclude, ".palimpsest/**", long];

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", "./test/support/programs/no-skips.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...exclude, ...integration],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: integration,
          exclude,
          // Real models, servers and browsers share two cores.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
