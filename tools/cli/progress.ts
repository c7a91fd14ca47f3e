/** Shows progress: a bar on a terminal, otherwise a line for each tenth. */
import type { WriteStream } from "node:tty";
import { SingleBar } from "cli-progress";
import { formatBytes } from "./units.ts";

export interface Progress extends Disposable {
  /** @param label name of the current file */
  update(doneBytes: number, totalBytes: number, label: string): void;
}

export function createProgress(stream: WriteStream): Progress {
  return stream.isTTY ? createBar(stream) : createLines(stream);
}

function createBar(stream: WriteStream): Progress {
  const bar = new SingleBar({
    stream,
    format: "{bar} {percentage} % | {size} | {rate} | {eta_formatted} left | {label}",
    hideCursor: true,
    barsize: 24,
    etaBuffer: 200,
  });
  const startMs = performance.now();
  let startBytes: number | undefined; // done by an earlier run, if this one resumes
  return {
    update(doneBytes, totalBytes, label) {
      startBytes ??= doneBytes;
      const perSecond = ((doneBytes - startBytes) / (performance.now() - startMs)) * 1000;
      const words = {
        size: `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
        rate: `${formatBytes(Math.round(perSecond))}/s`,
        label,
      };
      if (!bar.isActive) bar.start(totalBytes, doneBytes, words);
      bar.update(doneBytes, words);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}

function createLines(stream: WriteStream): Progress {
  let tenth = 0;
  return {
    update(doneBytes, totalBytes, label) {
      const reached = Math.floor((10 * doneBytes) / totalBytes);
      if (reached === tenth) return;
      tenth = reached;
      stream.write(`${reached * 10} % (${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}) ${label}\n`);
    },
    [Symbol.dispose]() {},
  };
}
