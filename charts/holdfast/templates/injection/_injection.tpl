{{/* What both policies need: whether and for whom they are there. */}}

{{/* Name of the cluster-wide objects: releases of one name in two namespaces do not meet. Argument: list of the root and a suffix. */}}
{{- define "holdfast.injection.name" -}}
{{- $root := index . 0 -}}
{{- printf "%s%s.%s" (include "holdfast.fullname" $root) (index . 1) $root.Release.Namespace -}}
{{- end -}}

{{/* API version of MutatingAdmissionPolicy; empty where the cluster has none. */}}
{{- define "holdfast.injection.apiVersion" -}}
{{- $group := "admissionregistration.k8s.io" -}}
{{- $kinds := .Capabilities.APIVersions -}}
{{- $asked := .Values.injection.apiVersion -}}
{{/* Without a cluster Helm knows of no kind at all, not even of Deployments. */}}
{{- $isOffline := not ($kinds.Has "apps/v1/Deployment") -}}
{{- if ne $asked "auto" -}}
{{- if not (or $isOffline ($kinds.Has (printf "%s/%s/MutatingAdmissionPolicy" $group $asked))) -}}
{{- printf "\n\nholdfast: injection.apiVersion: this cluster does not serve MutatingAdmissionPolicy %s; use auto, or see docs/injection.md for the ways without it\n" $asked | fail -}}
{{- end -}}
{{- $asked -}}
{{- else if $isOffline -}}
{{- ternary "v1" "" (semverCompare ">=1.36.0-0" .Capabilities.KubeVersion.Version) -}}
{{- else if $kinds.Has (printf "%s/v1/MutatingAdmissionPolicy" $group) -}}
v1
{{- else if $kinds.Has (printf "%s/v1beta1/MutatingAdmissionPolicy" $group) -}}
v1beta1
{{- end -}}
{{- end -}}

{{/*
One release for each value of the namespace label: two would each refuse the pods of the other. Helm itself only guards the
names of objects. Without a cluster (helm template) lookup finds nothing.
*/}}
{{- define "holdfast.injection.guard" -}}
{{- $key := "holdfast.io/injection" -}}
{{- range (lookup "admissionregistration.k8s.io/v1" "ValidatingAdmissionPolicyBinding" "" "").items -}}
{{- $annotations := default dict .metadata.annotations -}}
{{- $owner := printf "%s/%s" (get $annotations "meta.helm.sh/release-namespace") (get $annotations "meta.helm.sh/release-name") -}}
{{- $selected := dig "matchResources" "namespaceSelector" "matchLabels" $key "" .spec -}}
{{- if and (eq $selected $.Values.injection.namespaceLabel) (ne $owner (printf "%s/%s" $.Release.Namespace $.Release.Name)) -}}
{{- printf "\n\nholdfast: injection.namespaceLabel: namespaces labelled %s=%s belong to the release %s already; choose another value, or set injection.mode: none\n" $key $selected $owner | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* `matchResources` of a binding: labelled namespaces but those of the cluster and our own, and the pods in them. */}}
{{- define "holdfast.injection.matchResources" -}}
{{- $injection := .Values.injection -}}
namespaceSelector:
  matchLabels:
    holdfast.io/injection: {{ toJson $injection.namespaceLabel }}
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values:
        {{- concat (list "kube-system" .Release.Namespace) $injection.excludedNamespaces | uniq | toYaml | nindent 8 }}
objectSelector:
  {{- if eq $injection.pods "labelled" }}
  matchLabels:
    holdfast.io/inject: "true"
  {{- else }}
  matchExpressions:
    - key: holdfast.io/inject
      operator: NotIn
      values:
        - "false"
  {{- end }}
{{- end -}}

{{/* For NOTES.txt: what is there, what is not, and the next command. */}}
{{- define "holdfast.injection.notes" -}}
{{- if and (eq .Values.mode "sidecar") (ne .Values.injection.mode "none") -}}
{{- $select := ternary "and label its pods holdfast.io/inject=true" "(pods labelled holdfast.io/inject=false stay out)" (eq .Values.injection.pods "labelled") -}}
{{- if and (eq .Values.injection.mode "policy") (include "holdfast.injection.apiVersion" .) -}}
Injection: MutatingAdmissionPolicy {{ include "holdfast.injection.apiVersion" . }} puts the sidecar into new pods.
{{- else if eq .Values.injection.mode "policy" -}}
WARNING: nothing injects. This cluster does not serve MutatingAdmissionPolicy (Kubernetes 1.36; beta in 1.34).
Use `holdfast inject`, or the library template: docs/injection.md. Pods that ask for the sidecar are refused without it.
{{- else -}}
Injection: by you (`holdfast inject`, or the library template). Pods that ask for the sidecar are refused without it.
{{- end }}
Next:  kubectl label namespace NAME holdfast.io/injection={{ .Values.injection.namespaceLabel }}
       {{ $select }}. Pods that run already are not touched: restart them.
{{- if not .Values.workloadNamespaces }}
WARNING: workloadNamespaces is empty, so the configuration is in namespace {{ .Release.Namespace }} only, where nothing is injected.
Pods wait for ConfigMap {{ include "holdfast.configMapName" . }} in their own namespace: name theirs in workloadNamespaces.
{{- end }}
{{- end -}}
{{- end -}}
