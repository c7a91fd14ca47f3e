/** Times of runs on a device, and the speed of its memory. */

const REPEATS = 5;
const REPEATS_MS = 1000;

/** WebGPU's flags, which Node has no globals for. */
const [MAP_READ, COPY_SRC, COPY_DST] = [0x01, 0x04, 0x08];

/** Copied at a time to measure the memory's speed: more than any cache. */
const COPIED_BYTES = 2 ** 28;

export async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

/** The least of some runs, or of those that fit a second; the first compiles. */
export async function least(run: () => Promise<number>): Promise<number> {
  await run();
  const endMs = performance.now() + REPEATS_MS;
  let leastMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS && (i === 0 || performance.now() < endMs); i++) leastMs = Math.min(leastMs, await run());
  return leastMs;
}

/** Times recorded commands from their submission until four bytes have come back. */
export function createTimer(device: GPUDevice) {
  const { queue } = device;
  const [from, read] = [4, 4].map((size, i) =>
    device.createBuffer({ size, usage: COPY_DST | (i === 0 ? COPY_SRC : MAP_READ) }),
  ) as [GPUBuffer, GPUBuffer];
  return async (record: (encoder: GPUCommandEncoder) => void): Promise<number> => {
    const startMs = performance.now();
    const encoder = device.createCommandEncoder();
    record(encoder);
    encoder.copyBufferToBuffer(from, 0, read, 0, 4);
    queue.submit([encoder.finish()]);
    await read.mapAsync(MAP_READ);
    read.unmap();
    return performance.now() - startMs;
  };
}

/** Bytes a millisecond that a large copy reads and writes. */
export async function copySpeed(device: GPUDevice): Promise<number> {
  const size = Math.min(COPIED_BYTES, device.limits.maxBufferSize);
  const usage = COPY_SRC | COPY_DST;
  const [from, to] = [0, 1].map(() => device.createBuffer({ size, usage })) as [GPUBuffer, GPUBuffer];
  const timed = createTimer(device);
  const empty = await least(() => timed(() => {}));
  const copied = await least(() => timed((encoder) => encoder.copyBufferToBuffer(from, 0, to, 0, size)));
  for (const buffer of [from, to]) buffer.destroy();
  return (2 * size) / (copied - empty);
}
