/** Allocates pages of the K/V cache. A page is an integer: the place of one block's keys and values in every layer. */

export type PageId = number;

export class PageAllocator {
  readonly total: number;
  readonly #free: PageId[];

  constructor(total: number) {
    this.total = total;
    this.#free = Array.from({ length: total }, (_, i) => total - 1 - i);
  }

  get inUse(): number {
    return this.total - this.#free.length;
  }

  get available(): number {
    return this.#free.length;
  }

  /** Takes `count` pages, or none if fewer are free. */
  allocate(count: number): PageId[] | undefined {
    if (count > this.#free.length) return undefined;
    return this.#free.splice(this.#free.length - count, count).reverse();
  }

  /** Frees pages. @throws Error if that makes more free pages than there are */
  free(pages: readonly PageId[]): void {
    this.#free.push(...pages);
    if (this.#free.length > this.total) throw new Error("a page was freed twice");
  }
}
