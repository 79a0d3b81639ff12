{{/* The server's configuration as it is rendered, and what follows from it: files, ports, peers. Shared with the sidecar. */}}

{{/* What the server takes where `config` is silent; a test holds these against its schema. */}}
{{- define "holdfast.serverDefaults" -}}
{"server":{"listen":"127.0.0.1:9191","deadlineMs":150,"workers":1,"maxConcurrentChecks":1000},
 "admin":{"listen":"127.0.0.1:9901"},"store":{"kind":"memory","redis":{"url":"redis://127.0.0.1:6379"}}}
{{- end -}}

{{/* `config` with what the chart knows: addresses, and the paths of what it mounts. JSON, which is YAML of one reading only. */}}
{{- define "holdfast.serverConfig" -}}
{{- $ours := dict "server" (dict) "nonce" (dict) "revocation" (dict) -}}
{{- $redis := dict -}}
{{- $secrets := .Values.secrets -}}
{{- $folder := "/etc/holdfast/secrets" -}}
{{- if eq .Values.mode "standalone" -}}
{{- $_ := set $ours.server "listen" "0.0.0.0:9191" -}}
{{- $_ := set $ours "admin" (dict "listen" "0.0.0.0:9901") -}}
{{- end -}}
{{- if $secrets.clientSecret.existingSecret -}}
{{- $_ := set $ours.server "clientSecret" (printf "file:%s/client-secret" $folder) -}}
{{- end -}}
{{- with $secrets.serverTls -}}
{{- if .existingSecret -}}
{{- $tls := dict "certificate" (printf "%s/server-tls/tls.crt" $folder) "key" (printf "%s/server-tls/tls.key" $folder) -}}
{{- if .clientCaKey -}}{{- $_ := set $tls "clientCa" (printf "%s/server-tls/ca.crt" $folder) -}}{{- end -}}
{{- $_ := set $ours.server "tls" $tls -}}
{{- end -}}
{{- end -}}
{{- if $secrets.nonce.existingSecret -}}
{{- $_ := set $ours.nonce "secret" (printf "file:%s/nonce-secret" $folder) -}}
{{- end -}}
{{- if $secrets.redisPassword.existingSecret -}}
{{- $_ := set $redis "password" (printf "file:%s/redis-password" $folder) -}}
{{- end -}}
{{- with $secrets.redisTls -}}
{{- if .existingSecret -}}
{{- $tls := dict -}}
{{- if .caKey -}}{{- $_ := set $tls "ca" (printf "%s/redis-tls/ca.crt" $folder) -}}{{- end -}}
{{- if .certificateKey -}}{{- $_ := set $tls "certificate" (printf "%s/redis-tls/tls.crt" $folder) -}}{{- end -}}
{{- if .keyKey -}}{{- $_ := set $tls "key" (printf "%s/redis-tls/tls.key" $folder) -}}{{- end -}}
{{- $_ := set $redis "tls" $tls -}}
{{- end -}}
{{- end -}}
{{- if $redis -}}{{- $_ := set $ours "store" (dict "redis" $redis) -}}{{- end -}}
{{- if .Values.revocationList.existingConfigMap -}}
{{- $_ := set $ours.revocation "file" "/etc/holdfast/revocation/revocations.json" -}}
{{- end -}}
{{- if eq (include "holdfast.peerSource" .) "header" -}}
{{- $_ := set $ours "peers" (dict "forwardedClientCert" (dict "from" "envoy")) -}}
{{- end -}}
{{- range $name, $section := $ours -}}
{{- if not $section -}}{{- $_ := unset $ours $name -}}{{- end -}}
{{- end -}}
{{- merge (deepCopy .Values.config) $ours | toPrettyJson -}}
{{- end -}}

{{/* The rendered configuration over the defaults of the server, as JSON: for reading in templates. Not for keys that may be 0
     (drainSeconds): a merge takes that for missing. */}}
{{- define "holdfast.effectiveConfig" -}}
{{- $config := include "holdfast.serverConfig" . | fromJson -}}
{{- merge $config (include "holdfast.serverDefaults" . | fromJson) | toJson -}}
{{- end -}}

{{/* Ports of the container; 0 for a Unix socket. */}}
{{- define "holdfast.grpcPort" -}}
{{- (include "holdfast.effectiveConfig" . | fromJson).server.listen | regexFind ":[0-9]+$" | trimPrefix ":" | default "0" -}}
{{- end -}}

{{- define "holdfast.adminPort" -}}
{{- (include "holdfast.effectiveConfig" . | fromJson).admin.listen | regexFind ":[0-9]+$" | trimPrefix ":" | default "0" -}}
{{- end -}}

{{/* "http" or "https": how the admin port is asked. */}}
{{- define "holdfast.adminScheme" -}}
{{- ternary "https" "http" (not (empty (dig "admin" "tls" nil .Values.config))) -}}
{{- end -}}

{{/* Folder of the audit log: the only one that can be written (the root file system is read-only). */}}
{{- define "holdfast.auditFolder" -}}
/var/lib/holdfast/audit
{{- end -}}

{{/* "true" where a claim is mounted there. No emptyDir: what grows in one ends in the eviction of the pod. */}}
{{- define "holdfast.auditVolumeWanted" -}}
{{- $file := dig "audit" "file" "" .Values.config | default "" -}}
{{- ternary "true" "" (and (eq .Values.mode "standalone") .Values.auditVolume.existingClaim (hasPrefix (printf "%s/" (include "holdfast.auditFolder" .)) $file) | empty | not) -}}
{{- end -}}

