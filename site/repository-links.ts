/**
 * Links of the repository's Markdown, made for the site: files that are no pages, such as a schema, are published under their own
 * paths. Folders have no page, so their names stay as text.
 */
import { statSync } from "node:fs";
import { cp } from "node:fs/promises";
import { posix } from "node:path";
import type { MarkdownRenderer } from "vitepress";

/** The anchor of a heading, as GitHub makes it. */
export function headingAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

export class RepositoryLinks {
  readonly #root: string;
  /** Paths from the root of the repository. */
  readonly #files = new Set<string>();

  /** @param root the repository's folder */
  constructor(root: string) {
    this.#root = root;
  }

  install(markdown: MarkdownRenderer): void {
    markdown.core.ruler.push("repository-links", ({ tokens, env }) => {
      for (const token of tokens) {
        let isDropped = false;
        token.children = (token.children ?? []).filter((child) => {
          if (child.type === "link_close") return !isDropped;
          if (child.type !== "link_open") return true;
          const href = this.#hrefOf(child.attrGet("href") ?? "", env.relativePath);
          isDropped = href === undefined;
          if (href !== undefined) child.attrSet("href", href);
          return !isDropped;
        });
      }
    });
  }

  /** @returns undefined for a link to a folder @throws Error for a file that does not exist */
  #hrefOf(href: string, page: string): string | undefined {
    if (/^([a-z]+:|\/|#)|\.md(#|$)/.test(href)) return href;
    const path = posix.join(posix.dirname(page), href);
    const found = statSync(`${this.#root}/${path}`, { throwIfNoEntry: false });
    if (!found) throw new Error(`${page}: dead link ${href}`);
    if (found.isDirectory()) return undefined;
    this.#files.add(path);
    return `/${path}`;
  }

  /** Copies the files that pages link to. */
  async publish(outDir: string): Promise<void> {
    for (const path of this.#files) await cp(`${this.#root}/${path}`, `${outDir}/${path}`);
  }
}
