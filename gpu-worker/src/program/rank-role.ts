/** The part of a replica that this process is, from its own variables or those that a LeaderWorkerSet sets. */
import { isIP } from "node:net";
import { z } from "zod";

const RANK_PORT = 9091;

export const rankEnvironment = z.object({
  RANK: z.coerce.number().int().min(0).optional().describe("This process's rank; 0 is the leader, which serves."),
  RANK_ADDRESS: z
    .string()
    .optional()
    .describe(
      "Addresses on which a rank other than 0 listens for its leader: `host:port` or `unix:path`, comma separated.",
    ),
  RANK_HEALTH_ADDRESS: z
    .string()
    .optional()
    .describe("Addresses on which such a rank serves health alone, to clients without certificates."),
  RANK_ADDRESSES: z
    .string()
    .optional()
    .describe(
      "For the leader: addresses of ranks 1 and up, comma separated. Without them ranks are threads of this process.",
    ),
  RANK_TLS_CA: z.string().optional().describe("File: the CA that signed the certificates of all ranks."),
  RANK_TLS_CERT: z.string().optional().describe("File: this rank's own certificate."),
  RANK_TLS_KEY: z.string().optional().describe("File: the key of this rank's certificate."),
  LWS_LEADER_ADDRESS: z.string().optional().describe("Set by a LeaderWorkerSet: the leader's address."),
  LWS_GROUP_SIZE: z.coerce.number().int().min(1).optional().describe("Set by a LeaderWorkerSet: the number of ranks."),
  LWS_WORKER_INDEX: z.coerce.number().int().min(0).optional().describe("Set by a LeaderWorkerSet: this rank."),
});

export type RankEnvironment = z.infer<typeof rankEnvironment>;

export type Role =
  | { readonly kind: "leader"; readonly addresses?: readonly string[] }
  | {
      readonly kind: "rank";
      readonly rank: number;
      readonly addresses: readonly string[];
      readonly healthAddresses: readonly string[];
    };

/** Own variables override a LeaderWorkerSet's. @throws Error naming the variable at fault */
export function roleOf(env: RankEnvironment): Role {
  const group = groupOf(env);
  const rank = env.RANK ?? group?.index ?? 0;
  if (rank > 0) {
    if (env.RANK_ADDRESSES !== undefined) throw new Error(`RANK_ADDRESSES is for the leader; this is rank ${rank}`);
    const address = env.RANK_ADDRESS ?? `${group === undefined ? "127.0.0.1" : "0.0.0.0"}:${RANK_PORT}`;
    const healthAddresses = env.RANK_HEALTH_ADDRESS?.split(",") ?? [];
    return { kind: "rank", rank, addresses: address.split(","), healthAddresses };
  }
  for (const name of ["RANK_ADDRESS", "RANK_HEALTH_ADDRESS"] as const) {
    if (env[name] !== undefined) throw new Error(`${name} is for a rank other than 0; set RANK`);
  }
  if (env.RANK_ADDRESSES !== undefined) return { kind: "leader", addresses: env.RANK_ADDRESSES.split(",") };
  return group === undefined ? { kind: "leader" } : { kind: "leader", addresses: group.addresses() };
}

/** The pods of one group share a subdomain: `set-0.set.namespace` leads `set-0-1.set.namespace` and so on. */
function groupOf({ LWS_LEADER_ADDRESS: leader, LWS_GROUP_SIZE: size, LWS_WORKER_INDEX: index }: RankEnvironment) {
  if (leader === undefined || size === undefined || index === undefined || size === 1) return undefined;
  const addresses = (): string[] => {
    if (isIP(leader) !== 0) {
      throw new Error(`LWS_LEADER_ADDRESS is ${leader}, no name to derive the others' from: set RANK_ADDRESSES`);
    }
    const [host, ...domain] = leader.split(".");
    return Array.from({ length: size - 1 }, (_, i) => `${[`${host}-${i + 1}`, ...domain].join(".")}:${RANK_PORT}`);
  };
  return { index, addresses };
}
