/** The navigation over all pages of the documentation. */
import { globSync, readFileSync } from "node:fs";
import type { DefaultTheme } from "vitepress";

const GROUPS = {
  "Use it": [
    "README.md",
    "edge/client/README.md",
    "docs/client-libraries.md",
    "docs/protocol.md",
    "docs/edit-events.md",
    "docs/decoding.md",
  ],
  "Run it": [
    "docs/operations.md",
    "docs/configuration.md",
    "docs/fleet.md",
    "docs/keys.md",
    "docs/conversion.md",
    "docs/sharding.md",
    "docs/gpu.md",
  ],
  Measured: ["docs/evaluation.md", "docs/results/*.md", "gpu-worker/models/README.md"],
  Inside: ["docs/architecture.md", "docs/style.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  Decisions: ["docs/decisions/*.md"],
};

/** Each page by its title. @param root the repository's folder @throws Error for a page of docs/ that is in no group */
export function sidebar(root: string): DefaultTheme.SidebarItem[] {
  const groups = Object.entries(GROUPS).map(([text, patterns]) => ({
    text,
    pages: patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted()),
  }));
  const listed = groups.flatMap(({ pages }) => pages);
  const missing = globSync("docs/**/*.md", { cwd: root }).filter((page) => !listed.includes(page));
  if (missing.length > 0) throw new Error(`${missing.join(", ")}: add it to a group of site/sidebar.ts`);
  return groups.map(({ text, pages }) => ({
    text,
    items: pages.map((page) => ({ text: titleOf(root, page), link: linkOf(page) })),
  }));
}

function titleOf(root: string, page: string): string {
  if (page === "README.md") return "Start";
  return /^# (?:\d+\. )?(.*)$/m.exec(readFileSync(`${root}/${page}`, "utf8"))?.[1] ?? page;
}

function linkOf(page: string): string {
  return page === "README.md" ? "/start" : `/${page.replace(/\.md$/, "")}`;
}
