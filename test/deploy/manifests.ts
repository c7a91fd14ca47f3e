/** Renders the kustomizations of deploy/, and checks them against the types of Kubernetes, KEDA and LeaderWorkerSet. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { parseAllDocuments } from "yaml";
import { kustomize } from "./kubectl.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TSC = join(ROOT, "node_modules/.bin/tsc");

/** An object of a cluster; its type describes its fields (`typeErrors`). */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it knows to be there
  readonly [field: string]: any;
}

/** Renders a folder of deploy/, as `kubectl apply -k` would. */
export async function render(folder: string): Promise<Manifest[]> {
  const documents = parseAllDocuments(await kustomize(join(ROOT, "deploy", folder)));
  return documents.map((document) => document.toJS() as Manifest);
}

/** The object of that kind and name. @throws Error if there is none */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((it) => it.kind === kind && it.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} is named ${name}`);
  return found;
}

export interface PodTemplate {
  /** Kind and name of the object that creates the pods. */
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: IPodSpec;
  readonly container: IContainer;
  /** Variables that a LeaderWorkerSet adds to the manifest's: in its first pod, or in the second for the others. */
  readonly group?: Readonly<Record<string, string>>;
}

/** Every pod template; each pod here has one container. */
export function podTemplates(manifests: readonly Manifest[]): PodTemplate[] {
  return manifests.flatMap(({ kind, metadata, spec }) => {
    const group = spec?.leaderWorkerTemplate;
    const templates = group ? [group.leaderTemplate, group.workerTemplate] : [spec?.template];
    return templates
      .filter((template) => template?.spec?.containers)
      .map((template, i) => ({
        owner: `${kind} ${metadata.name}`,
        labels: template.metadata.labels,
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

/** Module of an object's type; an unlisted kind is an error. */
const TYPES: Readonly<Record<string, string>> = {
  "v1 Namespace": "kubernetes-models/v1/Namespace",
  "v1 ConfigMap": "kubernetes-models/v1/ConfigMap",
  "v1 Service": "kubernetes-models/v1/Service",
  "v1 PersistentVolumeClaim": "kubernetes-models/v1/PersistentVolumeClaim",
  "apps/v1 Deployment": "kubernetes-models/apps/v1/Deployment",
  "apps/v1 StatefulSet": "kubernetes-models/apps/v1/StatefulSet",
  "policy/v1 PodDisruptionBudget": "kubernetes-models/policy/v1/PodDisruptionBudget",
  "networking.k8s.io/v1 NetworkPolicy": "kubernetes-models/networking.k8s.io/v1/NetworkPolicy",
  "keda.sh/v1alpha1 ScaledObject": "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject",
  "leaderworkerset.x-k8s.io/v1 LeaderWorkerSet": "../../test/deploy/leader-worker-set.ts",
};

/**
 * Compiler errors for the objects, each as a literal of its type: unknown fields, missing fields, and fields of another
 * type. Empty if all are valid.
 */
export async function typeErrors(manifests: readonly Manifest[]): Promise<string> {
  const lines = manifests.map((manifest, i) => {
    const { apiVersion, kind } = manifest;
    const module = TYPES[`${apiVersion} ${kind}`];
    if (module === undefined) throw new Error(`${apiVersion} ${kind} has no type here: add its module to TYPES`);
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
