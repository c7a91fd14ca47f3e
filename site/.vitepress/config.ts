/** The site of the documentation: the repository's Markdown, where it lies, and recorded runs instead of a server. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { brokenLinks } from "../built-links.ts";
import { buildRecordedPlayground } from "../recorded-playground.ts";
import { headingAnchor, RepositoryLinks } from "../repository-links.ts";
import { sidebar } from "../sidebar.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const links = new RepositoryLinks(root);
/** VitePress takes a link for one to a page unless it knows the extension. */
process.env.VITE_EXTRA_EXTENSIONS = "proto";

export default defineConfig({
  title: "Palimpsest",
  description: "Serves LLaDA 2.x diffusion language models, and streams their text while it is written and edited",
  srcDir: "..",
  srcExclude: ["demo-model/**", "deploy/**", "test/**", ".palimpsest/**", ".github/**", "SECURITY.md"],
  rewrites: { "site/index.md": "index.md", "site/playground.md": "playground.md", "README.md": "start.md" },
  outDir: "dist",
  cacheDir: "../node_modules/.cache/vitepress",
  lastUpdated: false,
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    anchor: { slugify: headingAnchor },
    config: (markdown) => links.install(markdown),
  },
  vite: { publicDir: false, build: { chunkSizeWarningLimit: 2_000 } },
  themeConfig: {
    nav: [
      { text: "Start", link: "/start" },
      { text: "Playground", link: "/playground" },
      { text: "Edit events", link: "/docs/edit-events" },
    ],
    sidebar: sidebar(root),
    outline: { level: [2, 3] },
    search: { provider: "local" },
    docFooter: { prev: false, next: false },
  },
  async buildEnd({ outDir, site: { base } }) {
    await buildRecordedPlayground(`${outDir}/recorded`);
    await links.publish(outDir);
    const broken = await brokenLinks(outDir, base);
    if (broken.length > 0) throw new Error(`dead links:\n${broken.join("\n")}`);
  },
});
