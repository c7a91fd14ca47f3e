{{/* Pods of workers. The dictionary has root, pool (with its defaults), component, and in a group the role: leader or rank. */}}

{{- define "palimpsest.workerPod" -}}
{{- $pool := .pool }}
{{- $rank := eq (.role | default "") "rank" }}
{{- $group := ne (.role | default "") "" }}
{{- $hub := $pool.package.hub }}
{{- $of := merge (dict "values" $pool "fsGroup" $hub "user" "worker") . }}
{{- /* A rank outlives its leader's drain, because the leader's running sequences need it. */}}
{{- $drain := add $pool.drainSeconds (ternary 10 0 $rank) }}
{{- $startup := add $pool.startupSeconds (ternary $pool.formationSeconds 0 (and $group (not $rank))) }}
{{- include "palimpsest.pod" $of }}
{{ include "palimpsest.priorityClass" (merge (dict "className" $pool.priorityClassName "class" "worker") .) }}
# The drain limit and a margin. SIGTERM starts the drain. No client connects to a worker, so preStop is not needed.
terminationGracePeriodSeconds: {{ add $drain 10 }}
{{- if not $rank }}
{{ include "palimpsest.spread" (merge (dict "keys" (dict "kubernetes.io/hostname" "ScheduleAnyway" "topology.kubernetes.io/zone" "ScheduleAnyway")) .) }}
{{- end }}
{{- if $pool.deviceClaim.className }}
resourceClaims:
  - name: accelerator
    resourceClaimTemplateName: {{ include "palimpsest.fullname" . }}-{{ $pool.name }}
{{- end }}
{{- if $hub }}
initContainers:
  {{- include "palimpsest.hubContainer" . | nindent 2 }}
{{- end }}
containers:
  - name: worker
    image: {{ include "palimpsest.image" (dict "root" .root "image" $pool.image) }}
    imagePullPolicy: {{ .root.Values.images.pullPolicy }}
    ports:
      {{- if $rank }}
      - name: exchange
        containerPort: 9091
      # Probes have no certificate, so health has its own port.
      - name: health
        containerPort: 9092
      {{- else }}
      - name: grpc
        containerPort: 9090
      {{- end }}
    env:
      - name: MODEL_PACKAGE
        value: {{ include "palimpsest.packagePath" . }}
      {{- with $pool.device }}
      - name: MODEL_DEVICE
        value: {{ . }}
      {{- end }}
      - name: THREADS
        value: {{ $pool.threads | quote }}
      - name: DRAIN_LIMIT_MS
        value: {{ mul $drain 1000 | quote }}
      {{- if $rank }}
      - name: RANK_HEALTH_ADDRESS
        value: 0.0.0.0:9092
      {{- else }}
      # For the probes: requests come through the queue.
      - name: WORKER_HEALTH_ADDRESS
        value: 0.0.0.0:9090
      - name: MODEL_NAME
        value: {{ $pool.model | quote }}
      - name: CAPACITY
        value: {{ $pool.capacity | quote }}
      - name: KV_CACHE_BYTES
        value: {{ $pool.kvCacheBytes | int64 | quote }}
      {{- include "palimpsest.natsVariables" $of | nindent 6 }}
      {{- if $group }}
      # Ranks may wait for a new node.
      - name: FORMATION_LIMIT_MS
        value: {{ mul $pool.formationSeconds 1000 | quote }}
      {{- end }}
      {{- end }}
      {{- if and $group $pool.rankTlsSecretName }}
      - name: RANK_TLS_CA
        value: /tls/ca.crt
      - name: RANK_TLS_CERT
        value: /tls/tls.crt
      - name: RANK_TLS_KEY
        value: /tls/tls.key
      {{- end }}
      {{- include "palimpsest.variables" $pool.env | nindent 6 }}
    {{- $port := ternary 9092 9090 $rank }}
    # A leader listens when its ranks are connected, so its time includes theirs.
    startupProbe:
      grpc:
        port: {{ $port }}
      periodSeconds: 5
      failureThreshold: {{ add1 (div $startup 5) }}
    livenessProbe:
      grpc:
        port: {{ $port }}
      periodSeconds: 10
      timeoutSeconds: 5
      {{- if not $rank }}
      # Five minutes: while a rank is unreachable, a worker reports NOT_SERVING.
      failureThreshold: 30
      {{- end }}
    readinessProbe:
      grpc:
        port: {{ $port }}
      periodSeconds: 5
    resources:
      {{- include "palimpsest.workerResources" $pool | nindent 6 }}
    securityContext:
      {{- include "palimpsest.container" . | nindent 6 }}
    {{- with include "palimpsest.workerMounts" $of | trim }}
    volumeMounts:
      {{- . | nindent 6 }}
    {{- end }}
{{- with include "palimpsest.workerVolumes" $of | trim }}
volumes:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A worker asks for the processors that its threads use. */}}
{{- define "palimpsest.workerResources" -}}
{{- $resources := deepCopy .resources -}}
{{- $_ := set $resources "requests" (mergeOverwrite (dict "cpu" (.threads | toString)) ($resources.requests | default dict)) -}}
{{- if gt (.accelerator.count | int) 0 -}}
{{- $_ := set $resources "limits" (mergeOverwrite (dict .accelerator.resource (.accelerator.count | toString)) ($resources.limits | default dict)) -}}
{{- end -}}
{{- if .deviceClaim.className -}}
{{- $_ := set $resources "claims" (list (dict "name" "accelerator")) -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end }}

