{{/* Labels of the pods of `helm test`: they may see the admin pages, and no Service selects them. */}}
{{- define "holdfast.testLabels" -}}
app.kubernetes.io/name: {{ include "holdfast.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/component: test
{{- end -}}

{{/* "true" where a pod of `helm test` asks the Service as Envoy would, and so must be let in. */}}
{{- define "holdfast.drillAsks" -}}
{{- with .Values.helmTest -}}
{{- if and .enabled .drill.existingSecret (not .drill.target) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* One pod of our own image. Argument: dict of root, suffix, args, volumes and mounts. */}}
{{- define "holdfast.testPod" -}}
{{- $hook := dict "helm.sh/hook" "test" "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ printf "%s-test-%s" (include "holdfast.fullname" .root) .suffix }}
  namespace: {{ .root.Release.Namespace }}
  {{- include "holdfast.metadata" (list .root "test" $hook) | nindent 2 }}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- include "holdfast.imagePullSecrets" .root | nindent 2 }}
  securityContext:
    {{- include "holdfast.podSecurityContext" .root | nindent 4 }}
  containers:
    - name: holdfast
      image: {{ include "holdfast.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args:
        {{- toYaml .args | nindent 8 }}
      securityContext:
        {{- include "holdfast.containerSecurityContext" .root | nindent 8 }}
      resources:
        requests:
          cpu: 50m
          memory: 96Mi
          ephemeral-storage: 16Mi
        limits:
          memory: 256Mi
          ephemeral-storage: 64Mi
      terminationMessagePolicy: FallbackToLogsOnError
      {{- with .mounts }}
      volumeMounts:
        {{- toYaml . | nindent 8 }}
      {{- end }}
  {{- with .volumes }}
  volumes:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Pods of the drill's world whose certificates it needs; a test holds them against src/drill/world. */}}
{{- define "holdfast.drillWorkloads" -}}
{{- $names := list -}}
{{- range list "deployer" "payments" "reports" "agent" "tool" "integration" "outsider" -}}
{{- $names = concat $names (list . (printf "%s-2" .) (printf "%s-3" .)) -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/* What `helm test` does here, for NOTES.txt; how to have it attack where it does not. */}}
{{- define "holdfast.notes.test" -}}
{{- $drill := .Values.helmTest.drill -}}
{{- $standalone := eq .Values.mode "standalone" -}}
{{- if and .Values.helmTest.enabled (or $standalone $drill.existingSecret) }}
{{- if not $standalone }}

Next
{{- end }}
  helm test {{ .Release.Name }} -n {{ .Release.Namespace }}
{{- if $drill.existingSecret }}
  kubectl -n {{ .Release.Namespace }} logs {{ include "holdfast.fullname" . }}-test-drill   # if it fails: what passed
{{- end }}
{{- end }}
{{- if not .Values.helmTest.enabled }}
{{- else if not $drill.existingSecret }}

{{ if $standalone }}helm test asks only whether the release is ready. To have it attack{{ else }}helm test has nothing to ask: sidecars listen within their pods. To attack one{{ end }}: holdfast drill --new-world DIR, then docs/helm.md, "helm test".
{{- end }}
{{- end -}}
