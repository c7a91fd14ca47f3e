/** The figure of a sweep: pass@1 against tokens per forward, a line for each editing threshold, as SVG. */
import type { Figures } from "./report.ts";

const WIDTH = 720;
const HEIGHT = 440;
const MARGIN = { left: 56, right: 24, top: 24, bottom: 48 };
/** A palette that color-blind readers can distinguish (Okabe and Ito, 2008). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];

/** `rows` have modes of the form threshold/editing; each point shows its 95% interval and its threshold. */
export function sweepPlot(rows: readonly Figures[], title: string): string {
  const lines = [...Map.groupBy(rows, ({ mode }) => mode.split("/")[1] ?? "")];
  const widest = Math.max(1, ...rows.map((one) => one.tokensPerForward)) * 1.08;
  const x = (value: number): number => MARGIN.left + (value / widest) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number => HEIGHT - MARGIN.bottom - value * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].map(
      (at) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(at)}" y2="${y(at)}" stroke="#ddd"/>${label(MARGIN.left - 8, y(at) + 4, `${at * 100}%`, "end")}`,
    ),
    ...Array.from({ length: Math.floor(widest) + 1 }, (_, at) =>
      label(x(at), HEIGHT - MARGIN.bottom + 16, `${at}`, "middle"),
    ),
    label(WIDTH / 2, HEIGHT - 10, "tokens per forward", "middle"),
    label(MARGIN.left, 16, "pass@1", "middle"),
    ...lines.flatMap(([editing, own], i) => {
      const color = COLORS[i % COLORS.length] as string;
      const sorted = own.toSorted((a, b) => a.tokensPerForward - b.tokensPerForward);
      const points = sorted.map((one) => `${x(one.tokensPerForward).toFixed(1)},${y(one.passAt1.value).toFixed(1)}`);
      const legend = editing === "off" ? "no editing" : `editing threshold ${editing}`;
      return [
        `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`,
        ...sorted.map((one) => mark(x(one.tokensPerForward), one, y, color)),
        `<rect x="${WIDTH - 200}" y="${HEIGHT - 130 + i * 18}" width="12" height="12" fill="${color}"/>`,
        label(WIDTH - 182, HEIGHT - 120 + i * 18, legend, "start"),
      ];
    }),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function mark(x: number, { passAt1, mode }: Figures, y: (value: number) => number, color: string): string {
  const at = x.toFixed(1);
  const bar = `<line x1="${at}" x2="${at}" y1="${y(passAt1.low).toFixed(1)}" y2="${y(passAt1.high).toFixed(1)}" stroke="${color}"/>`;
  const dot = `<circle cx="${at}" cy="${y(passAt1.value).toFixed(1)}" r="3.5" fill="${color}"/>`;
  return bar + dot + label(x + 6, y(passAt1.value) - 6, mode.split("/")[0] as string, "start");
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeText(text)}</text>`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
