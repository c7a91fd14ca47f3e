/** Errors that the chart and these tests report, and complaints about other charts that do not apply to this one. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { edgeVariables } from "../../edge/src/entry/config.ts";
import { LOG_AGE_MS, MAX_STREAM_REPLICAS } from "../../fleet/src/index.ts";
import { workerVariables } from "../../gpu-worker/src/program/settings.ts";
import { Autoscaler } from "../../tools/simulate/autoscaler.ts";
import { CASES } from "./cases.ts";
import { helm } from "./helm.ts";
import { CHART, find, podTemplates, type Rendering, render, variablesOf } from "./manifests.ts";
import { dashboardQueries, exportedMetrics, ruleQueries, unknownMetrics, unreadVariables } from "./references.ts";

const run = promisify(execFile);
const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, "utf8"));
const pool = { name: "demo", model: "m", package: { path: "/app/m" } };
const everything = CASES.find(({ name }) => name.includes("everything"))!;

it.each<[string, Rendering, RegExp]>([
  ["a typo", { values: { edge: { replcas: 3 } } }, /replcas/],
  ["a typo in a pool", { values: { pools: [{ ...pool, capcity: 4 }] } }, /capcity/],
  ["a typo in a variable", { values: { edge: { env: { LOG_LEVL: "info" } } } }, /LOG_LEVL/],
  ["a variable of the chart", { values: { pools: [{ ...pool, env: { CAPACITY: 4 } }] } }, /CAPACITY/],
  ["a value of another type", { values: { edge: { waitSeconds: "60" } } }, /waitSeconds/],
  ["two packages", { values: { pools: [{ ...pool, package: { path: "/a", claim: "b" } }] } }, /package/],
  ["a cache of two kinds", hub({ cache: { claim: "a", hostPath: "/b" } }), /cache|package/],
  ["two nats-servers", { values: { nats: { replicas: 2 } } }, /replicas/],
  ["a model's name that is no label", { values: { pools: [{ ...pool, model: "a/b" }] } }, /model/],
  [
    "a queue that cannot hold what runs",
    { values: { pools: [{ ...pool, capacity: 64, scaling: { maxReplicas: 20 } }] } },
    /pool demo: QUEUE_LIMIT of edge.env is 1024, below the pool's 1280 slots/,
  ],
  [
    "more copies than servers",
    { values: { nats: { streamReplicas: 3 } } },
    /nats.streamReplicas is 3, above nats.repl/,
  ],
  ["servers of two", { values: { nats: { url: "nats://a:4222", replicas: 3 } } }, /nats.url names others/],
  ["one name twice", { values: { pools: [pool, { ...pool, model: "other" }] } }, /two pools are named demo/],
  [
    "two pools with one demand",
    { values: { pools: [pool, { ...pool, name: "b" }] } },
    /both scale by the demand for m/,
  ],
  ["a group of one", { values: { pools: [{ ...pool, kind: "LeaderWorkerSet" }] } }, /a group has at least 2/],
  ["ranks of a Deployment", { values: { pools: [{ ...pool, ranks: 2 }] } }, /leave ranks out or set kind/],
  ["limits in the wrong order", scaling({ minReplicas: 5 }), /minReplicas is 5, above maxReplicas, 4/],
  ["an HPA to zero on Kubernetes 1.36", scaling({ type: "hpa" }), /needs Kubernetes 1.37, this is v1.36.0/],
  ["device claims on 1.33", { ...devices(), kubernetes: 33 }, /deviceClaim needs Kubernetes 1.34/],
  ["devices of two kinds", devices({ accelerator: { count: 1 } }), /leave one out/],
  ["image volumes on 1.32", { ...imageVolume(), kubernetes: 32 }, /volumeImage needs Kubernetes 1.33/],
  ["a route without a gateway", { values: { httpRoute: { enabled: true } } }, /httpRoute.parentRefs/],
  ["Kubernetes 1.29", { values: {}, kubernetes: 29 }, /1\.30/],
])("rejects %s", async (_, rendering, message) => {
  await expect(render(rendering)).rejects.toThrow(message);
});

function hub(options: object): Rendering {
  return { values: { pools: [{ ...pool, package: { hub: { model: "a/b", ...options } } }] } };
}

function scaling(options: object): Rendering {
  return { values: { pools: [{ ...pool, scaling: options }] } };
}

function devices(options: object = {}): Rendering {
  return { values: { pools: [{ ...pool, deviceClaim: { className: "gpu.nvidia.com" }, ...options }] } };
}

function imageVolume(): Rendering {
  return { values: { pools: [{ ...pool, package: { volumeImage: "a", path: "b" } }] } };
}

it("offers as variables those that the programs read and the chart does not set", async () => {
  const set = { edge: new Set<string>(), worker: new Set<string>() };
  for (const name of ["everything", "existing NATS", "flash-4-ranks"]) {
    const { values } = CASES.find((one) => one.name.includes(name))!;
    const pools = (values.pools as object[]).map((one) => ({ ...one, env: {} }));
    const manifests = await render({ values: { ...values, edge: {}, pools } });
    for (const { component, container } of podTemplates(manifests)) {
      if (component !== "nats")
        for (const name of Object.keys(variablesOf(container))) set[component as "edge"].add(name);
    }
  }
  const offered = {
    edge: Object.keys(schema.properties.edge.properties.env.properties),
    worker: Object.keys(schema.properties.pools.items.properties.env.properties),
  };
  // A chart's programs have an address, NATS, keys in NATS or a Secret, and a generated name.
  const elsewhere =
    /^(API_KEYS_FILE|WORKER_ADDRESS|WORKER_ADDRESSES|WORKER_TLS_.*|ALLOW_NO_WORKER_TLS|NATS_NKEY|REPLICA_ID|RANK|RANK_ADDRESS|RANK_ADDRESSES|LWS_.*)$/;
  const read = { edge: edgeVariables.shape, worker: workerVariables.shape };
  for (const program of ["edge", "worker"] as const) {
    const missing = Object.keys(read[program]).filter((name) => !set[program].has(name) && !elsewhere.test(name));
    expect(new Set([...missing, ...offered[program]])).toEqual(new Set(missing));
    expect(
      missing.filter((name) => !offered[program].includes(name)),
      "add it to env in values.schema.json",
    ).toEqual([]);
  }
});

it("has no fault that helm lint finds", async () => {
  expect(await helm(["lint", "--strict", CHART])).toContain("0 chart(s) failed");
});

it("has the programs' limits in its schema", () => {
  const { edge, nats } = schema.properties;
  expect(edge.properties.longestResponseSeconds.maximum * 1000).toBe(LOG_AGE_MS);
  expect(nats.properties.streamReplicas.anyOf[0].maximum).toBe(MAX_STREAM_REPLICAS);
});

it("gives a hub's token under the name that its client reads", async () => {
  for (const [model, variable] of [
    ["a/b", "HF_TOKEN"],
    ["modelscope:a/b", "MODELSCOPE_API_TOKEN"],
  ]) {
    const manifests = await render(hub({ model, tokenSecretName: "hub" }));
    const [container] = find(manifests, "Deployment", "demo").spec.template.spec.initContainers;
    expect(Object.keys(variablesOf(container))).toEqual([variable]);
  }
});

it("reports a variable that no program reads", async () => {
  const manifests = await render();
  find(manifests, "Deployment", "edge").spec.template.spec.containers[0].env.push({ name: "PROT", value: "80" });
  find(manifests, "StatefulSet", "nats").spec.template.spec.containers[0].env.push({
    name: "EDGE_PASWORD",
    value: "x",
  });
  expect(unreadVariables(manifests)).toEqual([
    "Deployment palimpsest-edge: PROT",
    "StatefulSet palimpsest-nats: EDGE_PASWORD",
  ]);
});

it("queries only metrics that are exported, in dashboard and rules, and reports another", async () => {
  const manifests = await render(everything);
  const queries = [...dashboardQueries(manifests), ...ruleQueries(manifests)];
  expect(queries.length).toBeGreaterThan(10);
  const exported = await exportedMetrics();
  expect(queries.flatMap((query) => unknownMetrics(query, exported))).toEqual([]);
  expect(queries.join(" ")).not.toMatch(/\$|WAITING_REQUESTS/);
  const typo = 'sum by (model) (rate(palimpsest_queued_request{model="a"}[5m])) / max(up) > bool 2';
  expect(unknownMetrics(typo, exported)).toEqual(["palimpsest_queued_request"]);
});

it("never runs less than one edge, also when every worker is gone", async () => {
  for (const edge of [{ replicas: 0 }, { autoscaling: { minReplicas: 0 } }]) {
    await expect(render({ values: { edge } })).rejects.toThrow(/minimum/);
  }
  const manifests = await render();
  expect(find(manifests, "HorizontalPodAutoscaler", "edge").spec.minReplicas).toBeGreaterThanOrEqual(1);
  const scaled = manifests.filter(({ kind }) => kind === "ScaledObject");
  expect(scaled.map(({ spec }) => spec.scaleTargetRef.name)).toEqual(["palimpsest-demo"]);
});

it("has a ServiceMonitor without any other object of a monitoring stack", async () => {
  const kinds = async (monitoring: object) =>
    (await render({ values: { monitoring } }))
      .filter(({ apiVersion }) => apiVersion.startsWith("monitoring"))
      .map(({ kind }) => kind);
  expect(await kinds({})).toEqual([]);
  expect(await kinds({ serviceMonitor: { enabled: true } })).toEqual(["ServiceMonitor"]);
  const { metadata } = find(await render(everything), "ServiceMonitor", "edge");
  expect(metadata).toMatchObject({ labels: { release: "prometheus" } });
  expect(await kinds({ podMonitor: { enabled: true } })).toEqual(["PodMonitor"]);
  expect(await kinds({ rules: { enabled: true } })).toEqual(["PrometheusRule"]);
});

it("renders extra objects, as templates", async () => {
  const manifests = await render(everything);
  expect(manifests.find(({ metadata }) => metadata.name === "extra")?.metadata.namespace).toBe("serving");
});

it("loses no stream to a rolling update: a new edge comes first, and an old one may take as long as the longest response", async () => {
  for (const seconds of [30, 1200]) {
    const manifests = await render({ values: { edge: { longestResponseSeconds: seconds, preStopSeconds: 15 } } });
    const { strategy, template } = find(manifests, "Deployment", "edge").spec;
    expect(strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(template.spec.terminationGracePeriodSeconds).toBe(15 + seconds + 20);
    expect(template.spec.containers[0].lifecycle.preStop.sleep.seconds).toBe(15);
    const variables = variablesOf(template.spec.containers[0]);
    expect([variables.DRAIN_LIMIT_MS, variables.REQUEST_LIMIT_MS]).toEqual([`${seconds * 1000}`, `${seconds * 1000}`]);
  }
});

it("comes down after a burst: nothing holds replicas but the window, and an unreadable signal", async () => {
  const manifests = await render({ values: { poolDefaults: { scaling: { scaleDownSeconds: 60 } } } });
  const { spec } = find(manifests, "ScaledObject", "demo");
  const { scaleDown, scaleUp } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
  expect(scaleDown).toEqual({ stabilizationWindowSeconds: 60 });
  expect(scaleUp).toEqual({ stabilizationWindowSeconds: 0 });
  expect([spec.minReplicaCount, spec.triggers[0].metadata.activationTargetValue]).toEqual([0, "0"]);
  expect(spec.fallback.behavior).toBe("currentReplicasIfHigher");
  const { targetValue, activationTargetValue } = spec.triggers[0].metadata;
  const settings = { threshold: Number(targetValue), activationThreshold: Number(activationTargetValue) };
  const limits = { minReplicas: spec.minReplicaCount, maxReplicas: spec.maxReplicaCount };
  const times = {
    cooldownMs: spec.cooldownPeriod * 1000,
    scaleDownWindowMs: scaleDown.stabilizationWindowSeconds * 1000,
  };
  const autoscaler = new Autoscaler({ ...settings, ...limits, ...times, syncMs: spec.pollingInterval * 1000 }, 0, 0);
  const at = new Map<number, number>();
  for (let s = spec.pollingInterval; s <= 1_000; s += spec.pollingInterval) {
    at.set(s, autoscaler.poll(s <= 30 ? 1_000 : 0, s * 1000));
  }
  const { maxReplicaCount: most, cooldownPeriod } = spec;
  expect([at.get(5), at.get(10), at.get(30)]).toEqual([1, most, most]);
  expect([at.get(30 + 55), at.get(30 + 60)]).toEqual([most, 1]);
  expect([at.get(30 + cooldownPeriod - 5), at.get(30 + cooldownPeriod)]).toEqual([1, 0]);
});

it("ties no volume of NATS to one zone when there are three servers", async () => {
  const { spec } = find(await render({ values: { nats: { replicas: 3 } } }), "StatefulSet", "nats");
  const [host, zone] = spec.template.spec.topologySpreadConstraints;
  expect([host, zone]).toMatchObject([
    { topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" },
    { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
  ]);
  const edge = find(await render({ values: { nats: { replicas: 3 } } }), "Deployment", "edge");
  expect(variablesOf(edge.spec.template.spec.containers[0]).STREAM_REPLICAS).toBe("3");
});

it("routes without a limit on time, and without a filter that would buffer", async () => {
  const { rules } = find(await render(everything), "HTTPRoute", "edge").spec;
  expect(rules).toHaveLength(1);
  expect(rules[0].timeouts).toEqual({ request: "0s", backendRequest: "0s" });
  expect(rules[0].filters).toBeUndefined();
});

it("makes another package when anything that makes it changes", async () => {
  const changes: [options: object, values?: object][] = [
    [{}],
    [{ quantize: "int4", revision: "v2" }],
    [{ quantize: "int4" }],
    [{ ranks: 2 }],
    [{ model: "a/c" }],
    [{}, { device: "cuda" }],
  ];
  // The name of a pool begins its folders' names, so these tell them apart without it.
  const pools = changes.map(([options, values], i) => ({
    ...pool,
    name: `p${i}`,
    scaling: { type: "fixed" },
    ...values,
    package: { hub: { model: "a/b", ...options } },
  }));
  const manifests = await render({ values: { pools } });
  const made = pools.map(({ name }) => {
    const { initContainers, containers } = find(manifests, "Deployment", name).spec.template.spec;
    const { MODEL_PACKAGE } = variablesOf(containers[0]);
    const command = initContainers[0].command as string[];
    expect(command).toContain(MODEL_PACKAGE);
    return { command, key: MODEL_PACKAGE!.replace(`/models/${name}-`, "") };
  });
  expect(new Set(made.map(({ key }) => key)).size).toBe(changes.length);
  expect(made[1]!.command).toEqual(
    expect.arrayContaining(["a/b", "--revision=v2", "--quantize=int4", "--target=cpu", "--ranks=1"]),
  );
});

it("makes a package once, and packs its weights once, though two pods of a node need it", async () => {
  const source = { hub: { model: "a/b", prepare: true } };
  const manifests = await render({ values: { pools: [{ ...pool, package: source }] } });
  const { initContainers } = find(manifests, "Deployment", "demo").spec.template.spec;
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  try {
    // In place of the command line: it writes what it was asked to do, and the package after a while.
    const node = `#!/bin/sh
echo "$2 $3" >> ${folder}/calls
if [ "$2" = convert ]; then sleep 0.3; for package; do :; done; mkdir "$package"; touch "$package/manifest.json"; fi
`;
    await writeFile(join(folder, "node"), node, { mode: 0o755 });
    const [tini, , shell, ...args] = (initContainers[0].command as string[]).map((it) => it.replace("/models", folder));
    expect(tini).toBe("tini");
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    await Promise.all([run(shell!, args, { env }), run(shell!, args, { env })]);
    const calls = (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");
    expect(calls.map((call) => call.split(" ")[0])).toEqual(["convert", "prepare"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
