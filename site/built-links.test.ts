import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { brokenLinks } from "./built-links.ts";

it("names links to pages, files and headings that the site lacks, and no others", async () => {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-links-"));
  try {
    const links = [
      "/base/two.html#there",
      "two.html#gone",
      "/base/three.html",
      "https://example.com/x",
      "#here",
      "style.css",
    ];
    const page = links.map((href) => `<a href="${href}">x</a>`).join("");
    await writeFile(join(folder, "index.html"), `<h1 id="here">One</h1>${page}<img src="missing.svg">`);
    await writeFile(join(folder, "two.html"), `<h1 id="there">Two</h1><a href="/base/">home</a>`);
    await writeFile(join(folder, "style.css"), "");
    const broken = ["two.html#gone", "/base/three.html", "missing.svg"];
    expect(await brokenLinks(folder, "/base/")).toEqual(broken.map((target) => `index.html: ${target}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
