/**
 * Follows the fleet's stored claims on a crowd's responses, and checks that responses of a crashed worker find another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { ClaimSchema } from "@palimpsest/proto/fleet";
import { dialNats, natsEnvironment } from "../../fleet/src/connection.ts";
import { Link, readClaim, readLog } from "../../fleet/src/index.ts";
import type { NatsServer } from "../../tools/serve/nats-server.ts";
import { silentLog } from "../support/fakes/scripted-replicas.ts";
import type { Crowd } from "./crowd.ts";

/** Far above the expected time. */
const TAKEOVER_LIMIT_MS = 30_000;

/**
 * Reports claims to the crowd as the fleet stores them, since a listener on the subject would also receive rejected
 * claims.
 */
export async function hearClaims(server: NatsServer, crowd: Crowd): Promise<Link> {
  const dial = dialNats(natsEnvironment.parse({ NATS_URL: server.url }));
  const link = await Link.open({ dial, name: "chaos", log: silentLog, queueLimit: 1 });
  const claims = await link.buckets.responses.watch({ key: "claim.*" });
  void (async () => {
    for await (const { key, value } of claims) {
      const { attempt, replicaId } = fromBinary(ClaimSchema, value);
      crowd.claimed(key.split(".").at(-1)!, attempt, replicaId);
    }
  })();
  return link;
}

/** Waits until other workers have claimed the affected responses. @returns descriptions of the unclaimed ones */
export async function notTakenOver(crowd: Crowd, link: Link): Promise<string[]> {
  for (const end = Date.now() + TAKEOVER_LIMIT_MS; crowd.waiting.length > 0; await sleep(20)) {
    if (Date.now() < end) continue;
    const left = crowd.waiting.map(async (id) => {
      const claim = (await readClaim(link.buckets.responses, id))?.claim;
      const log = (await readLog(link.jsm, id)).map(({ type, attempt }) => `${type} ${attempt}`);
      return `${id} was not taken over: attempt ${claim?.attempt} of ${claim?.replicaId}; ${log.join(", ")}`;
    });
    crowd.forgetWaiting();
    return Promise.all(left);
  }
  return [];
}
