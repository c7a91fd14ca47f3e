{{/* What all pods share. They meet the restricted Pod Security Standard. */}}

{{- define "palimpsest.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  {{- if .fsGroup }}
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "palimpsest.container" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Spreads the selected pods over hosts and zones. */}}
{{- define "palimpsest.spread" -}}
topologySpreadConstraints:
  {{- range $key, $unsatisfiable := .keys }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $unsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "palimpsest.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{/* Variables of `user`, edge or worker, for its connection to NATS. */}}
{{- define "palimpsest.natsVariables" -}}
{{- $nats := .root.Values.nats -}}
- name: NATS_URL
  value: {{ include "palimpsest.natsUrl" . | quote }}
- name: STREAM_REPLICAS
  value: {{ include "palimpsest.streamReplicas" . | quote }}
- name: NATS_INBOX_PREFIX
  value: _INBOX_{{ .user }}
{{- if $nats.credentialsSecretName }}
- name: NATS_CREDS
  value: /nats-credentials/{{ .user }}.creds
{{- else }}
- name: NATS_USER
  value: {{ .user }}
- name: NATS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.secretName }}
      key: {{ .user }}-password
{{- end }}
{{- if $nats.tlsSecretName }}
- name: NATS_TLS_CA
  value: /nats-tls/ca.crt
{{- if $nats.clientCertificate }}
- name: NATS_TLS_CERT
  value: /nats-tls/tls.crt
- name: NATS_TLS_KEY
  value: /nats-tls/tls.key
{{- end }}
{{- end }}
{{- end }}

{{/* Volumes of those variables' files. */}}
{{- define "palimpsest.natsVolumes" -}}
{{- with .root.Values.nats.credentialsSecretName }}
- name: nats-credentials
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .root.Values.nats.tlsSecretName }}
- name: nats-tls
  secret:
    secretName: {{ . }}
{{- end }}
{{- end }}

{{- define "palimpsest.natsMounts" -}}
{{- range $name, $secret := dict "nats-credentials" .root.Values.nats.credentialsSecretName "nats-tls" .root.Values.nats.tlsSecretName }}
{{- if $secret }}
- name: {{ $name }}
  mountPath: /{{ $name }}
  readOnly: true
{{- end }}
{{- end }}
{{- end }}

{{/* Variables from a map of values. */}}
{{- define "palimpsest.variables" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ ternary $value (toJson $value) (kindIs "string" $value) | quote }}
{{- end }}
{{- end }}
