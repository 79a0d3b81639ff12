{{/* NOTES.txt; as a template of its own, so that tests can render it without a cluster. */}}
{{- define "holdfast.notes" -}}
{{- $name := include "holdfast.fullname" . -}}
{{- $namespace := .Release.Namespace -}}
Holdfast {{ .Chart.AppVersion }}, release {{ .Release.Name }} in namespace {{ $namespace }}, mode {{ .Values.mode }}.

Installed
{{- if eq .Values.mode "standalone" }}
  Deployment {{ $name }} with {{ if .Values.autoscaling.enabled }}{{ int .Values.autoscaling.minReplicas }} to {{ int .Values.autoscaling.maxReplicas }} pods{{ else }}{{ int .Values.replicaCount }} pod{{ if ne (int .Values.replicaCount) 1 }}s{{ end }}{{ end }}, Service {{ $name }}.{{ $namespace }}.svc:{{ int .Values.service.port }} (gRPC), :{{ int .Values.service.adminPort }} (metrics)
{{- end }}
{{- range include "holdfast.configNamespaces" . | fromJsonArray }}
  ConfigMap {{ . }}/{{ include "holdfast.configMapName" $ }}
{{- end }}
{{- range include "holdfast.notes.monitoring" . | fromJsonArray }}
  {{ . }}
{{- end }}
{{- with include "holdfast.notes.secrets" . | fromJsonArray }}

Secrets that must be there{{ if eq $.Values.mode "sidecar" }}, in each of these namespaces{{ end }}
{{- range . }}
  {{ . }}
{{- end }}
{{- end }}
{{- with include "holdfast.injection.notes" . | trim }}

{{ . }}
{{- end }}
{{- if eq .Values.mesh.kind "istio" }}

Istio: merge this into the mesh configuration (without the timeout Istio waits for ten minutes):
{{ include "holdfast.meshConfig" . | indent 2 }}
{{- else if eq .Values.mesh.kind "plain" }}

Envoy: mount ConfigMap {{ $name }}-envoy and start `envoy -c envoy.yaml`{{ if eq .Values.mesh.plain.certificates "spire" }}, with the socket of the SPIRE agent at {{ .Values.mesh.plain.spire.socket }}{{ else }}, with server.crt, server.key and ca.crt in {{ .Values.mesh.plain.tlsDirectory }}{{ end }}.
{{- else if eq .Values.mesh.kind "envoy-gateway" }}

Envoy Gateway: see that the policy was accepted, and not Overridden:
  kubectl -n {{ default $namespace .Values.mesh.envoyGateway.namespace }} get securitypolicy {{ $name }} -o jsonpath='{.status.ancestors[*].conditions}'
{{- else }}

No mesh objects were made (mesh.kind: none). Your Envoy needs timeout {{ include "holdfast.timeoutSeconds" . }}, failure_mode_allow: false and status_on_error 503: envoy/ and docs/mesh.md.
{{- end }}
{{- if ne (toString .Values.monitoring.podMonitor.enabled) "false" }}
{{- with include "holdfast.scrapeAnnotations" . | trim }}

Annotations for the pods that are scraped{{ if eq $.Values.mode "standalone" }} (ours have them){{ end }}:
{{ . | indent 2 }}
{{- end }}
{{- end }}
{{- with include "holdfast.notes.warnings" . | fromJsonArray }}

Warnings
{{- range . }}
  - {{ . }}
{{- end }}
{{- end }}
{{- if eq .Values.mode "standalone" }}

Next
  kubectl -n {{ $namespace }} rollout status deployment/{{ $name }}
{{- end }}
{{- include "holdfast.notes.test" . }}
{{- end -}}

{{/* Which monitoring objects were made, and which were not and why. */}}
{{- define "holdfast.notes.monitoring" -}}
{{- $lines := list -}}
{{- $objects := list
  (list "PodMonitor" .Values.monitoring.podMonitor.enabled "monitoring.podMonitor.enabled")
  (list "ServiceMonitor" .Values.monitoring.serviceMonitor.enabled "monitoring.serviceMonitor.enabled")
  (list "PrometheusRule" .Values.monitoring.prometheusRule.enabled "monitoring.prometheusRule.enabled")
-}}
{{- range $objects -}}
{{- $api := printf "monitoring.coreos.com/v1/%s" (first .) -}}
{{- if include "holdfast.wanted" (dict "root" $ "enabled" (index . 1) "api" $api) -}}
{{- $lines = append $lines (printf "%s %s" (first .) (include "holdfast.fullname" $)) -}}
{{- else if eq (toString (index . 1)) "auto" -}}
{{- $lines = append $lines (printf "not: %s, as the cluster does not serve %s; install the Prometheus operator, or set %s: false" (first .) $api (last .)) -}}
{{- else -}}
{{- $lines = append $lines (printf "not: %s (%s)" (first .) (last .)) -}}
{{- end -}}
{{- end -}}
{{- $state := ternary "three dashboards" "not: dashboards (monitoring.dashboards.enabled)" .Values.monitoring.dashboards.enabled -}}
{{- append $lines $state | toJson -}}
{{- end -}}

