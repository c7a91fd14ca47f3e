/** The devices of a replica's experts, from a setting: `webgpu`, `webgpu:NAME`, or one entry for each rank, `cpu` included. */
import type { ExpertDevice } from "../runtime/device-shard.ts";

/** By rank; one entry counts for all. Undefined: the rank's experts run on the CPU. */
export type ExpertDevices = readonly (ExpertDevice | undefined)[];

/** @throws Error naming the entry at fault */
export function parseExpertDevices(text: string): ExpertDevices {
  return text.split(",").map((entry) => {
    const [kind, ...name] = entry.trim().split(":");
    const adapter = name.join(":");
    if (kind === "cpu" && name.length === 0) return undefined;
    if (kind === "webgpu" && (name.length === 0 || adapter !== "")) {
      return { kind, ...(adapter !== "" && { adapter }) };
    }
    throw new Error(
      `expert device ${JSON.stringify(entry)}: must be cpu, webgpu or webgpu:NAME, or one of them for each rank, separated by commas`,
    );
  });
}

/** @throws Error when there are devices for another number of ranks */
export function expertDeviceOf(
  devices: ExpertDevices | undefined,
  rank: number,
  ranks: number,
): ExpertDevice | undefined {
  if (devices === undefined || devices.length === 1) return devices?.[0];
  if (devices.length !== ranks) {
    throw new Error(`expert devices: ${devices.length} for ${ranks} ranks; give one for each rank, or one for all`);
  }
  return devices[rank];
}
