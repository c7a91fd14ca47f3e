/** Finds dead links in the built site: to pages, files and headings. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** @returns a line for each dead link, with its page */
export async function brokenLinks(outDir: string, base: string): Promise<string[]> {
  const pages = new Map(
    globSync("**/*.html", { cwd: outDir }).map((page) => [page, readFileSync(join(outDir, page), "utf8")]),
  );
  const idsOf = (page: string) =>
    new Set(Array.from(pages.get(page)?.matchAll(/\bid="([^"]+)"/g) ?? [], ([, id]) => id));
  const ids = new Map([...pages.keys()].map((page) => [page, idsOf(page)]));
  return [...pages].flatMap(([page, html]) => {
    const targets = Array.from(html.matchAll(/\b(?:href|src)="([^"]+)"/g), ([, target]) => target!);
    return [...new Set(targets)].flatMap((target) => {
      if (/^[a-z]+:/.test(target)) return [];
      const { pathname, hash } = new URL(target, `http://site${posix.join(base, page)}`);
      const path = decodeURIComponent(pathname.slice(base.length)).replace(/(^|\/)$/, "$1index.html");
      const isThere =
        existsSync(join(outDir, path)) && (hash === "" || ids.get(path)?.has(decodeURIComponent(hash.slice(1))));
      return isThere ? [] : [`${page}: ${target}`];
    });
  });
}
