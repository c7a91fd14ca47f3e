/**
 * Keeps the keys and values of blocks after their sequence has ended: a radix tree whose edges are whole blocks of token ids
 * and whose nodes own a page each. Under the block-causal mask a block's keys and values depend only on the tokens up to its
 * end, so sequences that begin with the same blocks may read the same pages, bit for bit.
 *
 * A sequence references a path from the root, which is never evicted. Unreferenced blocks are evicted leaf by leaf, least
 * recently used first. The cache knows no tensors and allocates no pages.
 */
import type { PageId } from "./page-allocator.ts";

/** A cached block, after all the blocks above it. */
export interface CachedBlock {
  readonly page: PageId;
}

interface Node extends CachedBlock {
  readonly key: string;
  readonly siblings: Map<string, Node>;
  readonly children: Map<string, Node>;
  /** Sequences whose path goes through this node. */
  references: number;
}

/**
 * Keys of the tokens' whole blocks. Blocks of different scopes are never shared, so that tenants cannot probe each other's
 * prompts by timing.
 */
export function blockKeys(tokens: readonly number[], blockLength: number, scope: string): string[] {
  const blocks = Math.floor(tokens.length / blockLength);
  return Array.from({ length: blocks }, (_, i) => {
    return `${scope} ${tokens.slice(i * blockLength, (i + 1) * blockLength).join(" ")}`;
  });
}

/** The tokens of a block, or undefined if its key belongs to another scope. */
export function blockTokens(key: string, scope: string): number[] | undefined {
  return key.startsWith(`${scope} `)
    ? key
        .slice(scope.length + 1)
        .split(" ")
        .map(Number)
    : undefined;
}

export class PrefixCache {
  readonly #roots = new Map<string, Node>();
  /**
   * Unreferenced nodes, least recently used first. A path is released from its end, and a sequence that references a node
   * references its ancestors too, so a node always comes before its parent, and the first node is a leaf.
   */
  readonly #idle = new Set<Node>();

  /** Unreferenced pages; all of them can be evicted. */
  get idle(): number {
    return this.#idle.size;
  }

  /** Leading blocks of `keys` that are cached. It adds no reference. */
  cached(keys: readonly string[]): number {
    let below = this.#roots;
    for (const [count, key] of keys.entries()) {
      const node = below.get(key);
      if (node === undefined) return count;
      below = node.children;
    }
    return keys.length;
  }

  /** References the blocks of `keys`, which follow the caller's `path`, as far as they are cached, and appends them to it. */
  acquire(keys: readonly string[], path: CachedBlock[]): CachedBlock[] {
    for (const key of keys) {
      const node = this.#below(path).get(key);
      if (node === undefined) break;
      this.#reference(node);
      path.push(node);
    }
    return path;
  }

  /**
   * References the block that follows the caller's `path` and appends it. A new block takes `page`; a cached block keeps its
   * own page, and the caller can free `page`.
   */
  extend(path: CachedBlock[], key: string, page: PageId): CachedBlock {
    const siblings = this.#below(path);
    let node = siblings.get(key);
    if (node === undefined) {
      node = { page, key, siblings, children: new Map(), references: 0 };
      siblings.set(key, node);
    }
    this.#reference(node);
    path.push(node);
    return node;
  }

  /** Length of the longest branch after `path` that `accepts`, which is given all keys of the branch so far. */
  depth(path: readonly CachedBlock[], accepts: (keys: readonly string[]) => boolean): number {
    const deepest = (below: Map<string, Node>, keys: readonly string[]): number => {
      const depths = [...below]
        .map(([key, { children }]) => ({ all: [...keys, key], children }))
        .filter(({ all }) => accepts(all))
        .map(({ all, children }) => deepest(children, all));
      return Math.max(keys.length, ...depths);
    };
    return deepest(this.#below(path), []);
  }

  /** Drops the references of a path. Its blocks stay until they are evicted. */
  release(path: readonly CachedBlock[]): void {
    for (const node of path.toReversed() as Node[]) {
      if (--node.references === 0) this.#idle.add(node);
    }
  }

  /** Removes up to `count` unreferenced pages from the tree. */
  evict(count: number): PageId[] {
    const pages: PageId[] = [];
    for (const node of this.#idle) {
      if (pages.length === count) break;
      this.#idle.delete(node);
      node.siblings.delete(node.key);
      pages.push(node.page);
    }
    return pages;
  }

  #below(path: readonly CachedBlock[]): Map<string, Node> {
    return (path.at(-1) as Node | undefined)?.children ?? this.#roots;
  }

  #reference(node: Node): void {
    node.references++;
    this.#idle.delete(node);
  }
}
