/**
 * Fairness between tenants by the tokens that they were served: the virtual token counters of "Fairness in Serving Large
 * Language Models" (OSDI 2024), with the virtual time of start-time fair queueing. The waiting tenant with the smallest counter
 * is next. A counter never lies below that of the tenant that was chosen last: a tenant is not paid for time in which it asked
 * for nothing, and a new one waits for no other to be served as much as all before.
 */

export class TokenCounters<Tenant> {
  readonly #counters = new Map<Tenant, number>();
  /** The counter of the tenant that was chosen last; all others count as at least this. */
  #floor = 0;

  /** The tenants in the order in which to serve them; equal ones stay in theirs. */
  order(waiting: Iterable<Tenant>): Tenant[] {
    return [...waiting].sort((one, other) => this.#count(one) - this.#count(other));
  }

  /** Notes that a request of this tenant is served now. Its first tokens count at once, so that the next request is another's. */
  choose(tenant: Tenant, tokens: number): void {
    this.#floor = Math.max(this.#floor, this.#count(tenant));
    this.charge(tenant, tokens);
    // Their number must not grow with that of all tenants ever seen.
    for (const [one, count] of this.#counters) if (count <= this.#floor) this.#counters.delete(one);
  }

  /** Counts tokens that a tenant was served. */
  charge(tenant: Tenant, tokens: number): void {
    this.#counters.set(tenant, this.#count(tenant) + tokens);
  }

  #count(tenant: Tenant): number {
    return Math.max(this.#floor, this.#counters.get(tenant) ?? 0);
  }
}
