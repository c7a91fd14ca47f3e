/** Runs the autoscaler's loop in real time, on what an edge reports, over workers that a program starts and drains. */
import { setTimeout as sleep } from "node:timers/promises";
import { Autoscaler, type AutoscalerSettings } from "../autoscaler.ts";

export interface AutoscaleOptions {
  readonly settings: AutoscalerSettings;
  readonly pollMs: number;
  /** An edge. */
  readonly url: string;
  readonly model: string;
  /** Workers that run or start. */
  count(): number;
  start(): void;
  /** Drains one. */
  stop(): void;
}

export function autoscale({ settings, pollMs, url, model, count, start, stop }: AutoscaleOptions): Disposable {
  const stopped = new AbortController();
  const autoscaler = new Autoscaler(settings, count(), performance.now());
  const loop = async () => {
    while (!stopped.signal.aborted) {
      const wanted = autoscaler.poll(await readDemand(url, model), performance.now());
      while (count() < wanted) start();
      while (count() > wanted) stop();
      await sleep(pollMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  void loop();
  return { [Symbol.dispose]: () => stopped.abort() };
}

/** The metric of the chart's trigger; undefined if the edge does not tell it. */
async function readDemand(url: string, model: string): Promise<number | undefined> {
  const page = await fetch(`${url}/metrics`)
    .then((response) => response.text())
    .catch(() => "");
  const [, value] = page.match(new RegExp(`^palimpsest_demand_sequences\\{model="${model}"\\} (\\d+)$`, "m")) ?? [];
  return value === undefined ? undefined : Number(value);
}
