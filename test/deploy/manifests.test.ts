/** Checks that the objects rendered from the chart match their Kubernetes types and the programs that they run. */
import { readFileSync } from "node:fs";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../edge/src/entry/config.ts";
import { classStream, PRIORITIES, plainQueue, tokenOf } from "../../fleet/src/index.ts";
import { endpointOf } from "../../gpu-worker/src/program/endpoint.ts";
import { roleOf } from "../../gpu-worker/src/program/rank-role.ts";
import { workerVariables } from "../../gpu-worker/src/program/settings.ts";
import { CASES, type Case } from "./cases.ts";
import {
  find,
  type Manifest,
  NAMESPACE,
  type PodTemplate,
  podTemplates,
  RELEASE,
  render,
  TYPE_PACKAGES,
  type TypedVersion,
  typeErrors,
  variablesOf,
} from "./manifests.ts";
import { exportedMetrics, unreadVariables } from "./references.ts";

const RANK_PORT = 9091;
const OLDEST = 33;
const RANKS = CASES.find(({ name }) => name === "flash-4-ranks.yaml")!;

const rendered = new Map<Case, Manifest[]>();
beforeAll(async () => {
  for (const one of CASES) {
    const kubernetes = Math.max(one.since ?? OLDEST, ...Object.keys(TYPE_PACKAGES).map(Number));
    rendered.set(one, await render({ ...one, kubernetes }));
  }
});

it.each(Object.keys(TYPE_PACKAGES).map(Number) as TypedVersion[])(
  "has every field that the types of Kubernetes 1.%s require, and no other",
  async (version) => {
    const newest = version === Math.max(...Object.keys(TYPE_PACKAGES).map(Number));
    const cases = CASES.filter(({ since = 0 }) => newest || since <= version);
    expect(cases.length).toBeGreaterThan(5);
    const manifests = newest
      ? cases.flatMap((one) => rendered.get(one)!)
      : (await Promise.all(cases.map((one) => render({ ...one, kubernetes: version })))).flat();
    expect(await typeErrors(manifests, version)).toBe("");
  },
);

it("reports an unknown field, and a field of another type", async () => {
  const manifests = structuredClone(rendered.get(CASES[0]!)!);
  const edge = find(manifests, "Deployment", "edge");
  edge.spec.template.spec.containers[0].imagee = "palimpsest/edge";
  edge.spec.replicas = "2";
  const errors = await typeErrors([edge], 36);
  expect(errors).toContain("'\"imagee\"' does not exist");
  expect(errors).toContain("'string' is not assignable to type 'number'");
});

