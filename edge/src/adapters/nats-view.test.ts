import { create, toBinary } from "@bufbuild/protobuf";
import type { Link } from "@palimpsest/fleet";
import { LoadReportSchema } from "@palimpsest/proto/fleet";
import { expect, it } from "vitest";
import { silentLog, stoppedClock } from "../../../test/support/fakes/scripted-replicas.ts";
import { FleetView } from "./nats-view.ts";

it("a jump of the date makes no replica silent, and silence does", () => {
  const callbacks: ((error: null, message: { data: Uint8Array }) => void)[] = [];
  const subscribe = (_: string, { callback }: { callback: (typeof callbacks)[number] }) => {
    callbacks.push(callback);
    return { unsubscribe() {} };
  };
  const link = { control: { subscribe }, connected: false } as unknown as Link;
  const time = { date: 1_700_000_000_000, monotonic: 5 };
  const clock = { ...stoppedClock, now: () => time.date, monotonic: () => time.monotonic };
  using view = new FleetView({ link, clock, log: silentLog });
  callbacks[0]!(null, { data: toBinary(LoadReportSchema, create(LoadReportSchema, { replicaId: "a", model: "m" })) });
  for (const jumpMs of [3_600_000, -7_200_000]) {
    time.date += jumpMs;
    expect(view.isAlive("a")).toBe(true);
    expect(view.loads("m")).toHaveLength(1);
  }
  time.monotonic += 3_000;
  expect(view.isAlive("a")).toBe(false);
  expect(view.loads("m")).toEqual([]);
});
