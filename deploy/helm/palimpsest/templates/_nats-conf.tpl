{{/*
The accounts of fleet/nats.conf, with one user for all workers of the chart, which trust each other. Lines with a model's name are
repeated for each model.
*/}}

{{- define "palimpsest.models" -}}
{{- $models := .root.Values.nats.models }}
{{- range .root.Values.pools }}{{ $models = append $models .model }}{{ end }}
{{- range $models | uniq }}
{{ include "palimpsest.token" . }}
{{- end }}
{{- end }}

{{- define "palimpsest.modelStreams" }}
{{- range . }}
              "$JS.API.STREAM.CREATE.queue-{{ . }}", "$JS.API.STREAM.CREATE.wanted-{{ . }}"
              "$JS.API.STREAM.CREATE.interactive-{{ . }}"
              "$JS.API.STREAM.CREATE.default-{{ . }}"
              "$JS.API.STREAM.CREATE.batch-{{ . }}"
{{- end }}
              "$JS.API.STREAM.INFO.KV_responses", "$JS.API.STREAM.INFO.KV_replicas", "$JS.API.STREAM.INFO.KV_models"
{{- end }}

{{- define "palimpsest.modelConsumers" }}
{{- range . }}
              "$JS.API.CONSUMER.CREATE.queue-{{ . }}.interactive.queue.{{ . }}.interactive"
              "$JS.API.CONSUMER.CREATE.queue-{{ . }}.default.queue.{{ . }}.default"
              "$JS.API.CONSUMER.CREATE.queue-{{ . }}.batch.queue.{{ . }}.batch"
              "$JS.API.CONSUMER.CREATE.wanted-{{ . }}.scaler"
{{- end }}
{{- end }}

{{/* Of several copies of a stream, programs read the leader's. */}}
{{- define "palimpsest.accounts" -}}
{{- $models := include "palimpsest.models" . | trim | splitList "\n" -}}
{{- $copies := gt (include "palimpsest.streamReplicas" . | int) 1 -}}
system_account: SYS