{{/* "true" where only the pod itself can connect. Argument: an address to listen on. */}}
{{- define "holdfast.isLocal" -}}
{{- ternary "true" "" (or (hasPrefix "unix:" .) (regexMatch "^(127\\.[0-9.]+|localhost|\\[::1\\]):[0-9]+$" .)) -}}
{{- end -}}

{{/* `connection`, `header` or `none`; empty where neither values nor mesh tell. */}}
{{- define "holdfast.peerSource" -}}
{{- $told := .Values.peerSource -}}
{{- if ne $told "auto" -}}
{{- $told -}}
{{- else if eq (dig "peers" "forwardedClientCert" "from" "" .Values.config) "envoy" -}}
header
{{- else if eq .Values.mesh.kind "istio" -}}
{{- ternary "connection" "header" .Values.mesh.istio.peerCertificateFilter -}}
{{- else if eq .Values.mesh.kind "envoy-gateway" -}}
header
{{- else if eq .Values.mesh.kind "plain" -}}
connection
{{- end -}}
{{- end -}}

{{/* "true" where a route refuses, or may refuse, by default. */}}
{{- define "holdfast.enforces" -}}
{{- $found := "" -}}
{{- range .Values.config.routes -}}
{{- if eq (default "enforce" .mode) "enforce" -}}{{- $found = "true" -}}{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}

{{/* What a start reads once and a reload does not (docs/operations.md): its change restarts the pods. All else is reloaded. */}}
{{- define "holdfast.restartChecksum" -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $server := omit $config.server "clientSecret" -}}
{{- list $server $config.admin $config.store (dig "tracing" dict $config) (dig "audit" dict $config) (dig "ledger" dict $config) (dig "console" dict $config) (dig "log" "level" "info" $config) | toJson | sha256sum -}}
{{- end -}}

{{/* Volumes of the server, as a JSON list: for our own pods, and for those that get the sidecar. Argument: list of the root
     and the mode of the files of secrets (YAML has no octal that all readers agree on). */}}
{{- define "holdfast.volumes" -}}
{{- $root := index . 0 -}}
{{- $config := dict "name" (include "holdfast.configMapName" $root) -}}
{{- $volumes := list (dict "name" "holdfast-config" "configMap" $config) -}}
{{- with include "holdfast.keySetsName" $root -}}
{{- $volumes = append $volumes (dict "name" "holdfast-keys" "configMap" (dict "name" .)) -}}
{{- end -}}
{{- with $root.Values.revocationList -}}
{{- if .existingConfigMap -}}
{{- $items := list (dict "key" .key "path" "revocations.json") -}}
{{- $volumes = append $volumes (dict "name" "holdfast-revocation" "configMap" (dict "name" .existingConfigMap "items" $items)) -}}
{{- end -}}
{{- end -}}
{{- $sources := include "holdfast.secretSources" $root | fromJsonArray -}}
{{- if $sources -}}
{{- $projected := dict "defaultMode" (index . 1) "sources" $sources -}}
{{- $volumes = append $volumes (dict "name" "holdfast-secrets" "projected" $projected) -}}
{{- end -}}
{{- toJson $volumes -}}
{{- end -}}

{{/* One projected source for each Secret that values name. */}}
{{- define "holdfast.secretSources" -}}
{{- $sources := list -}}
{{- with .Values.secrets -}}
{{- $wanted := list
  (list .nonce.existingSecret (list .nonce.key "nonce-secret"))
  (list .clientSecret.existingSecret (list .clientSecret.key "client-secret"))
  (list .redisPassword.existingSecret (list .redisPassword.key "redis-password"))
  (list .redisTls.existingSecret (list .redisTls.caKey "redis-tls/ca.crt") (list .redisTls.certificateKey "redis-tls/tls.crt") (list .redisTls.keyKey "redis-tls/tls.key"))
  (list .serverTls.existingSecret (list .serverTls.certificateKey "server-tls/tls.crt") (list .serverTls.keyKey "server-tls/tls.key") (list .serverTls.clientCaKey "server-tls/ca.crt"))
-}}
{{- range $wanted -}}
{{- $items := list -}}
{{- range rest . -}}
{{- if index . 0 -}}{{- $items = append $items (dict "key" (index . 0) "path" (index . 1)) -}}{{- end -}}
{{- end -}}
{{- if and (first .) $items -}}
{{- $sources = append $sources (dict "secret" (dict "name" (first .) "items" $items)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $sources -}}
{{- end -}}

{{/* Mounts of the server for those volumes, as a JSON list. */}}
{{- define "holdfast.volumeMounts" -}}
{{- $paths := dict "holdfast-config" "config" "holdfast-keys" "keys" "holdfast-revocation" "revocation" "holdfast-secrets" "secrets" -}}
{{- $mounts := list -}}
{{- range include "holdfast.volumes" (list . 288) | fromJsonArray -}}
{{- $mounts = append $mounts (dict "name" .name "mountPath" (printf "/etc/holdfast/%s" (get $paths .name)) "readOnly" true) -}}
{{- end -}}
{{- toJson $mounts -}}
{{- end -}}

{{/* Variables of the server, as a JSON list. */}}
{{- define "holdfast.env" -}}
{{- $env := list (dict "name" "HOLDFAST_CONFIG" "value" "/etc/holdfast/config/holdfast.yaml") -}}
{{- with .Values.nodeOptions -}}
{{- $env = append $env (dict "name" "NODE_OPTIONS" "value" .) -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}
