/** Values of the chart that the tests render: together they use every template and every branch. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Rendering } from "./manifests.ts";

export interface Case extends Rendering {
  readonly name: string;
  /** The oldest Kubernetes that has what the case needs. */
  readonly since?: number;
}

const gpus = file("flash-4-gpus");
const ranks = file("flash-4-ranks");
const demo = { name: "demo", model: "palimpsest-demo", package: { path: "/app/gpu-worker/models/demo" } };

export const CASES: readonly Case[] = [
  { name: "the default values", values: {} },
  { name: "flash-4-gpus.yaml", values: gpus },
  { name: "flash-4-ranks.yaml", values: ranks },
  {
    name: "three nats-servers, everything that is off by default, and no KEDA",
    values: {
      images: { registry: "registry.example.com/team", pullSecrets: ["registry"] },
      apiKeys: { inNats: true },
      nats: { replicas: 3, websocket: false, storage: { className: "fast" } },
      edge: {
        env: { LOG_LEVEL: "debug", QUEUE_LIMIT: 64, STORE_BYTES: 268435456 },
        podAnnotations: { a: "b" },
        nodeSelector: { disk: "ssd" },
      },
      pools: [{ ...demo, scaling: { type: "hpa", minReplicas: 1 }, env: { DRAFTS_PER_SECOND: 10 } }],
      priorityClasses: { create: true },
      networkPolicies: { egress: true },
      monitoring: {
        serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
        podMonitor: { enabled: true },
        rules: { enabled: true },
        dashboard: { enabled: true },
      },
      httpRoute: {
        enabled: true,
        parentRefs: [{ name: "public", namespace: "gateways" }],
        hostnames: ["llm.example.com"],
      },
      extraObjects: [
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "extra", namespace: "{{ .Release.Namespace }}" } },
      ],
    },
  },
  {
    name: "an existing NATS with TLS and credentials, edges of a fixed number, and two models",
    values: {
      nats: {
        url: "tls://nats-0.example.com:4333,tls://nats-1.example.com",
        tlsSecretName: "nats-ca",
        clientCertificate: true,
        credentialsSecretName: "nats-credentials",
        streamReplicas: 3,
        models: ["elsewhere-1.0"],
      },
      edge: { replicas: 1, autoscaling: { enabled: false }, longestResponseSeconds: 1200, preStopSeconds: 30 },
      networkPolicies: { egress: true },
      pools: [
        { ...demo, scaling: { type: "fixed", replicas: 2 } },
        { ...demo, name: "spare" },
        { ...demo, name: "other", model: "llada2.1-mini", capacity: 3, affinity: { podAffinity: {} } },
      ],
    },
  },
  {
    name: "packages from a hub, with each kind of cache",
    values: {
      networkPolicies: { egress: true },
      pools: [
        {
          name: "temporary",
          model: "mini-a",
          package: {
            hub: {
              model: "inclusionAI/LLaDA2.1-mini",
              tokenSecretName: "hub",
              quantize: "int4",
              prepare: true,
              cache: { size: "60Gi" },
            },
          },
        },
        {
          name: "claimed",
          model: "mini-b",
          package: {
            hub: {
              model: "modelscope:inclusionAI/LLaDA2.1-mini",
              revision: "v1",
              tokenSecretName: "hub",
              cache: { claim: "cache" },
            },
          },
        },
        {
          ...(ranks.pools as object[])[0],
          name: "grouped",
          rankTlsSecretName: "",
          package: { hub: { model: "inclusionAI/LLaDA2.0-flash", cache: { hostPath: "/var/lib/palimpsest" } } },
        },
      ],
    },
  },
  {
    name: "packages in OCI images, and devices by dynamic resource allocation",
    since: 36,
    values: {
      pools: [
        {
          ...demo,
          package: { volumeImage: "registry.example.com/models/mini:int4", path: "mini" },
          device: "cuda",
          deviceClaim: {
            className: "gpu.nvidia.com",
            count: 2,
            selectors: ["device.capacity['gpu.nvidia.com'].memory.isGreaterThan(quantity('40Gi'))"],
          },
        },
      ],
    },
  },
  {
    name: "a plain HPA that scales to zero",
    since: 37,
    values: { pools: [{ ...demo, scaling: { type: "hpa", minReplicas: 0, maxReplicas: 9 } }] },
  },
];

function file(name: string): Record<string, unknown> {
  return parse(readFileSync(new URL(`../../deploy/helm/values/${name}.yaml`, import.meta.url), "utf8"));
}