describe.each(CASES)("the chart with $name", (given) => {
  let manifests: Manifest[];
  let pods: PodTemplate[];
  beforeAll(() => {
    manifests = rendered.get(given)!;
    pods = podTemplates(manifests);
  });
  const podsOf = (component: string) => pods.filter((pod) => pod.component === component);

  it("is all in the release's namespace, with a name for each object", () => {
    const scoped = manifests.filter(({ kind }) => kind !== "PriorityClass");
    expect(scoped.map(({ metadata }) => metadata.namespace)).toEqual(scoped.map(() => NAMESPACE));
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it("sets only variables that its programs read", () => {
    expect(unreadVariables(manifests)).toEqual([]);
  });

  it("sets variables that the edge accepts, and a grace period derived from the longest response", () => {
    expect(podsOf("edge")).toHaveLength(1);
    const values = pods.flatMap(({ container }) => Object.values(variablesOf(container)));
    // As Helm prints large numbers.
    expect(values.filter((value) => /e\+\d/.test(value))).toEqual([]);
    for (const { spec, container } of podsOf("edge")) {
      const variables = variablesOf(container);
      const { host, port, metricsPort, nats, keys, drainLimitMs, requestLimitMs, streamReplicas } =
        parseConfig(variables);
      expect({ host, port }).toEqual({ host: "0.0.0.0", port: portOf(container, "http") });
      expect(metricsPort).toBe(portOf(container, "metrics"));
      expect(nats?.NATS_URL).toBe(natsUrl());
      expect(keys).toEqual(["secret"]);
      expect(drainLimitMs).toBe(requestLimitMs);
      expect(graceMs(spec)).toBeGreaterThanOrEqual(drainLimitMs + MARGIN_MS);
      expect(podsOf("worker").map((pod) => variablesOf(pod.container).STREAM_REPLICAS ?? streamReplicas)).toEqual(
        podsOf("worker").map(({ role }) => (role === "rank" ? streamReplicas : String(streamReplicas))),
      );
    }
  });

  it("sets variables that the worker accepts, with its role", () => {
    expect(podsOf("worker")).not.toEqual([]);
    for (const { spec, container, role: named, group } of podsOf("worker")) {
      const parsed = workerVariables.parse({ ...variablesOf(container), ...group });
      expect(graceMs(spec)).toBeGreaterThanOrEqual(parsed.DRAIN_LIMIT_MS + MARGIN_MS);
      expect(container.resources?.requests?.cpu).toBe(String(parsed.THREADS));
      const mounted = container.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
      const folders = [IMAGE_ROOT, ...mounted].filter((path) => parsed.MODEL_PACKAGE.startsWith(`${path}/`));
      expect(folders).toHaveLength(1);
      const role = roleOf(parsed);
      if (named === "rank") {
        const [addresses, healthAddresses] = ["exchange", "health"].map((name) => [
          `0.0.0.0:${portOf(container, name)}`,
        ]);
        expect(role).toEqual({ kind: "rank", rank: 1, addresses, healthAddresses });
        continue;
      }
      expect(parsed.NATS_URL).toBe(natsUrl());
      expect(endpointOf(parsed).addresses).toEqual([]);
      expect(parsed.WORKER_HEALTH_ADDRESS).toBe(`0.0.0.0:${portOf(container, "grpc")}`);
      expect(parsed.KV_CACHE_BYTES).toBeLessThan(bytesOf(container.resources?.limits?.memory));
      const host = group?.LWS_LEADER_ADDRESS?.split(".");
      const addresses = [1, 2, 3].map((rank) => `${host?.[0]}-${rank}.${host?.slice(1).join(".")}:${RANK_PORT}`);
      expect(role).toEqual(group ? { kind: "leader", addresses } : { kind: "leader" });
    }
  });

  it("starts, keeps and stops the ranks of a group as the leader needs them", () => {
    for (const { spec, metadata } of manifests.filter(({ kind }) => kind === "LeaderWorkerSet")) {
      // Another policy starts them once the leader is ready, but the leader is ready only once it has them.
      expect(spec.startupPolicy).toBe("LeaderCreated");
      expect(spec.leaderWorkerTemplate.restartPolicy).toBe("None");
      const [leader, rank] = pods.filter(({ owner }) => owner === `LeaderWorkerSet ${metadata.name}`);
      expect([leader?.role, rank?.role]).toEqual(["leader", "rank"]);
      const limits = [leader!, rank!].map(({ container }) => workerVariables.parse(variablesOf(container)));
      expect(limits[1]!.DRAIN_LIMIT_MS).toBeGreaterThan(limits[0]!.DRAIN_LIMIT_MS);
      const { periodSeconds = 10, failureThreshold = 3 } = leader!.container.startupProbe!;
      expect(periodSeconds * failureThreshold * 1000).toBeGreaterThan(limits[0]!.FORMATION_LIMIT_MS!);
      const policies = manifests.filter(
        (it) => it.kind === "NetworkPolicy" && it.spec.podSelector.matchLabels["palimpsest/role"] === "rank",
      );
      expect(policies.map((it) => it.spec.ingress)).toEqual([
        [{ from: [{ podSelector: { matchLabels: leader!.labels } }], ports: [{ port: "exchange" }] }],
      ]);
      expect(policies[0]!.spec.podSelector.matchLabels).toEqual(rank!.labels);
    }
  });

  it("probes ports that the containers declare", () => {
    for (const { owner, container } of pods) {
      for (const kind of ["startupProbe", "livenessProbe", "readinessProbe"] as const) {
        const { httpGet, grpc } = container[kind] ?? {};
        const declared = container.ports?.flatMap(({ name, containerPort }) => [name, containerPort]);
        expect(declared, `${owner}'s ${kind}`).toContain(httpGet?.port ?? grpc?.port);
      }
    }
  });

  it("selects existing pods, at ports that they declare", () => {
    for (const { kind, metadata, spec } of manifests) {
      for (const selector of selectorsOf(kind, spec)) {
        const selected = pods.filter((pod) => matches(pod.labels, selector));
        expect(selected, `${kind} ${metadata.name}`).not.toEqual([]);
        const ports = spec.ports ?? spec.podMetricsEndpoints ?? [];
        for (const { targetPort, port } of kind === "Service" || kind === "PodMonitor" ? ports : []) {
          expect(portOf(selected[0]!.container, targetPort ?? port), `${kind} ${metadata.name}`).toBeDefined();
        }
      }
    }
  });

  it("has a disruption budget for every workload, which selects its pods and no other's", () => {
    const budgets = manifests.filter(({ kind }) => kind === "PodDisruptionBudget");
    const selected = budgets.map(({ spec }) =>
      pods.filter(({ labels }) => matches(labels, spec.selector.matchLabels)).map(({ owner }) => owner),
    );
    expect(selected.flat().toSorted()).toEqual(pods.map(({ owner }) => owner).toSorted());
    expect(selected.map((owners) => new Set(owners).size)).toEqual(budgets.map(() => 1));
  });

  it("mounts volumes that exist, and every volume", () => {
    for (const { owner, spec, container } of pods) {
      const { volumeClaimTemplates = [] } = manifests.find((it) => `${it.kind} ${it.metadata.name}` === owner)!.spec;
      const names = [...(spec.volumes ?? []), ...volumeClaimTemplates.map((it: Manifest) => it.metadata)];
      const mounts = [container, ...(spec.initContainers ?? [])].flatMap((it) => it.volumeMounts ?? []);
      expect([...new Set(mounts.map(({ name }) => name))].toSorted(), owner).toEqual(
        names.map(({ name }) => name).toSorted(),
      );
    }
  });

  it("runs nothing with more permissions than it needs", () => {
    for (const { owner, spec, container } of pods) {
      expect(spec, owner).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      });
      for (const { securityContext } of [container, ...(spec.initContainers ?? [])]) {
        expect(securityContext, owner).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      }
    }
  });

  it("scales each pool by its model's demand, which the edges export", async () => {
    const scalers = manifests.filter(({ kind, metadata }) => scales(kind) && metadata.name !== `${RELEASE}-edge`);
    for (const { kind, metadata, spec } of scalers) {
      const target = manifests.find(
        (it) => it.kind === spec.scaleTargetRef.kind && it.metadata.name === metadata.name,
      )!;
      expect(spec.scaleTargetRef).toEqual({ apiVersion: target.apiVersion, kind: target.kind, name: metadata.name });
      expect(target.spec.replicas).toBeUndefined();
      const [pod] = pods.filter(({ owner }) => owner === `${target.kind} ${metadata.name}`);
      const { CAPACITY, MODEL_NAME } = variablesOf(pod!.container);
      const sequences = String((Number(CAPACITY) * 80) / 100);
      if (kind === "ScaledObject") {
        const { spec: service } = find(manifests, "Service", "edge-metrics");
        expect(spec.triggers).toEqual([
          {
            type: "metrics-api",
            metricType: "AverageValue",
            metadata: {
              url: `http://${RELEASE}-edge-metrics.${NAMESPACE}.svc:${service.ports[0].port}/metrics`,
              format: "prometheus",
              valueLocation: `palimpsest_demand_sequences{model="${MODEL_NAME}"}`,
              targetValue: sequences,
              activationTargetValue: "0",
            },
          },
        ]);
        expect(spec.minReplicaCount).toBe(0);
      } else {
        expect(spec.metrics).toEqual([
          {
            type: "External",
            external: {
              metric: { name: "palimpsest_demand_sequences", selector: { matchLabels: { model: MODEL_NAME } } },
              target: { type: "AverageValue", averageValue: sequences },
            },
          },
        ]);
      }
      expect([...(await exportedMetrics())]).toContain("palimpsest_demand_sequences");
    }
    const fixed = manifests.filter(({ kind, spec }) => kind === "Deployment" && spec.replicas !== undefined);
    const pools = new Set(podsOf("worker").map(({ owner }) => owner));
    expect(scalers.length + fixed.filter(({ metadata }) => pools.has(`Deployment ${metadata.name}`)).length).toBe(
      pools.size,
    );
  });

  it("grants an edge the example's permissions, and a worker those of any worker, for each model", () => {
    const { STREAM_REPLICAS } = variablesOf(podsOf("edge")[0]!.container);
    const leaderReads = /^.*"\$JS\.API\.STREAM\.MSG\.GET\..*\n/gm;
    const operators = natsConfig().includes('user: "operator"') ? ["operator"] : [];
    // They are for several copies only.
    const users = 2 + operators.length;
    expect(natsConfig().match(leaderReads)?.length ?? 0).toBe(STREAM_REPLICAS === "1" ? 0 : users);
    const config = natsConfig().replaceAll(leaderReads, "");
    const models = modelNames();
    for (const user of operators) {
      expect(new Set(subjectsOf(blockOf(config, user)))).toEqual(new Set(subjectsOf(userBlock(user))));
    }
    for (const user of ["edge", "worker"]) {
      const example = user === "edge" ? userBlock("edge") : exampleWorker();
      const expected = models.flatMap((model) => subjectsOf(example.replaceAll("palimpsest-demo", tokenOf(model))));
      expect(new Set(subjectsOf(blockOf(config, user)))).toEqual(new Set(expected));
      // With one model, the text is the example's.
      if (models.length === 1) expect(config).toContain(example.replaceAll("palimpsest-demo", tokenOf(models[0]!)));
    }
    for (const [, port] of config.matchAll(/"0\.0\.0\.0:(\d+)"/g)) {
      expect(podsOf("nats")[0]!.container.ports?.map(({ containerPort }) => containerPort)).toContain(Number(port));
    }
  });

  function natsConfig(): string {
    const { data } = find(manifests, "ConfigMap", "nats");
    return data["nats.conf"] ?? data["accounts.conf"];
  }

  function natsUrl(): string {
    const { nats } = given.values as { nats?: { url?: string } };
    if (nats?.url !== undefined) return nats.url;
    const { ports } = find(manifests, "Service", "nats").spec;
    return `nats://${RELEASE}-nats:${ports.find(({ name }: { name: string }) => name === "client").port}`;
  }

  /** Names of the models for clients. */
  function modelNames(): string[] {
    const { nats } = given.values as { nats?: { models?: string[] } };
    const served = podsOf("worker").flatMap(({ container }) => variablesOf(container).MODEL_NAME ?? []);
    return [...new Set([...(nats?.models ?? []), ...served])];
  }
});

