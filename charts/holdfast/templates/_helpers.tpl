{{/* Names, labels and the image. Everything that several templates name the same way stands here once. */}}

{{/* Name of the chart, at most 63 characters (RFC 1123 label). */}}
{{- define "holdfast.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Start of the name of each object: 44 characters at most, so that the longest suffix (-dashboard-overview) fits into 63. */}}
{{- define "holdfast.fullname" -}}
{{- $name := include "holdfast.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 44 | trimSuffix "-" -}}
{{- end -}}

{{/* What selects our pods: never the version, since selectors cannot change. */}}
{{- define "holdfast.selectorLabels" -}}
app.kubernetes.io/name: {{ include "holdfast.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/component: server
{{- end -}}

{{/* Labels of every object. Argument: list of the root and the component. As a merged mapping: no key stands twice. */}}
{{- define "holdfast.labels" -}}
{{- $root := index . 0 -}}
{{- $chart := printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- $own := include "holdfast.selectorLabels" $root | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/component" (index . 1) -}}
{{- $_ := set $own "app.kubernetes.io/version" (toString $root.Chart.AppVersion) -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "holdfast" -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" $chart -}}
{{- merge $own $root.Values.commonLabels | toYaml -}}
{{- end -}}

{{/* `labels:` and, where there are any, `annotations:`. Argument: list of the root, the component, and more annotations. */}}
{{- define "holdfast.metadata" -}}
{{- $root := index . 0 -}}
{{- $annotations := merge (dict) (index . 2) $root.Values.commonAnnotations -}}
labels:
  {{- include "holdfast.labels" (list $root (index . 1)) | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The image. The digest decides where both are given; the tag is then for people. */}}
{{- define "holdfast.image" -}}
{{- $image := .Values.image -}}
{{- $registry := default $image.registry (get .Values.global "imageRegistry") -}}
{{- $name := ternary $image.repository (printf "%s/%s" $registry $image.repository) (empty $registry) -}}
{{- $tagged := printf "%s:%s" $name (default .Chart.AppVersion $image.tag) -}}
{{- ternary $tagged (printf "%s@%s" $tagged $image.digest) (empty $image.digest) -}}
{{- end -}}

{{/* `imagePullSecrets:`, or nothing. */}}
{{- define "holdfast.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat .Values.imagePullSecrets (default list (get .Values.global "imagePullSecrets")) -}}
{{- $names = append $names (ternary . (get (ternary (dict) . (kindIs "string" .)) "name") (kindIs "string" .)) -}}
{{- end -}}
{{- with uniq $names }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Name of the ConfigMap with the server's configuration, under the key holdfast.yaml. */}}
{{- define "holdfast.configMapName" -}}
{{- printf "%s-config" (include "holdfast.fullname" .) -}}
{{- end -}}

{{/* Name of the ConfigMap with key sets; empty where there is none. */}}
{{- define "holdfast.keySetsName" -}}
{{- if .Values.keySets.files -}}
{{- printf "%s-keys" (include "holdfast.fullname" .) -}}
{{- else -}}
{{- .Values.keySets.existingConfigMap -}}
{{- end -}}
{{- end -}}

{{- define "holdfast.serviceAccountName" -}}
{{- $default := ternary (include "holdfast.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $default .Values.serviceAccount.name -}}
{{- end -}}

{{/* Namespaces that get the configuration, as a JSON list. */}}
{{- define "holdfast.configNamespaces" -}}
{{- $own := list .Release.Namespace -}}
{{- if eq .Values.mode "standalone" -}}
{{- toJson $own -}}
{{- else -}}
{{- default $own .Values.workloadNamespaces | toJson -}}
{{- end -}}
{{- end -}}

{{/*
Container hardening of the profile "restricted" of Pod Security, for every container that this chart makes. Not a value:
nothing of it may be taken away.
*/}}
{{- define "holdfast.containerSecurityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
{{- with .Values.pod.runAsUser }}
runAsUser: {{ int . }}
{{- end }}
{{- with .Values.pod.runAsGroup }}
runAsGroup: {{ int . }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
capabilities:
  drop:
    - ALL
{{- end -}}

{{/* The same for pods of our own. */}}
{{- define "holdfast.podSecurityContext" -}}
runAsNonRoot: true
{{- with .Values.pod.runAsUser }}
runAsUser: {{ int . }}
{{- end }}
{{- with .Values.pod.runAsGroup }}
runAsGroup: {{ int . }}
{{- end }}
{{- with .Values.pod.fsGroup }}
fsGroup: {{ int . }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Mode of the files of Secrets in pods of our own: 0440 for the group of the pod, 0444 where it has none of ours. */}}
{{- define "holdfast.secretMode" -}}
{{- ternary 288 292 (ne (toString .Values.pod.fsGroup) "") -}}
{{- end -}}