{{/* Secrets of the user, by namespace, with the keys that they must have. */}}
{{- define "holdfast.notes.secrets" -}}
{{- $lines := list -}}
{{- $namespaces := include "holdfast.configNamespaces" . | fromJsonArray | join ", " -}}
{{- range include "holdfast.secretSources" . | fromJsonArray -}}
{{- $keys := list -}}
{{- range .secret.items -}}{{- $keys = append $keys .key -}}{{- end -}}
{{- $lines = append $lines (printf "%s (%s) in %s" .secret.name (join ", " $keys) $namespaces) -}}
{{- end -}}
{{- toJson $lines -}}
{{- end -}}

{{/* What is allowed and yet worth a second look. */}}
{{- define "holdfast.notes.warnings" -}}
{{- $warnings := list -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $redis := eq $config.store.kind "redis" -}}
{{- $source := include "holdfast.peerSource" . -}}
{{- range .Values.config.routes -}}
{{- if eq (default "enforce" .mode) "observe" -}}
{{- $warnings = append $warnings (printf "route %s observes: it refuses nothing. Look at holdfast_would_deny_total, then set mode: enforce" .name) -}}
{{- else if eq (default "enforce" .mode) "off" -}}
{{- $warnings = append $warnings (printf "route %s is off: nothing is checked there" .name) -}}
{{- end -}}
{{- if hasPrefix "insecure" (default "deny" .onStoreOutage) -}}
{{- $warnings = append $warnings (printf "route %s passes replays while the store is away (onStoreOutage: %s)" .name .onStoreOutage) -}}
{{- end -}}
{{- if hasPrefix "insecure" (default "deny" .onRevocationStale) -}}
{{- $warnings = append $warnings (printf "route %s passes what was revoked while the list is stale (onRevocationStale: %s)" .name .onRevocationStale) -}}
{{- end -}}
{{- if has "insecureBearer" (dig "binding" "anyOf" list . | default list) -}}
{{- $warnings = append $warnings (printf "route %s takes tokens that nothing ties to their sender (insecureBearer)" .name) -}}
{{- end -}}
{{- end -}}
{{- if and (not $redis) (or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1)) (eq .Values.mode "standalone") -}}
{{- $warnings = append $warnings "several pods with memories of their own: fine to observe, not to enforce; set config.store.kind: redis before" -}}
{{- end -}}
{{- if and $redis (eq .Values.mode "standalone") (not .Values.autoscaling.enabled) (lt (int .Values.replicaCount) 2) -}}
{{- $warnings = append $warnings "one pod: each update or loss of its node is an outage of all routes; set replicaCount: 2 or more (values-ha.yaml)" -}}
{{- end -}}
{{- if and (not $redis) (eq .Values.mode "standalone") -}}
{{- $warnings = append $warnings "the embedded store allows one pod, and each update is a short outage (Recreate); values-ha.yaml has the alternative" -}}
{{- end -}}
{{- if and $redis (not (hasPrefix "rediss" $config.store.redis.url)) -}}
{{- $warnings = append $warnings "Redis without TLS: whoever is on the way sees and forges marks of used proofs; write rediss:// and secrets.redisTls" -}}
{{- end -}}
{{- if empty .Values.image.digest -}}
{{- $warnings = append $warnings (printf "the image is named by a tag, which can be moved: set image.digest (%s)" (include "holdfast.image" .)) -}}
{{- end -}}
{{- if and .Values.insecureOpenListener (eq .Values.mode "standalone") -}}
{{- $warnings = append $warnings "checks pass in plaintext with the tokens in them (insecureOpenListener); use secrets.serverTls" -}}
{{- end -}}
{{- if and (eq .Values.mode "standalone") (not .Values.networkPolicy.enabled) -}}
{{- $warnings = append $warnings "no NetworkPolicy: the admin pages are open to all pods (networkPolicy.enabled)" -}}
{{- end -}}
{{- if and (eq .Values.mode "sidecar") (not (include "holdfast.isLocal" $config.admin.listen)) -}}
{{- $warnings = append $warnings "the admin pages of the sidecars (metrics, configuration without secrets) can be read from other pods; let only Prometheus in by a NetworkPolicy of the application's namespace (docs/helm.md)" -}}
{{- end -}}
{{- if eq $source "none" -}}
{{- $warnings = append $warnings "nothing tells who the caller is (peerSource: none): DPoP alone ties a token to its sender" -}}
{{- end -}}
{{- if and (eq $source "header") (eq .Values.mesh.kind "envoy-gateway") (not .Values.mesh.envoyGateway.clientCa) -}}
{{- $warnings = append $warnings "the gateway asks for no client certificate here (mesh.envoyGateway.clientCa): callers are known only if another ClientTrafficPolicy does" -}}
{{- end -}}
{{- toJson $warnings -}}
{{- end -}}