accounts {
  SYS {
    users: [
      { user: "monitor", password: $MONITOR_PASSWORD }
    ]
  }
  FLEET {
    jetstream: enabled
    users: [
      {
        user: "edge"
        password: $EDGE_PASSWORD
        permissions {
          publish {
            allow: [
              # requests, and signals to workers
              "queue.*.*", "queue.*.*.*.*", "wake.*", "wanted.*", "cancel.*", "watch.*"
              # promises of a place in a full queue, to other edges
              "promised.*"
              # the error of a response without a worker; its record and cancellation
              "edit.*.error", "$KV.responses.*.*"
              # reads logs, drafts, catalog and records, and checks if a request is queued
              "$JS.API.DIRECT.GET.edits.>", "$JS.API.DIRECT.GET.drafts.>"
              "$JS.API.DIRECT.GET.KV_models", "$JS.API.DIRECT.GET.KV_replicas", "$JS.API.DIRECT.GET.KV_responses.>"
              {{- range $models }}
              "$JS.API.DIRECT.GET.queue-{{ . }}"
              "$JS.API.DIRECT.GET.interactive-{{ . }}"
              "$JS.API.DIRECT.GET.default-{{ . }}"
              "$JS.API.DIRECT.GET.batch-{{ . }}"
              {{- end }}
              # stored responses of all tenants, each in a stream of its own that is named by a hash
              "stored.*.*", "stored.*.*.*.*", "$JS.API.DIRECT.GET.*.stored.>", "$JS.API.STREAM.CREATE.*"
              {{- if $copies }}
              "$JS.API.STREAM.MSG.GET.*"
              {{- end }}
              # counts what API keys use, and reads the keys
              "$KV.usage.*", "$JS.API.DIRECT.GET.KV_usage.>", "$JS.API.DIRECT.GET.KV_keys"
              "$JS.API.STREAM.INFO.KV_usage", "$JS.API.STREAM.INFO.KV_keys"
              # withdraws a request
              {{- range $models }}
              "$JS.API.STREAM.MSG.DELETE.queue-{{ . }}"
              "$JS.API.STREAM.MSG.DELETE.interactive-{{ . }}"
              "$JS.API.STREAM.MSG.DELETE.default-{{ . }}"
              "$JS.API.STREAM.MSG.DELETE.batch-{{ . }}"
              {{- end }}
              # creates the streams of a new fleet
              "$JS.API.STREAM.CREATE.edits", "$JS.API.STREAM.CREATE.drafts", "$JS.API.STREAM.CREATE.KV_responses"
              "$JS.API.STREAM.CREATE.KV_replicas", "$JS.API.STREAM.CREATE.KV_models"
              {{- template "palimpsest.modelStreams" $models }}
              # reads the queue's length, for metrics and autoscalers, and the places of waiting requests
              {{- range $models }}
              "$JS.API.STREAM.INFO.queue-{{ . }}", "$JS.API.CONSUMER.LIST.queue-{{ . }}"
              "$JS.API.STREAM.INFO.wanted-{{ . }}"
              "$JS.API.STREAM.INFO.interactive-{{ . }}", "$JS.API.CONSUMER.LIST.interactive-{{ . }}"
              "$JS.API.STREAM.INFO.default-{{ . }}", "$JS.API.CONSUMER.LIST.default-{{ . }}"
              "$JS.API.STREAM.INFO.batch-{{ . }}", "$JS.API.CONSUMER.LIST.batch-{{ . }}"
              {{- end }}
              {{- template "palimpsest.modelConsumers" $models }}
            ]
          }
          subscribe {
            allow: [ "_INBOX_edge.>", "edit.*.>", "draft.*.>", "load.*", "promised.*", "watch.*" ]
          }
        }
      }
      {{- if .root.Values.apiKeys.inNats }}
      {
        # palimpsest keys: the only one that writes API keys
        user: "operator"
        password: $OPERATOR_PASSWORD
        permissions {
          publish {
            allow: [
              "$KV.keys.*", "$JS.API.DIRECT.GET.KV_keys", "$JS.API.DIRECT.GET.KV_keys.>"
              "$JS.API.STREAM.CREATE.KV_keys", "$JS.API.STREAM.CREATE.KV_usage"
              "$JS.API.STREAM.INFO.KV_keys", "$JS.API.STREAM.INFO.KV_usage"
              {{- if $copies }}
              "$JS.API.STREAM.MSG.GET.KV_keys"
              {{- end }}
            ]
          }
          subscribe {
            allow: [ "_INBOX_operator.>" ]
          }
        }
      }
      {{- end }}
      {
        user: "worker"
        password: $WORKER_PASSWORD
        permissions {
          publish {
            allow: [
              # events
              "edit.*.>", "draft.*.>"
              # claims, and the worker's presence
              "$KV.responses.claim.*", "$KV.replicas.*", {{ range $models }}"$KV.models.{{ . }}", {{ end }}"load.*"
              # sees which of its model's queues have requests, pulls them one by one, and acknowledges them
              {{- range $models }}
              "$JS.API.STREAM.INFO.queue-{{ . }}"
              "$JS.API.CONSUMER.MSG.NEXT.queue-{{ . }}.*", "$JS.ACK.queue-{{ . }}.>", "wake.{{ . }}"
              "$JS.API.STREAM.INFO.interactive-{{ . }}", "$JS.API.CONSUMER.CREATE.interactive-{{ . }}.>"
              "$JS.API.CONSUMER.MSG.NEXT.interactive-{{ . }}.*", "$JS.ACK.interactive-{{ . }}.>"
              "$JS.API.STREAM.INFO.default-{{ . }}", "$JS.API.CONSUMER.CREATE.default-{{ . }}.>"
              "$JS.API.CONSUMER.MSG.NEXT.default-{{ . }}.*", "$JS.ACK.default-{{ . }}.>"
              "$JS.API.STREAM.INFO.batch-{{ . }}", "$JS.API.CONSUMER.CREATE.batch-{{ . }}.>"
              "$JS.API.CONSUMER.MSG.NEXT.batch-{{ . }}.*", "$JS.ACK.batch-{{ . }}.>"
              {{- end }}
              # reads another worker's commits
              "$JS.API.DIRECT.GET.edits.>", "$JS.API.STREAM.MSG.DELETE.edits"
              "$JS.API.DIRECT.GET.KV_responses.$KV.responses.claim.*"
              "$JS.API.DIRECT.GET.KV_responses.$KV.responses.cancelled.*"
              {{- if $copies }}
              "$JS.API.STREAM.MSG.GET.edits", "$JS.API.STREAM.MSG.GET.KV_responses"
              {{- end }}
              # creates the streams of a new fleet
              "$JS.API.STREAM.CREATE.edits", "$JS.API.STREAM.CREATE.drafts", "$JS.API.STREAM.CREATE.KV_responses"
              "$JS.API.STREAM.CREATE.KV_replicas", "$JS.API.STREAM.CREATE.KV_models"
              {{- template "palimpsest.modelStreams" $models }}
              {{- template "palimpsest.modelConsumers" $models }}
            ]
          }
          subscribe {
            allow: [ "_INBOX_worker.>", "cancel.*", "watch.*", {{ range $models }}"wake.{{ . }}", {{ end }}"$KV.responses.claim.*" ]
          }
        }
      }
    ]
  }
}
{{- end }}

{{- define "palimpsest.natsConf" -}}
{{- $nats := .root.Values.nats -}}
# Passwords come from the environment.
server_name: $POD_NAME
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
{{- if $nats.websocket }}

# For edges outside the cluster. Its ingress terminates TLS.
websocket {
  listen: "0.0.0.0:8080"
  no_tls: true
}
{{- end }}

# Less than the pod's volume and memory.
jetstream {
  store_dir: "/data"
  max_file_store: {{ $nats.storage.maxFileStore }}
  max_memory_store: {{ $nats.storage.maxMemoryStore }}
}
{{- if gt ($nats.replicas | int) 1 }}

# The routes are arguments of the program, because they have the password.
cluster {
  name: {{ include "palimpsest.fullname" . }}
  listen: "0.0.0.0:6222"
  authorization {
    user: "cluster"
    password: $CLUSTER_PASSWORD
  }
}
{{- end }}

{{ include "palimpsest.accounts" . }}
{{- end }}
