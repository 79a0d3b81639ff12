{{/*
The one definition of the sidecar. The admission policies make CEL of it (_cel.tpl), other charts include it:
  initContainers:
    - {{- include "holdfast.sidecar.container" .Subcharts.holdfast | nindent 6 }}
Every field that the API server would fill in by itself is written out, so that what runs can be compared with it
(templates/injection/validating-admission-policy.yaml). src/inject/sidecar.ts says the same; test/cluster holds them together.
*/}}

{{/* The container, as YAML. Native sidecar: it starts before the application and ends after it (Kubernetes 1.29). */}}
{{- define "holdfast.sidecar.container" -}}
{{- $sidecar := .Values.sidecar -}}
name: holdfast
image: {{ include "holdfast.image" . | toJson }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
restartPolicy: Always
args:
  - serve
env:
  {{- include "holdfast.sidecar.env" . | fromJsonArray | toYaml | nindent 2 }}
{{- with include "holdfast.sidecar.exposedPort" . }}
ports:
  - name: holdfast-admin
    containerPort: {{ . }}
    protocol: TCP
{{- end }}
startupProbe:
  {{- include "holdfast.sidecar.probe" (list . $sidecar.startupProbe (eq $sidecar.startupProbe.waitFor "live")) | nindent 2 }}
readinessProbe:
  {{- include "holdfast.sidecar.probe" (list . $sidecar.readinessProbe false) | nindent 2 }}
livenessProbe:
  {{- include "holdfast.sidecar.probe" (list . $sidecar.livenessProbe true) | nindent 2 }}
{{- with include "holdfast.sidecar.resources" . | fromYaml }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "holdfast.containerSecurityContext" . | nindent 2 }}
terminationMessagePath: /dev/termination-log
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  {{- include "holdfast.sidecar.volumeMounts" . | fromJsonArray | toYaml | nindent 2 }}
{{- end -}}

{{/* The volumes of that container, as a YAML list for `spec.volumes` of the pod. */}}
{{- define "holdfast.sidecar.volumes" -}}
{{- $volumes := list -}}
{{/* The pod's fsGroup is not ours to set, so our user reads by the bits for all. Our container alone mounts them. */}}
{{- range include "holdfast.volumes" (list . 292) | fromJsonArray -}}
{{- with .configMap -}}{{- $_ := set . "defaultMode" 420 -}}{{- end -}}
{{- $volumes = append $volumes . -}}
{{- end -}}
{{- $volumes = append $volumes (dict "name" "holdfast-no-token" "emptyDir" (dict "sizeLimit" "1Mi")) -}}
{{- if include "holdfast.sidecar.socketFolder" . -}}
{{- $volumes = append $volumes (dict "name" "holdfast-socket" "emptyDir" (dict "sizeLimit" "1Mi")) -}}
{{- end -}}
{{- toYaml $volumes -}}
{{- end -}}

{{/* Labels for the pods that have it, as YAML: the PodMonitor selects by them. */}}
{{- define "holdfast.sidecar.labels" -}}
holdfast.io/injected: "true"
{{- end -}}

{{/* The mounts, as a JSON list. */}}
{{- define "holdfast.sidecar.volumeMounts" -}}
{{- $mounts := include "holdfast.volumeMounts" . | fromJsonArray -}}
{{/* Holdfast asks nothing of Kubernetes. Where something is mounted already, the API server mounts no token of the application. */}}
{{- $mounts = append $mounts (dict "name" "holdfast-no-token" "mountPath" "/var/run/secrets/kubernetes.io/serviceaccount" "readOnly" true) -}}
{{- with include "holdfast.sidecar.socketFolder" . -}}
{{- $mounts = append $mounts (dict "name" "holdfast-socket" "mountPath" .) -}}
{{- end -}}
{{- toJson $mounts -}}
{{- end -}}

{{/* Folder of the Unix socket; empty for TCP. Envoy mounts the volume holdfast-socket there too. */}}
{{- define "holdfast.sidecar.socketFolder" -}}
{{- $listen := (include "holdfast.effectiveConfig" . | fromJson).server.listen -}}
{{- if hasPrefix "unix:" $listen -}}
{{- regexReplaceAll "^unix:(//)?(/.*)$" $listen "${2}" | dir -}}
{{- end -}}
{{- end -}}

{{/* Port of the admin pages where others than the pod reach it; else empty. */}}
{{- define "holdfast.sidecar.exposedPort" -}}
{{- if not (include "holdfast.isLocal" (include "holdfast.effectiveConfig" . | fromJson).admin.listen) -}}
{{- include "holdfast.adminPort" . -}}
{{- end -}}
{{- end -}}

{{/* Variables, as a JSON list: the heap fits the memory limit of the sidecar, not that of pods of our own. */}}
{{- define "holdfast.sidecar.env" -}}
{{- $env := list -}}
{{- range include "holdfast.env" . | fromJsonArray -}}
{{- if ne .name "NODE_OPTIONS" -}}{{- $env = append $env . -}}{{- end -}}
{{- end -}}
{{- with .Values.sidecar.nodeOptions -}}
{{- $env = append $env (dict "name" "NODE_OPTIONS" "value" .) -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}

{{/* Quantities as text, whatever values have: CEL takes no mapping of texts and numbers. */}}
{{- define "holdfast.sidecar.resources" -}}
{{- $resources := deepCopy .Values.sidecar.resources -}}
{{- range $kind := list "requests" "limits" -}}
{{- range $name, $quantity := get $resources $kind -}}
{{- $_ := set (get $resources $kind) $name (toJson $quantity | trimAll "\"") -}}
{{- end -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end -}}

{{/*
A probe that runs in the container: it works while the admin port is on loopback, and no mesh stands between (under STRICT
mTLS a kubelet's HTTP probe would be refused, and Istio rewrites it). Argument: list of the root, its numbers, and whether only life is asked for.
*/}}
{{- define "holdfast.sidecar.probe" -}}
{{- $listen := (include "holdfast.effectiveConfig" (index . 0) | fromJson).admin.listen -}}
{{- $url := printf "%s://%s" (include "holdfast.adminScheme" (index . 0)) ($listen | replace "0.0.0.0" "127.0.0.1" | replace "[::]" "[::1]") -}}
{{- $command := list "/usr/local/bin/holdfast" "ready" "--url" $url -}}
{{- if index . 2 -}}{{- $command = append $command "--live" -}}{{- end -}}
{{- $numbers := omit (index . 1) "waitFor" -}}
{{- merge (dict "exec" (dict "command" $command) "successThreshold" 1) $numbers | toYaml -}}
{{- end -}}
