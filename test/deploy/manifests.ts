/** Renders the chart, and checks its objects against the types of Kubernetes and of the operators that it uses. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { parseAllDocuments, stringify } from "yaml";
import { helm } from "./helm.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TSC = join(ROOT, "node_modules/.bin/tsc");
export const CHART = join(ROOT, "deploy/helm/palimpsest");
export const RELEASE = "palimpsest";
export const NAMESPACE = "serving";

/** An object of a cluster; its type describes its fields (`typeErrors`). */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it knows to be there
  readonly [field: string]: any;
}

export interface Rendering {
  /** What differs from the chart's values. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Minor version of Kubernetes 1. */
  readonly kubernetes?: number;
}

/** Renders the chart, as `helm install palimpsest` would. @throws Error with helm's message */
export async function render({ values, kubernetes = 36 }: Rendering = { values: {} }): Promise<Manifest[]> {
  const args = ["template", RELEASE, CHART, "--namespace", NAMESPACE, "--kube-version", `1.${kubernetes}.0`];
  const text = await helm([...args, "--values", "-"], stringify(values));
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** The object of that kind, and of that name after the release's. @throws Error if there is none */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((it) => it.kind === kind && it.metadata.name === `${RELEASE}-${name}`);
  if (found === undefined) throw new Error(`no ${kind} is named ${RELEASE}-${name}`);
  return found;
}

export interface PodTemplate {
  /** Kind and name of the object that creates the pods. */
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  /** edge, nats or worker */
  readonly component: string;
  /** leader or rank, in a group */
  readonly role: string | undefined;
  readonly spec: IPodSpec;
  readonly container: IContainer;
  /** Variables that a LeaderWorkerSet adds to the manifest's: in its first pod, or in the second for the others. */
  readonly group?: Readonly<Record<string, string>>;
}

/** Every pod template; each pod here has one container, besides those that end before it starts. */
export function podTemplates(manifests: readonly Manifest[]): PodTemplate[] {
  return manifests.flatMap(({ kind, metadata, spec }) => {
    const group = spec?.leaderWorkerTemplate;
    const templates = group ? [group.leaderTemplate, group.workerTemplate] : [spec?.template];
    return templates
      .filter((template) => template?.spec?.containers)
      .map((template, i) => ({
        owner: `${kind} ${metadata.name}`,
        labels: template.metadata.labels,
        component: template.metadata.labels["app.kubernetes.io/component"],
        role: template.metadata.labels["palimpsest/role"],
        spec: template.spec,
        container: template.spec.containers[0],
        ...(group && {
          group: {
            LWS_LEADER_ADDRESS: `${metadata.name}-0.${metadata.name}.${metadata.namespace}`,
            LWS_GROUP_SIZE: String(group.size),
            LWS_WORKER_INDEX: String(i),
          },
        }),
      }));
  });
}

/** A container's variables; every secret has the same placeholder value. */
export function variablesOf({ env = [] }: IContainer): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, valueFrom ? "secret" : (value ?? "")]));
}

/** The packages of types, by the minor version of Kubernetes that they describe. */
export const TYPE_PACKAGES = { 33: "kubernetes-models-1.33", 36: "kubernetes-models" } as const;
export type TypedVersion = keyof typeof TYPE_PACKAGES;

/** Modules of Kubernetes' own objects; an unlisted kind is an error. */
const OWN: Readonly<Record<string, string>> = {
  "v1 ConfigMap": "v1/ConfigMap",
  "v1 Service": "v1/Service",
  "v1 PersistentVolumeClaim": "v1/PersistentVolumeClaim",
  "apps/v1 Deployment": "apps/v1/Deployment",
  "apps/v1 StatefulSet": "apps/v1/StatefulSet",
  "autoscaling/v2 HorizontalPodAutoscaler": "autoscaling/v2/HorizontalPodAutoscaler",
  "policy/v1 PodDisruptionBudget": "policy/v1/PodDisruptionBudget",
  "networking.k8s.io/v1 NetworkPolicy": "networking.k8s.io/v1/NetworkPolicy",
  "scheduling.k8s.io/v1 PriorityClass": "scheduling.k8s.io/v1/PriorityClass",
  "resource.k8s.io/v1 ResourceClaimTemplate": "resource.k8s.io/v1/ResourceClaimTemplate",
};

/** Modules of the operators' objects. */
const OPERATORS: Readonly<Record<string, string>> = {
  "keda.sh/v1alpha1 ScaledObject": "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject",
  "leaderworkerset.x-k8s.io/v1 LeaderWorkerSet": "../../test/deploy/leader-worker-set.ts",
  "gateway.networking.k8s.io/v1 HTTPRoute": "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute",
  "monitoring.coreos.com/v1 ServiceMonitor":
    "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor",
  "monitoring.coreos.com/v1 PodMonitor": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor",
  "monitoring.coreos.com/v1 PrometheusRule":
    "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule",
};

/**
 * Compiler errors for the objects, each as a literal of its type: unknown fields, missing fields, and fields of another
 * type. Empty if all are valid. One run of the compiler takes seconds, so give it the objects of many renderings.
 */
export async function typeErrors(manifests: readonly Manifest[], version: TypedVersion): Promise<string> {
  const lines = manifests.map((manifest, i) => {
    const { kind } = manifest;
    const module = moduleOf(manifest, version);
    return `import type { I${kind} as T${i} } from "${module}";\nexport const o${i}: T${i} = ${JSON.stringify(manifest, null, 1)};\n`;
  });
  const parent = join(ROOT, ".palimpsest");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "manifests-"));
  try {
    await writeFile(join(folder, "manifests.ts"), lines.join("\n"));
    const config = {
      extends: "../../tsconfig.json",
      include: ["manifests.ts"],
      compilerOptions: { types: [], lib: ["es2024"] },
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    return await new Promise((resolve) => {
      execFile(TSC, ["--noEmit", "-p", folder], (_, stdout) => resolve(stdout));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function moduleOf({ apiVersion, kind }: Manifest, version: TypedVersion): string {
  const own = OWN[`${apiVersion} ${kind}`];
  const module = own === undefined ? OPERATORS[`${apiVersion} ${kind}`] : `${TYPE_PACKAGES[version]}/${own}`;
  if (module === undefined) throw new Error(`${apiVersion} ${kind} has no type here: add its module`);
  return module;
}
