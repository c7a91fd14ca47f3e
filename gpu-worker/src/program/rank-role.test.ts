import { expect, it } from "vitest";
import { type RankEnvironment, roleOf } from "./rank-role.ts";

const pod = (index: number, leader = "demo-0.demo.models"): RankEnvironment => ({
  LWS_LEADER_ADDRESS: leader,
  LWS_GROUP_SIZE: 3,
  LWS_WORKER_INDEX: index,
});

it.each<[string, RankEnvironment, object]>([
  ["nothing: a worker of its own", {}, { kind: "leader" }],
  ["the leader's list", { RANK_ADDRESSES: "unix:/a,b:9091" }, { kind: "leader", addresses: ["unix:/a", "b:9091"] }],
  ["a rank's number", { RANK: 2 }, { kind: "rank", rank: 2, addresses: ["127.0.0.1:9091"] }],
  ["and its socket", { RANK: 1, RANK_ADDRESS: "unix:/a" }, { kind: "rank", rank: 1, addresses: ["unix:/a"] }],
  [
    "the first pod of a group, whose others share its subdomain",
    pod(0),
    { kind: "leader", addresses: ["demo-0-1.demo.models:9091", "demo-0-2.demo.models:9091"] },
  ],
  [
    "a subdomain of the group's own",
    pod(0, "demo-7.demo-7.models"),
    { kind: "leader", addresses: ["demo-7-1.demo-7.models:9091", "demo-7-2.demo-7.models:9091"] },
  ],
  ["another pod of a group", pod(2), { kind: "rank", rank: 2, addresses: ["0.0.0.0:9091"], healthAddresses: [] }],
  ["and where it is probed", { RANK: 1, RANK_HEALTH_ADDRESS: "a:1,b:2" }, { healthAddresses: ["a:1", "b:2"] }],
  ["a group of one", { ...pod(0), LWS_GROUP_SIZE: 1 }, { kind: "leader" }],
  ["addresses of one's own", { ...pod(0), RANK_ADDRESSES: "a:1,b:2" }, { kind: "leader", addresses: ["a:1", "b:2"] }],
  [
    "a group without names, and addresses",
    { ...pod(0, "10.0.0.7"), RANK_ADDRESSES: "10.0.0.8:9091" },
    { addresses: ["10.0.0.8:9091"] },
  ],
])("a process knows its part by %s", (_, env, role) => {
  expect(roleOf(env)).toMatchObject(role);
});

it.each<[RankEnvironment, string]>([
  [{ RANK: 1, RANK_ADDRESSES: "a:1" }, "RANK_ADDRESSES is for the leader; this is rank 1"],
  [{ RANK_ADDRESS: "a:1" }, "RANK_ADDRESS is for a rank other than 0; set RANK"],
  [{ RANK_HEALTH_ADDRESS: "a:1" }, "RANK_HEALTH_ADDRESS is for a rank other than 0; set RANK"],
  [pod(0, "10.0.0.7"), "LWS_LEADER_ADDRESS is 10.0.0.7, no name to derive the others' from: set RANK_ADDRESSES"],
])("%o is refused", (env, message) => {
  expect(() => roleOf(env)).toThrow(message);
});