{{/* A hub's package is named after everything that makes it, so that a change makes another. */}}
{{- define "palimpsest.hubFolder" -}}
{{- $hub := .pool.package.hub -}}
{{- $key := list $hub.model $hub.revision $hub.quantize $hub.ranks .pool.ranks .pool.device .root.Chart.AppVersion | toJson | sha256sum | trunc 12 -}}
{{- printf "%s-%s" .pool.name $key -}}
{{- end }}

{{- define "palimpsest.packagePath" -}}
{{- $package := .pool.package -}}
{{- if $package.hub -}}
/models/{{ include "palimpsest.hubFolder" . }}
{{- else if or $package.claim $package.volumeImage -}}
/models/{{ $package.path }}
{{- else -}}
{{ $package.path }}
{{- end -}}
{{- end }}

{{- define "palimpsest.workerMounts" -}}
{{- $package := .pool.package }}
{{- if or $package.claim $package.volumeImage $package.hub }}
- name: models
  mountPath: /models
  readOnly: true
{{- end }}
{{- if not (eq (.role | default "") "rank") }}
{{- include "palimpsest.natsMounts" . }}
{{- end }}
{{- if and .role .pool.rankTlsSecretName }}
- name: rank-tls
  mountPath: /tls
  readOnly: true
{{- end }}
{{- end }}

{{- define "palimpsest.workerVolumes" -}}
{{- $package := .pool.package }}
{{- with $package.claim }}
- name: models
  persistentVolumeClaim:
    claimName: {{ . }}
    readOnly: true
{{- end }}
{{- with $package.volumeImage }}
- name: models
  image:
    reference: {{ . }}
    pullPolicy: {{ $.root.Values.images.pullPolicy }}
{{- end }}
{{- with $package.hub }}
{{- $cache := .cache | default dict }}
- name: models
  {{- if $cache.claim }}
  persistentVolumeClaim:
    claimName: {{ $cache.claim }}
  {{- else if $cache.hostPath }}
  hostPath:
    path: {{ $cache.hostPath }}
    type: DirectoryOrCreate
  {{- else }}
  emptyDir:
    {{- toYaml (dict "sizeLimit" ($cache.size | default "100Gi")) | nindent 4 }}
  {{- end }}
# Temporary files.
- name: scratch
  emptyDir: {}
{{- end }}
{{- if not (eq (.role | default "") "rank") }}
{{- include "palimpsest.natsVolumes" . }}
{{- end }}
{{- if .role }}
{{- with .pool.rankTlsSecretName }}
- name: rank-tls
  secret:
    secretName: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* Makes the package in the volume, unless it is there. After an interruption it resumes. */}}
{{- define "palimpsest.hubContainer" -}}
{{- $hub := .pool.package.hub }}
{{- $image := $hub.image | default (dict "repository" "palimpsest/tools" "tag" "") }}
- name: package
  image: {{ include "palimpsest.image" (dict "root" .root "image" $image) }}
  imagePullPolicy: {{ .root.Values.images.pullPolicy }}
  command:
    - tini
    - --
    - sh
    - -c
    - |
      set -eu
      package="$1"; shift
      # Another pod may be making the same package in this volume.
      exec 9> "$package.lock"
      flock 9
      if [ ! -f "$package/manifest.json" ]; then node tools/cli/main.ts convert "$@" "$package"; fi
      {{- if $hub.prepare }}
      if [ ! -f "$package.prepared" ]; then node tools/cli/main.ts prepare "$package"; touch "$package.prepared"; fi
      {{- end }}
    - package
    - {{ include "palimpsest.packagePath" . }}
    - {{ $hub.model | quote }}
    {{- with $hub.revision }}
    - --revision={{ . }}
    {{- end }}
    - --quantize={{ $hub.quantize | default "none" }}
    - --target={{ .pool.device | default "cpu" }}
    - --ranks={{ $hub.ranks | default .pool.ranks }}
    - --consume
  {{- with $hub.tokenSecretName }}
  env:
    - name: {{ ternary "MODELSCOPE_API_TOKEN" "HF_TOKEN" (hasPrefix "modelscope:" $hub.model) }}
      valueFrom:
        secretKeyRef:
          name: {{ . }}
          key: token
  {{- end }}
  resources:
    {{- toYaml ($hub.resources | default (dict "requests" (dict "cpu" "1" "memory" "1Gi") "limits" (dict "memory" "2Gi"))) | nindent 4 }}
  securityContext:
    {{- include "palimpsest.container" . | nindent 4 }}
  volumeMounts:
    - name: models
      mountPath: /models
    - name: scratch
      mountPath: /tmp
{{- end }}
