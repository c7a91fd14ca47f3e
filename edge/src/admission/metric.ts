/** Counters and histograms of this edge, by labels, as Prometheus' text format has them. */
import type { Labels, MetricFamily, MetricSample } from "../ports.ts";

export class Counter implements MetricFamily {
  readonly type = "counter";
  readonly name: string;
  readonly help: string;
  readonly #values = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  /** By 0, it only makes the series known. */
  add(labels: Labels, by: number): void {
    const key = keyOf(labels);
    const series = this.#values.get(key);
    if (series === undefined) this.#values.set(key, { labels, value: by });
    else series.value += by;
  }

  samples(): MetricSample[] {
    return [...this.#values.values()].map(({ labels, value }) => ({ suffix: "", labels, value }));
  }
}

export class Histogram implements MetricFamily {
  readonly type = "histogram";
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, { readonly labels: Labels; readonly counts: number[]; sum: number }>();

  /** @param bounds of the buckets, ascending; values above the last one are in a bucket of their own */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const series = this.#of(labels);
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = found < 0 ? this.#bounds.length : found;
    series.counts[bucket] = (series.counts[bucket] as number) + 1;
    series.sum += value;
  }

  /** Makes the series known before its first value. */
  prepare(labels: Labels): void {
    this.#of(labels);
  }

  samples(): MetricSample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const buckets = [...this.#bounds.map(String), "+Inf"].map((le, i): MetricSample => {
        total += counts[i] as number;
        return { suffix: "_bucket", labels: { ...labels, le }, value: total };
      });
      return [...buckets, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: total }];
    });
  }

  #of(labels: Labels) {
    const key = keyOf(labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels, counts: Array<number>(this.#bounds.length + 1).fill(0), sum: 0 };
      this.#series.set(key, series);
    }
    return series;
  }
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels));
}
