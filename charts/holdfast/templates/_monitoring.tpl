{{/* What monitors share, and the annotations that Istio wants on pods which are scraped. */}}

{{/* "true" where an object is to be made. Argument: dict of root, enabled, api. */}}
{{- define "holdfast.wanted" -}}
{{- $enabled := toString .enabled -}}
{{- if eq $enabled "true" -}}
true
{{- else if and (eq $enabled "auto") (.root.Capabilities.APIVersions.Has .api) -}}
true
{{- end -}}
{{- end -}}

{{/* Annotations of pods that are scraped, so that STRICT mTLS does not stop Prometheus. A mapping; empty without Istio. */}}
{{- define "holdfast.scrapeAnnotations" -}}
{{- $monitor := .Values.monitoring.podMonitor -}}
{{- $port := include "holdfast.adminPort" . -}}
{{- if eq .Values.mesh.kind "istio" -}}
{{- if eq $monitor.variant "direct" }}
traffic.sidecar.istio.io/excludeInboundPorts: {{ $port | quote }}
{{- else if eq $monitor.variant "merged" }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ $port | quote }}
prometheus.io/path: /metrics
{{- else }}
prometheus.istio.io/scrape-targets: {{ prepend (ternary list (list $monitor.appTarget) (empty $monitor.appTarget)) (printf "%s:/metrics" $port) | join "," }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* The rules and dashboards find their series by a job with "holdfast" in it, whatever the release is called. */}}
{{- define "holdfast.jobRelabeling" -}}
{{- $name := include "holdfast.fullname" . -}}
- action: replace
  targetLabel: job
  replacement: {{ ternary $name (printf "holdfast-%s" $name) (contains "holdfast" $name) }}
{{- end -}}

{{/* With config.admin.tls: a scraper comes by the address of a pod, which no certificate names; numbers are no secret. */}}
{{- define "holdfast.scrapeTls" -}}
{{- if eq (include "holdfast.adminScheme" .) "https" -}}
scheme: https
tlsConfig:
  insecureSkipVerify: true
{{- end -}}
{{- end -}}

{{/* Fields of an endpoint that PodMonitor and ServiceMonitor share. Argument: list of root and more relabelings. */}}
{{- define "holdfast.endpoint" -}}
{{- $root := index . 0 -}}
{{- $more := index . 1 -}}
{{- with $root.Values.monitoring.scrape -}}
honorLabels: {{ .honorLabels }}
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .timeout }}
scrapeTimeout: {{ . }}
{{- end }}
relabelings:
  {{- toYaml (concat (include "holdfast.jobRelabeling" $root | fromYamlArray) $more .relabelings) | nindent 2 }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Fields of the monitor itself. */}}
{{- define "holdfast.monitorLimits" -}}
{{- with .Values.monitoring.scrape -}}
{{- if gt (int .sampleLimit) 0 }}
sampleLimit: {{ int .sampleLimit }}
{{- end }}
{{- with .scrapeClass }}
scrapeClass: {{ . }}
{{- end }}
{{- end -}}
{{- end -}}
