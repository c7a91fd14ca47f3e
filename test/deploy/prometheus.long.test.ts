/**
 * The chart's alerts and dashboard in a real Prometheus, which scrapes a real run. It needs `prometheus` and `promtool` on the PATH:
 * Debian's package prometheus, 2.42.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../../tools/serve/nats-server.ts";
import { patiently } from "../support/waiting.ts";
import { CASES } from "./cases.ts";
import { type DeployedFleet, deploy } from "./deployed-fleet.ts";
import { find, type Manifest, render } from "./manifests.ts";
import { dashboardQueries, exportedMetrics, ruleQueries } from "./references.ts";

/** The chart's worker has one rank, which waits for no other. */
const OF_SEVERAL_RANKS = "palimpsest_exchange_wait_seconds_total";

const run = promisify(execFile);
const opened = new AsyncDisposableStack();
let monitoring: Manifest[];
let fleet: DeployedFleet;
let folder: string;
let prometheus: string;

beforeAll(async () => {
  monitoring = await render(CASES.find(({ name }) => name.includes("everything"))!);
  folder = await mkdtemp(join(tmpdir(), "prometheus-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  fleet = opened.use(await deploy(await render()));
  await fleet.start("nats");
  await fleet.start("edge");
  await fleet.start("worker");
  prometheus = await startPrometheus();
}, 180_000);
afterAll(() => opened.disposeAsync());

/** Scrapes as the chart's ServiceMonitor asks, but each second, and loads the chart's rules. */
async function startPrometheus(): Promise<string> {
  const [endpoint] = find(monitoring, "ServiceMonitor", "edge").spec.endpoints;
  await writeFile(join(folder, "rules.yml"), stringify(find(monitoring, "PrometheusRule", "fleet").spec));
  const scrape = {
    job_name: "palimpsest",
    metrics_path: endpoint.path,
    static_configs: [
      { targets: [`127.0.0.1:${fleet.port("edge", endpoint.port)}`], labels: { namespace: "palimpsest" } },
    ],
  };
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yml"],
    scrape_configs: [scrape],
  };
  const file = join(folder, "prometheus.yml");
  await writeFile(file, stringify(config));
  await run("promtool", ["check", "config", file]);
  const address = `127.0.0.1:${await freePort()}`;
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`];
  const child = spawn("prometheus", args, { stdio: ["ignore", "ignore", "ignore"] });
  opened.defer(async () => {
    if (child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  });
  const url = `http://${address}`;
  await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).ok).toBe(true), patiently);
  return url;
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [timeS: number, value: string];
}

/** @throws Error with Prometheus' message */
async function query(expression: string): Promise<Series[]> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  const { status, error, data } = await response.json();
  if (status !== "success") throw new Error(`${expression}: ${error}`);
  return data.result;
}

async function ask(body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`http://127.0.0.1:${fleet.port("edge", "http")}/v1/chat/completions`, {
    method: "POST",
    ...(signal && { signal }),
    headers: { "content-type": "application/json", authorization: "Bearer secret" },
    body: JSON.stringify({
      model: "palimpsest-demo",
      messages: [{ role: "user", content: "Write a function that adds two numbers." }],
      max_tokens: 64,
      ...body,
    }),
  });
}

it("answers every query of the dashboard", { timeout: 180_000 }, async () => {
  const schema = {
    type: "object",
    properties: { n: { type: "integer" } },
    required: ["n"],
    additionalProperties: false,
  };
  const constrained = { response_format: { type: "json_schema", json_schema: { name: "n", schema } } };
  await vi.waitFor(async () => expect((await ask(constrained)).status).toBe(200), { timeout: 60_000, interval: 500 });
  const drafts = { stream: true, stream_options: { include_edits: true } };
  expect(await (await ask(drafts)).text()).toContain('"type":"draft"');
  const queries = dashboardQueries(monitoring).filter((query) => !query.includes(OF_SEVERAL_RANKS));
  expect(queries.length).toBeGreaterThan(5);
  for (const expression of queries) {
    // A rate needs two samples.
    await vi.waitFor(async () => expect(await query(expression), expression).not.toEqual([]), patiently);
  }
});

it("has every metric that the edge exports", { timeout: 60_000 }, async () => {
  for (const name of await exportedMetrics()) {
    if (name === OF_SEVERAL_RANKS) continue;
    await vi.waitFor(async () => expect(await query(`count({__name__="${name}"})`), name).not.toEqual([]), patiently);
  }
});

it("evaluates every alert without an error, and counts requests that wait", { timeout: 120_000 }, async () => {
  const rules = async () => {
    const { data } = await (await fetch(`${prometheus}/api/v1/rules`)).json();
    return data.groups.flatMap((group: { rules: object[] }) => group.rules) as {
      name: string;
      health: string;
      lastError?: string;
      state: string;
    }[];
  };
  const expected = ruleQueries(monitoring).length;
  await vi.waitFor(async () => {
    const now = await rules();
    expect(now.map(({ health, lastError }) => lastError ?? health)).toEqual(
      Array.from({ length: expected }, () => "ok"),
    );
    expect(now.map(({ state }) => state)).toEqual(now.map(() => "inactive"));
  }, patiently);

  // Twelve requests for eight places; the rule with a lower limit sees those that wait.
  const [waiting] = ruleQueries(monitoring).filter((expression) => expression.endsWith(" > 16"));
  const client = new AbortController();
  const requests = Array.from({ length: 12 }, () => ask({ ignore_eos: true, max_tokens: 2000 }, client.signal));
  await vi.waitFor(async () => {
    const [series] = await query(waiting!.replace(/ > 16$/, " > 2"));
    expect(series?.metric).toEqual({ namespace: "palimpsest", model: "palimpsest-demo" });
  }, patiently);
  client.abort();
  await Promise.allSettled(requests);
});
