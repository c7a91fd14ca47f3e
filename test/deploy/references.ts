/** What manifests name and programs must know: variables and metrics. */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { IContainer } from "kubernetes-models/v1/Container";
import { withResponseMetrics } from "../../edge/src/admission/response-metrics.ts";
import { systemClock } from "../../edge/src/clock.ts";
import { edgeVariables } from "../../edge/src/entry/config.ts";
import { metrics } from "../../edge/src/routes/metrics.ts";
import { workerVariables } from "../../gpu-worker/src/program/settings.ts";
import { type Manifest, podTemplates } from "./manifests.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Variables of Go's runtime that nats-server obeys. */
const GO = ["GOMEMLIMIT"];

/** Metrics that Prometheus itself records for every target. */
const OF_PROMETHEUS = ["up"];

/** Variables of containers that no program reads, as `owner: NAME`. */
export function unreadVariables(manifests: readonly Manifest[]): string[] {
  const config = manifests.find(({ data }) => data?.["nats.conf"])?.data["nats.conf"] as string | undefined;
  return podTemplates(manifests).flatMap(({ owner, component, container, spec }) => {
    const containers = [container, ...(spec.initContainers ?? [])];
    return containers.flatMap((it, i) => {
      const known = i > 0 ? toolVariables() : variablesRead(component, it, config);
      return (it.env ?? []).flatMap(({ name }) => (known.has(name) ? [] : `${owner}: ${name}`));
    });
  });
}

function variablesRead(component: string, { args = [] }: IContainer, config = ""): ReadonlySet<string> {
  if (component === "edge") return new Set(Object.keys(edgeVariables.shape));
  if (component === "worker") return new Set(Object.keys(workerVariables.shape));
  // nats-server reads the variables that its configuration names; Kubernetes expands those of arguments.
  const named = [...config.matchAll(/\s\$([A-Z_]+)\b/g), ...args.join(" ").matchAll(/\$\(([A-Z_]+)\)/g)];
  return new Set([...GO, ...named.map(([, name]) => name!)]);
}

let tools: ReadonlySet<string> | undefined;

/** Variables that the command line reads, by the places in its source that read them. */
function toolVariables(): ReadonlySet<string> {
  tools ??= new Set(
    globSync("tools/{cli,convert,download}/*.ts", { cwd: ROOT })
      .filter((file) => !file.includes(".test."))
      .flatMap((file) =>
        [...readFileSync(`${ROOT}${file}`, "utf8").matchAll(/\benvironment\.([A-Z_]+)\b/g)].map(([, name]) => name!),
      ),
  );
  return tools;
}

/** Names of the metrics that a Prometheus of the fleet has. */
export async function exportedMetrics(): Promise<ReadonlySet<string>> {
  const { families } = withResponseMetrics({ models: () => [], ready: () => false, async *generate() {} }, systemClock);
  const app = metrics(() => Promise.resolve([]), families);
  const page = await (await app.request("/metrics")).text();
  const names = [...page.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name, type]) =>
    type === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : [name!],
  );
  return new Set([...OF_PROMETHEUS, ...names]);
}

/** Queries of a rendered dashboard, with `All` for its variables. */
export function dashboardQueries(manifests: readonly Manifest[]): string[] {
  const text = manifests.find(({ data }) => data?.["palimpsest.json"])?.data["palimpsest.json"] as string;
  const { panels, templating } = JSON.parse(text) as Dashboard;
  const { list } = templating;
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  return queries.map((query) =>
    list.reduce((out, { name, allValue }) => out.replaceAll(`$${name}`, allValue ?? ".*"), query),
  );
}

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly allValue?: string }[] };
}

/** Expressions of rendered rules. */
export function ruleQueries(manifests: readonly Manifest[]): string[] {
  const rules = manifests.filter(({ kind }) => kind === "PrometheusRule").flatMap(({ spec }) => spec.groups);
  return rules.flatMap((group) => group.rules).map(({ expr }: { expr: string }) => expr);
}

/** Metrics of a query that nobody exports. */
export function unknownMetrics(query: string, exported: ReadonlySet<string>): string[] {
  const plain = query
    .replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]/g, "")
    .replaceAll(/\b(?:by|on|without|ignoring)\s*\([^)]*\)/g, "");
  const names = [...plain.matchAll(/[a-zA-Z_:][\w:]*(?!\w|\s*\()/g)].map(([name]) => name);
  return names.filter((name) => !KEYWORDS.has(name) && !exported.has(name));
}

const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "unless", "bool", "offset", "group_left", "group_right"]);
