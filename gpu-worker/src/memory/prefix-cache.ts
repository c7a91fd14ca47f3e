/**
 * Blocks whose keys and values outlive the sequence that made them: a radix tree whose edges are whole blocks of token ids and
 * whose nodes own a page each. Under the block-causal mask a block's keys and values depend on the tokens up to its end and on
 * nothing else, so whoever begins with the same blocks may read the same pages, to the last bit.
 *
 * A sequence holds a path from the root: what it holds is never evicted. What nobody holds goes leaf by leaf, the longest
 * unused first. It knows no tensors and does not allocate.
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
  holders: number;
}

/**
 * What the tree knows a block by. `scope` keeps apart those who must not learn from each other's timing: nothing is shared
 * between two scopes.
 */
export function blockKeys(tokens: readonly number[], blockLength: number, scope: string): string[] {
  const blocks = Math.floor(tokens.length / blockLength);
  return Array.from({ length: blocks }, (_, i) => {
    return `${scope} ${tokens.slice(i * blockLength, (i + 1) * blockLength).join(" ")}`;
  });
}

/** The tokens of a block, or undefined where its key is of another scope. */
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
   * Nodes that nobody holds, the longest unused first. A path is given up from its end, and whoever holds a node holds all
   * above it, so a node always stands before its parent: the first one is a leaf.
   */
  readonly #idle = new Set<Node>();

  /** Pages in the tree that nobody holds: all of them can be evicted. */
  get idle(): number {
    return this.#idle.size;
  }

  /** How many blocks of `keys` are cached, from the first; nothing is held. */
  cached(keys: readonly string[]): number {
    let below = this.#roots;
    for (const [count, key] of keys.entries()) {
      const node = below.get(key);
      if (node === undefined) return count;
      below = node.children;
    }
    return keys.length;
  }

  /** Holds the blocks of `keys` that follow `path`, which the caller holds, as far as they are cached, and adds them to it. */
  acquire(keys: readonly string[], path: CachedBlock[]): CachedBlock[] {
    for (const key of keys) {
      const node = this.#below(path).get(key);
      if (node === undefined) break;
      this.#hold(node);
      path.push(node);
    }
    return path;
  }

  /**
   * Holds the block that follows `path`, which the caller holds, and adds it to the path. A block that is new takes `page`;
   * one that is there keeps its own, and the caller has `page` to spare.
   */
  extend(path: CachedBlock[], key: string, page: PageId): CachedBlock {
    const siblings = this.#below(path);
    let node = siblings.get(key);
    if (node === undefined) {
      node = { page, key, siblings, children: new Map(), holders: 0 };
      siblings.set(key, node);
    }
    this.#hold(node);
    path.push(node);
    return node;
  }

  /** How many blocks that follow `path` and each other `accepts` takes, of the branch where it takes the most. */
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

  /** Gives up a path; its blocks stay until they are evicted. */
  release(path: readonly CachedBlock[]): void {
    for (const node of path.toReversed() as Node[]) {
      if (--node.holders === 0) this.#idle.add(node);
    }
  }

  /** Takes up to `count` pages that nobody holds out of the tree. */
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

  #hold(node: Node): void {
    node.holders++;
    this.#idle.delete(node);
  }
}
