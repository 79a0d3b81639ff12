{{/*
YAML as CEL literals, so that the policies say nothing of their own about the sidecar. `typed` is for patches: each mapping
becomes an object of the type of its place, `Object.spec.initContainers.securityContext{…}`. `dynamic` is for comparing:
every value wrapped in dyn(), since the API server's CEL takes no literal of mixed types. JSON texts and numbers are CEL's.
*/}}

{{/* Argument: list of the value and the type of its place. */}}
{{- define "holdfast.cel.typed" -}}
{{- $value := index . 0 -}}
{{- $type := index . 1 -}}
{{- if kindIs "map" $value -}}
{{- $isMap := has (splitList "." $type | last) (list "limits" "requests") -}}
{{- ternary "" $type $isMap -}}{
{{- $comma := "" -}}
{{- range $key, $member := $value -}}
{{- $comma -}}{{- ternary (toJson $key) $key $isMap }}: {{ include "holdfast.cel.typed" (list $member (printf "%s.%s" $type $key)) -}}
{{- $comma = ", " -}}
{{- end -}}
}
{{- else if kindIs "slice" $value -}}
[
{{- range $index, $member := $value -}}
{{- ternary "" ", " (eq $index 0) -}}{{- include "holdfast.cel.typed" (list $member $type) -}}
{{- end -}}
]
{{- else -}}
{{- toJson $value -}}
{{- end -}}
{{- end -}}

{{/* Argument: the value. */}}
{{- define "holdfast.cel.dynamic" -}}
dyn(
{{- if kindIs "map" . -}}
{
{{- $comma := "" -}}
{{- range $key, $member := . -}}
{{- $comma -}}{{- toJson $key }}: {{ include "holdfast.cel.dynamic" $member -}}
{{- $comma = ", " -}}
{{- end -}}
}
{{- else if kindIs "slice" . -}}
[
{{- range $index, $member := . -}}
{{- ternary "" ", " (eq $index 0) -}}{{- include "holdfast.cel.dynamic" $member -}}
{{- end -}}
]
{{- else -}}
{{- toJson . -}}
{{- end -}}
)
{{- end -}}
