/** The place of a response among those that wait, where tenants are served in turn. */

export interface Waiting {
  readonly tenant: string;
  /** Several sequences of one response wait as one. */
  readonly responseId: string;
}

/**
 * Responses that begin before this one, if all take as many blocks. Undefined if it does not wait.
 * @param waiting in order of arrival
 * @param tenants in the order in which they are served
 */
export function placeInTurns(
  waiting: readonly Waiting[],
  tenants: readonly string[],
  responseId: string,
): number | undefined {
  const tenant = waiting.find((one) => one.responseId === responseId)?.tenant;
  if (tenant === undefined) return undefined;
  const responses = new Map(tenants.map((one) => [one, new Set<string>()]));
  for (const one of waiting) responses.get(one.tenant)?.add(one.responseId);
  const turns = [...(responses.get(tenant) ?? [])].indexOf(responseId);
  const at = tenants.indexOf(tenant);
  // A tenant that is served earlier in a turn also has one in the turn of this response.
  return tenants.reduce((sum, other, i) => {
    if (other === tenant) return sum;
    return sum + Math.min(responses.get(other)?.size ?? 0, i < at ? turns + 1 : turns);
  }, turns);
}
