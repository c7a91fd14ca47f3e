/** The documentation names only what exists: commands with their flags, programs, files, and headings. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commands } from "../../tools/cli/commands.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["*.md", "docs/**/*.md", "edge/client/README.md", "demo-model/*.md", "gpu-worker/models/*.md"].flatMap(
  (pattern) => globSync(pattern, { cwd: root }),
);
const textOf = (page: string) => readFileSync(join(root, page), "utf8");
const scripts = Object.keys(JSON.parse(textOf("package.json")).scripts);

/** The shell's lines of a page, without comments. A line that ends in a backslash goes on. */
function commandsOf(page: string): string[] {
  const blocks = Array.from(textOf(page).matchAll(/^```sh\n(.*?)^```$/gms), ([, block]) =>
    block!.replace(/\\\n/g, " "),
  );
  return blocks.flatMap((block) => block.split("\n")).map((line) => line.replace(/(^|\s)#.*/, "").trim());
}

/** The arguments of every use of a command in a page. */
function usesOf(page: string, command: RegExp): string[][] {
  return commandsOf(page).flatMap((line) => {
    const match = command.exec(line);
    return match
      ? [
          line
            .slice(match.index + match[0].length)
            .trim()
            .split(/\s+/),
        ]
      : [];
  });
}

/** The command with this name, or the one with the next name within it. */
function commandOf([name, ...rest]: readonly string[], within = commands()): Command {
  const found = within.find((command) => command.name() === name);
  if (!found) throw new Error(`there is no command ${name}`);
  return found.commands.length > 0 ? commandOf(rest, [...found.commands]) : found;
}

describe.each(pages)("%s", (page) => {
  it("names flags that palimpsest's commands have", () => {
    for (const words of usesOf(page, /(^|npx |npm run )palimpsest( --)?(?= [a-z])/)) {
      const known = commandOf(words).options.map(({ long }) => long);
      expect(known).toEqual(expect.arrayContaining(words.filter((word) => word.startsWith("--"))));
    }
  });

  it("names npm scripts that exist", () => {
    const named = commandsOf(page).flatMap((line) =>
      Array.from(line.matchAll(/npm run ([\w:-]+)/g), ([, name]) => name),
    );
    expect(named.filter((name) => !scripts.includes(name!))).toEqual([]);
  });

  it("names programs that exist", () => {
    const named = commandsOf(page).flatMap((line) =>
      Array.from(line.matchAll(/(?:^|\s)(?:node|python3)\s+([\w./-]+\.(?:ts|py))/g), ([, file]) => file!),
    );
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it("links to files and headings that exist", () => {
    const links = Array.from(textOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g));
    const broken = links.flatMap(([, path, anchor]) => {
      const file = path ? join(root, dirname(page), path) : join(root, page);
      if (!existsSync(file)) return [path];
      if (!anchor || !file.endsWith(".md")) return [];
      const headings = Array.from(readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm), ([, text]) => anchorOf(text!));
      return headings.includes(anchor) ? [] : [`${path}#${anchor}`];
    });
    expect(broken).toEqual([]);
  });
});

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}
