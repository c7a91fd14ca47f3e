/** A worker program whose engine is paced. It joins the fleet that the environment names, and drains on SIGTERM. */
import { setTimeout as sleep } from "node:timers/promises";
import { Link } from "@palimpsest/fleet";
import { dialNats, natsEnvironment } from "@palimpsest/fleet/connection";
import { systemClock } from "@palimpsest/gpu-worker/clock";
import { terminated } from "@palimpsest/gpu-worker/transport/drain";
import { Intake } from "@palimpsest/gpu-worker/transport/intake";
import { joinFleet } from "@palimpsest/gpu-worker/transport/nats-worker";
import type { Pace } from "../engine-model.ts";
import { PacedEngine } from "./paced-engine.ts";

export interface PacedWorkerOptions {
  readonly pace: Pace;
  readonly capacity: number;
  readonly queueLimit: number;
  readonly replicaId: string;
  /** From the start of the process to the first look into the queue, unless the program takes longer. */
  readonly startMs: number;
}

const options = JSON.parse(process.env.PACED_WORKER ?? "") as PacedWorkerOptions;
const ended = terminated();
const log = { info() {}, warn: console.error };
await Promise.race([ended, sleep(Math.max(0, options.startMs - performance.now()))]);
const { replicaId, queueLimit } = options;
const dial = dialNats(natsEnvironment.parse(process.env));
await using link = await Link.open({ dial, name: replicaId, log, queueLimit });
const intake = new Intake(new PacedEngine(options.pace, options.capacity), systemClock);
await using worker = await joinFleet({ link, intake, clock: systemClock, log, replicaId, version: "paced" });
process.send?.("serving");
await ended;
await worker.drain(20_000);
process.disconnect?.();