it("leader and ranks use certificates, and the certificate of docs/operations.md has the names that the leader derives", () => {
  const pods = podTemplates(rendered.get(RANKS)!).filter(({ component }) => component === "worker");
  expect(pods.map(({ role }) => role)).toEqual(["leader", "rank"]);
  for (const { spec, container } of pods) {
    const { RANK_TLS_CA, RANK_TLS_CERT, RANK_TLS_KEY } = variablesOf(container);
    expect([RANK_TLS_CA, RANK_TLS_CERT, RANK_TLS_KEY]).toEqual(["/tls/ca.crt", "/tls/tls.crt", "/tls/tls.key"]);
    const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === "/tls");
    const volume = spec.volumes?.find(({ name }) => name === mount?.name);
    expect(volume?.secret).toEqual({ secretName: "rank-tls" });
  }
  const guide = read("docs/operations.md");
  expect(guide).toContain("create secret generic rank-tls --from-file=ca.crt --from-file=tls.crt --from-file=tls.key");
  const [, name] = /subjectAltName=(\S+)"/.exec(guide) ?? [];
  // The guide's namespace is palimpsest.
  const subjectaltname = name?.replace(/palimpsest$/, NAMESPACE);
  const [{ container, group }] = pods as [PodTemplate];
  const role = roleOf(workerVariables.parse({ ...variablesOf(container), ...group }));
  const addresses = role.kind === "leader" ? (role.addresses ?? []) : [];
  expect(addresses).toHaveLength(3);
  for (const address of addresses) {
    const [host] = address.split(":") as [string];
    expect(checkServerIdentity(host, { subjectaltname } as PeerCertificate)).toBeUndefined();
  }
});

