{{/* Names and labels. Every named template takes a dictionary with the root context as `root`. */}}

{{- define "palimpsest.fullname" -}}
{{- $release := .root.Release.Name -}}
{{- ternary $release (printf "%s-palimpsest" $release) (contains "palimpsest" $release) | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Labels that select the pods of a component: edge, nats or worker; and of a pool or role. */}}
{{- define "palimpsest.selector" -}}
app.kubernetes.io/name: palimpsest
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .poolName }}
palimpsest/pool: {{ . }}
{{- end }}
{{- with .role }}
palimpsest/role: {{ . }}
{{- end }}
{{- end }}

{{/* `name` is a suffix of the release's. */}}
{{- define "palimpsest.metadata" -}}
name: {{ include "palimpsest.fullname" . }}{{ with .name }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "palimpsest.selector" . | nindent 2 }}
  app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "palimpsest.image" -}}
{{- $repository := .image.repository -}}
{{- with .root.Values.images.registry -}}{{- $repository = printf "%s/%s" (trimSuffix "/" .) $repository -}}{{- end -}}
{{- printf "%s:%s" $repository (.image.tag | default .root.Chart.AppVersion) -}}
{{- end }}

{{/* A name as one token of a subject, as tokenOf in fleet/src/subjects.ts. The schema admits only these characters. */}}
{{- define "palimpsest.token" -}}
{{- . | replace "." "=2E" -}}
{{- end }}

{{- define "palimpsest.natsUrl" -}}
{{- .root.Values.nats.url | default (printf "nats://%s-nats:4222" (include "palimpsest.fullname" .)) -}}
{{- end }}

{{- define "palimpsest.streamReplicas" -}}
{{- $nats := .root.Values.nats -}}
{{- $nats.streamReplicas | default (ternary 1 $nats.replicas (ne $nats.url "")) | int -}}
{{- end }}

{{/* The class that the component names, or the chart's. */}}
{{- define "palimpsest.priorityClass" -}}
{{- if .className -}}
priorityClassName: {{ .className }}
{{- else if .root.Values.priorityClasses.create -}}
priorityClassName: {{ include "palimpsest.fullname" . }}-{{ .class }}
{{- end -}}
{{- end }}
