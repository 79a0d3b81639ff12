{{/* Where the server connects to, read from its configuration. */}}

{{/* Hosts and ports of the key sets: JSON list of {host, port}. */}}
{{- define "holdfast.jwksHosts" -}}
{{- $found := list -}}
{{- range .Values.config.issuers -}}
{{- with dig "keys" "jwksUri" "" . -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "80" "443" (eq $url.scheme "http")) -}}
{{- $found = append $found (dict "host" $url.hostname "port" $port) -}}
{{- end -}}
{{- end -}}
{{- uniq $found | toJson -}}
{{- end -}}

{{/* Hosts and ports of Redis, its sentinels or its cluster; empty with the embedded store. */}}
{{- define "holdfast.redisHosts" -}}
{{- $found := list -}}
{{- $store := (include "holdfast.effectiveConfig" . | fromJson).store -}}
{{- if eq $store.kind "redis" -}}
{{- $sentinel := contains "+sentinel:" $store.redis.url -}}
{{- range regexReplaceAll "^[a-z+]+://([^/]+).*$" $store.redis.url "${1}" | splitList "," -}}
{{- $port := regexFind ":[0-9]+$" . | trimPrefix ":" | default (ternary "26379" "6379" $sentinel) -}}
{{- $found = append $found (dict "host" (regexReplaceAll ":[0-9]+$" . "") "port" $port) -}}
{{- end -}}
{{- end -}}
{{- uniq $found | toJson -}}
{{- end -}}

{{/* The ports of such a list, each once. With Sentinel the servers themselves stand behind ports that only it knows: 6379 as usual. */}}
{{- define "holdfast.ports" -}}
{{- $ports := list -}}
{{- range . -}}{{- $ports = append $ports .port -}}{{- end -}}
{{- uniq $ports | toJson -}}
{{- end -}}

{{- define "holdfast.redisPorts" -}}
{{- $ports := include "holdfast.ports" (include "holdfast.redisHosts" . | fromJsonArray) | fromJsonArray -}}
{{- if contains "+sentinel:" (include "holdfast.effectiveConfig" . | fromJson).store.redis.url -}}
{{- $ports = append $ports "6379" | uniq -}}
{{- end -}}
{{- toJson $ports -}}
{{- end -}}