it("knows the classes and streams of a queue by the names that the programs give them", () => {
  for (const priority of PRIORITIES) {
    const { stream, consumer, subject } = plainQueue("palimpsest-demo", priority);
    expect(exampleWorker()).toContain(`CONSUMER.CREATE.${stream}.${consumer}.${subject}"`);
    expect(exampleWorker()).toContain(`CONSUMER.CREATE.${classStream("palimpsest-demo", priority)}.>"`);
  }
});

/** Path of the repository in an image. */
const IMAGE_ROOT = "/app";

/** Time between the end of a drain and SIGKILL. */
const MARGIN_MS = 5_000;

/** Time from SIGTERM to SIGKILL. */
function graceMs({ terminationGracePeriodSeconds = 30, containers }: PodTemplate["spec"]): number {
  const preStop = containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
  return (terminationGracePeriodSeconds - preStop) * 1000;
}

function portOf({ ports }: PodTemplate["container"], name: string | number): number | undefined {
  return ports?.find((port) => port.name === name)?.containerPort;
}

/** An autoscaler of pods. */
function scales(kind: string): boolean {
  return kind === "ScaledObject" || kind === "HorizontalPodAutoscaler";
}

type Labels = Readonly<Record<string, string>>;

/** The labels of each set of pods that an object selects. */
function selectorsOf(kind: string, spec: Manifest["spec"]): Labels[] {
  if (kind === "Service") return [spec.selector];
  if (kind === "NetworkPolicy") {
    const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
    const peers = rules.flatMap(({ from = [], to = [] }) => [...from, ...to]).filter((it) => it.podSelector);
    // The rule for ranks is there whether or not a pool has any.
    const labels = peers.map((it) => it.podSelector.matchLabels as Labels);
    return [spec.podSelector.matchLabels, ...labels.filter((it) => it["palimpsest/role"] !== "rank")];
  }
  return spec?.selector?.matchLabels ? [spec.selector.matchLabels] : [];
}

function matches(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function bytesOf(quantity: string | number | undefined): number {
  const [, count, unit] = /^(\d+)([MG])i$/.exec(String(quantity)) ?? [];
  return Number(count) * (unit === "G" ? 2 ** 30 : 2 ** 20);
}

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
}

/** A user of a configuration. */
function blockOf(config: string, user: string): string {
  const start = config.indexOf(`        user: "${user}"`);
  return config.slice(start, config.indexOf("\n      }\n", start));
}

/** A user in fleet/nats.conf. */
function userBlock(user: string): string {
  return blockOf(read("fleet/nats.conf"), user);
}

/** The example's worker, as any worker of a pool. */
function exampleWorker(): string {
  return userBlock("replica-1")
    .replace('user: "replica-1"', 'user: "worker"')
    .replace("$REPLICA_1_PASSWORD", "$WORKER_PASSWORD")
    .replace("_INBOX_replica-1", "_INBOX_worker")
    .replaceAll("replica-1", "*");
}

function subjectsOf(block: string): string[] {
  return [...block.matchAll(/"([^"]+)"/g)].map(([, subject]) => subject!);
}
