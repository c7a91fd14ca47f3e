/**
 * A LeaderWorkerSet's fields, which no package of types defines. Source: the CRD of leaderworkerset.x-k8s.io/v1, LWS
 * 0.7.
 */
import type { IIoK8sApimachineryPkgApisMetaV1ObjectMeta } from "@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta";
import type { IPodTemplateSpec } from "kubernetes-models/v1/PodTemplateSpec";

export interface ILeaderWorkerSet {
  apiVersion: "leaderworkerset.x-k8s.io/v1";
  kind: "LeaderWorkerSet";
  metadata?: IIoK8sApimachineryPkgApisMetaV1ObjectMeta;
  spec: {
    replicas?: number;
    startupPolicy?: "LeaderCreated" | "LeaderReady";
    networkConfig?: { subdomainPolicy: "Shared" | "UniquePerReplica" };
    rolloutStrategy?: {
      type: "RollingUpdate";
      rollingUpdateConfiguration?: {
        maxSurge?: number | string;
        maxUnavailable?: number | string;
        partition?: number;
      };
    };
    leaderWorkerTemplate: {
      size?: number;
      restartPolicy?: "RecreateGroupOnPodRestart" | "RecreateGroupAfterStart" | "None";
      leaderTemplate?: IPodTemplateSpec;
      workerTemplate: IPodTemplateSpec;
    };
  };
}
