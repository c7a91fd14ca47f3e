/** The replicas with free slots that wait for a notification, by how many sequences they run: those with fewer look first. */
import type { Random } from "./random.ts";
import type { Replica } from "./replica.ts";

export class IdleReplicas {
  readonly #random: Random;
  /** By sequences that they run. */
  readonly #byUse: Replica[][] = [];
  readonly #places = new Map<Replica, { readonly used: number; at: number }>();

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#places.size;
  }

  add(replica: Replica): void {
    if (this.#places.has(replica)) return;
    const { used } = replica;
    this.#byUse[used] ??= [];
    const at = this.#byUse[used].push(replica) - 1;
    this.#places.set(replica, { used, at });
  }

  delete(replica: Replica): void {
    const place = this.#places.get(replica);
    if (place === undefined) return;
    this.#places.delete(replica);
    const group = this.#byUse[place.used]!;
    const last = group.pop()!;
    if (last === replica) return;
    group[place.at] = last;
    this.#places.get(last)!.at = place.at;
  }

  /** Those that look first: any of those that run equally many. */
  first(count: number): Replica[] {
    const found: Replica[] = [];
    for (const group of this.#byUse) {
      if (group === undefined) continue;
      const others = Math.min(count - found.length, group.length);
      const from = others < group.length ? Math.floor(this.#random.next() * group.length) : 0;
      for (let i = 0; i < others; i++) found.push(group[(from + i) % group.length]!);
      if (found.length >= count) break;
    }
    return found;
  }
}
