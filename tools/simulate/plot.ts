/** The figure of a simulation: for each trace, the demand and the replicas over time, as SVG. */
import type { Experiment } from "./experiment.ts";
import { quantile } from "./outcome.ts";

const PANEL = { width: 360, height: 190 };
const MARGIN = { left: 44, right: 12, top: 30, bottom: 26 };
const COLUMNS = 2;
const LEGEND_HEIGHT = 28;
/** Colors that color-blind readers can distinguish (Okabe and Ito, 2008). */
const LINES = [
  { name: "demand, in replicas", color: "#999999", width: 1 },
  { name: "pods", color: "#e69f00", width: 2 },
  { name: "serving replicas", color: "#0072b2", width: 2 },
] as const;

export function fleetPlot(experiments: readonly Experiment[], capacity: number): string {
  const rows = Math.ceil(experiments.length / COLUMNS);
  const [width, height] = [COLUMNS * PANEL.width, rows * PANEL.height + LEGEND_HEIGHT];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    "<title>Demand and replicas of simulated fleets</title>",
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...LINES.map(({ name, color }, i) => {
      const x = MARGIN.left + i * 150;
      return `<rect x="${x}" y="10" width="12" height="12" fill="${color}"/>${label(x + 18, 20, name, "start")}`;
    }),
    ...experiments.map((experiment, i) => {
      const [x, y] = [(i % COLUMNS) * PANEL.width, Math.floor(i / COLUMNS) * PANEL.height + LEGEND_HEIGHT];
      return `<g transform="translate(${x} ${y})">\n${panel(experiment, capacity)}\n</g>`;
    }),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function panel({ shape, maxReplicas, outcome }: Experiment, capacity: number): string {
  const { observations, waits } = outcome;
  const values = observations.map(({ demand, pods, serving }) => [demand / capacity, pods, serving] as const);
  const highest = Math.max(maxReplicas, ...values.map(([demand]) => demand));
  const inner = {
    width: PANEL.width - MARGIN.left - MARGIN.right,
    height: PANEL.height - MARGIN.top - MARGIN.bottom,
  };
  const x = (ms: number) => MARGIN.left + (ms / shape.lengthMs) * inner.width;
  const y = (value: number) => MARGIN.top + (1 - value / highest) * inner.height;
  const p95 = (quantile(waits, 0.95) / 1_000).toFixed(1);
  const minutes = Math.round(shape.lengthMs / 60_000);
  return [
    label(MARGIN.left, 18, `${shape.name}: 95% of the requests wait less than ${p95} s`, "start"),
    ...[0, maxReplicas].map(
      (value) =>
        `<line x1="${MARGIN.left}" x2="${PANEL.width - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>` +
        label(MARGIN.left - 6, y(value) + 4, String(value), "end"),
    ),
    ...[0, minutes].map((at) => label(x(at * 60_000), PANEL.height - 10, `${at} min`, at === 0 ? "start" : "end")),
    ...LINES.map(({ color, width }, line) => {
      const points = observations.map(({ atMs }, i) => `${x(atMs).toFixed(1)},${y(values[i]![line]!).toFixed(1)}`);
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="${width}"/>`;
    }),
  ].join("\n");
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${text}</text>`;
}
