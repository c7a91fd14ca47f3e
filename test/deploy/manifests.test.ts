/** Checks that the objects rendered from deploy/ match their Kubernetes types and the programs that they run. */
import { readFileSync } from "node:fs";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { edgeVariables, parseConfig } from "../../edge/src/entry/config.ts";
import { PRIORITIES, queueStream, wantedStream } from "../../fleet/src/index.ts";
import { roleOf } from "../../gpu-worker/src/program/rank-role.ts";
import { workerVariables } from "../../gpu-worker/src/program/settings.ts";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { find, type Manifest, type PodTemplate, podTemplates, render, typeErrors, variablesOf } from "./manifests.ts";

const FOLDERS = ["base", "overlays/flash-4-gpus", "overlays/flash-4-ranks"];
const RANK_PORT = 9091;

describe.each(FOLDERS)("deploy/%s", (folder) => {
  let manifests: Manifest[];
  let pods: PodTemplate[];
  beforeAll(async () => {
    manifests = await render(folder);
    pods = podTemplates(manifests);
  });
  const podsOf = (app: string) => pods.filter(({ labels }) => labels.app === app);

  it("has every field that the types require, and no other", async () => {
    expect(await typeErrors(manifests)).toBe("");
  });

  it("is all in one namespace, which it declares once", () => {
    const places = manifests.map(({ kind, metadata }) => [
      kind,
      kind === "Namespace" ? metadata.name : metadata.namespace,
    ]);
    expect(places).toEqual(manifests.map(({ kind }) => [kind, "palimpsest"]));
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it("sets variables that the edge reads and accepts", () => {
    for (const { spec, container } of podsOf("edge")) {
      const variables = variablesOf(container);
      expect(Object.keys(edgeVariables.shape)).toEqual(expect.arrayContaining(Object.keys(variables)));
      const { host, port, nats, keys, drainLimitMs, requestLimitMs } = parseConfig(variables);
      expect({ host, port }).toEqual({ host: "0.0.0.0", port: portOf(container, "http") });
      expect(nats?.NATS_URL).toBe(natsUrl());
      expect(keys).toEqual(["secret"]);
      expect(drainLimitMs).toBeGreaterThanOrEqual(requestLimitMs);
      expect(graceMs(spec)).toBeGreaterThanOrEqual(drainLimitMs + MARGIN_MS);
    }
  });

  it("sets variables that the worker reads and accepts, with its role", () => {
    expect(podsOf("worker")).not.toEqual([]);
    for (const { spec, container, labels, group } of podsOf("worker")) {
      const variables = variablesOf(container);
      expect(Object.keys(workerVariables.shape)).toEqual(expect.arrayContaining(Object.keys(variables)));
      const parsed = workerVariables.parse({ ...variables, ...group });
      expect(graceMs(spec)).toBeGreaterThanOrEqual(parsed.DRAIN_LIMIT_MS + MARGIN_MS);
      expect(container.resources?.requests?.cpu).toBe(String(parsed.THREADS));
      const mounted = container.volumeMounts?.map(({ mountPath }) => mountPath) ?? [IMAGE_ROOT];
      expect(mounted.filter((path) => parsed.MODEL_PACKAGE.startsWith(`${path}/`))).toHaveLength(1);
      const role = roleOf(parsed);
      if (labels.role === "rank") {
        const [addresses, healthAddresses] = ["exchange", "health"].map((name) => [
          `0.0.0.0:${portOf(container, name)}`,
        ]);
        expect(role).toEqual({ kind: "rank", rank: 1, addresses, healthAddresses });
        continue;
      }
      expect(parsed.NATS_URL).toBe(natsUrl());
      expect(parsed.WORKER_ADDRESS).toBe(`0.0.0.0:${portOf(container, "grpc")}`);
      expect(parsed.KV_CACHE_BYTES).toBeLessThan(bytesOf(container.resources?.limits?.memory));
      const addresses = [1, 2, 3].map((rank) => `worker-0-${rank}.worker.palimpsest:${RANK_PORT}`);
      expect(role).toEqual(group ? { kind: "leader", addresses } : { kind: "leader" });
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
      const selector = kind === "Service" ? spec.selector : spec?.selector?.matchLabels;
      if (selector === undefined) continue;
      const selected = pods.filter(({ labels }) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      expect(selected, `${kind} ${metadata.name}`).not.toEqual([]);
      if (kind !== "Service") continue;
      for (const { targetPort } of spec.ports) expect(portOf(selected[0]!.container, targetPort)).toBeDefined();
    }
  });

  it("runs nothing with more permissions than it needs", () => {
    for (const { owner, spec, container } of pods) {
      expect(spec, owner).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      });
      expect(container.securityContext, owner).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
  });

  it("scales by every class of the model's queue, by running requests, and by unmet demand", () => {
    const { spec } = manifests.find(({ kind }) => kind === "ScaledObject") as Manifest;
    const target = find(manifests, spec.scaleTargetRef.kind, spec.scaleTargetRef.name);
    expect(target.apiVersion).toBe(spec.scaleTargetRef.apiVersion);
    expect(spec.minReplicaCount).toBe(0);

    const model = modelName();
    const server = {
      natsServerMonitoringEndpoint: `nats.${target.metadata.namespace}.svc:${servicePort("nats", "monitor")}`,
    };
    const queue = PRIORITIES.map((priority) => ({
      type: "nats-jetstream",
      metadata: { ...server, account: "FLEET", stream: queueStream(model), consumer: priority },
    }));
    const wanted = {
      type: "nats-jetstream",
      metadata: { ...server, account: "FLEET", stream: wantedStream(model), consumer: "scaler" },
    };
    const running = ["sequences", "responses"].map((what) => ({
      type: "metrics-api",
      metadata: {
        url: `http://edge.${target.metadata.namespace}.svc/metrics`,
        format: "prometheus",
        valueLocation: `palimpsest_running_${what}{model="${model}"}`,
      },
    }));
    expect(servicePort("edge", "http")).toBe(80);
    expect(spec.triggers).toMatchObject([...queue, ...running, wanted]);

    const { formula, target: perReplica } = spec.advanced.scalingModifiers;
    expect(perReplica).toBe(variablesOf(podsOf("worker")[0]!.container).CAPACITY);
    const names = spec.triggers.map(({ name }: { name: string }) => name) as string[];
    for (const name of names) expect(names.filter((other) => other.startsWith(name))).toEqual([name]);
    const demand = (...values: number[]) => new Function("max", ...names, `return ${formula}`)(Math.max, ...values);
    expect(demand(0, 0, 0, 0, 0, 0)).toBe(0);
    expect(demand(2, 3, 4, 1, 1, 0)).toBe(9);
    // A request with eight choices runs, alone or followed by seven requests.
    expect(demand(1, 0, 0, 8, 1, 0)).toBe(8);
    expect(demand(8, 0, 0, 8, 1, 0)).toBe(15);
    expect(demand(0, 0, 0, 0, 0, 1)).toBe(1);
  });

  it("grants an edge the example's permissions, and a worker those of any worker in its pool", () => {
    const config = natsConfig();
    expect(config).toContain(userBlock("edge").replaceAll("palimpsest-demo", modelName()));
    const worker = userBlock("replica-1")
      .replaceAll("palimpsest-demo", modelName())
      .replace('user: "replica-1"', 'user: "worker"')
      .replace("$REPLICA_1_PASSWORD", "$WORKER_PASSWORD")
      .replace("_INBOX_replica-1", "_INBOX_worker")
      .replaceAll("replica-1", "*");
    expect(config).toContain(worker);
    // An overlay's copy equals the base's, except for the model.
    expect(config).toBe(baseConfig.replaceAll("palimpsest-demo", modelName()));
    for (const [, port] of config.matchAll(/"0\.0\.0\.0:(\d+)"/g)) {
      expect(podsOf("nats")[0]!.container.ports?.map(({ containerPort }) => containerPort)).toContain(Number(port));
    }
  });

  function natsConfig(): string {
    return manifests.find(({ kind }) => kind === "ConfigMap")?.data["nats.conf"];
  }

  function servicePort(service: string, name: string): number {
    const { ports } = find(manifests, "Service", service).spec;
    return ports.find((port: { name: string }) => port.name === name).port;
  }

  function natsUrl(): string {
    return `nats://nats:${servicePort("nats", "client")}`;
  }

  /** Model id of the pool for clients. */
  function modelName(): string {
    const { MODEL_NAME } = variablesOf(podsOf("worker")[0]!.container);
    return MODEL_NAME ?? JSON.parse(readFileSync(`${SHIPPED_PACKAGE}/manifest.json`, "utf8")).name;
  }
});

it("reports an unknown field, and a field of another type", async () => {
  const manifests = await render("base");
  const edge = find(manifests, "Deployment", "edge");
  edge.spec.template.spec.containers[0].imagee = "palimpsest/edge";
  edge.spec.replicas = "2";
  const errors = await typeErrors(manifests);
  expect(errors).toContain("'\"imagee\"' does not exist");
  expect(errors).toContain("'string' is not assignable to type 'number'");
});

it("starts, keeps and stops the ranks of a group as the leader needs them", async () => {
  const manifests = await render("overlays/flash-4-ranks");
  const { startupPolicy, leaderWorkerTemplate } = find(manifests, "LeaderWorkerSet", "worker").spec;
  // Another policy starts them once the leader is ready, but the leader is ready only once it has them.
  expect(startupPolicy).toBe("LeaderCreated");
  expect(leaderWorkerTemplate.restartPolicy).toBe("None");
  const [leader, rank] = podTemplates(manifests).filter(({ labels }) => labels.app === "worker");
  const limits = [leader!, rank!].map(({ container }) => workerVariables.parse(variablesOf(container)));
  expect(limits[1]!.DRAIN_LIMIT_MS).toBeGreaterThan(limits[0]!.DRAIN_LIMIT_MS);
  const { periodSeconds = 10, failureThreshold = 3 } = leader!.container.startupProbe!;
  expect(periodSeconds * failureThreshold * 1000).toBeGreaterThan(limits[0]!.FORMATION_LIMIT_MS!);
  const policies = manifests.filter(({ kind, spec }) => kind === "NetworkPolicy" && spec.podSelector.matchLabels.role);
  expect(policies.map(({ spec }) => spec.ingress[0])).toEqual([
    { from: [{ podSelector: { matchLabels: leader!.labels } }], ports: [{ port: "exchange" }] },
  ]);
});

it("leader and ranks use certificates, and the certificate of docs/deploy.md has the names that the leader derives", async () => {
  const manifests = await render("overlays/flash-4-ranks");
  const pods = podTemplates(manifests).filter(({ labels }) => labels.app === "worker");
  expect(pods.map(({ labels }) => labels.role)).toEqual(["leader", "rank"]);
  for (const { spec, container } of pods) {
    const { RANK_TLS_CA, RANK_TLS_CERT, RANK_TLS_KEY } = variablesOf(container);
    expect([RANK_TLS_CA, RANK_TLS_CERT, RANK_TLS_KEY]).toEqual(["/tls/ca.crt", "/tls/tls.crt", "/tls/tls.key"]);
    const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === "/tls");
    const volume = spec.volumes?.find(({ name }) => name === mount?.name);
    expect(volume?.secret).toEqual({ secretName: "rank-tls" });
  }
  const guide = read("docs/deploy.md");
  expect(guide).toContain("create secret generic rank-tls --from-file=ca.crt --from-file=tls.crt --from-file=tls.key");
  const [, subjectaltname] = /subjectAltName=(\S+)"/.exec(guide) ?? [];
  const [{ container, group }] = pods as [PodTemplate];
  const role = roleOf(workerVariables.parse({ ...variablesOf(container), ...group }));
  const addresses = role.kind === "leader" ? (role.addresses ?? []) : [];
  expect(addresses).toHaveLength(3);
  for (const address of addresses) {
    const [host] = address.split(":") as [string];
    expect(checkServerIdentity(host, { subjectaltname } as PeerCertificate)).toBeUndefined();
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

function portOf({ ports }: PodTemplate["container"], name: string): number | undefined {
  return ports?.find((port) => port.name === name)?.containerPort;
}

function bytesOf(quantity: string | number | undefined): number {
  const [, count, unit] = /^(\d+)([MG])i$/.exec(String(quantity)) ?? [];
  return Number(count) * (unit === "G" ? 2 ** 30 : 2 ** 20);
}

const baseConfig = read("deploy/base/nats.conf");

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
}

/** A user in fleet/nats.conf. */
function userBlock(user: string): string {
  const example = read("fleet/nats.conf");
  const start = example.indexOf(`        user: "${user}"`);
  return example.slice(start, example.indexOf("\n      }\n", start));
}
